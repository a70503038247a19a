"""Indicator 9: canteens, markets and banquet kitchens with a public-interest policy."""

import polars as pl

from models.indicators.asked import Asked, counted


def insured(asked: Asked) -> pl.DataFrame:
    """Count units of the named groups with a policy in force on the last day."""
    begun = asked.facts.insurance_policy.filter(
        pl.col("kind").is_in(asked.codes("kinds")), pl.col("valid_from") <= asked.day
    )
    # Of a policy the day of valid_to is the last of its cover.
    last = begun.group_by("business_id").agg(last_day=pl.col("valid_to").max())
    ended = pl.col("last_day").cast(pl.String)
    units = asked.trading.filter(pl.col("subtype").is_in(asked.codes("subtypes")))
    return counted(
        units.join(last, on="business_id", how="left").select(
            "name",
            "street_code",
            unit_id="business_id",
            has=(pl.col("last_day") >= asked.day).fill_null(value=False),
            needs=1.0,
            why_zh=(pl.lit("保单已于 ") + ended + pl.lit(" 到期，未续保")).fill_null(
                "从未投保"
            ),
            why_en=(pl.lit("policy ended on ") + ended).fill_null("never insured"),
        )
    )
