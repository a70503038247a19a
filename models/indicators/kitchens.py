"""Indicator 8: sunshine kitchens that are connected, and online on nearly every day."""

from datetime import timedelta

import polars as pl

from features.kitchens import days_online
from models.indicators.asked import Asked, counted


def online(asked: Asked) -> pl.DataFrame:
    """Count kitchens online on nearly all business days of the last thirty days.

    Only days known by then count. A school's kitchen in the holidays, without a day of
    business, is judged by the thirty days up to its last one.
    """
    share = pl.col("online_days") / pl.col("business_days")
    days = pl.concat_str("online_days", pl.lit("/"), "business_days")
    length = f"{asked.number('window_days'):.0f}"
    away = pl.col("is_away")
    return counted(
        _kitchens(asked)
        .join(_days(asked), on="business_id", how="left")
        .select(
            "name",
            "street_code",
            unit_id="business_id",
            has=(share >= asked.number("online_share")).fill_null(value=False),
            needs=1.0,
            why_zh=pl.concat_str(
                pl.when(away).then(pl.lit("假期前")).otherwise(pl.lit("近")),
                pl.lit(f" {length} 天内在线/营业 "),
                days,
                pl.lit(" 天"),
            ).fill_null("未接入，或近期无在线记录"),
            why_en=pl.concat_str(
                pl.lit("online on "),
                days,
                pl.lit(f" business days of the {length} days before "),
                pl.when(away).then(pl.lit("the holidays")).otherwise(pl.lit("the day")),
            ).fill_null("not connected, or no recent record"),
        )
    )


def _days(asked: Asked) -> pl.DataFrame:
    """Count the days of the window; what a kitchen on holiday did before is moved there."""
    first = asked.until - timedelta(days=int(asked.number("window_days")))
    spans = asked.facts.kitchen_connection
    last = (
        spans.filter(asked.lately("last_on", asked.number("holiday_days")))
        .group_by("business_id")
        .agg(eve=pl.col("last_on").max())
    )
    rests = asked.trading.filter(
        pl.col("subtype").is_in(asked.codes("holiday_subtypes"))
    ).join(last.filter(pl.col("eve") < first), on="business_id")
    later = pl.lit(asked.day) - pl.col("eve")
    moved = spans.join(rests, on="business_id").select(
        "business_id",
        "is_online",
        first_on=pl.col("first_on") + later,
        last_on=pl.col("last_on") + later,
    )
    return pl.concat(
        [
            days_online(spans, first, asked.until).with_columns(is_away=False),
            days_online(moved, first, asked.until).with_columns(is_away=True),
        ]
    )


def _kitchens(asked: Asked) -> pl.DataFrame:
    """List each kitchen once; a home for the old only with as many beds as are asked."""
    beds = asked.facts.roster_entry.filter(
        asked.holds(),
        pl.col("roster") == "care_home",
        pl.col("amount") >= asked.number("least_beds"),
    )
    is_home = pl.col("subtype").is_in(asked.codes("bedded_subtypes"))
    large = asked.trading.filter(is_home).join(beds, on="business_id", how="semi")
    others = asked.trading.filter(pl.col("subtype").is_in(asked.codes("subtypes")))
    return pl.concat([others.filter(~is_home), large])
