"""Visits beyond those required, where hands are to spare and harm is most likely.

Grades decide how often a business must be visited, and most grades ask for one visit.
With a problem there with probability p at the start and another as likely in the year,
n visits spread over it leave about 365/(n+1) days to the first and half of it between
two: 1.5 x 365/(n+1) in all. So one more saves 547.5/((n+1)(n+2)) days: 91 after the
first, 46 after the second. Each extra visit goes where probability x harm x the days
saved is highest for its minutes.
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
_DAYS_OF_ONE = 1.5 * 365

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
        """Give the minutes that are left by hands, with the share by chance taken off."""
        share = self.policy.law.number("plan.random_share")
        spare = np.array([h.minutes.sum() for h in hands])
        for case in cases:
            way = self.way(case.business)
            wanted = sum(visit.minutes + way for visit in case.visits)
            spare[_rows(hands, case)] -= wanted / (1 - share)
        return spare * self.policy.law.number("plan.extra_spare")

    def _worth(self, case: Case) -> float:
        """Weigh the days that one more visit saves, by its minutes."""
        count = len(case.visits)
        days = _DAYS_OF_ONE / ((count + 1) * (count + 2))
        value = float(case.business["probability"]) * case.harm
        return value * days / self._minutes(case)

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
