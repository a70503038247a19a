"""Indicator 1: who deals in the main foods, and whose batches can be traced."""

import polars as pl

from features.schema import labels
from models.indicators.asked import Asked, counted


def traced(asked: Asked) -> pl.DataFrame:
    """Count operators, by category or as a whole, that uploaded a valid batch lately.

    Of an operator counted as a whole every category must be traced.
    """
    pairs = _pairs(asked)
    if asked.codes("unit") == ("operator",):
        return _by_operator(pairs)
    zh, en = ({c: n[i] for c, n in labels("trace_category").items()} for i in (0, 1))
    category = pl.col("category").replace(zh)
    return counted(
        pairs.select(
            unit_id=pl.concat_str("business_id", pl.lit("/"), "category"),
            name=pl.concat_str("name", pl.lit("（"), category, pl.lit("）")),
            street_code="street_code",
            has=pl.col("is_traced"),
            needs=1.0,
            why_zh=category + pl.lit("：最近一个月无有效追溯信息上传"),
            why_en=pl.col("category").replace(en)
            + pl.lit(": no valid upload in the last month reported"),
        )
    )


def _pairs(asked: Asked) -> pl.DataFrame:
    uploads = asked.facts.trace_upload.filter(
        asked.lately("month", asked.number("fresh_days")),
        pl.col("platform").is_in(asked.codes("platforms")),
        pl.col("batches") > 0,
    ).select("business_id", "category", is_traced=True)
    return (
        asked.facts.handled_food.filter(
            asked.holds(), pl.col("category").is_in(asked.codes("categories"))
        )
        .select("business_id", "category")
        .unique(maintain_order=True)
        .join(
            asked.trading.filter(pl.col("subtype").is_in(asked.codes("subtypes"))),
            on="business_id",
        )
        .join(
            uploads.unique(maintain_order=True),
            on=["business_id", "category"],
            how="left",
        )
        .with_columns(pl.col("is_traced").fill_null(value=False))
    )


def _by_operator(pairs: pl.DataFrame) -> pl.DataFrame:
    left = (~pl.col("is_traced")).sum().cast(pl.String)
    return counted(
        pairs.group_by("business_id", maintain_order=True)
        .agg(
            pl.col("name", "street_code").first(),
            has=pl.col("is_traced").all(),
            why_zh=left + pl.lit("个品种最近一个月无有效上传"),
            why_en=left + pl.lit(" categories without a valid upload"),
        )
        .with_columns(unit_id="business_id", needs=1.0)
    )
