"""What one office has to plan: businesses with their visits, seasons, hands and prices."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from models.patterns import DROPPED, Array, Exposure, Flags

# Dropping costs, a minute, more than any risk could weigh, and twice as much for each
# step of the priority: freeing a minute for the step above always pays.
PENALTY_A_MINUTE, PENALTY_STEP = 25.0, 2.0

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


@dataclass(frozen=True)
class Subject:
    """A business to plan: value is probability times harm."""

    business_id: str
    kind: str
    season: str
    value: float
    slots: tuple[Slot, ...]


@dataclass(frozen=True)
class Season:
    """Weeks in which some businesses can be visited, and what waiting weighs there."""

    is_open: Flags
    exposure: Exposure


@dataclass(frozen=True)
class Hands:
    """Minutes a week of the pairs who may visit any of some kinds of business."""

    kinds: frozenset[str]
    minutes: Array


@dataclass(frozen=True)
class Task:
    """What one office has to plan, and what it has for it."""

    subjects: tuple[Subject, ...]
    seasons: Mapping[str, Season]
    is_workweek: Flags
    hands: tuple[Hands, ...]
    ranks: int
    minute_cost: float
    crowd_share: float

    def penalty(self, slot: Slot) -> float:
        """Give the cost of dropping a slot."""
        steps = self.ranks - 1 - slot.rank
        return PENALTY_A_MINUTE * PENALTY_STEP**steps * slot.minutes

    def weighs(self, kind: str) -> list[int]:
        """Number the hands whose minutes a visit to a kind takes."""
        return [n for n, hands in enumerate(self.hands) if kind in hands.kinds]

    def open_weeks(self, slot: Slot, season: str) -> Flags:
        """Tell in which weeks a slot may be visited."""
        weeks = np.arange(len(self.is_workweek))
        window = (weeks >= slot.first) & (weeks <= slot.last) & self.is_workweek
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
