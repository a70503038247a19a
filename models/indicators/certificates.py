"""Indicator 7: producers above the scale with a certified system."""

import polars as pl

from models.indicators.asked import Asked, counted


def certified(asked: Asked) -> pl.DataFrame:
    """Count producers on the roster, or all of them, with a certificate valid that day."""
    held = asked.facts.certificate.filter(
        pl.col("kind").is_in(asked.codes("kinds")), pl.col("valid_from") <= asked.day
    )
    # Of a certificate the day of valid_to is its last.
    last = held.group_by("business_id").agg(
        pl.col("valid_to").fill_null(pl.date(9999, 12, 31)).max().alias("last_day")
    )
    producers = asked.trading.filter(pl.col("business_type") == "producer")
    if rosters := asked.codes("rosters"):
        listed = asked.facts.roster_entry.filter(
            asked.holds(), pl.col("roster").is_in(rosters)
        )
        producers = producers.join(listed, on="business_id", how="semi")
    ended = pl.col("last_day").cast(pl.String)
    return counted(
        producers.join(last, on="business_id", how="left").select(
            "name",
            "street_code",
            unit_id="business_id",
            has=(pl.col("last_day") >= asked.day).fill_null(value=False),
            needs=1.0,
            why_zh=(pl.lit("证书已于 ") + ended + pl.lit(" 到期")).fill_null(
                "未取得体系认证证书"
            ),
            why_en=(pl.lit("certificate ended on ") + ended).fill_null(
                "no certificate"
            ),
        )
    )
