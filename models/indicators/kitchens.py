"""Indicator 8: sunshine kitchens that are connected, and online on nearly every day."""

import polars as pl

from models.indicators.asked import Asked, counted


def online(asked: Asked) -> pl.DataFrame:
    """Count kitchens whose last month with business was online on most of its days.

    The source is monthly: the last month reported stands for the last thirty days. A
    month without a day of business, as of a school in summer, is passed over.
    """
    months = (
        asked.facts.premises_connection.filter(
            asked.lately("month", asked.number("fresh_days")),
            pl.col("business_days") > 0,
        )
        .sort("business_id", "month")
        .unique("business_id", keep="last", maintain_order=True)
        .select("business_id", "month", "online_days", "business_days")
    )
    share = pl.col("online_days") / pl.col("business_days")
    days = pl.concat_str("online_days", pl.lit("/"), "business_days")
    return counted(
        _kitchens(asked)
        .join(months, on="business_id", how="left")
        .select(
            "name",
            "street_code",
            unit_id="business_id",
            has=(share >= asked.number("online_share")).fill_null(value=False),
            needs=1.0,
            why_zh=(pl.lit("最近一个月在线 ") + days + pl.lit(" 天")).fill_null(
                "未接入，或近期无在线记录"
            ),
            why_en=(
                pl.lit("online on ") + days + pl.lit(" days of the last month")
            ).fill_null("not connected, or no recent record"),
        )
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
