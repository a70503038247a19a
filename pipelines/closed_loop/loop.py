"""Grade, plan, visit, record, train again: one way of deciding, period after period."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import pairwise

import numpy as np
import polars as pl

from features.labels import cohort
from features.schema import Facts
from models.risk import RiskModel
from models.rules import Rules, load_rules
from pipelines.closed_loop.policies import DAYS_A_YEAR, Desk
from pipelines.closed_loop.ways import Policy
from pipelines.judging import judge
from pipelines.schedule.records import Hands
from pipelines.simulate.environment import Environment
from pipelines.simulate.unvisited import District, make_district, month_after
from pipelines.train import fit_rows, known_rows

# Officers had these years before any plan; the loop then runs for its own.
HISTORY_YEARS, LOOP_YEARS = 3, 3
# Planned visits a year for each business that trades when the year begins: a tenth more
# than the annual plan asks for by grade, legal floor and campaigns.
VISITS_A_YEAR = 1.2
# Models are trained at the start of a year, however often one plans anew.
MODEL_MONTHS = 12
BEGIN = date(2026, 1, 1)
# Intervals of single probabilities play no part here: as few as there can be.
RESAMPLES = 2

Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class Setting:
    """How large a district, for how long, with how many visits."""

    businesses: int = 2000
    loop_years: int = LOOP_YEARS
    visits_a_year: float = VISITS_A_YEAR

    @property
    def end(self) -> date:
        """Give the day after the last."""
        return month_after(BEGIN, 12 * self.loop_years)

    def starts(self, months: int) -> list[date]:
        """List the first days of periods of so many months, and the day after the last."""
        steps = range(0, 12 * self.loop_years + 1, months)
        return [month_after(BEGIN, step) for step in steps]


@dataclass(frozen=True)
class Learned:
    """A model trained on what was on record on a day; only who asks pays for it."""

    facts: Facts
    day: date
    rules: Rules

    @cached_property
    def model(self) -> RiskModel:
        """Train as the command does."""
        rows = known_rows(self.facts, self.day, self.rules)
        return fit_rows(rows, resamples=RESAMPLES)

    @cached_property
    def graded(self) -> pl.DataFrame:
        """Grade everybody who trades on the day, as the command does."""
        return self._graded(self.facts, self.day)

    def grades(self, facts: Facts, day: date) -> pl.DataFrame:
        """Grade on a later day with the model there is."""
        return self.graded if day == self.day else self._graded(facts, day)

    def _graded(self, facts: Facts, day: date) -> pl.DataFrame:
        pairs = cohort(facts, day)
        return judge(facts, pairs, model=self.model, rules=self.rules).graded


@dataclass(frozen=True)
class Past:
    """A district on the first day of the loop, and what can be learned of it by then."""

    environment: Environment
    learned: Learned


@dataclass(frozen=True)
class Lived:
    """A district after the loop: what happened in it, and what was learned by its end."""

    environment: Environment
    learned: Learned
    planned: pl.DataFrame


def with_history(setting: Setting, seed: int) -> Past:
    """Invent a district and let officers go about it as usual until the loop begins."""
    district: District = make_district(
        businesses=setting.businesses,
        seed=seed,
        begin=month_after(BEGIN, -12 * HISTORY_YEARS),
        months=12 * (HISTORY_YEARS + setting.loop_years),
    )
    environment = Environment(district)
    environment.live_as_usual(BEGIN)
    return Past(environment, Learned(environment.facts(), BEGIN, load_rules()))


def run(policy: Policy, past: Past, setting: Setting) -> Lived:
    """Let one way of deciding run the district to the end; the past is left as it was.

    At the end a model is trained for every policy alike, also for those that never asked
    one, so that what each could have learned can be compared.
    """
    lived, learned, plans = past.environment.fork(), past.learned, []
    for number, days in enumerate(pairwise(setting.starts(policy.months))):
        if number and number * policy.months % MODEL_MONTHS == 0:
            learned = Learned(lived.facts(), days[0], learned.rules)
        # The lot of a period is the same for every policy that draws as many.
        rng = np.random.default_rng([lived.district.seed, 11, number])
        plans.append(policy.plan(desk_of(lived, learned, days, setting, rng)))
        lived.advance(plans[-1], days[1])
    last = Learned(lived.facts(), setting.end, learned.rules)
    return Lived(lived, last, pl.concat(plans))


def desk_of(
    lived: Environment,
    learned: Learned,
    days: tuple[date, date],
    setting: Setting,
    rng: np.random.Generator,
) -> Desk:
    """Lay before whoever plans a period what is on record on its first day."""
    facts, (start, end) = lived.facts(), days
    years = (end - start).days / DAYS_A_YEAR
    trading = cohort(learned.facts, learned.day).height
    return Desk(
        facts=facts,
        start=start,
        end=end,
        visits=round(setting.visits_a_year * years * trading),
        law=learned.rules.applied_to(start),
        rng=rng,
        hands=Hands(**lived.hands()),
        judged=lambda: learned.grades(facts, start),
    )
