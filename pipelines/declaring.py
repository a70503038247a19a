"""An analyst's own features of the businesses in a warehouse, from a declaration file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from features.answers import compute
from features.catalogue import Feature
from features.declared import Declared, read_declared
from features.errors import InputError
from features.profile import attributes_at
from features.schema import schema
from features.warehouse import open_warehouse


@dataclass(frozen=True)
class Made:
    """The features that were declared, and their values."""

    features: tuple[Feature, ...]
    matrix: pl.DataFrame


def make_features(warehouse: Path, file: Path, *, days: Sequence[date]) -> Made:
    """Compute what a file declares over mart tables, for who traded on each day.

    A row of a table may be asked by the register's columns too: they are those its
    business had the day after the row was recorded.

    Raises:
        InputError: the file is not as it must be, or names no table of the mart.
    """
    declared = read_declared(file)
    with open_warehouse(warehouse, read_only=True) as source:
        business = source.table("mart.business").collect()
        tables = {
            name: source.table(f"mart.{name}").collect() for name in _named(declared)
        }
    asked = _asked(business, days).rename(
        {"business_id": declared.entity, "as_of": declared.as_of}
    )
    matrix = compute(declared, _with_register(declared, tables, business), asked)
    register = set(business.columns) - {declared.entity, declared.as_of}
    return Made(declared.features, matrix.drop(register & set(asked.columns)))


def _named(declared: Declared) -> Sequence[str]:
    known = [n.removeprefix("mart.") for n in schema() if n.startswith("mart.")]
    for name in declared.tables:
        if name not in known:
            message = (
                f"the table {name} is none of the mart, which has {', '.join(known)}"
            )
            raise InputError(message)
    return list(declared.tables)


def _asked(business: pl.DataFrame, days: Sequence[date]) -> pl.DataFrame:
    """List who was known and traded on each day, with what the register said of them."""
    ids = business.select(pl.col("business_id").unique().sort())
    pairs = pl.concat([ids.with_columns(as_of=pl.lit(day)) for day in days])
    is_open = pl.col("opened_on").is_null() | (pl.col("opened_on") <= pl.col("as_of"))
    is_closed = pl.col("closed_on").is_not_null() & (
        pl.col("closed_on") <= pl.col("as_of")
    )
    return attributes_at(business, pairs).filter(
        pl.col("recorded_at").is_not_null(), is_open, ~is_closed
    )


def _with_register(
    declared: Declared, tables: Mapping[str, pl.DataFrame], business: pl.DataFrame
) -> dict[str, pl.DataFrame]:
    found = {}
    for name, frame in tables.items():
        table = declared.tables[name]
        recorded = table.recorded or table.happened
        if "business_id" in frame.columns and recorded in frame.columns:
            day_after = pl.col(recorded) + pl.duration(days=1)
            told = attributes_at(
                business, frame.select("business_id", as_of=day_after)
            ).select(pl.exclude("as_of", *frame.columns))
            found[name] = frame.hstack(told)
        else:
            found[name] = frame
    return found
