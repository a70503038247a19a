"""Naive rankers every model must beat: what an office could do without one."""

from collections.abc import Mapping

import numpy as np
import polars as pl

from models.metrics import Array

RANDOM_SEED = 7
LABELS: Mapping[str, tuple[str, str]] = {
    "model": ("模型", "model"),
    "random": ("随机", "random"),
    "days_since_visit": ("距上次检查天数", "days since last visit"),
    "past_serious": ("历史严重不合格次数", "past serious count"),
    "last_result": ("上次检查结果", "last result"),
    "statutory_points": ("法定分值", "statutory points"),
}


def rankers(matrix: pl.DataFrame) -> dict[str, Array]:
    """Score visits by one fact each; a business never visited comes first by waiting.

    `last_result` is the source's own score where it gives one, else what the last
    routine visit found, key items before general before minor ones.
    """
    rng = np.random.default_rng(RANDOM_SEED)
    last = pl.coalesce(
        "last_score",
        pl.col("last_key_failed") * 100
        + pl.col("last_general_failed") * 10
        + pl.col("last_minor_failed"),
    )
    return {
        "random": rng.random(matrix.height),
        "days_since_visit": _filled(matrix, pl.col("days_since_visit").fill_null(1e6)),
        "past_serious": _filled(matrix, pl.col("serious_1826d")),
        "last_result": _filled(matrix, last.fill_null(last.median())),
    }


def _filled(matrix: pl.DataFrame, score: pl.Expr) -> Array:
    values: Array = (
        matrix.select(score.fill_null(0.0).cast(pl.Float64)).to_series().to_numpy()
    )
    return values
