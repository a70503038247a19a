"""A plan in whole numbers while it changes: who is when, and what minutes are left."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import inf

import numpy as np

from models.patterns import DROPPED, Array, Batch, Flags, Whole, cheapest_patterns
from models.plan_task import Room, Slot, Subject, Task, Weeks

Visit = tuple[str, int]


@dataclass
class Board:
    """The weeks of every business, what is dropped, and the room that is left."""

    task: Task
    start: Mapping[str, Weeks]
    weeks: dict[str, list[int]] = field(default_factory=dict)
    dropped: set[Visit] = field(default_factory=set)
    held: dict[int, set[Visit]] = field(default_factory=lambda: defaultdict(set))
    _subjects: dict[str, Subject] = field(default_factory=dict)
    _rows: dict[str, Whole] = field(default_factory=dict)
    # What moving the visits of a business changes, until one of them moves.
    _changes: dict[str, dict[int, Array]] = field(
        default_factory=lambda: defaultdict(dict)
    )

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
                self.move((name, number), week)

    def slot(self, visit: Visit) -> Slot:
        """Give what must be done at a visit."""
        return self._subjects[visit[0]].slots[visit[1]]

    def rows(self, visit: Visit) -> Whole:
        """Number the hands whose minutes a visit takes."""
        return self._rows[self._subjects[visit[0]].kind]

    def penalty(self, visit: Visit) -> float:
        """Give the cost of dropping a visit."""
        return self.task.penalty(self.slot(visit))

    def fits(self, visit: Visit) -> Flags:
        """Tell in which weeks there are minutes for a visit."""
        minutes, is_new = self.slot(visit).minutes, visit in self.dropped
        return self.room.fits(self.rows(visit), minutes, is_new=is_new)

    def move(self, visit: Visit, to: int) -> None:
        """Put a visit into a week, or drop it."""
        name, number = visit
        minutes, rows = self.slot(visit).minutes, self.rows(visit)
        at = self.weeks[name][number]
        self._changes[name].clear()
        if at == DROPPED:
            self.dropped.discard(visit)
        else:
            self.held[at].discard(visit)
            self.room.take(rows, at, -minutes)
        self.weeks[name][number] = to
        if to == DROPPED:
            self.dropped.add(visit)
        else:
            self.held[to].add(visit)
            self.room.take(rows, to, minutes)

    def change(self, visit: Visit) -> Array:
        """Give what moving a visit to each week changes, and last what dropping it does.

        Weeks that are closed, or too near the visits before and after, are infinite.
        """
        known = self._changes[visit[0]]
        if visit[1] not in known:
            known[visit[1]] = self._change(visit)
        return known[visit[1]]

    def _change(self, visit: Visit) -> Array:
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
        made[~self._lawful(subject, number, before, after)] = inf
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

    def arrange(self, name: str) -> bool:
        """Give a business its cheapest weeks with room; tell whether that saves."""
        subject, before = self._subjects[name], tuple(self.weeks[name])
        for number in range(len(before)):
            self.move((name, number), DROPPED)
        after = self._cheapest(subject)
        saves = self.task.cost(subject, before) - self.task.cost(subject, after)
        chosen = after if saves > 0 and self._holds(subject, after) else before
        for number, week in enumerate(chosen):
            self.move((name, number), week)
        return chosen != before

    def _cheapest(self, subject: Subject) -> Weeks:
        """Find the cheapest pattern for a business that holds no weeks yet."""
        node = [
            np.where(
                self.fits((subject.business_id, number))
                & self.task.open_weeks(slot, subject.season),
                self.task.minute_cost,
                inf,
            )
            for number, slot in enumerate(subject.slots)
        ]
        batch = Batch(
            exposure=self.task.seasons[subject.season].exposure,
            value=np.array([subject.value]),
            node=np.array([node]),
            skip=np.array([[self.task.penalty(slot) for slot in subject.slots]]),
            gap=np.array([[slot.gap for slot in subject.slots]]),
        )
        ((_, weeks),) = cheapest_patterns(batch, 1)[0]
        return weeks

    def _holds(self, subject: Subject, weeks: Weeks) -> bool:
        """Tell whether the year has the minutes of all visits of a pattern."""
        rows = self._rows[subject.kind]
        minutes = sum(
            slot.minutes
            for slot, week in zip(subject.slots, weeks, strict=True)
            if week != DROPPED
        )
        return self.room.lacks(rows, minutes) <= 0
