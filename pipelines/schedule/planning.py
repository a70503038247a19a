"""Plan every office: demands, the share left to chance, weeks, and who goes."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from fractions import Fraction
from math import ceil, cos, pi, radians, sqrt

import numpy as np

from models.draw_clauses import exactly
from models.drawing import Stream, in_random_order, whole
from models.patterns import DROPPED, Exposure, Flags
from models.plan_bound import lagrange_bound
from models.plan_task import Hands, Season, Slot, Subject, Task
from models.street_plan import Planned, plan_kept, plan_street
from pipelines.schedule.demands import Asked, Planner
from pipelines.schedule.extra import EXTRA, Extra
from pipelines.schedule.policy import Policy, Row
from pipelines.schedule.sending import Case, Dropped, Sending, Sent
from pipelines.schedule.staff import Office
from pipelines.schedule.weeks import PlanWeeks

# The shortest round through n places spread over an area A is about .7124 sqrt(nA)
# (Beardwood, Halton, Hammersley 1959), so a stop costs .7124 sqrt(A/n); a day's round
# has about five stops. Streets wind: the way is about 1.3 times as far as the crow flies.
_ROUND, _STOPS_A_DAY, _DETOUR = 0.7124, 5, 1.3
_KM_A_DEGREE = 111.2


@dataclass(frozen=True)
class OfficePlan:
    """The plan of one office, with the programme it came from."""

    office: Office
    cases: tuple[Case, ...]
    task: Task
    first: Planned
    planned: Planned
    sent: tuple[Sent, ...]
    dropped: tuple[Dropped, ...]
    travel: Mapping[str, float]
    cost: float
    bound: float
    penalty: float


def asked_for(
    businesses: Sequence[Row], policy: Policy, weeks: PlanWeeks
) -> dict[str, list[Asked]]:
    """Choose whom each campaign of the district asks for: the riskiest of its group."""
    found: dict[str, list[Asked]] = defaultdict(list)
    for campaign, first, last in policy.campaigns:
        if last < weeks.first:
            continue
        group = [b for b in businesses if policy.names(campaign, b)]
        group.sort(key=lambda b: (-b["probability"], b["business_id"]))
        for business in group[: ceil(campaign.coverage * len(group) - 1e-9)]:
            found[business["business_id"]].append(Asked(campaign, first, last))
    return found


@dataclass(frozen=True)
class Builder:
    """Plans offices under one policy, calendar and key."""

    policy: Policy
    weeks: PlanWeeks
    key: bytes

    def plan(
        self,
        office: Office,
        businesses: Sequence[Row],
        asked: Mapping[str, Sequence[Asked]],
    ) -> OfficePlan:
        """Plan one office; the same records and key give the same plan."""
        planner = Planner(self.policy, self.weeks)
        cases = [
            Case(
                business=row,
                harm=self.policy.amount("plan.harm", row),
                visits=planner.demands(row, asked.get(row["business_id"], ())),
            )
            for row in businesses
        ]
        travel = self.travel(businesses)
        extra = Extra(
            self.policy, planner, lambda row: travel[row["street_code"] or ""]
        )
        cases = extra.added(cases, self._hands(office, businesses))
        cases = self._with_random(office.office_id, cases, planner)
        task = self.task(office, cases, planner, travel)
        first = plan_street(task, self.key)
        planned = plan_kept(task, first, self.key) if first.dropped else first
        reserved = frozenset(self.policy.law.codes("plan.reserve_for"))
        sending = Sending(self.weeks, self.key, office, task, travel, reserved)
        sent, dropped = sending.sent(cases, planned.weeks)
        # An extra visit that finds no hands after all is no shortage.
        dropped = tuple(d for d in dropped if d.demand.requirement != EXTRA)
        return OfficePlan(
            office=office,
            cases=tuple(cases),
            task=task,
            first=first,
            planned=planned,
            sent=sent,
            dropped=dropped,
            travel=travel,
            **_measured(task, planned, sent),
        )

    def _hands(self, office: Office, businesses: Sequence[Row]) -> tuple[Hands, ...]:
        number = self.policy.law.number
        kinds = {row["business_type"] for row in businesses}
        return office.hands(
            kinds, 1 - number("plan.reserve"), number("plan.week_overrun")
        )

    def _with_random(
        self, office_id: str, cases: list[Case], planner: Planner
    ) -> list[Case]:
        """Add visits that chance alone chooses: whom, and in which week."""
        share = exactly(self.policy.law.number("plan.random_share"))
        regular = sum(len(case.visits) for case in cases)
        eligible = [
            n
            for n, case in enumerate(cases)
            if next(iter(self._weeks_by_chance(case, planner)), None) is not None
        ]
        if not eligible or not share:
            return cases
        ratio = min(Fraction(1), share / (1 - share) * regular / len(eligible))
        size = whole(
            ratio * len(eligible), Stream(self.key, f"random size {office_id}")
        )
        order = in_random_order(eligible, Stream(self.key, f"random {office_id}"))
        chosen = list(cases)
        for n in order[:size]:
            chosen[n] = self._visited_by_chance(cases[n], planner, float(ratio))
        return chosen

    def _weeks_by_chance(self, case: Case, planner: Planner) -> Iterable[int]:
        """Give the weeks in which one more visit fits between those that must be."""
        is_open = self._open(case)
        visit = planner.visit_by_chance(case.business)
        for week in range(visit.first, visit.last + 1):
            one = replace(visit, first=week, last=week)
            if is_open[week] and planner.fits(planner.in_order((*case.visits, one))):
                yield week

    def _open(self, case: Case) -> Flags:
        closed = self.policy.closed(case.business["subtype"])
        return self.weeks.is_workweek & ~self.weeks.closed(closed)

    def _visited_by_chance(self, case: Case, planner: Planner, chance: float) -> Case:
        name = case.business["business_id"]
        days = [
            (week, day)
            for week in self._weeks_by_chance(case, planner)
            for day in self.weeks.workdays[week]
        ]
        (week, _), *_ = in_random_order(days, Stream(self.key, f"random day {name}"))
        visit = planner.visit_by_chance(case.business)
        drawn = replace(visit, first=week, last=week, chance=chance)
        return replace(case, visits=planner.in_order((*case.visits, drawn)))

    def travel(self, businesses: Iterable[Row]) -> dict[str, float]:
        """Estimate by street the minutes on the way to a visit."""
        places: dict[str, list[tuple[float, float]]] = defaultdict(list)
        for row in businesses:
            spots = places[row["street_code"] or ""]
            if row["lon"] is not None:
                spots.append((row["lon"], row["lat"]))
        number = self.policy.law.number
        an_hour, stop = (
            number("plan.travel.speed_kmh"),
            number("plan.travel.stop_minutes"),
        )
        return {
            street: stop
            + 60 / an_hour * _DETOUR * _ROUND * sqrt(_area(spots) / _STOPS_A_DAY)
            for street, spots in places.items()
        }

    def task(
        self,
        office: Office,
        cases: Sequence[Case],
        planner: Planner,
        travel: Mapping[str, float],
    ) -> Task:
        """Put an office's demands and hands into the words of the solver."""
        seasons: dict[str, Season] = {}
        subjects = []
        for case in cases:
            season = self._season(case, seasons)
            if case.visits:
                subjects.append(self._subject(case, season, planner, travel))
        number = self.policy.law.number
        return Task(
            subjects=tuple(subjects),
            seasons=seasons,
            is_workweek=self.weeks.is_workweek,
            hands=self._hands(office, [case.business for case in cases]),
            ranks=len(self.policy.ranks) + 1,
            minute_cost=number("plan.travel_weight"),
            crowd_share=number("plan.crowd_share"),
        )

    def _season(self, case: Case, seasons: dict[str, Season]) -> str:
        """Name the season of a business, and make it when it is new."""
        row = case.business
        named = [
            (c, first, last)
            for c, first, last in self.policy.campaigns
            if self.policy.names(c, row)
        ]
        closed = self.policy.closed(row["subtype"])
        name = "+".join([*(c.id for c, _, _ in named), *(f"{a}" for a, _ in closed)])
        if name not in seasons:
            weights = np.ones((self.weeks.last - self.weeks.first).days + 1)
            for n in range(len(weights)):
                day = self.weeks.first + timedelta(days=n)
                weights[n] *= max(
                    (c.weight for c, first, last in named if first <= day <= last),
                    default=1.0,
                )
                if any(a <= day <= b for a, b in closed):
                    weights[n] = 0.0
            seasons[name] = Season(
                is_open=~self.weeks.closed(closed),
                exposure=Exposure.over(
                    self.weeks.reached(weights), float(weights.sum())
                ),
            )
        return name

    def _subject(
        self, case: Case, season: str, planner: Planner, travel: Mapping[str, float]
    ) -> Subject:
        row, ranks = case.business, self.policy.ranks
        way = travel[row["street_code"] or ""]
        slots = [
            Slot(
                first=visit.first,
                last=visit.last,
                minutes=visit.minutes + way,
                gap=planner.gap(case.visits[n - 1], visit) if n else 0,
                rank=ranks.get(visit.requirement, len(ranks)),
                opens=visit.opens,
            )
            for n, visit in enumerate(case.visits)
        ]
        return Subject(
            business_id=row["business_id"],
            kind=row["business_type"],
            season=season,
            value=row["probability"] * case.harm,
            slots=tuple(slots),
        )


