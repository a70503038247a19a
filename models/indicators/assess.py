"""From a count to a value, whether it meets the target, how far it is, and its interval."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil, floor

import polars as pl

from features.schema import PlanFacts
from models.indicator_clauses import (
    IndicatorBenchmark,
    IndicatorDefinition,
    IndicatorTarget,
    Parameter,
    StarRating,
    Window,
)
from models.indicators.asked import COUNTED, Asked
from models.indicators.counts import count
from models.metrics import wilson
from models.rules import RuleSet

INDICATORS = range(1, 15)
STARS = "indicator.stars"
# Quotients are compared with targets typed in decimals: 99 of 100 meets 99%.
_TINY = 1e-9


@dataclass(frozen=True)
class Span:
    """Up to which day, what was known before which day; of a year, or of twelve months."""

    as_of: date
    until: date
    year: int | None = None

    def first(self, window: Window) -> date:
        """Give the first day: of the year where it is asked for, or a year before."""
        if window == "year" and self.year is not None:
            return date(self.year, 1, 1)
        # A year before the 29th of February is the 28th.
        day = min(self.until.day, 28) if self.until.month == 2 else self.until.day  # noqa: PLR2004
        return date(self.until.year - 1, self.until.month, day)


@dataclass(frozen=True)
class Plan:
    """An indicator as the rules have it."""

    target: IndicatorTarget
    definition: IndicatorDefinition
    benchmarks: tuple[IndicatorBenchmark, ...]

    @property
    def is_share(self) -> bool:
        """Whether it is a share of things, and not an amount for each thousand."""
        return self.definition.factor == 100  # noqa: PLR2004  per cent


@dataclass(frozen=True)
class Assessed:
    """A value with what it was made of; empty where nothing is there to be counted.

    `missing` is how much the numerator lacks for the target, `gaps` the rows that lack
    something, `lacks` the table without which nothing can be said.
    """

    asked: Asked
    numerator: float
    denominator: float
    value: float | None
    lower: float | None
    upper: float | None
    is_met: bool | None
    missing: float
    rows: pl.DataFrame
    gaps: pl.DataFrame
    lacks: str | None


@dataclass(frozen=True)
class Other:
    """What another reading of the plan would give."""

    zh: str
    en: str
    value: float | None
    is_met: bool | None


def read_plan(law: RuleSet) -> tuple[Plan, ...]:
    """Give the indicators of the plan in force."""
    benchmarks = law.all(IndicatorBenchmark)
    return tuple(
        Plan(
            law.get(IndicatorTarget, f"indicator.target.{no}"),
            law.get(IndicatorDefinition, f"indicator.definition.{no}"),
            tuple(b for b in benchmarks if b.no == no),
        )
        for no in INDICATORS
    )


def ask(known: PlanFacts, plan: Plan, stars: StarRating, span: Span) -> Asked:
    """Ask for a span of the facts known before its day of knowing."""
    return Asked(
        facts=known,
        as_of=span.as_of,
        first=span.first(plan.definition.window),
        until=span.until,
        parameters=plan.definition.parameters_by_name(),
        stars=stars,
    )


def assess(plan: Plan, asked: Asked) -> Assessed:
    """Count, divide, and compare with the target."""
    lacks = _lacks(plan, asked)
    rows = _rows(plan, asked)
    numerator, denominator = float(rows["has"].sum()), float(rows["needs"].sum())
    value = _value(plan, numerator, denominator)
    lower, upper = _interval(plan, numerator, denominator)
    return Assessed(
        asked=asked,
        numerator=numerator,
        denominator=denominator,
        value=value,
        lower=lower,
        upper=upper,
        is_met=None if value is None else _is_met(plan, value),
        missing=_missing(plan, numerator, denominator),
        rows=rows,
        gaps=_gaps(plan, rows),
        lacks=lacks,
    )


def value_of(plan: Plan, rows: pl.DataFrame) -> float | None:
    """Give the value of some rows of a count, such as those of a street."""
    return _value(plan, float(rows["has"].sum()), float(rows["needs"].sum()))


def readings(plan: Plan, asked: Asked) -> list[Other]:
    """Count under every alternative the definition names."""
    return [
        Other(other.zh, other.en, *_under(plan, asked, other.parameters))
        for other in plan.definition.alternatives
    ]


def _under(
    plan: Plan, asked: Asked, parameters: Sequence[Parameter]
) -> tuple[float | None, bool | None]:
    changed = plan.definition.parameters_by_name(tuple(parameters))
    value = value_of(plan, _rows(plan, asked.under(changed)))
    return value, None if value is None else _is_met(plan, value)


def _rows(plan: Plan, asked: Asked) -> pl.DataFrame:
    """Count, unless nothing was loaded to count or the period has not begun."""
    is_ahead = asked.first >= asked.until
    if is_ahead or _lacks(plan, asked):
        return pl.DataFrame(schema=COUNTED)
    return count(plan.definition.count, asked)


def _lacks(plan: Plan, asked: Asked) -> str | None:
    first = plan.definition.inputs[0]
    return first if getattr(asked.facts, first).is_empty() else None


def _value(plan: Plan, numerator: float, denominator: float) -> float | None:
    if denominator <= 0:
        return None
    return plan.definition.factor * numerator / denominator


def _is_met(plan: Plan, value: float) -> bool:
    target = plan.target
    if abs(value - target.target) < _TINY:
        return target.comparison == ">="
    return target.is_met_by(value)


def _interval(
    plan: Plan, numerator: float, denominator: float
) -> tuple[float | None, float | None]:
    if not plan.definition.is_sample or denominator <= 0:
        return None, None
    low, high = wilson(numerator / denominator, denominator)
    factor = plan.definition.factor
    share = factor * numerator / denominator
    # At none or all the formula misses the share by a rounding.
    return min(factor * low, share), max(factor * high, share)


def _missing(plan: Plan, numerator: float, denominator: float) -> float:
    """Count what the numerator lacks: 990 of 1000 lack none of 99%, and 6 of more than 98.5% at 980."""
    wanted = plan.target.target / plan.definition.factor * denominator
    whole = ceil(wanted - _TINY)
    if plan.target.comparison == ">":
        whole = floor(wanted + _TINY) + 1
    return max(0.0, whole - numerator) if denominator > 0 else 0.0


def _gaps(plan: Plan, rows: pl.DataFrame) -> pl.DataFrame:
    """List the rows that lack something: of an amount, batches below the target."""
    wanted = pl.col("needs")
    if not plan.is_share:
        wanted = (wanted * plan.target.target / plan.definition.factor - _TINY).ceil()
    return (
        rows.with_columns(missing=wanted - pl.col("has"))
        .filter(pl.col("missing") > 0)
        .select("unit_id", "name", "street_code", "missing", "why_zh", "why_en")
        .sort("missing", "street_code", "unit_id", descending=[True, False, False])
    )
