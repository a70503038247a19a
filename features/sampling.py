"""What the laboratory found: samples taken, and failures once they are final."""

import polars as pl

from features.schema import Facts

# A result that may still turn, or has turned, is no failure even where it is dated.
NOT_FAILED = ("pending", "overturned")


def samples(facts: Facts) -> pl.DataFrame:
    """List samples as events, known when their result was recorded."""
    return facts.sampling_result.select(
        "business_id",
        happened="sampled_on",
        recorded="recorded_at",
        sample=pl.lit(1.0),
    )


def failed_samples(facts: Facts) -> pl.DataFrame:
    """List failures as events, known from the day the result could not be challenged.

    A sample under re-inspection is not yet a failure, an overturned one never was.
    """
    return facts.sampling_result.filter(
        "is_failed",
        pl.col("final_on").is_not_null(),
        ~pl.col("reinspection").fill_null("none").is_in(NOT_FAILED),
    ).select(
        "business_id",
        happened="sampled_on",
        recorded=pl.max_horizontal("recorded_at", "final_on"),
        failed=pl.lit(1.0),
        failed_supervision=(pl.col("programme") == "supervision").cast(pl.Float64),
    )
