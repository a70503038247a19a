"""Plan every office: demands, the share left to chance, weeks, and who goes."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import ceil, cos, pi, radians, sqrt

import numpy as np

from models.nearness import cell_of
from models.patterns import DROPPED, Exposure
from models.plan_bound import lagrange_bound
from models.plan_task import Hands, Season, Slot, Subject, Task
from models.street_plan import Planned, plan_kept, plan_street
from pipelines.schedule.chance import ByChance
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
    whole_bound: float


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
        travel = self.travel(businesses)
        cases = self.wanted(office, businesses, asked)
        task = self.task(office, cases, planner, travel)
        first = plan_street(task, self.key)
        planned = plan_kept(task, first, self.key) if first.dropped else first
        reserved = frozenset(self.policy.law.codes("plan.reserve_for"))
        sending = Sending(self.weeks, self.key, office, task, travel, reserved)
        sent, dropped = sending.sent(cases, planned.weeks)
        # An extra visit that finds no hands after all is no shortage.
        dropped = tuple(d for d in dropped if d.demand.requirement != EXTRA)
        passed = self.policy.ranks[EXTRA]
        return OfficePlan(
            office=office,
            cases=tuple(cases),
            task=task,
            first=first,
            planned=planned,
            sent=sent,
            dropped=dropped,
            travel=travel,
            **_measured(task, (first, planned), sent, passed),
        )

    def wanted(
        self,
        office: Office,
        businesses: Sequence[Row],
        asked: Mapping[str, Sequence[Asked]],
    ) -> list[Case]:
        """List what an office is asked for, extra visits and those by chance included."""
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

        def way(row: Row) -> float:
            return travel[row["street_code"] or ""]

        extra = Extra(self.policy, planner, way)
        cases = extra.added(cases, self._hands(office, businesses))
        return ByChance(self.policy, planner, self.key, way).drawn(cases, office)

    def _hands(self, office: Office, businesses: Sequence[Row]) -> tuple[Hands, ...]:
        number = self.policy.law.number
        kinds = {row["business_type"] for row in businesses}
        return office.hands(
            kinds, 1 - number("plan.reserve"), number("plan.week_overrun")
        )

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
            longest=office.longest,
            hands=self._hands(office, [case.business for case in cases]),
            ranks=len(self.policy.ranks) + 1,
            minute_cost=number("plan.travel_weight"),
            crowd_share=number("plan.crowd_share"),
            choices=self.policy.whole("plan.map_choices"),
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
        since = self.policy.quarters_unseen(row, self.weeks.first)
        marks = (*(c.id for c, _, _ in named), *(f"{a}" for a, _ in closed))
        name = "+".join([*marks, f"{since:.0f}"])
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
                    self.weeks.reached(weights),
                    float(weights.sum()),
                    before=since,
                    beyond=self.policy.law.number("plan.beyond_days"),
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
            cell=cell_of(row["lon"], row["lat"]),
        )


def _measured(
    task: Task, solved: tuple[Planned, Planned], sent: Iterable[Sent], passed: int
) -> dict[str, float]:
    """Measure the plan that is staffed: what is kept, what is dropped, and the bounds.

    Weeks drawn again are as given as those drawn first, and an extra visit that found no
    hands was not asked for: both bounds are of what was.
    """
    weeks = {s.business_id: [DROPPED] * len(s.slots) for s in task.subjects}
    for one in sent:
        weeks[one.case.business["business_id"]][one.number] = one.week
    first, planned = solved
    final = {name: tuple(held) for name, held in weeks.items()}
    asked, final = task.as_asked(final, passed)
    kept = asked.kept(final)
    made = {n: tuple(w for w in held if w != DROPPED) for n, held in final.items()}
    return {
        "cost": sum(kept.cost(s, made[s.business_id]) for s in kept.subjects),
        "bound": lagrange_bound(kept, planned.prices, planned.crowds),
        "penalty": sum(
            asked.penalty(slot)
            for s in asked.subjects
            for slot, week in zip(s.slots, final[s.business_id], strict=True)
            if week == DROPPED
        ),
        "whole_bound": lagrange_bound(asked, first.prices, first.crowds),
    }


def _area(spots: Sequence[tuple[float, float]]) -> float:
    """Measure the area places lie in: the ellipse of two standard deviations, in km²."""
    if len(spots) < 3:  # noqa: PLR2004  two places span no area
        return 0.0
    east, north = np.array(spots).T * _KM_A_DEGREE
    east = east * cos(radians(spots[0][1]))
    spread = np.linalg.det(np.cov(east, north))
    return 4 * pi * sqrt(max(float(spread), 0.0))
