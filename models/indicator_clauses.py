"""The shapes of the rules of the plan's indicators: targets, definitions, benchmarks, stars."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from models.clauses import Rule

Attribute = Literal["expected", "binding"]
Comparison = Literal[">", ">="]
# The state on the last day, the calendar year so far, or the twelve months before.
Window = Literal["day", "year", "twelve_months"]


@dataclass(frozen=True, kw_only=True)
class IndicatorTarget(Rule):
    """What the plan promises, in its own words; its name is the rule's zh and en."""

    no: int
    short_zh: str
    short_en: str
    attribute: Attribute
    target: float
    comparison: Comparison
    unit_zh: str
    unit_en: str
    departments_zh: tuple[str, ...]
    departments_en: tuple[str, ...]

    def is_met_by(self, value: float) -> bool:
        """Tell whether a value reaches the target: 98.5 does not exceed 98.5."""
        return value > self.target if self.comparison == ">" else value >= self.target


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """A number or a list of codes that a count depends on."""

    name: str
    values: tuple[str, ...] = ()
    number: float | None = None


@dataclass(frozen=True, kw_only=True)
class Alternative:
    """Another reading of the plan: parameters that take the place of the chosen ones."""

    zh: str
    en: str
    parameters: tuple[Parameter, ...]


@dataclass(frozen=True, kw_only=True)
class IndicatorDefinition(Rule):
    """How an indicator is counted, for the plan says only its name and target.

    `count` names a function of models.indicators; `factor` turns the quotient into the
    unit of the target. A count that `grows` cannot fall before the year ends. `inputs`
    are the tables counted, first the one of the numerator: without a row there nothing
    was loaded, and nothing can be said.
    """

    no: int
    status: Literal["proposal", "confirmed"]
    count: str
    window: Window
    factor: float
    is_sample: bool
    grows: bool
    numerator_zh: str
    numerator_en: str
    denominator_zh: str
    denominator_en: str
    none_zh: str
    none_en: str
    inputs: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    alternatives: tuple[Alternative, ...] = ()

    def parameters_by_name(
        self, instead: tuple[Parameter, ...] = ()
    ) -> Mapping[str, Parameter]:
        """Give the parameters, with those of an alternative in their place."""
        return {p.name: p for p in (*self.parameters, *instead)}

    def _own_contradiction(self) -> str | None:
        mine = {p.name for p in self.parameters}
        for other in self.alternatives:
            if strange := {p.name for p in other.parameters} - mine:
                return f"alternative '{other.en}' changes {min(strange)}, which is no parameter"
        return None


@dataclass(frozen=True, kw_only=True)
class IndicatorBenchmark(Rule):
    """A figure to hold an indicator against: the plan's base, or what others reach."""

    no: int
    year: int
    value: float
    unit_zh: str
    unit_en: str


@dataclass(frozen=True, kw_only=True)
class Weight:
    """How much a dimension of an assessment weighs."""

    dimension: str
    weight: float


@dataclass(frozen=True, kw_only=True)
class StarStep:
    """The least points for a number of stars."""

    stars: int
    from_points: float


@dataclass(frozen=True, kw_only=True)
class StarRating(Rule):
    """From the points of the dimensions to stars; the best step reached counts."""

    weights: tuple[Weight, ...]
    steps: tuple[StarStep, ...]
    valid_days: int

    def _own_contradiction(self) -> str | None:
        points = [step.from_points for step in self.steps]
        stars = [step.stars for step in self.steps]
        if points != sorted(points, reverse=True) or stars != sorted(
            stars, reverse=True
        ):
            return "the steps must fall from the best"
        return None if sum(w.weight for w in self.weights) > 0 else "nothing weighs"


INDICATOR_SHAPES: Mapping[str, type[Rule]] = {
    "indicator_target": IndicatorTarget,
    "indicator_definition": IndicatorDefinition,
    "indicator_benchmark": IndicatorBenchmark,
    "star_rating": StarRating,
}
