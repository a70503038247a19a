"""The annual plan as a policy: what shian schedule would plan on the first day of a year."""

from datetime import timedelta

import numpy as np
import polars as pl

from pipelines.closed_loop.policies import Desk
from pipelines.runs import Run
from pipelines.schedule.plan import make_plan
from pipelines.schedule.records import records_of

WORKWEEK = 5
# A plan foresees follow-ups; here they are made whatever a policy plans.
_NOT_PLANNED = "follow_up"


def by_annual_plan(desk: Desk) -> pl.DataFrame:
    """Plan a year as the command does, on a lawful day of each week by chance."""
    record = {"run_id": "loop", "as_of": desk.start, "model_version": "loop"}
    run = Run(record, desk.judged())
    records = records_of(run, desk.facts, desk.hands, desk.start.year)
    seed = int(desk.rng.integers(2**31))
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
