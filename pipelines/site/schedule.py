"""The page of the inspection plan: its load by office and month, and what it is short of."""

import json
from typing import Any

import polars as pl

from features.schema import labels
from features.warehouse import Warehouse
from models.rules import load_rules
from pipelines.runs import latest_run
from pipelines.site.book import Book
from pipelines.site.section import Card, Cell, Section, Table

_PLAN, _SHORTAGE = "output.plan", "output.plan_shortage"


def schedule_section(warehouse: Warehouse, book: Book) -> Section:
    """Show the newest annual plan."""
    title = book.pick("检查计划", "Inspection plan")
    run = latest_run(warehouse, "plan")
    if run is None:
        made = book.pick(
            "还没有年度计划：shian schedule --year", "no plan: shian schedule --year"
        )
        return Section("schedule", title, missing=made)
    plan = _of(warehouse, _PLAN, run)
    short = _of(warehouse, _SHORTAGE, run)
    dropped = short.filter(pl.col("visits_dropped") > 0)
    lost = int(short["visits_dropped"].sum())
    year = json.loads(run["parameters"]).get("year", run["as_of"].year)
    notices = [_short_of(lost, dropped, run, book)] if lost else []
    random = plan.filter(pl.col("is_random"))
    return Section(
        "schedule",
        title,
        lead=book.pick(
            f"{year} 年度计划，数据截止 {run['as_of']}",
            f"Plan of {year}, as of {run['as_of']}",
        ),
        cards=[
            _card("plan", ("计划检查", "planned visits"), plan, book),
            _card("plan-random", ("随机抽查", "random visits"), random, book),
            _dropped_card(lost, dropped, book),
        ],
        tables=[_requirements(plan, book), _months(plan, year, book)],
        notices=notices,
    )


def _of(warehouse: Warehouse, table: str, run: dict[str, Any]) -> pl.DataFrame:
    rows = warehouse.table(table).filter(pl.col("run_id") == run["run_id"])
    return rows.drop("run_id").collect()


def _card(name: str, words: tuple[str, str], rows: pl.DataFrame, book: Book) -> Card:
    title = book.pick(*words)
    cell = book.count(name, title, rows, _PLAN)
    return Card(cell.text, title, cell.href)


def _short_of(lost: int, dropped: pl.DataFrame, run: dict[str, Any], book: Book) -> str:
    """Say how much is missing, and the weightiest requirement that is not met in full."""
    order = load_rules().in_force(run["as_of"]).codes("plan.priority")
    unmet = set(dropped["requirement"].drop_nulls())
    first = next((name for name in order if name in unmet), min(unmet))
    words = labels("plan_requirement")[first]
    return book.pick(
        f"能力不足：{lost:,} 次检查排不进，次序最高而未能全部满足的是“{words[0]}”。",
        f"Capacity is short: {lost:,} visits dropped; the weightiest not met in full "
        f"is '{words[1]}'.",
    )


def _dropped_card(lost: int, dropped: pl.DataFrame, book: Book) -> Card:
    title = book.pick("排不进的检查", "visits dropped")
    href = book.rows("plan-short", title, dropped, _SHORTAGE) if lost else ""
    return Card(f"{lost:,}", title, href)


def _requirements(plan: pl.DataFrame, book: Book) -> Table:
    rows = []
    counted = plan.group_by("requirement").len().sort("len", descending=True)
    for requirement, _ in counted.iter_rows():
        name = book.pick(*labels("plan_requirement")[requirement])
        these = plan.filter(pl.col("requirement") == requirement)
        rows.append([Cell(name), book.count(f"plan-{requirement}", name, these, _PLAN)])
    header = (book.pick("要求", "requirement"), book.pick("次数", "visits"))
    return Table(book.pick("按要求", "By requirement"), header, rows)


def _months(plan: pl.DataFrame, year: int, book: Book) -> Table:
    """Count visits by office and month; the first week may begin in the year before."""
    begins = pl.max_horizontal("week_starting", pl.date(year, 1, 1))
    dated = plan.with_columns(month=begins.dt.truncate("1mo"))
    months = dated["month"].unique().sort()
    rows = []
    for (office,), here in dated.group_by(["office_id"], maintain_order=True):
        cells = [Cell(str(office))]
        for month in months:
            these = here.filter(pl.col("month") == month).drop("month")
            name = f"plan-{office}-{month:%Y-%m}"
            cells.append(book.count(name, f"{office} {month:%Y-%m}", these, _PLAN))
        rows.append(cells)
    rows.sort(key=lambda row: row[0].text)
    header = (book.pick("市场监管所", "office"), *(f"{m:%Y-%m}" for m in months))
    return Table(
        book.pick("各所各月检查次数", "Visits by office and month"), header, rows
    )
