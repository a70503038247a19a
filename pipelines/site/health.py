"""The page of the model's health: what it learned from, and whether it was right since."""

import json

import polars as pl

from features.inspections import OUTCOME_PURPOSES
from features.warehouse import Warehouse
from models.metrics import wilson
from pipelines.runs import latest_run
from pipelines.site.book import Book
from pipelines.site.section import Card, Cell, Section, Table

_SCORE = "output.score"
# Fewer visits say nothing of whether a probability was right.
_LEAST_VISITS = 30
# Routine and random visits after each score run and before the next, with what the run
# had said of the business.
_SINCE = """
with runs as (
    select run_id, as_of, lead(as_of) over (order by as_of) as next_as_of
    from output.run where kind = 'score'
    qualify row_number() over (partition by as_of order by rowid desc) = 1
)
select
    runs.as_of, inspection.inspection_id, inspection.business_id,
    inspection.inspected_on, score.probability, inspection.is_serious
from runs
join output.score on score.run_id = runs.run_id
join mart.inspection on inspection.business_id = score.business_id
    and inspection.inspected_on >= runs.as_of
    and (runs.next_as_of is null or inspection.inspected_on < runs.next_as_of)
where inspection.is_serious is not null and list_contains(?, inspection.purpose)
order by runs.as_of, inspection.inspection_id
"""


def health_section(warehouse: Warehouse, book: Book) -> Section:
    """Show what is known of the model that made the newest score run."""
    title = book.pick("模型状况", "Model health")
    run = latest_run(warehouse, "score")
    if run is None:
        made = book.pick("还没有评分：shian score", "no score run yet: shian score")
        return Section("health", title, missing=made)
    learned = json.loads(run["parameters"])
    rows = warehouse.table(_SCORE).filter(pl.col("run_id") == run["run_id"]).collect()
    wide = rows.filter(pl.col("is_near_edge")).drop("run_id", "notes", "notes_en")
    edge = book.pick("临界等级", "grades near an edge")
    mean = book.pick("平均概率", "mean probability")
    said = rows.select("business_id", pl.col("^probability.*$"))
    cell = book.count("near-edge", edge, wide, _SCORE)
    return Section(
        "health",
        title,
        lead=book.pick(
            f"模型 {run['model_version']}，学自 {learned.get('trained_until', '-')} 之前的 "
            f"{learned.get('visits', 0):,} 次检查；规则 {run['law_version']}",
            f"Model {run['model_version']}, learned from {learned.get('visits', 0):,} "
            f"visits before {learned.get('trained_until', '-')}; rules {run['law_version']}",
        ),
        cards=[
            Card(
                f"{_mean(rows['probability']):.1%}",
                mean,
                book.rows("probabilities", mean, said, _SCORE),
            ),
            Card(cell.text, edge, cell.href),
        ],
        tables=_since(warehouse, book),
        notices=[
            book.pick(
                "概率整体偏高：检查去的多是可疑之处；看先后比看绝对数可靠。",
                "The level is too high over all businesses, since visits go where "
                "officers fear; rely on the order more than on the number.",
            )
        ],
    )


def _since(warehouse: Warehouse, book: Book) -> list[Table]:
    """Compare what each run said with what visits found until the next."""
    visits = warehouse.sql(_SINCE, [list(OUTCOME_PURPOSES)])
    rows = []
    for (as_of,), found in sorted(visits.group_by(["as_of"])):
        if found.height < _LEAST_VISITS:
            continue
        share = _mean(found["is_serious"])
        low, high = wilson(share, found.height)
        rows.append(
            [
                Cell(str(as_of)),
                book.count(f"since-{as_of}", str(as_of), found, "mart.inspection"),
                Cell(f"{_mean(found['probability']):.1%}", is_number=True),
                Cell(f"{share:.1%} ({low:.1%}–{high:.1%})", is_number=True),
            ]
        )
    header = (
        book.pick("评分日", "scored"),
        book.pick("此后检查", "visits since"),
        book.pick("事先所言", "said before"),
        book.pick("实际严重", "found serious"),
    )
    title = book.pick("事先所言与此后所见", "What was said and what was found")
    return [Table(title, header, rows)] if rows else []


def _mean(values: pl.Series) -> float:
    return float(values.cast(pl.Float64).sum() / len(values))
