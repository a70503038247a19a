"""What must be done at one business in the year: its visits, each with its lawful days.

One visit meets several requirements where it can: the first full checklist of the year
meets the legal floor, its campaign and the frequency of the grade together. A visit is
added only where no other fits.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from math import ceil

from models.plan_clauses import Campaign
from models.workdays import term_end
from pipelines.schedule.policy import Policy, Row
from pipelines.schedule.weeks import PlanWeeks

FULL, FULL_SKILL, SYSTEM, FOLLOW_UP = "full", "full_skill", "system", "follow_up"


@dataclass(frozen=True)
class Demand:
    """One visit to make: what for, when, and how long it takes on the premises.

    `serves` lists every requirement, the weightiest first; `first` and `last` are the
    weeks that the lawful days hold; one that opens may be made in a closed season.
    """

    serves: tuple[str, ...]
    purpose: str
    checklist: str
    earliest: date
    due: date
    minutes: float
    first: int
    last: int
    campaign: str | None = None
    opens: bool = False
    chance: float | None = None

    @property
    def requirement(self) -> str:
        """Name the weightiest requirement."""
        return self.serves[0]

    @property
    def is_follow_up(self) -> bool:
        """Tell whether it only follows up."""
        return self.requirement == FOLLOW_UP


@dataclass(frozen=True)
class Asked:
    """The campaigns that ask for a business, with their days."""

    campaign: Campaign
    first: date
    last: date


class Planner:
    """Makes the demands of businesses under one policy and calendar."""

    def __init__(self, policy: Policy, weeks: PlanWeeks) -> None:
        self.policy, self.weeks = policy, weeks
        number = policy.law.number
        self._noticed = weeks.first + timedelta(days=number("plan.notice_days"))
        self._overdue = weeks.first + timedelta(weeks=number("plan.overdue_weeks"))
        self._gap = policy.whole("plan.gap_weeks")
        self._soon = policy.whole("plan.gap_weeks.follow_up")

    def demands(self, business: Row, asked: Sequence[Asked]) -> tuple[Demand, ...]:
        """List the visits of a business, in the order in which they can be made."""
        visits = self._regular(business)
        visits = self._first_by(visits, business)
        visits = self._special(visits, business)
        for one in asked:
            visits = self._with_window(visits, business, one)
        visits += self._follow_up(business)
        ranked = [replace(v, serves=self.by_weight(v.serves)) for v in visits]
        return self.in_order(ranked)

    def visit_by_chance(self, business: Row) -> Demand:
        """Give the visit that chance may choose to make at a business."""
        return replace(self._visit(business, ("random",)), purpose="random")

    def visit_beyond(self, business: Row) -> Demand:
        """Give a visit beyond those required."""
        return self._visit(business, ("extra",))

    def in_order(self, visits: Iterable[Demand]) -> tuple[Demand, ...]:
        """Order visits by the middle of their weeks."""
        return tuple(sorted(visits, key=lambda v: (v.first + v.last, v.last, v.serves)))

    def around(
        self, visits: Sequence[Demand], one: Demand
    ) -> tuple[Demand, ...] | None:
        """Put a visit of one week among others, or None where they leave it no place.

        Of two visits of any week and one of the 27th, one comes before it and one after.
        """
        before = round(len(visits) * one.first / len(self.weeks.mondays))
        places = sorted(range(len(visits) + 1), key=lambda n: (abs(n - before), n))
        for place in places:
            ordered = (*visits[:place], one, *visits[place:])
            if self.fits(ordered):
                return ordered
        return None

    def gap(self, earlier: Demand, later: Demand) -> int:
        """Give the weeks between two visits at least."""
        return self._soon if earlier.is_follow_up or later.is_follow_up else self._gap

    def fits(self, visits: Sequence[Demand]) -> bool:
        """Tell whether all visits can be made, each as early as it may be."""
        at = -(10**6)
        for n, visit in enumerate(visits):
            gap = self.gap(visits[n - 1], visit) if n else 0
            least = max(visit.first, at + gap)
            if least > visit.last or self._next_open[least] > visit.last:
                return False
            at = self._next_open[least]
        return True

    @cached_property
    def _next_open(self) -> list[int]:
        """Give by week the first from there on that has a workday."""
        found = [len(self.weeks.mondays)]
        for is_open in reversed(self.weeks.is_workweek.tolist()):
            week = len(self.weeks.mondays) - len(found)
            found.append(week if is_open else found[-1])
        return found[:0:-1]

    def _between(self, visit: Demand, earliest: date, due: date) -> Demand:
        first, last = self.weeks.within(earliest, due)
        return replace(visit, earliest=earliest, due=due, first=first, last=last)

    def _regular(self, business: Row) -> list[Demand]:
        """List the visits of the grade and of key supervision that are still to make."""
        made = business["made"] or 0
        grade = f"grade_{business['risk_grade'].lower()}"
        by_grade = max(ceil(business["visits_per_year"]) - made, 0)
        key = 0
        if business["is_key_supervision"]:
            key = max(self.policy.whole("plan.key_visits") - made, 0)
        visit = self._visit(business, (grade,))
        return [
            replace(
                visit, serves=_both("key_supervision", n < key, grade, n < by_grade)
            )
            for n in range(max(by_grade, key))
        ]

    def _visit(self, business: Row, serves: tuple[str, ...]) -> Demand:
        visit = Demand(
            serves=serves,
            purpose="routine",
            checklist=FULL,
            earliest=self.weeks.first,
            due=self.weeks.last,
            minutes=self.policy.amount("plan.minutes", business),
            first=0,
            last=0,
        )
        earliest = max(self.weeks.first, self._after_higher_level(business))
        return self._between(visit, min(earliest, self.weeks.last), self.weeks.last)

    def _after_higher_level(self, business: Row) -> date:
        """Give the day from which a higher level's items may be inspected again."""
        last = business["last_higher"]
        if last is None:
            return self.weeks.first
        months = self.policy.whole("draw.no_repeat_months")
        return term_end(last, months, "month").date + timedelta(days=1)

    def _first_by(self, visits: list[Demand], business: Row) -> list[Demand]:
        """Give the first visit the terms of the law that end in the year."""
        terms = {
            name: due
            for name, due in (
                ("legal_floor", self._floor(business)),
                ("new_small", self._new_small(business)),
            )
            if due is not None
        }
        if not terms:
            return visits
        due = min(terms.values())
        first, *rest = visits or [
            replace(self._visit(business, ("legal_floor",)), serves=())
        ]
        serves = (*terms, *first.serves)
        earliest = first.earliest
        if earliest > due:
            # The order says 'in principle' of not repeating, and 'at least' of the floor.
            earliest = self.weeks.first
        bound = self._between(replace(first, serves=serves), earliest, due)
        return [bound, *rest]

    def _floor(self, business: Row) -> date | None:
        begun = business["last_full"] or business["opened_on"]
        years = self.policy.whole("visits.full_checklist_every_years")
        return self._still(
            term_end(begun, years, "year").date if begun else self.weeks.last
        )

    def _new_small(self, business: Row) -> date | None:
        opened, checked = business["opened_on"], business["last_check"]
        is_small = business["subtype"] in self.policy.law.codes("small.subtypes")
        if (
            not is_small
            or opened is None
            or (checked is not None and checked >= opened)
        ):
            return None
        months = self.policy.whole("small.first_check_months")
        return self._still(term_end(opened, months, "month").date)

    def _still(self, due: date) -> date | None:
        """Give a term that ends in the plan; what is overdue is made up soon."""
        if due > self.weeks.last:
            return None
        return min(self._overdue, self.weeks.last) if due < self._noticed else due

    def _special(self, visits: list[Demand], business: Row) -> list[Demand]:
        """Make the first visit a system inspection, the last of them with a skill check."""
        if self._needs_skill(business):
            visits = visits or [replace(self._visit(business, ()), serves=())]
            last = visits[-1]
            extra = self.policy.law.number("plan.minutes.skill")
            visits = [
                *visits[:-1],
                replace(
                    last,
                    serves=(*last.serves, "skill_check"),
                    checklist=FULL_SKILL,
                    minutes=last.minutes + extra,
                ),
            ]
        if self._needs_system(business):
            minutes = self.policy.law.number("plan.minutes.system")
            visits = [
                replace(
                    self._visit(business, ("system_inspection",)),
                    purpose="system",
                    checklist=SYSTEM,
                    minutes=minutes,
                ),
                *visits,
            ]
        return visits

    def _needs_system(self, business: Row) -> bool:
        classes = set(business["food_classes"] or ())
        is_high = business["is_special_food"] or classes & set(
            self.policy.law.codes("plan.system_food_classes")
        )
        if business["business_type"] != "producer" or not is_high:
            return False
        held = business["last_system"]
        years = self.policy.whole("plan.system_every_years")
        return held is None or term_end(held, years, "year").date <= self.weeks.last

    def _needs_skill(self, business: Row) -> bool:
        subjects = self.policy.law.codes("plan.skill_subjects")
        if not {business["business_type"], business["subtype"]} & set(subjects):
            return False
        held = business["last_skill"]
        months = self.policy.whole("plan.skill_every_months")
        return held is None or term_end(held, months, "month").date <= self.weeks.last

    def _with_window(
        self, visits: list[Demand], business: Row, asked: Asked
    ) -> list[Demand]:
        """Put one visit into a campaign's days, or add one where none fits."""
        name = asked.campaign.requirement
        begins = max(asked.first, self.weeks.first)
        for n, visit in enumerate(visits):
            earliest, due = max(begins, visit.earliest), min(asked.last, visit.due)
            if earliest > due or visit.campaign or visit.checklist == SYSTEM:
                continue
            meant = replace(
                visit,
                serves=(name, *visit.serves),
                campaign=asked.campaign.id,
                opens=name == "school_term",
            )
            moved = self._between(meant, earliest, due)
            others = [*visits[:n], moved, *visits[n + 1 :]]
            if self.fits(self.in_order(others)):
                return others
        extra = replace(
            self._visit(business, (name,)),
            campaign=asked.campaign.id,
            opens=name == "school_term",
        )
        return [*visits, self._between(extra, begins, asked.last)]

    def by_weight(self, serves: Iterable[str]) -> tuple[str, ...]:
        """Order requirements, the one that is dropped last first."""
        ranks = self.policy.ranks
        return tuple(
            sorted(serves, key=lambda name: (ranks.get(name, len(ranks)), name))
        )

    def _follow_up(self, business: Row) -> list[Demand]:
        """Follow up the last order to correct, unless that was done or lapsed."""
        order, checked = business["last_order"], business["last_check"]
        number = self.policy.law.number
        if order is None or (checked is not None and checked > order):
            return []
        if (
            order + timedelta(days=number("plan.follow_up_lapses_days"))
            < self.weeks.first
        ):
            return []
        due = self._still(order + timedelta(days=number("plan.follow_up_days")))
        if due is None:
            return []
        visit = replace(
            self._visit(business, (FOLLOW_UP,)),
            purpose=FOLLOW_UP,
            checklist=FOLLOW_UP,
            minutes=number("plan.minutes.follow_up"),
        )
        return [self._between(visit, self.weeks.first, due)]


def _both(first: str, is_first: bool, second: str, is_second: bool) -> tuple[str, ...]:
    return tuple(n for n, holds in ((first, is_first), (second, is_second)) if holds)
