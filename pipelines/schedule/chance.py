"""The share of visits that chance alone chooses: whom, and in which week.

A visit by lot is a full inspection as any other, so where it can it takes the place of
one that the business gets anyway and meets what that was for; only where none can be
moved to a week drawn is a visit added. Everybody has the same known chance.
"""

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

_ROUTINE, _RANDOM = "routine", "random"

# A visit made by lot in one week, and all visits of the business in order with it.
Lawful = tuple[Demand, tuple[Demand, ...]]
Way = Callable[[Case, Array], Iterator[Lawful]]


@dataclass(frozen=True)
class ByChance:
    """Draws businesses of an office, and for each of them a day of the year."""

    policy: Policy
    planner: Planner
    key: bytes
    way: Callable[[Row], float]

    def drawn(self, cases: Sequence[Case], office: Office) -> list[Case]:
        """Give the cases with the share of visits that the policy leaves to chance."""
        share = exactly(self.policy.law.number("plan.random_share"))
        ways = {n: w for n, c in enumerate(cases) if (w := self._way(c, office))}
        chosen = list(cases)
        if not ways or not share:
            return chosen
        adds = sum(way == self._beside for way in ways.values())
        regular = sum(len(case.visits) for case in cases)
        chance = equal_chance(share, regular, adds, len(ways))
        label = office.office_id
        size = whole(chance * len(ways), Stream(self.key, f"random size {label}"))
        order = in_random_order(list(ways), Stream(self.key, f"random {label}"))
        for n in order[:size]:
            lawful = list(ways[n](cases[n], office.longest))
            chosen[n] = self._visited(cases[n], lawful, float(chance))
        return chosen

    def _way(self, case: Case, office: Office) -> Way | None:
        """Prefer a visit that is made anyway to one more; either may be impossible."""
        for way in (self._instead, self._beside):
            if any(True for _ in way(case, office.longest)):
                return way
        return None

    def _instead(self, case: Case, longest: Array) -> Iterator[Lawful]:
        """List the weeks in which one of the visits may be made by lot."""
        for week in self._open(case):
            for n, visit in enumerate(case.visits):
                minutes = visit.minutes + self.way(case.business)
                is_lawful = visit.first <= week <= visit.last
                if (
                    visit.purpose != _ROUTINE
                    or not is_lawful
                    or minutes > longest[week]
                ):
                    continue
                serves = self.planner.by_weight((*visit.serves, _RANDOM))
                one = replace(
                    visit, serves=serves, purpose=_RANDOM, first=week, last=week
                )
                others = (*case.visits[:n], *case.visits[n + 1 :])
                if visits := self.planner.around(others, one):
                    yield one, visits
                    break

    def _beside(self, case: Case, longest: Array) -> Iterator[Lawful]:
        """List the weeks in which one more visit fits between those that must be."""
        visit = self.planner.visit_by_chance(case.business)
        minutes = visit.minutes + self.way(case.business)
        for week in self._open(case):
            if visit.first <= week <= visit.last and minutes <= longest[week]:
                one = replace(visit, first=week, last=week)
                if visits := self.planner.around(case.visits, one):
                    yield one, visits

    def _open(self, case: Case) -> list[int]:
        weeks = self.planner.weeks
        closed = self.policy.closed(case.business["subtype"])
        is_open = weeks.is_workweek & ~weeks.closed(closed)
        return [week for week, opens in enumerate(is_open) if opens]

    def _visited(self, case: Case, lawful: Sequence[Lawful], chance: float) -> Case:
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


def equal_chance(share: Fraction, regular: int, adds: int, among: int) -> Fraction:
    """Give everybody's chance, so that visits by lot are their share of all visits.

    With 90 regular visits and 100 businesses a tenth is 9 where none of them is one
    more, a chance of .09, and 10 of then 100 where each is, a chance of .1.
    """
    return min(Fraction(1), share * regular / (among - share * adds))
