"""The page of the plan's 14 indicators: value, target, forecast, and who is missing."""

from typing import Any

import polars as pl

from features.warehouse import Warehouse
from models.indicator_clauses import IndicatorTarget
from models.rules import load_rules
from pipelines.runs import latest_run
from pipelines.site.book import Book
from pipelines.site.section import Card, Cell, Section, Table

_VALUE, _GAP = "output.indicator_value", "output.indicator_gap"
_TREND = "output.indicator_trend"


def indicators_section(warehouse: Warehouse, book: Book) -> Section:
    """Show the newest run of the indicators."""
    title = book.pick("规划指标", "Indicators")
    run = latest_run(warehouse, "indicators")
    if run is None:
        made = book.pick("还没有指标：shian indicators", "none yet: shian indicators")
        return Section("indicators", title, missing=made)
    values = _of(warehouse, _VALUE, run).sort("indicator_no")
    law = load_rules().in_force(run["as_of"])
    targets = {target.no: target for target in law.all(IndicatorTarget)}
    gaps, trend = _of(warehouse, _GAP, run), _of(warehouse, _TREND, run)
    return Section(
        "indicators",
        title,
        lead=book.pick(f"数据截止 {run['as_of']}", f"As of {run['as_of']}"),
        cards=_cards(values, book),
        tables=[
            Table(
                book.pick("十四项指标", "The fourteen"),
                (
                    book.pick("序号", "no"),
                    book.pick("指标", "indicator"),
                    book.pick("现值", "value"),
                    book.pick("目标", "target"),
                    book.pick("达标", "met"),
                    book.pick("年末预测", "forecast"),
                    book.pick("差距清单", "gap list"),
                ),
                [
                    _row(row, targets[row["indicator_no"]], (values, trend, gaps), book)
                    for row in values.iter_rows(named=True)
                ],
            )
        ],
    )


def _of(warehouse: Warehouse, table: str, run: dict[str, Any]) -> pl.DataFrame:
    rows = warehouse.table(table).filter(pl.col("run_id") == run["run_id"])
    return rows.drop("run_id").collect()


def _cards(values: pl.DataFrame, book: Book) -> list[Card]:
    asked = (
        ("met", ("已达标", "met"), pl.col("is_met")),
        ("unmet", ("未达标", "not met"), ~pl.col("is_met")),
        ("unknown", ("不适用或无数据", "not applicable"), pl.col("is_met").is_null()),
    )
    cards = []
    for key, words, is_in in asked:
        name = book.pick(*words)
        cell = book.count(f"indicators-{key}", name, values.filter(is_in), _VALUE)
        cards.append(Card(cell.text, name, cell.href))
    return cards


def _row(
    row: dict[str, Any],
    target: IndicatorTarget,
    behind: tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame],
    book: Book,
) -> list[Cell]:
    """Show an indicator; its value leads to its quarters, its forecast to its own row."""
    number = row["indicator_no"]
    short = book.pick(target.short_zh, target.short_en)
    unit = book.pick(target.unit_zh, target.unit_en)
    other = "why_en" if book.lang == "zh" else "why_zh"
    is_it = pl.col("indicator_no") == number
    values, trend, gaps = (rows.filter(is_it) for rows in behind)
    missing = gaps.drop("indicator_no", other)
    quarters = book.rows(f"indicator-{number}-quarters", short, trend, _TREND)
    whole = book.rows(f"indicator-{number}", short, values, _VALUE)
    met = {True: ("是", "yes"), False: ("否", "no"), None: ("不适用", "n/a")}
    return [
        Cell(str(number), is_number=True),
        Cell(short),
        Cell(_said(row["value"], unit), quarters, is_number=True),
        Cell(f"{row['comparison']} {_said(row['target'], unit)}", is_number=True),
        Cell(book.pick(*met[row["is_met"]])),
        Cell(_said(row["forecast"], unit), whole, is_number=True),
        book.count(f"gap-{number}", short, missing, _GAP),
    ]


def _said(value: float | None, unit: str) -> str:
    if value is None:
        return "—"
    return f"{value:,.2f}".rstrip("0").rstrip(".") + (
        unit if unit == "%" else f" {unit}"
    )
