"""Indicator 10: collective food poisonings that were reported as they must be."""

import polars as pl

from models.indicators.asked import Asked, counted


def reported(asked: Asked) -> pl.DataFrame:
    """Count incidents of the period with a report in time, by the channel, complete."""
    cases = pl.col("cases").fill_null(0)
    collective = pl.col("subtype").is_in(asked.codes("collective_subtypes"))
    is_counted = (
        (cases >= asked.number("least_cases"))
        | (collective & (cases >= asked.number("collective_cases")))
        | (pl.col("deaths").fill_null(0) > 0)
    )
    place = asked.names.select("business_id", "name", "subtype", at="street_code")
    happened = (
        asked.facts.incident.filter(
            asked.in_period("occurred_on"),
            pl.col("kind").is_in(asked.codes("kinds")),
        )
        .join(place, on="business_id", how="left")
        .filter(is_counted.fill_null(value=False))
    )
    return counted(
        happened.join(_reports(asked), on="incident_id", how="left").select(
            unit_id="incident_id",
            name=pl.col("name").fill_null("单位不明"),
            street_code=pl.coalesce("street_code", "at"),
            has=pl.col("is_proper").fill_null(value=False),
            needs=1.0,
            why_zh=pl.when(pl.col("is_proper").is_null())
            .then(pl.lit("无报告记录"))
            .otherwise(pl.lit("报告超时、渠道不符或内容不全")),
            why_en=pl.when(pl.col("is_proper").is_null())
            .then(pl.lit("no report on record"))
            .otherwise(pl.lit("late, by another channel, or incomplete")),
        )
    )


def _reports(asked: Asked) -> pl.DataFrame:
    is_proper = (
        (pl.col("hours_after") <= asked.number("within_hours"))
        & pl.col("channel").is_in(asked.codes("channels"))
        & pl.col("is_complete")
    )
    return asked.facts.incident_report.group_by("incident_id").agg(
        is_proper=is_proper.any()
    )
