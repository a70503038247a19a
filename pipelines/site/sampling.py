"""The page of the sampling plan: batches by programme and street, and their rows."""

from typing import Any

import polars as pl

from features.schema import labels
from features.warehouse import Warehouse
from pipelines.runs import latest_run
from pipelines.site.book import Book
from pipelines.site.section import Card, Cell, Section, Table

_PLAN = "output.sample_plan"
# Who takes a sample stays with the office: a page for all must not tell.
_HIDDEN = ("run_id", "sampler_id", "second_sampler_id")


def sampling_section(warehouse: Warehouse, book: Book) -> Section:
    """Show the newest sampling plan."""
    title = book.pick("抽检计划", "Sampling plan")
    run = latest_run(warehouse, "sample_plan")
    if run is None:
        made = book.pick(
            "还没有抽检计划：shian sample-plan", "none yet: shian sample-plan"
        )
        return Section("sampling", title, missing=made)
    plan = _plan(warehouse, run)
    return Section(
        "sampling",
        title,
        lead=book.pick(f"数据截止 {run['as_of']}", f"As of {run['as_of']}"),
        cards=_cards(plan, book),
        tables=[_streets(plan, warehouse, book)],
    )


def _plan(warehouse: Warehouse, run: dict[str, Any]) -> pl.DataFrame:
    rows = warehouse.table(_PLAN).filter(pl.col("run_id") == run["run_id"])
    return rows.drop(_HIDDEN).collect()


def _cards(plan: pl.DataFrame, book: Book) -> list[Card]:
    groups = {"all": (("计划批次", "batches"), plan)}
    for programme, words in labels("programme").items():
        groups[programme] = (words, plan.filter(pl.col("programme") == programme))
    cards = []
    for key, (words, rows) in groups.items():
        title = book.pick(*words)
        cell = book.count(f"sample-{key}", title, rows, _PLAN)
        cards.append(Card(cell.text, title, cell.href))
    return cards


def _streets(plan: pl.DataFrame, warehouse: Warehouse, book: Book) -> Table:
    names = dict(warehouse.table("mart.street", "street_code", "name").collect().rows())
    programmes = labels("programme")
    rows = []
    for (street,), here in plan.group_by(["street_code"], maintain_order=True):
        name = names.get(str(street), str(street))
        cells = [
            book.count(
                f"sample-{street}-{programme}",
                name,
                here.filter(pl.col("programme") == programme),
                _PLAN,
            )
            for programme in programmes
        ]
        total = book.count(f"sample-{street}", name, here, _PLAN)
        rows.append([Cell(name), *cells, total])
    rows.sort(key=lambda row: row[0].text)
    header = (
        book.pick("街道", "street"),
        *(book.pick(*words) for words in programmes.values()),
        book.pick("合计", "total"),
    )
    return Table(book.pick("各街道批次", "Batches by street"), header, rows)
