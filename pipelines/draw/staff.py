"""Who may be sent: inspectors in service on certain days, and whom they must not meet."""

from datetime import date

import polars as pl

from features.warehouse import Warehouse
from models.double_random import Conflict, Inspector
from pipelines.draw.bundle import Excluded


def in_service(
    warehouse: Warehouse, first: date, last: date
) -> tuple[tuple[Inspector, ...], tuple[Excluded, ...]]:
    """List who is in service from the first day to the last, and who is not."""
    rows = warehouse.table("mart.inspector").sort("inspector_id").collect()
    serves = rows.select(
        serves=(pl.col("joined_on").is_null() | (pl.col("joined_on") <= first))
        & (pl.col("left_on").is_null() | (pl.col("left_on") > last))
    )["serves"]
    staff = tuple(
        Inspector(
            inspector_id=row["inspector_id"],
            office_id=row["office_id"],
            qualifications=tuple((row["qualifications"] or "").split("+"))
            if row["qualifications"]
            else (),
        )
        for row in rows.filter(serves).iter_rows(named=True)
    )
    absent = rows.filter(~serves)["inspector_id"]
    return staff, tuple(
        Excluded("inspector", number, "not_in_service", "") for number in absent
    )


def conflicts_between(
    warehouse: Warehouse, first: date, last: date
) -> tuple[Conflict, ...]:
    """List the conflicts that hold on any of the days."""
    rows = (
        warehouse.table("mart.conflict_of_interest")
        .filter(
            pl.col("valid_from") <= last,
            pl.col("valid_to").is_null() | (pl.col("valid_to") >= first),
        )
        .select("inspector_id", "business_id", "reason")
        .sort("business_id", "inspector_id")
        .collect()
    )
    return tuple(Conflict(**row) for row in rows.iter_rows(named=True))
