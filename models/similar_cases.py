"""Past visits to other businesses whose risk was explained most alike, and their findings.

Likeness is measured where the reasons are: two businesses are near when each story of
models.explain moved the odds of both by about as much. A casebook keeps these sums for
every visit the model learned from, so that looking a business up costs one comparison
a visit.
"""

from datetime import date

import numpy as np
import polars as pl

from models.explain import NOT_ITS_OWN, STORIES, story_contributions
from models.metrics import Array, wilson

# Told one by one; more would not be read.
SHOWN = 5
# Their findings are counted: enough that a share says something, few enough to be alike.
COUNTED = 50

# What can be a reason can make two cases alike; the season and the office's own habits
# cannot.
ALIKE = tuple(story for story in STORIES if story not in NOT_ITS_OWN)
CASEBOOK: dict[str, pl.DataType] = {
    "inspection_id": pl.String(),
    "business_id": pl.String(),
    "business_type": pl.String(),
    "inspected_on": pl.Date(),
    "recorded_at": pl.Date(),
    "is_serious": pl.Boolean(),
    **{story: pl.Float32() for story in ALIKE},
}


def casebook(
    outcome: pl.DataFrame, business_type: pl.Series, contributions: Array
) -> pl.DataFrame:
    """Put visits down with what moved their odds, row by row, in the columns of CASEBOOK.

    `outcome` has the columns of features.labels.outcomes_within, `contributions` is what
    the model gives for the same rows.
    """
    sums = story_contributions(contributions)
    named = {story: sums[:, at] for at, story in enumerate(STORIES) if story in ALIKE}
    return outcome.with_columns(business_type=business_type, **_series(named)).select(
        pl.col(name).cast(dtype) for name, dtype in CASEBOOK.items()
    )


def similar_cases(
    book: pl.DataFrame,
    contributions: Array,
    *,
    business_id: str,
    business_type: str,
    as_of: date,
) -> pl.DataFrame:
    """Find the visits of a casebook most like one business, the nearest first.

    `contributions` is the one row that the model gives for it. Only visits recorded
    before the day, only businesses of its own type, never itself, one visit each: a
    neighbour visited ten times is one case. Adds `distance`, in log-odds.
    """
    known = book.filter(
        pl.col("recorded_at") < as_of,
        pl.col("business_type") == business_type,
        pl.col("business_id") != business_id,
    )
    places = [list(STORIES).index(story) for story in ALIKE]
    own = story_contributions(contributions)[0, places].astype(np.float32)
    apart = np.linalg.norm(known.select(ALIKE).to_numpy() - own, axis=1)
    return (
        known.with_columns(distance=pl.Series(apart, dtype=pl.Float64))
        # Of cases that are as near as each other, the latest says most of today.
        .sort(
            "distance",
            "inspected_on",
            "inspection_id",
            descending=[False, True, False],
        )
        .unique("business_id", keep="first", maintain_order=True)
        .head(COUNTED)
    )


def share_serious(cases: pl.DataFrame) -> tuple[int, float, float]:
    """Count the serious findings among cases, and give the 95% interval of their share."""
    serious = int(cases["is_serious"].sum())
    return serious, *wilson(serious / max(cases.height, 1), cases.height)


def _series(values: dict[str, Array]) -> dict[str, pl.Series]:
    return {name: pl.Series(np.asarray(column)) for name, column in values.items()}
