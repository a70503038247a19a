"""Indicator 11: leads of breaches that were filed and brought to an end in time."""

import polars as pl

from models.indicators.asked import Asked, counted


def handled(asked: Asked) -> pl.DataFrame:
    """Count leads that meet the standard, and those filed and ended within their terms.

    A lead whose term still runs is neither handled nor late: it does not count yet.
    """
    leads = (
        asked.facts.lead.filter(
            asked.in_period("found_on"),
            pl.col("meets_standard"),
            pl.col("department").is_in(asked.codes("departments")),
        )
        .with_columns(_terms(asked))
        .with_columns(_states(asked))
    )
    stages = asked.codes("stages")
    oks = [pl.col(f"is_{stage}_ok") for stage in stages]
    pending = [pl.col(f"is_{stage}_pending") for stage in stages]
    is_late = pl.any_horizontal(
        *(~(ok | wait) for ok, wait in zip(oks, pending, strict=True))
    )
    due = leads.filter(pl.all_horizontal(*oks) | is_late)
    place = asked.names.select("business_id", "name", "street_code")
    unfiled = ~pl.col("is_filing_ok")
    return counted(
        due.join(place, on="business_id", how="left").select(
            unit_id="lead_id",
            name=pl.col("name").fill_null("单位不明"),
            street_code="street_code",
            has=pl.all_horizontal(*oks),
            needs=1.0,
            why_zh=pl.when(unfiled)
            .then(pl.concat_str(pl.lit("应于 "), "file_by", pl.lit(" 前立案")))
            .otherwise(pl.concat_str(pl.lit("应于 "), "close_by", pl.lit(" 前办结"))),
            why_en=pl.when(unfiled)
            .then(pl.concat_str(pl.lit("to be filed by "), "file_by"))
            .otherwise(pl.concat_str(pl.lit("to be ended by "), "close_by")),
        )
    )


def _terms(asked: Asked) -> list[pl.Expr]:
    file_days, close_days = asked.number("file_days"), asked.number("close_days")
    closes = pl.col("filed_on") + pl.duration(days=int(close_days))
    return [
        # What comes on the day or later was not known before it.
        pl.when(pl.col(name) < asked.as_of).then(pl.col(name)).alias(name)
        for name in ("filed_on", "closed_on")
    ] + [
        (pl.col("found_on") + pl.duration(days=int(file_days))).alias("file_by"),
        pl.max_horizontal(closes, "extended_to").alias("close_by"),
    ]


def _states(asked: Asked) -> list[pl.Expr]:
    filed = (pl.col("filed_on") <= pl.col("file_by")).fill_null(value=False)
    closed = (pl.col("closed_on") <= pl.col("close_by")).fill_null(value=False)
    may_file = pl.col("filed_on").is_null() & (pl.col("file_by") >= asked.day)
    may_close = pl.col("closed_on").is_null() & pl.coalesce(
        pl.col("close_by") >= asked.day, may_file
    )
    return [
        filed.alias("is_filing_ok"),
        closed.alias("is_closing_ok"),
        may_file.alias("is_filing_pending"),
        may_close.alias("is_closing_pending"),
    ]
