"""Grade, plan, visit, record, train again: one way of deciding, period after period."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from features.labels import cohort
from features.schema import Facts
from models.risk import RiskModel
from models.rules import Rules, load_rules
from pipelines.closed_loop.policies import DAYS_A_YEAR, Desk, Policy
from pipelines.score import judge
from pipelines.simulate.environment import District, Environment, make_district
from pipelines.train import fit_rows, known_rows

# Officers had these years before any plan; the loop then runs for its own.
HISTORY_YEARS, LOOP_YEARS = 3, 3
# Planned visits a year for each trading business: about as many as the annual plan asks
# for by grade, legal floor, campaigns and its share by chance.
VISITS_A_YEAR = 1.2
PERIOD_MONTHS = 6
BEGIN = date(2026, 1, 1)
# Intervals of single probabilities play no part here: as few as there can be.
RESAMPLES = 2

Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class Setting:
    """How large a district, how long, how often planned anew, with how many visits."""

    businesses: int = 2000
    period_months: int = PERIOD_MONTHS
    loop_years: int = LOOP_YEARS
    visits_a_year: float = VISITS_A_YEAR

    @property
    def starts(self) -> list[date]:
        """List the first days of the periods, and the day after the last."""
        steps = range(0, 12 * self.loop_years + 1, self.period_months)
        return [_month(BEGIN, step) for step in steps]


@dataclass(frozen=True)
class Lived:
    """A district after the loop: what happened in it, and the model trained at its end."""

    environment: Environment
    model: RiskModel
    graded: pl.DataFrame
    planned: pl.DataFrame


def with_history(setting: Setting, seed: int) -> Environment:
    """Invent a district and let officers go about it as usual until the loop begins."""
    history = _month(BEGIN, -12 * HISTORY_YEARS)
    district: District = make_district(
        businesses=setting.businesses,
        seed=seed,
        begin=history,
        months=12 * (HISTORY_YEARS + setting.loop_years),
    )
    environment = Environment(district)
    environment.live_as_usual(BEGIN)
    return environment


def run(policy: Policy, environment: Environment, setting: Setting) -> Lived:
    """Let one way of deciding run the district to the end; the start is left as it was.

    At the end a model is trained for every policy alike, also for those that never asked
    one, so that what each could have learned can be compared.
    """
    lived, rules, plans = environment.fork(), load_rules(), []
    for number, end in enumerate(setting.starts[1:]):
        desk = desk_of(lived, rules, setting, number)
        plans.append(policy.plan(desk))
        lived.advance(plans[-1], end)
    model, graded = _judged(lived.facts(), setting.starts[-1], rules)
    return Lived(lived, model, graded, pl.concat(plans))


def desk_of(lived: Environment, rules: Rules, setting: Setting, number: int) -> Desk:
    """Lay before whoever plans a period what is on record on its first day."""
    facts, (start, end) = lived.facts(), setting.starts[number : number + 2]
    years = (end - start).days / DAYS_A_YEAR
    trading = cohort(facts, start).height
    return Desk(
        facts=facts,
        start=start,
        end=end,
        visits=round(setting.visits_a_year * years * trading),
        law=rules.applied_to(start),
        # The lot of a period is the same for every policy that draws as many.
        rng=np.random.default_rng([lived.district.seed, 11, number]),
        judged=lambda: _judged(facts, start, rules)[1],
    )


def _judged(facts: Facts, day: date, rules: Rules) -> tuple[RiskModel, pl.DataFrame]:
    """Train on what is on record and grade everybody, as train and score do."""
    model = fit_rows(known_rows(facts, day, rules), resamples=RESAMPLES)
    judged = judge(
        facts, cohort(facts, day), model=model, rules=rules, say=lambda *_: None
    )
    return model, judged.graded


def _month(begin: date, step: int) -> date:
    count = begin.year * 12 + begin.month - 1 + step
    return date(count // 12, count % 12 + 1, 1)
