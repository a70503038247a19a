"""A score run as people read it: its record, and the businesses with name and reasons."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

import polars as pl

from features.errors import NotFoundError
from features.warehouse import Warehouse
from models.clauses import GRADES

# The businesses with which slices of so many begin, and one slice.
_FIRSTS = """
    select business_id from output.score where run_id = $1
    qualify (row_number() over (order by business_id) - 1) % $2 = 0
    order by business_id
"""
_SLICE = "select * from output.scored_business where run_id = ? and business_id >= ?"
# The first columns of a list: what it is and how it is graded, before why.
LEADING = (
    "business_id",
    "name",
    "street",
    "business_type",
    "subtype",
    "risk_grade",
    "total_points",
    "probability",
)


@dataclass(frozen=True)
class Run:
    """A score run: its row of output.run, and its rows of output.scored_business.

    The riskiest business stands first.
    """

    record: dict[str, Any]
    scores: pl.DataFrame

    @property
    def as_of(self) -> date:
        """Give the day before which the facts were recorded."""
        day: date = self.record["as_of"]
        return day

    @property
    def is_trial(self) -> bool:
        """Whether it was graded by a challenger, before any model was promoted."""
        parameters = json.loads(self.record["parameters"])
        return bool(parameters.get("is_trial", False))


def read_run(
    warehouse: Warehouse, *, run_id: str | None = None, as_of: date | None = None
) -> Run:
    """Read a score run; without further word the one with the latest day.

    Raises:
        NotFoundError: there is no such run.
    """
    runs = (
        warehouse.table("output.run")
        .filter(pl.col("kind") == "score")
        .with_row_index("written")
        .sort("as_of", "written", descending=True)
        .collect()
    )
    wanted = runs.filter(
        (pl.col("run_id") == run_id) if run_id else pl.lit(value=True),
        (pl.col("as_of") == as_of) if as_of else pl.lit(value=True),
    )
    if wanted.is_empty():
        which = f" as of {as_of}" if as_of else f" {run_id}" if run_id else ""
        message = f"{warehouse.path} holds no score run{which}; make one with: shian score --warehouse {warehouse.path}"
        told = f"仓库 {warehouse.path} 中没有符合要求的评分，请先运行：shian score --warehouse {warehouse.path}"
        raise NotFoundError(message, said=told)
    record = wanted.drop("written").row(0, named=True)
    scores = warehouse.sql(
        "select * from output.scored_business where run_id = ? "
        "order by total_points desc, probability desc, business_id",
        [record["run_id"]],
    )
    rest = [name for name in scores.columns if name not in LEADING]
    return Run(record, scores.select(*LEADING, *rest))


def latest_run(warehouse: Warehouse, kind: str) -> dict[str, Any] | None:
    """Give the record of the newest run of a kind, or None where there was none yet."""
    runs = (
        warehouse.table("output.run")
        .filter(pl.col("kind") == kind)
        .with_row_index("written")
        .sort("as_of", "written", descending=True)
        .drop("written")
        .collect()
    )
    return None if runs.is_empty() else runs.row(0, named=True)


def in_slices(warehouse: Warehouse, run_id: str, rows: int) -> Iterator[pl.DataFrame]:
    """Read a run in the order of the businesses, so many rows at a time."""
    firsts = warehouse.sql(_FIRSTS, [run_id, rows])["business_id"].to_list()
    for first, following in pairwise([*firsts, None]):
        end = "" if following is None else "and business_id < ?"
        scores = warehouse.sql(
            f"{_SLICE} {end} order by business_id",
            [run_id, first, *([following] if following else [])],
        )
        rest = [name for name in scores.columns if name not in LEADING]
        yield scores.select(*LEADING, *rest)


def grades_by(scores: pl.DataFrame, column: str) -> pl.DataFrame:
    """Count businesses by grade for each value of a column, most C and D first.

    Columns: the column (- where unknown), A, B, C, D, total, share (of C and D).
    """
    risky = (pl.col("C") + pl.col("D")) / pl.col("total")
    return (
        scores.group_by(pl.col(column).fill_null("-"))
        .agg(
            *((pl.col("risk_grade") == g).sum().alias(g) for g in GRADES),
            total=pl.len(),
        )
        .with_columns(share=risky)
        .sort("share", column, descending=[True, False])
    )
