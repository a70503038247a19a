"""Where among the asked days an event begins to count and where it ends.

The asked days are laid out so that whatever counts from one day on counts for all that
follow of its entity, up to the slot where it is taken away again: one running sum over
the slots then holds, at each asked day, all that counts there.

Where few days are asked of many entities, the slots are a table, a row per day and a
column per entity: a slot is found by looking up the day, and rows are added to rows.
Else they are the asked pairs in order, and a slot is found by searching.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from features.periods import Days

# Fine enough for a tenth of a fen; a window's own sum may reach two thousand million,
# while a running sum may overflow, since a difference of two that did is still right.
UNITS = float(1 << 32)
# Room for a day number in a composite key: 2^21 days are more than 5,000 years.
_DAY_BITS = 21
# Cells of a table worked on together, 512 kB of them, which stay in near memory.
_CELLS = 1 << 16
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


@dataclass(frozen=True)
class Desk:
    """Room to work in, the same for all tables: fresh memory costs more than the sums."""

    cells: Days
    told: npt.NDArray[np.float64]

    @classmethod
    def of(cls, size: int) -> "Desk":
        """Make room for so many cells."""
        return cls(np.empty(size, dtype=np.int64), np.empty(size))


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
    """Entities first to stop, a row of cells per asked day; the pairs are of these.

    `pairs` are the places of the pairs among those asked, `at` their cells; None where
    every entity is asked about on every day, day after day.
    """

    first: int
    stop: int
    calendar: Calendar
    pairs: Days | slice
    at: Days | None
    desk: Desk

    @property
    def width(self) -> int:
        """Count the entities."""
        return self.stop - self.first

    def slots(self, entity: Days, day: Days) -> Days:
        """Find the cell of each entity on the first asked day after a day."""
        return self.calendar.rank(day) * self.width + (entity - self.first)

    def add_up(self, came: Days, left: Days, units: Days, sums: Sums) -> None:
        """Sum the units over the events that have come and not left, into the pairs."""
        size = (len(self.calendar.days) + 1) * self.width
        cells = self.desk.cells[:size]
        cells.fill(0)
        np.add.at(cells, came, units)
        np.subtract.at(cells, left, units)
        table = cells.reshape(-1, self.width)
        for before, row in pairwise(table):
            np.add(row, before, out=row)
        told = _told(table, sums, self.desk.told[:size].reshape(table.shape))
        if self.at is None:
            sums[self.pairs].reshape(self.width, -1)[...] = told[:-1].T
        else:
            sums[self.pairs] = told.ravel()[self.at]


@dataclass(frozen=True)
class Line:
    """The pairs in order of entity and day; `pairs` are their places among those asked."""

    first: int
    stop: int
    keys: Days
    pairs: Days

    def slots(self, entity: Days, day: Days) -> Days:
        """Find the first pair of each entity after a day, or else of the next entity."""
        return np.searchsorted(self.keys, key_of(entity, day), side="right")

    def add_up(self, came: Days, left: Days, units: Days, sums: Sums) -> None:
        """Sum the units over the events that have come and not left, into the pairs."""
        cells = np.zeros(len(self.keys) + 1, dtype=np.int64)
        np.add.at(cells, came, units)
        np.subtract.at(cells, left, units)
        np.cumsum(cells, out=cells)
        sums[self.pairs] = _told(cells, sums, np.empty(len(cells)))[:-1]


def _told(units: Days, sums: Sums, room: npt.NDArray[np.float64]) -> Sums:
    """Give units as they are to sums in whole numbers, as the values they stand for to others."""
    if sums.dtype == units.dtype:
        return units
    return np.multiply(units, 1 / UNITS, out=room)


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
    width = max(1, _CELLS // (len(calendar.days) + 1))
    desk = Desk.of((len(calendar.days) + 1) * min(width, _reach(entity)))
    day = calendar.rank(as_of) - 1
    is_in_order = bool((entity[1:] >= entity[:-1]).all())
    order = np.arange(len(entity)) if is_in_order else np.argsort(entity, kind="stable")
    entity, day = entity[order], day[order]
    last = int(entity[-1]) + 1
    for first in range(int(entity[0]), last, width):
        stop = min(first + width, last)
        here = slice(*np.searchsorted(entity, [first, stop]))
        at = day[here] * (stop - first) + entity[here] - first
        cells = np.arange(len(calendar.days) * (stop - first))
        every = cells.reshape(len(calendar.days), -1).T.ravel()
        yield Table(
            first,
            stop,
            calendar,
            here if is_in_order else order[here],
            None if is_in_order and np.array_equal(at, every) else at,
            desk,
        )


def _reach(entity: Days) -> int:
    """Count the numbers from the first entity to the last."""
    return int(entity.max()) - int(entity.min()) + 1
