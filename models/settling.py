"""Mend a plan in whole numbers: find places for what rounding dropped.

A programme fills its early weeks to the minute, and whole visits do not. What was
dropped for a few minutes goes into another lawful week; else others that can wait leave
its week for one with room, or lighter ones are dropped in its stead. Every step lowers
the cost of the plan, so the bound that the programme gave stays as near or comes nearer.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from models.patterns import DROPPED, Array, Flags, Whole
from models.plan_task import Room, Slot, Subject, Task, Weeks

# Weeks tried for a visit that fits nowhere: those with most room, beside it.
_WEEKS_TRIED = 6
# Visits that may leave a week for another one.
_MOST_MOVED = 4
# Each round tries again what is dropped still; the last rounds find next to nothing.
_ROUNDS = 4
_HAIR = 1e-6

Visit = tuple[str, int]


def mended(task: Task, weeks: Mapping[str, Weeks]) -> dict[str, Weeks]:
    """Give a plan that costs no more, with what was dropped put where it fits."""
    board = _Board(task, weeks)
    for _ in range(_ROUNDS):
        waiting = sorted(board.dropped, key=board.heaviest_first)
        if not sum(board.put(visit) for visit in waiting):
            break
    return {name: tuple(held) for name, held in board.weeks.items()}


@dataclass
class _Board:
    """A plan while it is mended: who is when, and what minutes are left."""

    task: Task
    start: Mapping[str, Weeks]
    weeks: dict[str, list[int]] = field(default_factory=dict)
    dropped: set[Visit] = field(default_factory=set)
    _subjects: dict[str, Subject] = field(default_factory=dict)
    _held: dict[int, set[Visit]] = field(default_factory=lambda: defaultdict(set))
    _rows: dict[str, Whole] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.room = Room(self.task)
        for subject in self.task.subjects:
            name = subject.business_id
            self._subjects[name] = subject
            self.weeks[name] = [DROPPED] * len(subject.slots)
            if subject.kind not in self._rows:
                self._rows[subject.kind] = self.task.weighs(subject.kind)
            for number, week in enumerate(self.start[name]):
                self.dropped.add((name, number))
                self._move((name, number), week)

    def heaviest_first(self, visit: Visit) -> tuple[float, Visit]:
        """Order visits by what dropping them costs."""
        return -self.task.penalty(self._slot(visit)), visit

    def put(self, visit: Visit) -> bool:
        """Put a dropped visit into a week if that lowers the cost of the plan."""
        if visit not in self.dropped:
            return False
        gain = self._change(visit)[:-1]
        lawful = np.flatnonzero(np.isfinite(gain))
        fits = lawful[self._fits(visit)[lawful]]
        if len(fits):
            self._move(visit, int(fits[gain[fits].argmin()]))
            return True
        spare = self.room.week[self._of(visit)].min(axis=0)
        order = lawful[np.argsort(-spare[lawful], kind="stable")][:_WEEKS_TRIED]
        best = -_HAIR
        moves: list[tuple[Visit, int]] = []
        for week in order.tolist():
            total, made = self._with_others_gone(visit, week, float(gain[week]))
            if total < best:
                best, moves = total, made
        for moved, week in moves:
            self._move(moved, week)
        return bool(moves)

    def _with_others_gone(
        self, visit: Visit, week: int, gain: float
    ) -> tuple[float, list[tuple[Visit, int]]]:
        """Try what others must leave a week, and where to; then put all back."""
        total = gain
        made: list[tuple[Visit, int]] = []
        back: list[tuple[Visit, int]] = []
        while not self._fits(visit)[week] and len(made) < _MOST_MOVED:
            found = self._cheapest_to_leave(visit, week)
            if found is None:
                break
            cost, other, to = found
            total += cost
            made.append((other, to))
            back.append((other, week))
            self._move(other, to)
        is_free = bool(self._fits(visit)[week])
        for other, home in reversed(back):
            self._move(other, home)
        return (total, [*made, (visit, week)]) if is_free else (np.inf, [])

    def _cheapest_to_leave(
        self, visit: Visit, week: int
    ) -> tuple[float, Visit, int] | None:
        """Find who leaves a week at the least cost a minute, and for which week."""
        rows, slot = self._of(visit), self._slot(visit)
        must_drop = self.room.lacks(rows, slot.minutes) > _HAIR
        left = self.room.whole if must_drop else self.room.week[:, week]
        short = rows[left[rows].argmin()]
        need = slot.minutes - left[short]
        best: tuple[float, float, Visit, int] | None = None
        for other in sorted(self._held[week]):
            if other[0] == visit[0] or short not in self._of(other):
                continue
            change = self._change(other)
            change[:-1][~self._fits(other)] = np.inf
            change[week] = np.inf
            if must_drop:
                change[:-1] = np.inf
            if self.task.penalty(self._slot(other)) >= self.task.penalty(slot):
                change[-1] = np.inf
            to = int(change.argmin())
            cost = float(change[to])
            a_minute = cost / min(self._slot(other).minutes, need)
            if np.isfinite(cost) and (best is None or a_minute < best[0]):
                best = (a_minute, cost, other, to if to < len(change) - 1 else DROPPED)
        return best and best[1:]

    def _change(self, visit: Visit) -> Array:
        """Give what moving a visit to each week changes, and last what dropping it does.

        Weeks that are closed, or too near the visits before and after, are infinite.
        """
        name, number = visit
        subject, held = self._subjects[name], self.weeks[name]
        days = self.task.seasons[subject.season].exposure
        before = [(n, w) for n, w in enumerate(held[:number]) if w != DROPPED]
        after = [
            (n, w) for n, w in enumerate(held[number + 1 :], number + 1) if w != DROPPED
        ]
        earlier = before[-1][1] if before else None
        later = after[0][1] if after else None
        to = days.first if earlier is None else days.between[earlier]
        since = days.after[:-1] if later is None else days.between[:, later]
        if earlier is None:
            without = days.after[-1] if later is None else days.first[later]
        else:
            without = days.after[earlier] if later is None else to[later]
        made = subject.value * (to + since) + self.task.minute_cost
        made[~self._lawful(subject, number, before, after)] = np.inf
        lost = subject.value * without + self.task.penalty(subject.slots[number])
        each = np.append(made, lost)
        changed: Array = each - each[held[number]]
        return changed

    def _lawful(
        self,
        subject: Subject,
        number: int,
        before: list[tuple[int, int]],
        after: list[tuple[int, int]],
    ) -> Flags:
        slots, week = subject.slots, np.arange(len(self.task.is_workweek))
        lawful = self.task.open_weeks(slots[number], subject.season)
        if before:
            lawful = lawful & (week >= before[-1][1] + slots[number].gap)
        if after:
            lawful = lawful & (week <= after[0][1] - slots[after[0][0]].gap)
        return lawful

    def _slot(self, visit: Visit) -> Slot:
        return self._subjects[visit[0]].slots[visit[1]]

    def _of(self, visit: Visit) -> Whole:
        return self._rows[self._subjects[visit[0]].kind]

    def _fits(self, visit: Visit) -> Flags:
        minutes, is_new = self._slot(visit).minutes, visit in self.dropped
        return self.room.fits(self._of(visit), minutes, is_new=is_new)

    def _move(self, visit: Visit, to: int) -> None:
        name, number = visit
        minutes, rows = self._slot(visit).minutes, self._of(visit)
        at = self.weeks[name][number]
        if at == DROPPED:
            self.dropped.discard(visit)
        else:
            self._held[at].discard(visit)
            self.room.take(rows, at, -minutes)
        self.weeks[name][number] = to
        if to == DROPPED:
            self.dropped.add(visit)
        else:
            self._held[to].add(visit)
            self.room.take(rows, to, minutes)
