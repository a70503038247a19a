"""Visits that chance alone chooses: whom, and in which week."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from models.draw_clauses import exactly
from models.drawing import Stream, in_random_order, whole
from models.patterns import Array
from pipelines.schedule.demands import Demand, Planner
from pipelines.schedule.policy import Policy, Row
from pipelines.schedule.sending import Case
from pipelines.schedule.staff import Office


@dataclass(frozen=True)
class ByChance:
    """Draws businesses of an office, and for each of them a day of the year."""

    policy: Policy
    planner: Planner
    key: bytes
    way: Callable[[Row], float]

    def added(self, cases: Sequence[Case], office: Office) -> list[Case]:
        """Give the cases with the share of visits that the policy leaves to chance."""
        share = exactly(self.policy.law.number("plan.random_share"))
        regular = sum(len(case.visits) for case in cases)
        eligible = [
            n for n, case in enumerate(cases) if any(self._lawful(case, office.longest))
        ]
        chosen = list(cases)
        if not eligible or not share:
            return chosen
        ratio = min(Fraction(1), share / (1 - share) * regular / len(eligible))
        label = office.office_id
        size = whole(ratio * len(eligible), Stream(self.key, f"random size {label}"))
        order = in_random_order(eligible, Stream(self.key, f"random {label}"))
        for n in order[:size]:
            lawful = list(self._lawful(cases[n], office.longest))
            chosen[n] = self._visited(cases[n], lawful, float(ratio))
        return chosen

    def _lawful(
        self, case: Case, longest: Array
    ) -> Iterator[tuple[Demand, tuple[Demand, ...]]]:
        """List the weeks in which one more visit fits between those that must be.

        Each is given as the visit in that week, and all visits in order with it.
        """
        weeks = self.planner.weeks
        closed = self.policy.closed(case.business["subtype"])
        visit = self.planner.visit_by_chance(case.business)
        minutes = visit.minutes + self.way(case.business)
        is_open = weeks.is_workweek & ~weeks.closed(closed) & (longest >= minutes)
        for week in range(visit.first, visit.last + 1):
            one = replace(visit, first=week, last=week)
            if is_open[week] and (visits := self.planner.around(case.visits, one)):
                yield one, visits

    def _visited(
        self,
        case: Case,
        lawful: Sequence[tuple[Demand, tuple[Demand, ...]]],
        chance: float,
    ) -> Case:
        """Draw a day; a week with more workdays comes up more often."""
        days = [
            n
            for n, (one, _) in enumerate(lawful)
            for _ in self.planner.weeks.workdays[one.first]
        ]
        name = case.business["business_id"]
        n, *_ = in_random_order(days, Stream(self.key, f"random day {name}"))
        one, visits = lawful[n]
        drawn = replace(one, chance=chance)
        return replace(case, visits=tuple(drawn if v is one else v for v in visits))
