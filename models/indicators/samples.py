"""Indicators 2, 3 and 4: samples of market supervision that pass, and how many there are."""

import polars as pl

from models.indicators.asked import Asked, counted
from models.indicators.residents import per_thousand


def passed(asked: Asked) -> pl.DataFrame:
    """Count samples with a final result, and those among them that passed.

    A failure counts only when it can be challenged no more; one that the re-inspection
    overturned passed.
    """
    asked_for = asked.codes("food_classes")
    is_final = (pl.col("final_on") < asked.as_of).fill_null(
        ~pl.col("is_failed") & (pl.col("reinspection").fill_null("none") != "pending")
    )
    samples = _samples(asked).filter(is_final)
    if asked_for:
        samples = samples.filter(pl.col("food_class").is_in(asked_for))
    overturned = pl.col("reinspection").eq_missing("overturned")
    item = pl.col("failed_item").fill_null("-")
    food = pl.col("food_name").fill_null(pl.col("food_class")).fill_null("-")
    return counted(
        samples.select(
            unit_id="sample_id",
            name=pl.col("name").fill_null(pl.col("business_id")),
            street_code="street_code",
            has=~pl.col("is_failed") | overturned,
            needs=1.0,
            why_zh=pl.concat_str(
                pl.lit("不合格项目 "),
                item,
                pl.lit("，样品 "),
                food,
                pl.lit("，抽样日 "),
                "sampled_on",
            ),
            why_en=pl.concat_str(
                pl.lit("failed "),
                item,
                pl.lit(", food "),
                food,
                pl.lit(", sampled on "),
                "sampled_on",
            ),
        )
    )


def batches(asked: Asked) -> pl.DataFrame:
    """Count the batches sampled for each thousand residents, once each."""
    without = asked.codes("without_classes")
    return per_thousand(
        asked,
        _samples(asked).filter(
            pl.col("level").is_in(asked.codes("levels")),
            ~pl.col("food_class").is_in(without).fill_null(value=False),
        ),
    )


def _samples(asked: Asked) -> pl.DataFrame:
    return asked.facts.sampling_result.filter(
        asked.in_period("sampled_on"),
        pl.col("programme").is_in(asked.codes("programmes")),
    ).join(asked.names, on="business_id", how="left")
