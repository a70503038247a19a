"""Indicator 12: stars of the streets' food safety offices, from the points they were given."""

import polars as pl

from features.schema import labels
from models.indicators.asked import Asked, counted


def standardised(asked: Asked) -> pl.DataFrame:
    """Count the streets whose office has as many stars as are asked."""
    zh, en = ({c: n[i] for c, n in labels("office_dimension").items()} for i in (0, 1))
    least = asked.number("least_stars")
    points = pl.col("points").round(1).cast(pl.String)
    low = pl.col("lowest")
    return counted(
        star_table(asked).select(
            "street_code",
            "name",
            unit_id="street_code",
            has=pl.col("stars") >= least,
            needs=1.0,
            why_zh=(
                pl.lit("综合得分 ") + points + pl.lit("，最低项 ") + low.replace(zh)
            ).fill_null("评价不全或已过有效期"),
            why_en=(points + pl.lit(" points, lowest in ") + low.replace(en)).fill_null(
                "not fully assessed, or too long ago"
            ),
        )
    )


def star_table(asked: Asked) -> pl.DataFrame:
    """Rate every street: street_code, name, each dimension, points, lowest, stars.

    A street is rated only when every dimension that weighs was assessed recently.
    """
    rule = asked.stars
    weights = {w.dimension: w.weight for w in rule.weights}
    latest = (
        asked.facts.street_assessment.filter(
            asked.lately("assessed_on", rule.valid_days),
            pl.col("dimension").is_in(list(weights)),
        )
        .sort("street_code", "dimension", "assessed_on")
        .unique(["street_code", "dimension"], keep="last", maintain_order=True)
        .with_columns(weight=pl.col("dimension").replace_strict(weights, default=0.0))
    )
    mean = (pl.col("points") * pl.col("weight")).sum() / pl.col("weight").sum()
    rated = latest.group_by("street_code").agg(
        assessed=pl.len(),
        points=mean,
        lowest=pl.col("dimension").sort_by("points", "dimension").first(),
    )
    rated = rated.filter(pl.col("assessed") == len(weights))
    stars = pl.coalesce(
        *(
            pl.when(pl.col("points") >= step.from_points).then(step.stars)
            for step in rule.steps
        ),
        pl.lit(0),
    )
    return (
        asked.facts.street.select("street_code", "name")
        .join(rated, on="street_code", how="left")
        .with_columns(stars=stars)
        .sort("street_code")
    )
