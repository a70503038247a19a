"""What people complained of: complaints and reports about a business."""

import polars as pl

from features.schema import Facts

# Categories that point at the food itself rather than at price or service.
HAZARD_CATEGORIES = ("foreign_matter", "spoiled", "illness", "expired", "pests")


def complaints(facts: Facts) -> pl.DataFrame:
    """List complaints about known businesses as events."""
    return facts.complaint.drop_nulls("business_id").select(
        "business_id",
        happened="received_on",
        recorded="recorded_at",
        complaint=pl.lit(1.0),
        report=(pl.col("kind") == "report").cast(pl.Float64),
        hazard=pl.col("category").is_in(HAZARD_CATEGORIES).cast(pl.Float64),
        illness=(pl.col("category") == "illness").cast(pl.Float64),
        hygiene=pl.col("category").is_in(["hygiene", "pests"]).cast(pl.Float64),
    )


def verified_complaints(facts: Facts) -> pl.DataFrame:
    """List complaints found true, known only from the day the check ended."""
    return (
        facts.complaint.drop_nulls("business_id")
        .filter("is_verified", pl.col("verified_on").is_not_null())
        .select(
            "business_id",
            happened="received_on",
            recorded=pl.max_horizontal("recorded_at", "verified_on"),
            verified=pl.lit(1.0),
        )
    )
