"""Sunshine kitchens: on which days a kitchen did business, and could be seen doing it."""

from datetime import date, timedelta

import polars as pl

from features.schema import Facts


def spans(facts: Facts) -> pl.DataFrame:
    """List spans of business days as events of their last day, online or not."""
    days = (pl.col("last_on") - pl.col("first_on")).dt.total_days() + 1
    return facts.kitchen_connection.select(
        "business_id",
        happened="last_on",
        recorded=pl.max_horizontal("recorded_at", "last_on"),
        online=pl.when("is_online").then(days).otherwise(0).cast(pl.Float64),
        trading=days.cast(pl.Float64),
    )


def days_online(connection: pl.DataFrame, first: date, until: date) -> pl.DataFrame:
    """Count each kitchen's business days in [first, until), and those online.

    A span that reaches over an edge counts with its days inside: one from the 28th to
    the 3rd has three days in a window that begins on the 1st. A kitchen without a day
    of business there has no row.
    """
    inside = (
        pl.min_horizontal("last_on", pl.lit(until - timedelta(days=1)))
        - pl.max_horizontal("first_on", pl.lit(first))
    ).dt.total_days() + 1
    return (
        connection.filter(pl.col("last_on") >= first, pl.col("first_on") < until)
        .group_by("business_id")
        .agg(
            online_days=inside.filter(pl.col("is_online")).sum(),
            business_days=inside.sum(),
        )
        .sort("business_id")
    )
