"""A nation of invented districts, each with records of its own, in one warehouse.

    python -m tests.nation WAREHOUSE FIRST LAST

adds the districts of these numbers, without the slips of the pen that `load` is there to
find: what is measured on a nation is what comes after loading.
"""

import shutil
import sys
import tempfile
from dataclasses import fields
from pathlib import Path

import polars as pl

from features.schema import Facts, schema
from features.warehouse import open_warehouse
from pipelines.simulate import PLAN_TOTAL, SEED, noise, simulate

# Enough to fill every window but the longest, and quick to invent.
YEARS = 2
# Districts stand apart, ten in a row, as far as districts do.
DEGREES = 0.3
IN_A_ROW = 10
# What names something in a district only.
_NAMES = ("chain_code", "street_code")


def add_district(
    warehouse: Path, number: int, *, businesses: int = PLAN_TOTAL, years: int = YEARS
) -> None:
    """Invent the district of a number and put its records into the mart."""
    folder = Path(tempfile.mkdtemp(prefix="district"))
    try:
        simulate(folder, businesses=businesses, years=years, seed=SEED + number)
        with open_warehouse(warehouse) as opened, opened.transaction():
            for field in fields(Facts):
                path = folder / "source" / f"{field.name}.parquet"
                rows = as_recorded(pl.read_parquet(path), field.name)
                opened.insert(f"mart.{field.name}", placed(rows, number))
    finally:
        shutil.rmtree(folder)


def as_recorded(rows: pl.DataFrame, table: str) -> pl.DataFrame:
    """Take the columns of the mart, in its types."""
    columns = schema()[f"mart.{table}"].columns
    shared = [name for name in columns if name in rows.columns]
    return rows.select(pl.col(name).cast(columns[name].dtype) for name in shared)


def placed(rows: pl.DataFrame, number: int) -> pl.DataFrame:
    """Give the rows names of their own district, and its place."""
    names = [n for n in rows.columns if n in _NAMES or n.endswith("_id")]
    moves = {
        "lon": DEGREES * (number % IN_A_ROW),
        "lat": DEGREES * (number // IN_A_ROW),
    }
    return rows.with_columns(
        *(pl.concat_str(pl.lit(f"{number:03d}-"), name).alias(name) for name in names),
        *(pl.col(n) + move for n, move in moves.items() if n in rows.columns),
    )


def without_slips() -> None:
    """Invent records as they are, not as people type them."""
    noise.ERROR_SHARE = noise.DUPLICATE_SHARE = 0.0


if __name__ == "__main__":
    without_slips()
    for district in range(int(sys.argv[2]), int(sys.argv[3]) + 1):
        add_district(Path(sys.argv[1]), district)