def _measured(task: Task, planned: Planned, sent: Iterable[Sent]) -> dict[str, float]:
    """Measure the plan that is staffed: what is kept, its bound, and what is dropped."""
    weeks = {s.business_id: [DROPPED] * len(s.slots) for s in task.subjects}
    for one in sent:
        weeks[one.case.business["business_id"]][one.number] = one.week
    final = {name: tuple(held) for name, held in weeks.items()}
    kept = task.kept(final)
    made = {n: tuple(w for w in held if w != DROPPED) for n, held in final.items()}
    return {
        "cost": sum(kept.cost(s, made[s.business_id]) for s in kept.subjects),
        "bound": lagrange_bound(kept, planned.prices, planned.crowds),
        "penalty": sum(
            task.penalty(slot)
            for s in task.subjects
            for slot, week in zip(s.slots, final[s.business_id], strict=True)
            if week == DROPPED
        ),
    }


def _area(spots: Sequence[tuple[float, float]]) -> float:
    """Measure the area places lie in: the ellipse of two standard deviations, in km²."""
    if len(spots) < 3:  # noqa: PLR2004  two places span no area
        return 0.0
    east, north = np.array(spots).T * _KM_A_DEGREE
    east = east * cos(radians(spots[0][1]))
    spread = np.linalg.det(np.cov(east, north))
    return 4 * pi * sqrt(max(float(spread), 0.0))
