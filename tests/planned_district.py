"""A graded district of any size to plan: the simulated one, so many times over.

    python -m tests.planned_district WAREHOUSE COPIES

plans it and prints what the plan and its process took, as JSON. Grades and
probabilities come from the simulator's truth and not from a model, and visits are at
the upper end of the Measures' ranges, so that a district has about 40,000.
"""

import json
import resource
import sys
import time
from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl

from features.warehouse import open_warehouse
from pipelines.runs import Run
from pipelines.schedule.plan import make_plan
from pipelines.schedule.records import Hands, Records, records_of

AS_OF, YEAR = date(2026, 1, 1), 2026
# B one to two visits a year, C two to three, D three to four (o115 article 33).
MOST_VISITS = {"A": 1.0, "B": 2.0, "C": 3.0, "D": 4.0}
SHARES = (("D", 0.007), ("C", 0.055), ("B", 0.32))
FIELD_DAYS = 2.5


def graded(warehouse: Path) -> Records:
    """Read the records of a loaded district, graded by how risky it truly is."""
    truth = pl.read_parquet(warehouse.parent / "truth" / "latent.parquet")
    risk = truth.filter(pl.col("quarter") == truth["quarter"].max())
    rank = pl.col("probability").rank("ordinal", descending=True) / pl.len()
    grade = pl.lit("A")
    for name, share in reversed(_edges()):
        grade = pl.when(rank <= share).then(pl.lit(name)).otherwise(grade)
    with open_warehouse(warehouse, read_only=True) as opened:
        known = opened.sql(
            "select distinct on (business_id) business_id, business_type, street_code "
            "from mart.business order by business_id, valid_from desc"
        )
        scores = (
            known.join(risk, on="business_id")
            .with_columns(risk_grade=grade)
            .with_columns(
                visits_per_year=pl.col("risk_grade").replace_strict(MOST_VISITS),
                is_key_supervision=pl.col("risk_grade") == "D",
                is_new_business=pl.lit(value=False),
            )
        )
        record = {"run_id": "bench", "as_of": AS_OF, "model_version": "truth"}
        tables = ("inspector", "office", "inspector_leave", "conflict_of_interest")
        hands = Hands(*(opened.table(f"mart.{name}").collect() for name in tables))
        records = records_of(Run(record, scores), opened.facts(), hands, YEAR)
    law = records.law.what_if("plan.field_days_a_week", value=FIELD_DAYS)
    return replace(records, law=law)


def _edges() -> list[tuple[str, float]]:
    total, edges = 0.0, []
    for name, share in SHARES:
        total += share
        edges.append((name, total))
    return edges


def times(records: Records, copies: int) -> Records:
    """Put so many districts beside each other, each with offices of its own."""

    def many(frame: pl.DataFrame, *columns: str) -> pl.DataFrame:
        return pl.concat(
            frame.with_columns(pl.col(c) + f"-{n}" for c in columns)
            for n in range(copies)
        )

    return replace(
        records,
        businesses=many(records.businesses, "business_id", "office_id", "street_code"),
        staff=many(records.staff, "inspector_id", "office_id"),
        leave=many(records.leave, "inspector_id"),
        conflicts=many(records.conflicts, "inspector_id", "business_id"),
        offices=many(records.offices, "office_id", "street_code"),
    )


def main() -> None:
    warehouse, copies = Path(sys.argv[1]), int(sys.argv[2])
    records = times(graded(warehouse), copies)
    start, busy = time.perf_counter(), time.process_time()
    report = make_plan(records, 1, lambda _what, _share: None)
    told = {
        "businesses": records.businesses.height,
        "visits": report.visits.height,
        "dropped": report.dropped,
        "pairs": records.staff.height // 2,
        "objective": report.cost,
        "bound": report.bound,
        "gap": report.gap,
        "whole_gap": report.whole_gap,
        "seconds": time.perf_counter() - start,
        "cpu_seconds": time.process_time() - busy,
        "gigabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9,
    }
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main()
