"""Days and rounds of a week, with the least change to what people were told.

First stands what was told and can stand. Then come the visits of the plan with the pair
it sends, then what became known since, where it fits best. Only what must be done this
week takes the place of what may wait.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from pipelines.weekly.rounds import Round
from pipelines.weekly.tasks import PLAN, Pair, Roster, Stop, Task, Way

INSPECTORS = 2

Why = tuple[str, str]
ABSENT: Why = (
    "原检查人员当日不在岗、休假或须回避",
    "an inspector is away or must not go",
)
NO_ROOM: Why = (
    "当周人力已满，让位于更急的检查",
    "no room this week beside what is more urgent",
)
NOT_DONE: Why = ("此前未完成，顺延", "not done when it was told, moved on")
NO_DAY: Why = (
    "原检查人员当周没有可用的共同工作日",
    "the pair has no day left together",
)


@dataclass
class Desk:
    """The rounds of a week while they are being made."""

    roster: Roster
    way: Way
    minutes_a_day: float
    today: date
    rounds: dict[tuple[Pair, date], Round] = field(default_factory=dict)
    of_office: dict[str, list[Round]] = field(default_factory=lambda: defaultdict(list))
    with_whom: dict[tuple[str, date], Pair] = field(default_factory=dict)
    why: dict[str, Why] = field(default_factory=dict)
    left: list[Task] = field(default_factory=list)

    @property
    def week_ends(self) -> date:
        """Give the last workday of the week."""
        return max(self.roster.days, default=self.today)

    def must(self, task: Task) -> bool:
        """Tell whether a task cannot wait for another week."""
        return task.due_on <= self.week_ends

    def may_be_on(self, task: Task, day: date) -> bool:
        """Tell whether a day is lawful: not past, not too early, not too late."""
        is_late = day > task.due_on and not task.is_overdue(self._first_day)
        return day >= max(self.today, task.earliest_on) and not is_late

    @property
    def _first_day(self) -> date:
        return min((d for d in self.roster.days if d >= self.today), default=self.today)

    def can_go(self, pair: Pair, day: date) -> bool:
        """Tell whether a pair is there on a day and promised to nobody else."""
        return len(set(pair)) == INSPECTORS and all(
            self.roster.is_free(who, day)
            and self.with_whom.get((who, day), pair) == pair
            for who in pair
        )

    def may_go(self, pair: Pair, task: Task) -> bool:
        """Tell whether both may inspect the business."""
        return all(self.roster.may(who, task) for who in pair)

    def round(self, pair: Pair, day: date, office: str) -> Round:
        """Open the round of a pair on a day, or give the open one."""
        found = self.rounds.get((pair, day))
        if found is None:
            found = Round(day, pair, office, self.way, self.minutes_a_day)
            self.rounds[pair, day] = found
            self.of_office[office].append(found)
            self.with_whom |= {(who, day): pair for who in pair}
        return found

    def load(self, inspector: str) -> int:
        """Count the days an inspector is out already."""
        return sum(who == inspector for who, _ in self.with_whom)

    def stand_in(self, pair: Pair, day: date, tasks: Sequence[Task]) -> Pair | None:
        """Find a pair for tasks of a day that keeps whoever of the old one can go."""
        office = tasks[0].office_id
        kept = [w for w in pair if self._can_serve(w, day, tasks)]
        others = sorted(
            (
                who
                for who, of in self.roster.office.items()
                if of == office and who not in pair and self._can_serve(who, day, tasks)
            ),
            key=lambda who: (self.load(who), who),
        )
        found = (*kept, *others)[:INSPECTORS]
        return found if len(found) == INSPECTORS else None

    def _can_serve(self, who: str, day: date, tasks: Iterable[Task]) -> bool:
        return (
            self.roster.is_free(who, day)
            and (who, day) not in self.with_whom
            and all(self.roster.may(who, task) for task in tasks)
        )


def arrange(
    tasks: Sequence[Task],
    roster: Roster,
    way: Way,
    *,
    minutes_a_day: float,
    today: date,
) -> Desk:
    """Put every task on a day, in a round, with two who may go; or leave it, with why."""
    desk = Desk(roster, way, minutes_a_day, today)
    stands = [t for t in tasks if t.told and _can_stand(t.told.day, desk)]
    waiting = [t for t in tasks if not (t.told and _can_stand(t.told.day, desk))]
    desk.why |= {t.visit_id: NOT_DONE for t in waiting if t.told}
    waiting += _keep(stands, desk)
    by_pair: dict[Pair, list[Task]] = defaultdict(list)
    for task in waiting:
        by_pair[task.pair].append(task)
    loose = by_pair.pop((), [])
    for pair in sorted(by_pair, key=lambda p: (-len(by_pair[p]), p)):
        loose += fill_days(pair, by_pair[pair], desk)
    for task in sorted(loose, key=lambda t: urgency(t, desk)):
        _place(task, desk)
    return desk


def stops_of(desk: Desk) -> tuple[Stop, ...]:
    """List the stops, day by day and round by round."""
    rounds = sorted(desk.rounds.values(), key=lambda r: (r.day, r.office, r.pair))
    return tuple(stop for found in rounds for stop in found.stops())


def urgency(task: Task, desk: Desk) -> tuple[object, ...]:
    """Order tasks: overdue, due this week, new facts, then by last day and risk."""
    return (
        not task.is_overdue(desk.today),
        not desk.must(task),
        task.source == PLAN,
        task.due_on,
        -task.probability,
        task.visit_id,
    )


def _can_stand(day: date, desk: Desk) -> bool:
    return day >= desk.today and day in desk.roster.days


def _keep(tasks: Iterable[Task], desk: Desk) -> list[Task]:
    """Let stand what was told; give back what nobody can take over on its day."""
    groups: dict[tuple[date, Pair], list[Task]] = defaultdict(list)
    for task in tasks:
        if task.told:
            groups[task.told.day, task.told.pair].append(task)
    # Whole rounds first: who stands in for somebody must not be taken from another.
    order = sorted(groups, key=lambda key: (not desk.can_go(key[1], key[0]), key))
    lost = []
    for day, pair in order:
        held = sorted(groups[day, pair], key=lambda t: t.told.position if t.told else 0)
        lost += _keep_round(pair, day, held, desk)
    return lost


def _keep_round(pair: Pair, day: date, tasks: list[Task], desk: Desk) -> list[Task]:
    fine = [t for t in tasks if desk.may_go(pair, t)]
    if desk.can_go(pair, day) and fine:
        desk.round(pair, day, tasks[0].office_id).tasks.extend(fine)
        lost = [t for t in tasks if t not in fine]
    else:
        lost = tasks
    if not lost:
        return []
    desk.why |= {t.visit_id: ABSENT for t in lost}
    if other := desk.stand_in(pair, day, lost):
        desk.round(other, day, lost[0].office_id).tasks.extend(lost)
        return []
    return lost


def fill_days(pair: Pair, tasks: list[Task], desk: Desk) -> list[Task]:
    """Give a pair its visits day by day; give back what does not fit or go with it."""
    loose = [t for t in tasks if not desk.may_go(pair, t)]
    desk.why |= {t.visit_id: ABSENT for t in loose}
    waiting = [t for t in tasks if desk.may_go(pair, t)]
    for day in _days(pair, waiting, desk):
        lawful = [t for t in waiting if desk.may_be_on(t, day)]
        if not lawful:
            continue
        taken = _fill(desk.round(pair, day, lawful[0].office_id), lawful, desk)
        waiting = [t for t in waiting if t.visit_id not in taken]
    desk.why |= {t.visit_id: NO_DAY for t in waiting}
    return loose + waiting


def _days(pair: Pair, tasks: Sequence[Task], desk: Desk) -> list[date]:
    """List the days a pair can go: at once when something presses, else by chance.

    A pair that always went out on Mondays would be expected on Mondays.
    """
    days = [d for d in desk.roster.days if d >= desk.today and desk.can_go(pair, d)]
    if not days or any(desk.must(task) for task in tasks):
        return days
    text = "+".join((*pair, str(desk.roster.days[0])))
    turn = int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big")
    at = turn % len(days)
    return days[at:] + days[:at]


def _fill(found: Round, tasks: Sequence[Task], desk: Desk) -> set[str]:
    """Fill a round: what presses first, else what lies nearest."""
    waiting = sorted(tasks, key=lambda t: urgency(t, desk))
    taken: set[str] = set()
    while fitting := [t for t in waiting if found.fits(t)]:
        pressing = [t for t in fitting if desk.must(t)] or fitting
        best = (
            min(
                pressing, key=lambda t: (round(found.with_(t) - t.minutes, 6), t.due_on)
            )
            if found.tasks
            else pressing[0]
        )
        found.add(best)
        waiting.remove(best)
        taken.add(best.visit_id)
    return taken


def _place(task: Task, desk: Desk) -> None:
    """Put a task into an open round, else open one, else let it take a place."""
    if _join(task, desk) or _open(task, desk):
        return
    if desk.must(task) and _displace(task, desk):
        return
    desk.why.setdefault(task.visit_id, NO_ROOM)
    desk.left.append(task)


def _join(task: Task, desk: Desk) -> bool:
    open_ = [
        r
        for r in desk.of_office[task.office_id]
        if desk.may_be_on(task, r.day) and desk.may_go(r.pair, task) and r.fits(task)
    ]
    if not open_:
        return False
    first = desk.must(task)
    best = min(
        open_,
        key=lambda r: (
            r.day if first else date.min,
            round(r.with_(task) - r.minutes, 6),
            r.day,
            r.pair,
        ),
    )
    best.add(task)
    return True


def _open(task: Task, desk: Desk) -> bool:
    for day in desk.roster.days:
        if desk.may_be_on(task, day) and (pair := desk.stand_in((), day, [task])):
            desk.round(pair, day, task.office_id).add(task)
            return True
    return False


def _displace(task: Task, desk: Desk) -> bool:
    """Let a task that must be done take the place of the least pressing that may wait.

    What nobody was told about yet gives way first.
    """
    found = [
        (bool(held.told), held.probability, held.visit_id, r, held)
        for r in desk.of_office[task.office_id]
        if desk.may_be_on(task, r.day) and desk.may_go(r.pair, task)
        for held in r.tasks
        if not desk.must(held) and held.source == PLAN and held.minutes >= task.minutes
    ]
    if not found:
        return False
    *_, where, gone = min(found, key=lambda f: f[:3])
    where.tasks.remove(gone)
    where.add(task)
    desk.why[gone.visit_id] = NO_ROOM
    desk.left.append(gone)
    return True
