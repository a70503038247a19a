"""What one office has to plan: businesses with their visits, seasons, hands and prices."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from models.patterns import DROPPED, Array, Exposure, Flags, Whole

# Dropping costs, a minute, more than any risk could weigh, and a quarter more for each
# step of the priority: freeing a minute for the step above always pays. Steeper steps
# would let one visit of the first step outweigh a whole district, bound and all.
PENALTY_A_MINUTE, PENALTY_STEP = 25.0, 1.25
_HAIR = 1e-6

Weeks = tuple[int, ...]


@dataclass(frozen=True, order=True)
class Slot:
    """A visit to make from week `first` to week `last`, or to drop by its rank.

    Rank 0 is dropped last. A visit that opens closed days is one before a term.
    """

    first: int
    last: int
    minutes: float
    gap: int
    rank: int
    opens: bool = False

    def with_week(self, week: int) -> "Slot":
        """Give the slot as it is when it may be in a week, else in that week alone."""
        is_in = self.first <= week <= self.last
        return self if is_in else replace(self, first=week, last=week)


@dataclass(frozen=True)
class Subject:
    """A business to plan: value is probability times harm, cell says where it lies."""

    business_id: str
    kind: str
    season: str
    value: float
    slots: tuple[Slot, ...]
    cell: str = ""


@dataclass(frozen=True)
class Season:
    """Weeks in which some businesses can be visited, and what waiting weighs there."""

    is_open: Flags
    exposure: Exposure


@dataclass(frozen=True)
class Hands:
    """Minutes a week of the pairs who may visit any of some kinds of business.

    A week may run over its minutes by a share of them; the weeks together may not.
    """

    kinds: frozenset[str]
    minutes: Array
    over: float = 0.0

    @property
    def most(self) -> Array:
        """Give the minutes that each week may take at most."""
        return self.minutes * (1 + self.over)


@dataclass(frozen=True)
class Prices:
    """What a minute more would save: by hands and week, and by hands over all weeks."""

    week: Array
    whole: Array

    @property
    def each(self) -> Array:
        """Give the price of a minute of each hands in each week."""
        return self.week + self.whole[:, None]

    def fetched(self, task: "Task") -> float:
        """Give what all the minutes there are would fetch."""
        most = np.stack([hands.most for hands in task.hands])
        total = np.array([hands.minutes.sum() for hands in task.hands])
        return float((self.week * most).sum() + (self.whole * total).sum())


@dataclass(frozen=True)
class Task:
    """What one office has to plan, and what it has for it.

    `longest` is what two inspectors have for a single visit in each week at most;
    of `choices` weeks drawn by lot a business takes the one nearest on the map.
    """

    subjects: tuple[Subject, ...]
    seasons: Mapping[str, Season]
    is_workweek: Flags
    longest: Array
    hands: tuple[Hands, ...]
    ranks: int
    minute_cost: float
    crowd_share: float
    choices: int = 1

    def penalty(self, slot: Slot) -> float:
        """Give the cost of dropping a slot."""
        steps = self.ranks - 1 - slot.rank
        return PENALTY_A_MINUTE * PENALTY_STEP**steps * slot.minutes

    def weighs(self, kind: str) -> Whole:
        """Number the hands whose minutes a visit to a kind takes."""
        found = [n for n, hands in enumerate(self.hands) if kind in hands.kinds]
        return np.array(found, dtype=np.int64)

    def open_weeks(self, slot: Slot, season: str) -> Flags:
        """Tell in which weeks a slot may be visited."""
        weeks = np.arange(len(self.is_workweek))
        window = (weeks >= slot.first) & (weeks <= slot.last) & self.is_workweek
        window &= self.longest >= slot.minutes
        return window if slot.opens else window & self.seasons[season].is_open

    def kept(self, weeks: Mapping[str, Weeks]) -> "Task":
        """Give the task without the visits that are dropped."""
        subjects = (
            replace(
                s,
                slots=tuple(
                    slot
                    for slot, week in zip(s.slots, weeks[s.business_id], strict=True)
                    if week != DROPPED
                ),
            )
            for s in self.subjects
        )
        return replace(self, subjects=tuple(s for s in subjects if s.slots))

    def as_asked(
        self, weeks: Mapping[str, Weeks], passed: int
    ) -> tuple["Task", dict[str, Weeks]]:
        """Give the task that a plan answers, and its weeks.

        A visit outside its weeks had them drawn again; one of rank `passed` that is
        dropped was asked for only where there are hands.
        """
        subjects: list[Subject] = []
        held: dict[str, Weeks] = {}
        for s in self.subjects:
            both = [
                (slot if week == DROPPED else slot.with_week(week), week)
                for slot, week in zip(s.slots, weeks[s.business_id], strict=True)
                if week != DROPPED or slot.rank != passed
            ]
            if both:
                subjects.append(replace(s, slots=tuple(slot for slot, _ in both)))
                held[s.business_id] = tuple(week for _, week in both)
        return replace(self, subjects=tuple(subjects)), held

    def cost(self, subject: Subject, weeks: Weeks) -> float:
        """Give what a pattern costs one business: days unseen, way, visits dropped."""
        unseen = self.seasons[subject.season].exposure.of(weeks)
        return subject.value * unseen + self.outlay(subject.slots, weeks)

    def outlay(self, slots: tuple[Slot, ...], weeks: Weeks) -> float:
        """Give the part of the cost that does not depend on the risk."""
        return sum(
            self.penalty(slot) if week == DROPPED else self.minute_cost
            for slot, week in zip(slots, weeks, strict=True)
        )


class Room:
    """The minutes that are left while visits find their weeks."""

    def __init__(self, task: Task) -> None:
        self.week: Array = np.stack([hands.most for hands in task.hands])
        self.whole: Array = np.array([hands.minutes.sum() for hands in task.hands])

    def fits(self, rows: Whole, minutes: float, *, is_new: bool = True) -> Flags:
        """Tell in which weeks a visit fits; one that only moves takes no more in all."""
        if is_new and self.lacks(rows, minutes) > _HAIR:
            return np.zeros(self.week.shape[1], dtype=bool)
        fits: Flags = np.all(self.week[rows] >= minutes - _HAIR, axis=0)
        return fits

    def lacks(self, rows: Whole, minutes: float) -> float:
        """Give the minutes that all weeks together lack for one more visit."""
        return minutes - float(self.whole[rows].min())

    def take(self, rows: Whole, week: int, minutes: float) -> None:
        """Take the minutes of a visit, or give them back where they are negative."""
        self.week[rows, week] -= minutes
        self.whole[rows] -= minutes
