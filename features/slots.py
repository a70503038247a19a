"""Where among the asked days an event begins to count and where it ends.

The asked days are laid out so that whatever counts from one day on counts for all that
follow of its entity, up to the slot where it is taken away again: one running sum over
the slots then holds, at each asked day, all that counts there.

Where few days are asked of many entities, the slots are a table, a row per entity and a
column per day: a slot is found by looking up the day. Else they are the asked pairs in
order, and a slot is found by searching. The running sum goes on from one entity to the
next, for whatever still counts on the last day of one is taken away on the first of the
next.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from features.periods import Days

# Fine enough for a tenth of a fen; a window's own sum may reach two thousand million,
# while a running sum may overflow, since a difference of two that did is still right.
UNIT_BITS = 32
UNITS = float(1 << UNIT_BITS)
# Room for a day number in a composite key: 2^21 days are more than 5,000 years.
_DAY_BITS = 21
# Cells of a table worked on together, 512 kB of them, which stay in near memory.
_CELLS = 1 << 16
# What is a whole number of these is summed in 32 bits where they hold it: eighths and
# halves are, and all counts; half the memory to go through is half the time.
_NARROW_BITS = 8
# A table may have so many cells per pair: cheaper to add rows of than pairs to search.
_CELLS_A_PAIR = 3


def key_of(entity: Days, day: Days) -> Days:
    """Give the composite key that orders by entity, then day."""
    return (entity << _DAY_BITS) | day


def in_units(values: npt.NDArray[np.float64]) -> Days:
    """Give values as whole numbers of 2^-32, which add up exactly."""
    return np.rint(values * UNITS).astype(np.int64)


# Sums of quantities, or of their units where the type is that of whole numbers.
Sums = npt.NDArray[np.floating[Any]] | Days
Cells = Days | npt.NDArray[np.int32]


@dataclass(frozen=True)
class Whole:
    """Values as whole numbers of 2^-bits, in 32 bits where no sum of them needs more."""

    numbers: Cells
    bits: int

    @classmethod
    def of(cls, values: npt.NDArray[np.float64], most: int) -> "Whole":
        """Take values of which at most so many are summed.

        2 and 3.5 become 512 and 896 with 8 bits after the point; 0.1 needs all 32.
        """
        for bits in (0, _NARROW_BITS):
            scaled = values * float(1 << bits)
            largest = float(np.abs(scaled).max(initial=0.0))
            if largest * most < 1 << 31 and (np.rint(scaled) == scaled).all():
                return cls(scaled.astype(np.int32), bits)
        return cls(in_units(values), UNIT_BITS)

    def of_some(self, some: slice) -> "Whole":
        """Take the numbers of some events."""
        return Whole(self.numbers[some], self.bits)

    def at(self, slots: Days, size: int) -> Cells:
        """Sum the numbers by their slots, of which there are so many."""
        cells = np.zeros(size, dtype=self.numbers.dtype)
        np.add.at(cells, slots, self.numbers)
        return cells

    def sum_up(self, came: Cells, left: Days, cells: Cells) -> None:
        """Fill the cells with running sums of what came there less what leaves."""
        cells[...] = came
        np.subtract.at(cells, left, self.numbers)
        np.cumsum(cells, out=cells)

    def tell(self, cells: Cells, sums: Sums) -> None:
        """Write sums as the values they stand for; as they are to whole numbers."""
        if sums.dtype == cells.dtype:
            sums[...] = cells
        elif self.bits == 0:
            np.copyto(sums, cells, casting="unsafe")
        elif sums.dtype == np.float32 and self.bits == _NARROW_BITS:
            scale = np.float32(2.0**-self.bits)
            np.multiply(cells, scale, out=sums, dtype=np.float32, casting="unsafe")
        else:
            np.multiply(cells, 2.0**-self.bits, out=sums, casting="unsafe")


@dataclass(frozen=True)
class Calendar:
    """The days asked for in order, and for each day how many of them it has reached."""

    days: Days
    reached: Days

    @classmethod
    def of(cls, as_of: Days) -> "Calendar":
        """List the different days."""
        first = int(as_of.min())
        is_asked = np.bincount(as_of - first) > 0
        reached = np.concatenate([[0], np.cumsum(is_asked)])
        return cls(np.flatnonzero(is_asked) + first, reached)

    def rank(self, day: Days) -> Days:
        """Count the asked days up to each day."""
        place = day - (self.days[0] - 1)
        ranks: Days = self.reached[np.clip(place, 0, len(self.reached) - 1, out=place)]
        return ranks


@dataclass(frozen=True)
class Table:
    """Entities first to stop, a cell per asked day of each; the pairs are of these.

    `pairs` are the places of the pairs among those asked, `at` their cells; None where
    every entity is asked about on every day, day after day. `room` is to work in, the
    same for all tables: fresh memory costs more than the sums.
    """

    first: int
    stop: int
    calendar: Calendar
    pairs: Days | slice
    at: Days | None
    room: Days

    @property
    def size(self) -> int:
        """Count the cells, with one for what is taken away after the last."""
        return (self.stop - self.first) * len(self.calendar.days) + 1

    def slots(self, entity: Days, day: Days) -> Days:
        """Find the cell of each entity on the first asked day after a day."""
        ranks = self.calendar.rank(day)
        ranks += (entity - self.first) * len(self.calendar.days)
        return ranks

    def add_up(self, came: Cells, left: Days, whole: Whole, sums: Sums) -> None:
        """Sum into the pairs what has come, by cells, and not left, event by event."""
        cells = self.room.view(whole.numbers.dtype)[: self.size]
        whole.sum_up(came, left, cells)
        if self.at is None:
            whole.tell(cells[:-1], sums[self.pairs])
        else:
            told: Sums = np.empty_like(sums, shape=len(self.at))
            whole.tell(cells[self.at], told)
            sums[self.pairs] = told


@dataclass(frozen=True)
class Line:
    """The pairs in order of entity and day; `pairs` are their places among those asked."""

    first: int
    stop: int
    keys: Days
    pairs: Days

    @property
    def size(self) -> int:
        """Count the cells, with one for what is taken away after the last."""
        return len(self.keys) + 1

    def slots(self, entity: Days, day: Days) -> Days:
        """Find the first pair of each entity after a day, or else of the next entity."""
        return np.searchsorted(self.keys, key_of(entity, day), side="right")

    def add_up(self, came: Cells, left: Days, whole: Whole, sums: Sums) -> None:
        """Sum into the pairs what has come, by cells, and not left, event by event."""
        cells = np.empty_like(came)
        whole.sum_up(came, left, cells)
        told: Sums = np.empty_like(sums, shape=len(self.keys))
        whole.tell(cells[:-1], told)
        sums[self.pairs] = told


def layouts(entity: Days, as_of: Days) -> list[Table] | list[Line]:
    """Lay out the asked pairs: as tables of entities that follow each other, or in line."""
    if not len(entity):
        return []
    calendar = Calendar.of(as_of)
    if len(calendar.days) * _reach(entity) > _CELLS_A_PAIR * len(entity):
        keys = key_of(entity, as_of)
        order = np.argsort(keys, kind="stable")
        first = int(entity.min())
        return [Line(first, first + _reach(entity), keys[order], order)]
    return list(_tables(entity, calendar, as_of))


def _tables(entity: Days, calendar: Calendar, as_of: Days) -> Iterator[Table]:
    width = max(1, _CELLS // len(calendar.days))
    room = np.empty(len(calendar.days) * min(width, _reach(entity)) + 1, dtype=np.int64)
    day = calendar.rank(as_of) - 1
    is_in_order = bool((entity[1:] >= entity[:-1]).all())
    order = np.arange(len(entity)) if is_in_order else np.argsort(entity, kind="stable")
    entity, day = entity[order], day[order]
    last = int(entity[-1]) + 1
    for first in range(int(entity[0]), last, width):
        stop = min(first + width, last)
        here = slice(*np.searchsorted(entity, [first, stop]))
        at = (entity[here] - first) * len(calendar.days) + day[here]
        every = np.arange(len(calendar.days) * (stop - first))
        yield Table(
            first,
            stop,
            calendar,
            here if is_in_order else order[here],
            None if is_in_order and np.array_equal(at, every) else at,
            room,
        )


def _reach(entity: Days) -> int:
    """Count the numbers from the first entity to the last."""
    return int(entity.max()) - int(entity.min()) + 1
