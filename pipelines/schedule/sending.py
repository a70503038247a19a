"""Send inspectors to the visits of an office, week by week, and find other weeks for the rest."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

import numpy as np

from models.drawing import Stream, in_random_order
from models.pairing import Free, Going, any_two, staffed
from models.patterns import DROPPED
from models.plan_task import Room, Slot, Subject, Task, Weeks
from pipelines.schedule.demands import Demand
from pipelines.schedule.policy import Row
from pipelines.schedule.staff import Office
from pipelines.schedule.weeks import PlanWeeks


@dataclass(frozen=True)
class Case:
    """A business with its visits, in the order in which they can be made."""

    business: Row
    harm: float
    visits: tuple[Demand, ...]


@dataclass(frozen=True)
class Sent:
    """A planned visit: the business, which of its visits, the week, and who goes."""

    case: Case
    number: int
    week: int
    inspectors: tuple[str, str]

    @property
    def demand(self) -> Demand:
        """Give what the visit is for."""
        return self.case.visits[self.number]


@dataclass(frozen=True)
class Dropped:
    """A visit for which there are no hands."""

    case: Case
    number: int

    @property
    def demand(self) -> Demand:
        """Give what the visit was for."""
        return self.case.visits[self.number]


@dataclass
class Sending:
    """The staffing of one office while it goes on: who has time left in which week."""

    weeks: PlanWeeks
    key: bytes
    office: Office
    task: Task
    travel: Mapping[str, float]
    reserved: frozenset[str] = frozenset()
    _people: dict[int, list[Free]] = field(default_factory=dict)
    _left: dict[int, dict[str, float]] = field(default_factory=dict)

    def sent(
        self, cases: Sequence[Case], weeks: Mapping[str, Weeks]
    ) -> tuple[tuple[Sent, ...], tuple[Dropped, ...]]:
        """Send two inspectors to each visit; say for which there is nobody."""
        by_week: dict[int, list[Dropped]] = defaultdict(list)
        waiting: list[Dropped] = []
        short: list[Dropped] = []
        for case in cases:
            planned = weeks.get(case.business["business_id"], ())
            for number, week in enumerate(planned):
                place = short if week == DROPPED else by_week[week]
                place.append(Dropped(case, number))
        sent: list[Sent] = []
        for week, visits in sorted(by_week.items()):
            gone, left = self._week(week, visits)
            sent += gone
            waiting += left
        return self._moved(sent, waiting, short)

    def _week(
        self, week: int, visits: Sequence[Dropped]
    ) -> tuple[list[Sent], list[Dropped]]:
        going = [self._going(n, v, week) for n, v in enumerate(visits)]
        label = f"pairs {self.office.office_id} {self.weeks.mondays[week]}"
        people = self._there(week)
        found, left = staffed(going, people, Stream(self.key, label))
        self._left[week] = left
        gone = [
            Sent(v.case, v.number, week, found[n])
            for n, v in enumerate(visits)
            if n in found
        ]
        return gone, [v for n, v in enumerate(visits) if n not in found]

    def _there(self, week: int) -> list[Free]:
        if week not in self._people:
            self._people[week] = [
                Free(
                    o.inspector_id,
                    float(o.minutes[week]),
                    o.days[week],
                    o.qualifications,
                )
                for o in self.office.officers
            ]
            self._left[week] = {p.inspector_id: p.minutes for p in self._people[week]}
        return self._people[week]

    def _going(self, n: int, visit: Dropped, week: int) -> Going:
        row, demand = visit.case.business, visit.demand
        monday = self.weeks.mondays[week]
        held = self.weeks.workdays[week]
        return Going(
            number=n,
            kind=row["business_type"],
            minutes=demand.minutes + self.travel[row["street_code"] or ""],
            lon=row["lon"],
            lat=row["lat"],
            days=frozenset(d for d in held if demand.earliest <= d <= demand.due),
            avoided=self.office.avoids(
                row["business_id"], monday, monday + timedelta(days=6)
            ),
        )

    def _moved(
        self, sent: list[Sent], waiting: Sequence[Dropped], short: Sequence[Dropped]
    ) -> tuple[tuple[Sent, ...], tuple[Dropped, ...]]:
        """Find another lawful week for what is left over, the weightiest first.

        What had its minutes in the plan and only found no pair may use the reserve, and
        so may what the reserve is kept for.
        """
        subjects = {s.business_id: s for s in self.task.subjects}
        weeks: dict[str, dict[int, int]] = defaultdict(dict)
        for one in sent:
            weeks[one.case.business["business_id"]][one.number] = one.week
        room = self._room(sent, subjects)
        owed = [v for v in short if self.reserved & set(v.demand.serves)]
        tries: list[tuple[Dropped, Room | None]] = [
            *((visit, room) for visit in (*waiting, *short)),
            *((visit, None) for visit in (*waiting, *owed)),
        ]
        self._placed(tries, subjects, weeks, sent)
        lost = [
            v
            for v in sorted((*waiting, *short), key=lambda v: _weight(v, subjects))
            if v.number not in weeks[v.case.business["business_id"]]
        ]
        out = [
            lighter
            for visit in lost
            for lighter in self._instead(visit, subjects, weeks, sent)
        ]
        self._placed([(visit, None) for visit in out], subjects, weeks, sent)
        every = (*waiting, *short, *out)
        self._drawn_again(every, subjects, weeks, sent)
        dropped = tuple(
            v for v in every if v.number not in weeks[v.case.business["business_id"]]
        )
        sent.sort(key=lambda s: (s.week, s.case.business["business_id"]))
        return tuple(sent), dropped

    def _placed(
        self,
        tries: Iterable[tuple[Dropped, Room | None]],
        subjects: Mapping[str, Subject],
        weeks: Mapping[str, dict[int, int]],
        sent: list[Sent],
    ) -> None:
        """Send people to what waits, the weightiest first, within the room each may use."""
        for visit, room in sorted(tries, key=lambda t: _weight(t[0], subjects)):
            number = visit.case.business["business_id"]
            if visit.number in weeks[number]:
                continue
            found = self._another(visit, subjects[number], weeks[number], room)
            if found is not None:
                sent.append(found)
                weeks[number][found.number] = found.week

    def _drawn_again(
        self,
        dropped: Iterable[Dropped],
        subjects: Mapping[str, Subject],
        weeks: Mapping[str, dict[int, int]],
        sent: list[Sent],
    ) -> None:
        """Draw another week for visits by chance whose week has no hands left.

        Every day that keeps the gaps to the business's other visits comes up alike; the
        first whose week has two people takes it.
        """
        room = self._room(sent, subjects)
        by_chance = [v for v in dropped if v.demand.chance is not None]
        for visit in sorted(by_chance, key=lambda v: v.case.business["business_id"]):
            name = visit.case.business["business_id"]
            subject, others = subjects[name], weeks[name]
            if visit.number in others:
                continue
            first, last = self.weeks.within(visit.demand.earliest, visit.demand.due)
            slot = replace(subject.slots[visit.number], first=first, last=last)
            lawful = self._lawful(subject, visit.number, slot, others)
            days = [(w, day) for w in lawful for day in self.weeks.workdays[w]]
            within = None if self.reserved & set(visit.demand.serves) else room
            chance = Stream(self.key, f"random day again {name}")
            for week in dict.fromkeys(w for w, _ in in_random_order(days, chance)):
                found = self._sent_in(visit, subject, week, within)
                if found is not None:
                    sent.append(found)
                    others[visit.number] = week
                    break

    def _instead(
        self,
        visit: Dropped,
        subjects: Mapping[str, Subject],
        weeks: Mapping[str, dict[int, int]],
        sent: list[Sent],
    ) -> list[Dropped]:
        """Send two people to a weightier visit instead of the lightest that will do."""
        subject = subjects[visit.case.business["business_id"]]
        slot, others = subject.slots[visit.number], weeks[subject.business_id]
        is_open = self.task.open_weeks(slot, subject.season)
        rounds: dict[tuple[int, tuple[str, str]], list[Sent]] = defaultdict(list)
        for one in sent:
            if (
                is_open[one.week]
                and _rank(one, subjects) > slot.rank
                and _keeps_apart(subject, visit.number, one.week, others)
            ):
                rounds[one.week, one.inspectors].append(one)
        best: tuple[float, int, tuple[str, str], list[Sent]] | None = None
        for (week, two), lighter in sorted(rounds.items()):
            lighter.sort(key=lambda s: (-_rank(s, subjects), _weight(s, subjects)))
            gone = self._enough(visit, week, two, lighter)
            cost = sum(self.task.penalty(_slot(s, subjects)) for s in gone)
            if gone and (best is None or cost < best[0]):
                best = cost, week, two, gone
        if best is None or best[0] >= self.task.penalty(slot):
            return []
        _, week, two, gone = best
        for one in gone:
            self._give_back(one, subjects)
            sent.remove(one)
            del weeks[one.case.business["business_id"]][one.number]
        for name in two:
            self._left[week][name] -= slot.minutes
        sent.append(Sent(visit.case, visit.number, week, two))
        others[visit.number] = week
        return [Dropped(one.case, one.number) for one in gone]

    def _enough(
        self, visit: Dropped, week: int, two: tuple[str, str], lighter: Sequence[Sent]
    ) -> list[Sent]:
        """Take as many of the lighter visits of two people as one more visit needs."""
        going = self._going(0, visit, week)
        able = [p for p in self._there(week) if p.inspector_id in two]
        if not all(p.may_go(going) for p in able) or not (
            able[0].days & able[1].days & going.days
        ):
            return []
        left = min(self._left[week][name] for name in two)
        gone: list[Sent] = []
        for one in lighter:
            if left >= going.minutes:
                break
            gone.append(one)
            left += one.demand.minutes + self.travel[_street(one)]
        return gone if left >= going.minutes else []

    def _give_back(self, one: Sent, subjects: Mapping[str, Subject]) -> None:
        for name in one.inspectors:
            self._left[one.week][name] += _slot(one, subjects).minutes

    def _room(self, sent: Iterable[Sent], subjects: Mapping[str, Subject]) -> Room:
        """Give the minutes that the plan may still use."""
        room = Room(self.task)
        for one in sent:
            subject = subjects[one.case.business["business_id"]]
            minutes = subject.slots[one.number].minutes
            room.take(self.task.weighs(subject.kind), one.week, minutes)
        return room

    def _another(
        self,
        visit: Dropped,
        subject: Subject,
        others: Mapping[int, int],
        room: Room | None,
    ) -> Sent | None:
        """Send two people in the week that costs least of those with hands."""
        slot = subject.slots[visit.number]
        lawful = self._lawful(subject, visit.number, slot, others)
        exposure = self.task.seasons[subject.season].exposure

        def unseen(week: int) -> float:
            held = {**others, visit.number: week}
            return exposure.of(tuple(held[n] for n in sorted(held)))

        for week in sorted(lawful, key=unseen):
            found = self._sent_in(visit, subject, week, room)
            if found is not None:
                return found
        return None

    def _lawful(
        self, subject: Subject, number: int, slot: Slot, others: Mapping[int, int]
    ) -> list[int]:
        """List the weeks that keep the gaps to the business's other visits."""
        return [
            week
            for week in np.flatnonzero(
                self.task.open_weeks(slot, subject.season)
            ).tolist()
            if _keeps_apart(subject, number, week, others)
        ]

    def _sent_in(
        self, visit: Dropped, subject: Subject, week: int, room: Room | None
    ) -> Sent | None:
        """Send two people in a week, where it has the minutes and they are there."""
        hands = self.task.weighs(subject.kind)
        minutes = subject.slots[visit.number].minutes
        if room is not None and not room.fits(hands, minutes)[week]:
            return None
        people = self._there(week)
        two = any_two(self._going(0, visit, week), people, self._left[week])
        if two is None:
            return None
        if room is not None:
            room.take(hands, week, minutes)
        return Sent(visit.case, visit.number, week, two)


def _slot(visit: Sent, subjects: Mapping[str, Subject]) -> Slot:
    return subjects[visit.case.business["business_id"]].slots[visit.number]


def _rank(visit: Sent, subjects: Mapping[str, Subject]) -> int:
    return _slot(visit, subjects).rank


def _street(visit: Sent) -> str:
    return visit.case.business["street_code"] or ""


def _weight(
    visit: Dropped | Sent, subjects: Mapping[str, Subject]
) -> tuple[int, float, str]:
    subject = subjects[visit.case.business["business_id"]]
    return subject.slots[visit.number].rank, -subject.value, subject.business_id


def _keeps_apart(
    subject: Subject, number: int, week: int, others: Mapping[int, int]
) -> bool:
    """Tell whether a week keeps the order and the gaps to the visits before and after."""
    before = [n for n in others if n < number]
    after = [n for n in others if n > number]
    if before and week - others[max(before)] < subject.slots[number].gap:
        return False
    return not after or others[min(after)] - week >= subject.slots[min(after)].gap
