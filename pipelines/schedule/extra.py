"""Visits beyond those required, where hands are to spare and harm is most likely.

Grades decide how often a business must be visited, and most grades ask for one visit.
With w days since the last visit and h from the year's end to the next, n visits spread
over all W = w + 365 + h days cut them into n+1 stretches; a problem that begins in one
stands for half of it on average, so with one likely in p of 365 days W²/(730(n+1)) x p
days stay unseen. One more visit saves W²/730/((n+1)(n+2)) of them: with w = 365 and
h = 182 190 days after the first visit and 95 after the second, with w = 91 93 and 46.
Each extra visit goes where probability x harm x the days saved is highest for its
minutes.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from heapq import heapify, heappop, heappush

import numpy as np

from models.patterns import Array
from models.plan_task import Hands
from pipelines.schedule.demands import Planner
from pipelines.schedule.policy import Policy, Row
from pipelines.schedule.sending import Case

EXTRA = "extra"
_YEAR = 365.0

Way = Callable[[Row], float]


class Extra:
    """Adds visits to the cases of an office within what its hands have to spare."""

    def __init__(self, policy: Policy, planner: Planner, way: Way) -> None:
        self.policy, self.planner, self.way = policy, planner, way

    def added(self, cases: Sequence[Case], hands: Sequence[Hands]) -> list[Case]:
        """Give the cases with their extra visits, the most useful first."""
        law = self.policy.law
        found = list(cases)
        left = round(law.number("plan.extra_share") * sum(len(c.visits) for c in cases))
        most = self.policy.whole("plan.extra_most")
        spare = self._spare(cases, hands)
        heap = [(-self._worth(case), n) for n, case in enumerate(cases)]
        heapify(heap)
        while heap and left:
            _, n = heappop(heap)
            longer = self._with_one_more(found[n])
            rows = _rows(hands, found[n])
            if longer is None or (spare[rows] < self._minutes(longer)).any():
                continue
            spare[rows] -= self._minutes(longer)
            found[n], left = longer, left - 1
            if sum(v.requirement == EXTRA for v in longer.visits) < most:
                heappush(heap, (-self._worth(longer), n))
        return found

    def _spare(self, cases: Sequence[Case], hands: Sequence[Hands]) -> Array:
        """Give the minutes that are left by hands."""
        spare = np.array([h.minutes.sum() for h in hands])
        for case in cases:
            way = self.way(case.business)
            wanted = sum(visit.minutes + way for visit in case.visits)
            spare[_rows(hands, case)] -= wanted
        return spare * self.policy.law.number("plan.extra_spare")

    def _worth(self, case: Case) -> float:
        """Weigh the days that one more visit saves, by its minutes."""
        count = len(case.visits)
        days = self._stretch(case) ** 2 / (2 * _YEAR) / ((count + 1) * (count + 2))
        value = float(case.business["probability"]) * case.harm
        return value * days / self._minutes(case)

    def _stretch(self, case: Case) -> float:
        """Give the days from the last visit before the year to the first after it."""
        before = self.policy.quarters_unseen(case.business, self.planner.weeks.first)
        return before + _YEAR + self.policy.law.number("plan.beyond_days")

    def _minutes(self, case: Case) -> float:
        minutes = self.policy.amount("plan.minutes", case.business)
        return minutes + self.way(case.business)

    def _with_one_more(self, case: Case) -> Case | None:
        """Add a visit, or None where no lawful weeks are left for it."""
        visit = self.planner.visit_beyond(case.business)
        visits = self.planner.in_order((*case.visits, visit))
        return replace(case, visits=visits) if self.planner.fits(visits) else None


def _rows(hands: Sequence[Hands], case: Case) -> list[int]:
    kind = case.business["business_type"]
    return [n for n, held in enumerate(hands) if kind in held.kinds]
