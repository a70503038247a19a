"""Duplicates and typing errors at set rates, so that the loader has honest work."""

import numpy as np
import polars as pl

DUPLICATE_SHARE = 0.003
# Share of rows of a table that carry one planted error.
ERROR_SHARE = 0.002


def with_noise(
    rng: np.random.Generator, name: str, frame: pl.DataFrame
) -> pl.DataFrame:
    """Add repeated rows, and spoil some values the way people do."""
    for spoil in _SPOILS.get(name, ()):
        hit = pl.Series(rng.random(frame.height) < ERROR_SHARE / len(_SPOILS[name]))
        frame = frame.with_columns(
            pl.when(hit).then(value).otherwise(column).alias(column)
            for column, value in spoil.items()
        )
    again = frame.filter(pl.Series(rng.random(frame.height) < DUPLICATE_SHARE))
    return pl.concat([*_false_starts(rng, name, frame), frame, again])


def _false_starts(
    rng: np.random.Generator, name: str, frame: pl.DataFrame
) -> list[pl.DataFrame]:
    """Copy some rows as they were first typed, before somebody typed them again."""
    tries = _FALSE_STARTS.get(name, ())
    share = ERROR_SHARE / max(1, len(tries))
    return [
        frame.filter(pl.Series(rng.random(frame.height) < share)).with_columns(**spoil)
        for spoil in tries
    ]


_SPOILS: dict[str, tuple[dict[str, pl.Expr], ...]] = {
    "business": ({"usci": pl.col("usci").str.replace("9", "6")},),
    "inspection": (
        {"business_id": pl.concat_str(pl.col("business_id"), pl.lit("X"))},
        {"recorded_at": pl.col("inspected_on").dt.offset_by("-1d")},
        {"purpose": pl.lit("日常")},
        {
            "inspected_on": pl.col("inspected_on").dt.offset_by("10y"),
            "recorded_at": pl.col("recorded_at").dt.offset_by("10y"),
        },
        {"key_failed": -pl.col("key_failed") - 1},
    ),
    "inspection_item": (
        {"occurrences": pl.lit(0)},
        {"inspection_id": pl.concat_str(pl.lit("?"), pl.col("inspection_id"))},
    ),
    "complaint": (
        {"lon": pl.col("lat"), "lat": pl.col("lon")},
        {"category": pl.lit("食品")},
    ),
    "sampling_result": ({"programme": pl.lit("抽检")}, {"sampled_on": pl.lit(None)}),
    "penalty": ({"fine_yuan": -pl.col("fine_yuan") - 1},),
}
# A business that is refused takes all its records with it, so the register has its wrong
# rows beside the right ones: the plan's counts stay exact.
_FALSE_STARTS: dict[str, tuple[dict[str, pl.Expr], ...]] = {
    "business": (
        {"lon": pl.col("lat"), "lat": pl.col("lon")},
        {"business_type": pl.lit("餐饮")},
    ),
}
