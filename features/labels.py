"""Who could be visited, and what the next visit found."""

from datetime import date

import polars as pl

from features.inspections import GRAVITY, OUTCOME_PURPOSES
from features.profile import attributes_at
from features.schema import Facts


def cohort(facts: Facts, as_of: date) -> pl.DataFrame:
    """List the businesses known and trading on a day: business_id, as_of."""
    ids = facts.business.select("business_id").unique(maintain_order=True)
    pairs = ids.with_columns(as_of=pl.lit(as_of, dtype=pl.Date))
    return (
        attributes_at(facts.business, pairs)
        .filter(
            pl.col("name").is_not_null(),
            pl.col("opened_on").is_null() | (pl.col("opened_on") <= pl.col("as_of")),
            pl.col("closed_on").is_null() | (pl.col("closed_on") > pl.col("as_of")),
        )
        .select("business_id", "as_of")
    )


def outcomes_within(
    facts: Facts, pairs: pl.DataFrame, *, horizon_days: int
) -> pl.DataFrame:
    """Find the outcomes in [as_of, as_of + horizon) of each pair, earliest first.

    An outcome is a routine or random visit with a known result; re-inspections and
    complaint visits are evidence. Columns: business_id, as_of, inspection_id,
    inspected_on, recorded_at, is_serious, inspector_id, inclusion_probability, gravity.
    """
    outcomes = facts.inspection.filter(
        pl.col("purpose").is_in(OUTCOME_PURPOSES), pl.col("is_serious").is_not_null()
    ).select(
        "business_id",
        "inspection_id",
        "inspected_on",
        "recorded_at",
        "is_serious",
        "inspector_id",
        "inclusion_probability",
        gravity=GRAVITY,
    )
    horizon = pl.duration(days=horizon_days)
    return (
        pairs.select("business_id", "as_of")
        .join(outcomes, on="business_id", how="inner")
        .filter(
            pl.col("inspected_on") >= pl.col("as_of"),
            pl.col("inspected_on") < pl.col("as_of") + horizon,
        )
        .sort("business_id", "as_of", "inspected_on", "inspection_id")
    )
