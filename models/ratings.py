"""A score-to-grade engine for any scheme that caps a sum and a worst component.

The Measures' grade is a rating of one component without a second cap; London's food
hygiene rating has three components and both caps. The same function gives both.
"""

from collections.abc import Sequence
from functools import reduce

import polars as pl

from models.clauses import GradeBands, Rating, Step


def rate(scores: Sequence[pl.Expr], steps: Sequence[Step], otherwise: str) -> pl.Expr:
    """Give the grade of the first step whose caps hold, from the best, or else the last.

    With steps 5 (sum to 15, worst to 5) and 4 (sum to 20, worst to 10): scores 5, 5, 5
    give 5; 10, 0, 0 give 4, because the worst breaks the first cap; a missing score
    gives no grade at all.
    """
    total = pl.sum_horizontal(*scores, ignore_nulls=False)
    worst = pl.max_horizontal(*scores)
    grade = reduce(
        lambda rest, step: (
            pl.when((total <= step.sum_up_to) & (worst <= step.worst_up_to))
            .then(pl.lit(step.grade))
            .otherwise(rest)
        ),
        reversed(steps),
        pl.lit(otherwise),
    )
    return pl.when(total.is_not_null()).then(grade)


def rate_by(rule: Rating) -> pl.Expr:
    """Rate the rule's own components, each a column of its name."""
    return rate([pl.col(name) for name in rule.components], rule.steps, rule.otherwise)


def grade_of(points: pl.Expr, rule: GradeBands) -> pl.Expr:
    """Give the grade of the (above, up_to] band that holds the points."""
    *milder, worst = rule.bands
    steps = [Step(grade=band.grade, sum_up_to=band.up_to) for band in milder]
    return rate([points], steps, worst.grade)
