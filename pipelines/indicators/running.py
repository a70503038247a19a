"""Compute the indicators of the plan as of a day, into the warehouse."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

import polars as pl

from features.errors import UsageError
from features.schema import PlanFacts
from features.warehouse import open_warehouse
from models.indicator_clauses import StarRating
from models.indicators.asked import known_before
from models.indicators.assess import (
    STARS,
    Assessed,
    Other,
    Plan,
    Span,
    ask,
    assess,
    read_plan,
    readings,
)
from models.indicators.forecast import Forecast, forecast
from models.indicators.stars import star_table
from models.rules import RuleSet, load_rules
from pipelines import settings
from pipelines.indicators.league import street_league
from pipelines.indicators.quarters import quarter_ends, quarters_between, steps_back
from pipelines.indicators.rows import write_rows
from pipelines.provenance import code_version, fingerprint, run_name

Progress = Callable[[str, float], None]
# The page shows two years and a quarter: the last value, and all it changed by.
QUARTERS = 9
# A drift that has died away says nothing about a later year.
MOST_YEARS_AHEAD = 5


@dataclass(frozen=True)
class Point:
    """An indicator at the end of a quarter, as it was known then."""

    until: date
    numerator: float
    denominator: float
    value: float | None


@dataclass(frozen=True)
class Judged:
    """An indicator: its rule, its value, other readings, its way and where it leads."""

    plan: Plan
    assessed: Assessed
    others: Sequence[Other]
    trend: Sequence[Point]
    forecast: Forecast | None

    @property
    def no(self) -> int:
        """Give the number of the indicator in the plan."""
        return self.plan.target.no


@dataclass(frozen=True)
class Indicators:
    """All indicators of a year as of a day; `record` is the row of output.run."""

    record: dict[str, object]
    as_of: date
    year: int
    until: date
    forecast_day: date
    judged: tuple[Judged, ...]
    stars: pl.DataFrame
    league: pl.DataFrame
    figures: pl.DataFrame
    law: RuleSet

    def of(self, no: int) -> Judged:
        """Give an indicator by its number.

        Raises:
            UsageError: there is no such number.
        """
        for judged in self.judged:
            if judged.no == no:
                return judged
        message = f"the plan has indicators 1 to {len(self.judged)}, not {no}"
        told = f"规划有指标 1 至 {len(self.judged)}，没有 {no}"
        raise UsageError(message, said=told)


def indicators(
    warehouse: Path,
    *,
    as_of: date,
    year: int | None = None,
    progress: Progress | None = None,
) -> Indicators:
    """Compute every indicator of a year, by default of the day before `as_of`.

    The same facts, rules and program give the same rows under the same run id.

    Raises:
        UsageError: the year is before the plan, or too far ahead.
    """
    say = progress or (lambda _what, _share: None)
    say("facts", 0.0)
    law = load_rules().in_force(as_of)
    asked_year = date.fromordinal(as_of.toordinal() - 1).year if year is None else year
    _check_year(asked_year, as_of, law)
    with open_warehouse(warehouse, read_only=True) as opened:
        facts = opened.plan_facts()
    found = _Calculation(facts, law, as_of, asked_year).run(say)
    say("writing", 0.95)
    with open_warehouse(warehouse, patience=settings.PATIENCE_SECONDS) as opened:
        write_rows(opened, found)
    say("done", 1.0)
    return found


def _check_year(year: int, as_of: date, law: RuleSet) -> None:
    begins = min(plan.target.effective_from.year for plan in read_plan(law))
    if not begins <= year <= as_of.year + MOST_YEARS_AHEAD:
        message = f"--year is a year from {begins} to {as_of.year + MOST_YEARS_AHEAD}, not {year}"
        told = (
            f"--year 可选 {begins} 至 {as_of.year + MOST_YEARS_AHEAD} 年，不能是 {year}"
        )
        raise UsageError(message, said=told)


class _Calculation:
    """The facts as known on several days, each filtered once for all indicators."""

    def __init__(self, facts: PlanFacts, law: RuleSet, as_of: date, year: int) -> None:
        self._facts, self._law, self._as_of, self._year = facts, law, as_of, year
        self._stars = law.get(StarRating, STARS)
        self._plans = read_plan(law)
        self._end = date(year + 1, 1, 1)
        self._until = min(as_of, self._end)

    def run(self, say: Progress) -> Indicators:
        span = Span(self._as_of, self._until, self._year)
        known = known_before(self._facts, self._as_of)
        now = [assess(p, ask(known, p, self._stars, span)) for p in self._plans]
        others = [readings(p, a.asked) for p, a in zip(self._plans, now, strict=True)]
        shown = self._points(quarter_ends(self._until, QUARTERS), say, 0.2)
        behind = self._points(steps_back(self._until, QUARTERS), say, 0.55)
        judged = tuple(
            Judged(
                plan=plan,
                assessed=now[n],
                others=others[n],
                trend=shown[n],
                forecast=self._ahead(plan, now[n], behind[n]),
            )
            for n, plan in enumerate(self._plans)
        )
        return Indicators(
            record=self._record(known),
            as_of=self._as_of,
            year=self._year,
            until=self._until,
            forecast_day=self._end,
            judged=judged,
            stars=star_table(now[0].asked),
            league=street_league(now, self._plans, known.street),
            figures=known.reported_figure,
            law=self._law,
        )

    def _points(
        self, days: Sequence[date], say: Progress, share: float
    ) -> list[list[Point]]:
        """Look at every indicator on each day from what was known before it."""
        by_plan: list[list[Point]] = [[] for _ in self._plans]
        for step, day in enumerate(days):
            say("quarters", share + 0.35 * step / len(days))
            known = known_before(self._facts, day)
            for points, plan in zip(by_plan, self._plans, strict=True):
                found = assess(plan, ask(known, plan, self._stars, Span(day, day)))
                points.append(
                    Point(day, found.numerator, found.denominator, found.value)
                )
        return by_plan

    def _ahead(
        self, plan: Plan, now: Assessed, behind: Sequence[Point]
    ) -> Forecast | None:
        ahead = quarters_between(self._until, self._end)
        if not ahead:
            return _exactly(now)
        factor, definition = plan.definition.factor, plan.definition
        least = now.value if definition.grows and now.value is not None else 0.0
        return scaled(
            forecast(
                [(p.numerator, p.denominator) for p in behind],
                ahead=ahead,
                is_share=plan.is_share,
                least=least / factor,
            ),
            factor,
        )

    def _record(self, known: PlanFacts) -> dict[str, object]:
        marks = (code_version(), self._law.version, fingerprint(known))
        asked = (self._as_of.isoformat(), str(self._year))
        return {
            "run_id": run_name("indicators", *marks, *asked),
            "kind": "indicators",
            "as_of": self._as_of,
            "model_version": None,
            "law_version": marks[1],
            "code_version": marks[0],
            "data_fingerprint": marks[2],
            "businesses": known.business["business_id"].n_unique(),
            "parameters": json.dumps({"year": self._year}),
        }


def scaled(ahead: Forecast | None, factor: float) -> Forecast | None:
    """Bring a forecast of a quotient into the unit of the target."""
    if ahead is None:
        return None
    return Forecast(**{name: factor * part for name, part in asdict(ahead).items()})


def _exactly(now: Assessed) -> Forecast | None:
    """Of a year that is over the value is all there is to say."""
    return None if now.value is None else Forecast(now.value, now.value, now.value)
