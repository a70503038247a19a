"""The annual plan as a policy: what shian schedule would plan on the first day of a year."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import polars as pl

from pipelines.closed_loop.policies import Desk
from pipelines.runs import Run
from pipelines.schedule.plan import asked_of_offices, make_plan
from pipelines.schedule.records import Records, records_of

WORKWEEK = 5
# A plan foresees follow-ups; here they are made whatever a policy plans.
_NOT_PLANNED = "follow_up"


def by_annual_plan(desk: Desk) -> pl.DataFrame:
    """Plan a year as the command does, with all the extra visits that it finds hands for."""
    return _planned(desk, _records(desk), int(desk.rng.integers(2**31)))


def by_annual_plan_of_as_many(desk: Desk) -> pl.DataFrame:
    """Plan a year as the command does, with extra visits up to the number on the desk."""
    seed = int(desk.rng.integers(2**31))
    return _planned(desk, of_as_many(_records(desk), desk.visits, seed), seed)


def of_as_many(records: Records, visits: int, seed: int) -> Records:
    """Set the share of extra visits (S-33) so that a plan comes to a number of visits.

    Where the visits required are more already, there are no extra ones.
    """

    def with_extra(share: float) -> Records:
        law = records.law.what_if("plan.extra_share", value=share)
        return replace(records, law=law)

    required = [
        visit.requirement
        for case in asked_of_offices(with_extra(0.0), seed)
        for visit in case.visits
    ]
    planned = sum(name != _NOT_PLANNED for name in required)
    return with_extra(max(visits - planned, 0) / max(len(required), 1))


def _records(desk: Desk) -> Records:
    record = {"run_id": "loop", "as_of": desk.start, "model_version": "loop"}
    run = Run(record, desk.judged())
    return records_of(run, desk.facts, desk.hands, desk.start.year)


def _planned(desk: Desk, records: Records, seed: int) -> pl.DataFrame:
    """Make the plan, each visit on a lawful day of its week by chance."""
    made = make_plan(records, seed, lambda _what, _share: None, is_guessed=False)
    visits = made.visits.filter(pl.col("purpose") != _NOT_PLANNED)
    rolled = desk.rng.integers(0, WORKWEEK, visits.height)
    return visits.select(
        "business_id",
        visit_on=_days(visits, rolled, desk),
        purpose="purpose",
        inclusion_probability="inclusion_probability",
    ).filter(pl.col("visit_on").is_between(desk.start, desk.end, closed="left"))


def _days(visits: pl.DataFrame, rolled: np.ndarray, desk: Desk) -> pl.Series:
    """Put each visit on a day of its week, within its lawful days."""
    days = [
        min(max(monday + timedelta(days=int(n)), earliest, desk.start), due)
        for monday, earliest, due, n in zip(
            *(visits[c] for c in ("week_starting", "earliest_on", "due_on")),
            rolled,
            strict=True,
        )
    ]
    return pl.Series(days, dtype=pl.Date)
