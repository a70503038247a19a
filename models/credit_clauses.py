"""The shapes of the rules of credit evaluation: index groups, points scale, classes."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from models.clauses import Rule

CreditClass = Literal["A", "B", "C", "D"]


@dataclass(frozen=True, kw_only=True)
class Direction:
    """Which way a feature is worse for credit, where the catalogue leaves it open."""

    feature: str
    direction: int


@dataclass(frozen=True, kw_only=True)
class IndexGroup(Rule):
    """A first-level group of indicators and the features that stand for it.

    A feature belongs when both its family and its story are named; one that belongs to
    no group is never scored, nor is one of which nobody said which way is worse.
    """

    families: tuple[str, ...]
    stories: tuple[str, ...]
    directions: tuple[Direction, ...] = ()

    def _own_contradiction(self) -> str | None:
        if any(d.direction not in {-1, 1} for d in self.directions):
            return "a direction is 1 (more is worse) or -1 (more is better)"
        return None


@dataclass(frozen=True, kw_only=True)
class PointsScale(Rule):
    """Where scores lie: these points at these good-to-bad odds, and what doubles them.

    A feature that moves no score by at least `smallest_span` points is not scored.
    """

    base_points: float
    base_odds: float
    points_to_double: float
    smallest_span: float

    def _own_contradiction(self) -> str | None:
        if self.base_odds <= 0 or self.points_to_double <= 0:
            return "odds and the points that double them must be above nothing"
        return None


@dataclass(frozen=True, kw_only=True)
class ClassStep:
    """The lowest score of a class."""

    credit_class: CreditClass
    at_least: float


@dataclass(frozen=True, kw_only=True)
class CreditClasses(Rule):
    """From a score to a class: the first step that is reached, or else the last class."""

    steps: tuple[ClassStep, ...]
    otherwise: CreditClass

    def _own_contradiction(self) -> str | None:
        for better, worse in pairwise(self.steps):
            if worse.at_least >= better.at_least:
                return (
                    f"class {worse.credit_class} must begin below {better.credit_class}"
                )
        return None


CREDIT_SHAPES: Mapping[str, type[Rule]] = {
    "index_group": IndexGroup,
    "points_scale": PointsScale,
    "credit_classes": CreditClasses,
}
