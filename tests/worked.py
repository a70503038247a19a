"""Reads the worked examples of tests/cases, and draws small frames around them."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from features.schema import Facts, schema

CASES = Path(__file__).resolve().parent / "cases"
DAY = date(2026, 6, 30)

Row = Mapping[str, object]


def cases(file: str) -> list[object]:
    """Give each example of a CSV or TOML file as a test parameter named by its why."""
    path = CASES / file
    if path.suffix == ".csv":
        # Codes such as 0101 must stay text: every column is read as text first.
        rows = pl.read_csv(path, infer_schema=False).to_dicts()
    else:
        rows = tomllib.loads(path.read_text(encoding="utf-8"))["case"]
    return [pytest.param(row, id=f"{n:03d} {row['why']}") for n, row in enumerate(rows)]


def mart(table: str, rows: Sequence[Row] = ()) -> pl.DataFrame:
    """Draw rows of a mart table; what a row leaves out is null."""
    return pl.DataFrame(rows, schema=schema()[f"mart.{table}"].empty().schema)


def facts(**rows: Sequence[Row]) -> Facts:
    """Draw facts with rows in the tables named and the others empty."""
    names = [field.name for field in fields(Facts)]
    return Facts(**{name: mart(name, rows.get(name, ())) for name in names})
