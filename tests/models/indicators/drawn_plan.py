"""Draws the facts an indicator counts from rows that say only what matters."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import date

import polars as pl

from features.schema import PlanFacts
from models.indicator_clauses import StarRating
from models.indicators.asked import known_before
from models.indicators.assess import (
    STARS,
    Assessed,
    Plan,
    Span,
    ask,
    assess,
    read_plan,
)
from models.rules import load_rules
from tests.worked import mart

LONG_AGO = date(2015, 1, 1)
LAW = load_rules().in_force(date(2026, 1, 1))
PLANS = {plan.target.no: plan for plan in read_plan(LAW)}
RATING = LAW.get(StarRating, STARS)
# What a row may leave out, by the column: the day things happened is the day recorded.
HAPPENED = (
    *("sampled_on", "occurred_on", "reported_on", "found_on", "assessed_on", "held_on"),
    "valid_from",
)
USUAL: Mapping[str, Mapping[str, object]] = {
    "business": {"business_type": "catering", "name": "某店", "street_code": "s1"},
    "unit": {},
}

Row = Mapping[str, object]


def plan_facts(tables: Mapping[str, object]) -> PlanFacts:
    """Draw the tables named, the others empty."""
    names = [field.name for field in fields(PlanFacts)]
    rows = {n: [r for row in tables.get(n, ()) for r in spread(n, row)] for n in names}
    return PlanFacts(**{name: mart(name, rows[name]) for name in names})


def spread(table: str, row: Row) -> Sequence[Row]:
    """Write a row as often as it says, with what it leaves out."""
    own = {**USUAL.get(table, {}), **{k: v for k, v in row.items() if k != "times"}}
    if "valid_from" in mart(table).columns:
        own.setdefault("valid_from", LONG_AGO)
    if "recorded_at" in mart(table).columns:
        day = next((own[name] for name in HAPPENED if name in own), LONG_AGO)
        if table == "trace_upload":
            day = pl.select(pl.lit(own["month"]).dt.offset_by("1mo2d")).item()
        own.setdefault("recorded_at", day)
    return [
        {k: v.format(n=n) if isinstance(v, str) else v for k, v in own.items()}
        for n in range(1, int(str(row.get("times", 1))) + 1)
    ]


def assessed(
    facts: PlanFacts, no: int, as_of: date, *, year: int | None = None
) -> Assessed:
    """Assess an indicator of the year of the day before, as the command does."""
    plan: Plan = PLANS[no]
    asked_year = year or date.fromordinal(as_of.toordinal() - 1).year
    span = Span(as_of, min(as_of, date(asked_year + 1, 1, 1)), asked_year)
    return assess(plan, ask(known_before(facts, as_of), plan, RATING, span))
