"""triage's features of Chicago's inspections, by our engine and by SQL in DuckDB."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl

from features.answers import compute
from features.declared import read_declared
from features.warehouse import open_warehouse
from tests import REAL_DATA

CHICAGO = REAL_DATA / "chicago"
DECLARED = read_declared(Path(__file__).with_name("triage.toml"))
SQL = Path(__file__).with_name("triage.sql").read_text("utf-8")
# What was divided may differ in the last digit; whole numbers may not differ at all.
CLOSE = 1e-12


@dataclass(frozen=True)
class Compared:
    """How much was compared, and what was not the same."""

    rows: int
    columns: int
    values: int
    unlike: dict[str, int]


def inspections() -> pl.DataFrame:
    facility = pl.col("facility_type_at_inspection")
    return pl.read_parquet(CHICAGO / "inspection.parquet").with_columns(
        facility.replace("", None),
        is_critical=pl.col("critical_count") > 0,
        one=pl.lit(1),
    )


def cohort(visits: pl.DataFrame, days: Sequence[date]) -> pl.DataFrame:
    """List whoever had been inspected before each day."""
    asked = [
        visits.filter(pl.col("inspection_date") < day).select(
            pl.col("business_id").unique().sort(), as_of=pl.lit(day)
        )
        for day in days
    ]
    return pl.concat(asked)


def by_engine(visits: pl.DataFrame, days: Sequence[date]) -> pl.DataFrame:
    return compute(DECLARED, {"inspection": visits}, cohort(visits, days))


def by_sql(folder: Path, days: Sequence[date]) -> pl.DataFrame:
    asked = pl.DataFrame({"as_of": days})
    source = pl.read_parquet(CHICAGO / "inspection.parquet")
    with open_warehouse(folder / "triage.duckdb") as warehouse:
        return warehouse.sql(SQL, inspection=source, day=asked)


def compared(ours: pl.DataFrame, sql: pl.DataFrame) -> Compared:
    """Compare every column of ours with the rows of its window in the SQL."""
    keys = ["business_id", "as_of"]
    values, unlike, left = 0, {}, set(ours.columns) - set(keys)
    for (window,), rows in sql.group_by("window_name"):
        assert rows.select(keys).equals(ours.select(keys))
        for column in set(rows.columns) - {*keys, "window_name"}:
            name = our_name(column, window)
            if name in left:
                left.remove(name)
                values += ours.height
                wrong = count_unlike(ours[name], rows[column])
                unlike |= {name: wrong} if wrong else {}
    assert left == set()
    return Compared(ours.height, ours.width - len(keys), values, unlike)


def our_name(column: str, window: str) -> str:
    for ending in ("_missing", "_imp"):
        if column.endswith(ending):
            return f"{column.removesuffix(ending)}_{window}{ending}"
    return f"{column}_{window}"


def count_unlike(ours: pl.Series, sql: pl.Series) -> int:
    a, b = (s.cast(pl.Float64).to_numpy() for s in (ours, sql))
    return int((~np.isclose(a, b, rtol=CLOSE, atol=0.0)).sum())
