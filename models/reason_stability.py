"""Whether the reasons survive retraining: the share of resamples that give them again.

The model keeps boosters grown on resampled businesses. A reason recurs where such a
booster, asked about the same business, moves the odds by the same story in the same
direction, and by enough to be a reason again; its place among the four may change.
"""

from collections.abc import Sequence

import numpy as np
import polars as pl

from models.explain import (
    MAX_REASONS,
    MIN_CONTRIBUTION,
    STORIES,
    story_contributions,
    strongest_stories,
)
from models.metrics import Array
from models.risk import RiskModel
from models.treeshap import explain

STABILITY = {
    "story": pl.String,
    "direction": pl.Int8,
    "resamples": pl.Int64,
    "again": pl.Int64,
    "reasons": pl.Int64,
}


def told_directions(contributions: Array) -> Array:
    """Mark the stories that would be told of each row: +1 raising, -1 lowering, 0 not."""
    told = np.zeros((len(contributions), len(STORIES)))
    rows, story, moved = strongest_stories(contributions, MAX_REASONS)
    told[rows, story] = np.sign(moved)
    return told


def recurrences(model: RiskModel, matrix: pl.DataFrame, told: Array) -> Array:
    """Count for each row and story told the resamples in which it is a reason again."""
    inputs = matrix.select(model.features).cast(pl.Float32).to_numpy()
    again = np.zeros_like(told)
    for text in model.resamples:
        resampled = explain(text, inputs).contributions * model.calibration.slope
        again += story_contributions(resampled) * told >= MIN_CONTRIBUTION
    return again


def recurrence_of(
    model: RiskModel, matrix: pl.DataFrame, contributions: Array
) -> dict[str, float]:
    """Give, for the first row alone, each story told and its share of resamples."""
    told = told_directions(contributions[:1])
    again = recurrences(model, matrix[:1], told)[0]
    return {
        story: float(again[at] / len(model.resamples))
        for at, story in enumerate(STORIES)
        if told[0, at] and model.resamples
    }


def stability_table(
    model: RiskModel, matrix: pl.DataFrame, contributions: Array
) -> pl.DataFrame:
    """Count the reasons of a matrix by story, direction and how often they recurred."""
    told = told_directions(contributions)
    again = recurrences(model, matrix, told)
    rows, story = np.nonzero(told)
    return (
        pl.DataFrame(
            {
                "story": np.array(list(STORIES), dtype=object)[story],
                "direction": told[rows, story],
                "again": again[rows, story],
            },
            schema={"story": pl.String, "direction": pl.Float64, "again": pl.Float64},
        )
        .group_by("story", "direction", "again")
        .agg(reasons=pl.len())
        .with_columns(resamples=len(model.resamples))
        .sort("story", "direction", "again")
        .select(pl.col(name).cast(kind) for name, kind in STABILITY.items())
    )


def stable_share(
    table: pl.DataFrame, least: float, by: Sequence[str] = ()
) -> pl.DataFrame:
    """Give reasons, mean recurrence and the share that is stable, by some columns or all.

    With `least` .8, a reason told again by 7 of 8 resamples is stable, by 6 it is not.
    """
    recurred = pl.col("again") / pl.col("resamples").clip(lower_bound=1)
    weighed = pl.col("reasons").sum()
    totals = (
        weighed,
        ((recurred * pl.col("reasons")).sum() / weighed).alias("recurred"),
        (pl.col("reasons").filter(recurred >= least).sum() / weighed).alias("stable"),
    )
    return (
        table.group_by(by, maintain_order=True).agg(totals)
        if by
        else table.select(totals)
    )
