"""The page of alerts: what is open, at which internal level, and until when."""

import polars as pl

from features.warehouse import Warehouse
from pipelines.runs import latest_run
from pipelines.site.book import Book
from pipelines.site.section import Card, Section

_ALERT = "output.alert"
LEVELS = {
    "red": ("红色", "red"),
    "orange": ("橙色", "orange"),
    "yellow": ("黄色", "yellow"),
    "blue": ("蓝色", "blue"),
}


def alerts_section(warehouse: Warehouse, book: Book) -> Section:
    """Show the alerts of the newest run."""
    title = book.pick("风险预警", "Alerts")
    run = latest_run(warehouse, "alerts")
    if run is None:
        made = book.pick("还没有预警：shian alerts", "no alerts yet: shian alerts")
        return Section("alerts", title, missing=made)
    rows = warehouse.table(_ALERT).filter(pl.col("run_id") == run["run_id"])
    alerts = rows.drop("run_id").collect()
    cards = []
    for level, words in LEVELS.items():
        name = book.pick(*words)
        these = alerts.filter(pl.col("level") == level)
        cell = book.count(f"alerts-{level}", name, these, _ALERT)
        cards.append(Card(cell.text, name, cell.href))
    return Section(
        "alerts",
        title,
        lead=book.pick(
            f"数据截止 {run['as_of']}。颜色为内部级别；区级不得发布风险警示（食品安全法第一百一十八条）。",
            f"As of {run['as_of']}. Colours are internal: a district may not publish "
            "warnings (Food Safety Law, article 118).",
        ),
        cards=cards,
    )
