"""What no difference of two sums can tell: least, greatest, spread, and how many kinds.

An event counts for an entity's days after its recording up to the last day of its
window, so among the asked days in order it covers one unbroken range. The greatest
value of each day is then painted range by range, and the kinds of each day counted by
the union of the ranges of each kind; late records, withdrawals and calendar months
only move the ends of a range.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from features.periods import Days, Window
from features.slots import UNITS, in_units, key_of
from features.window import Asked, Events, Values

# Covered (event, day) places worked on at once, some 100 MB.
_PLACES = 1 << 22


@dataclass(frozen=True)
class Cover:
    """The asked days in order, and the range of them that each event covers."""

    order: Days
    event: Days
    start: Days
    stop: Days

    @classmethod
    def of(cls, events: Events, asked: Asked, window: Window) -> "Cover":
        """Find the ranges; events that cover no asked day are left out."""
        order = np.argsort(asked.key, kind="stable")
        keys = asked.key[order]
        start, stop = (
            np.searchsorted(keys, key_of(events.entity, day), side="right")
            for day in (events.recorded, events.leave(window))
        )
        event = np.flatnonzero(stop > start)
        return cls(order, event, start[event], stop[event])

    def given_back(self, values: Values) -> Values:
        """Put values of the days in order back into the order they were asked in."""
        back = np.empty_like(values)
        back[self.order] = values
        return back


def greatest(events: Events, asked: Asked, quantity: str, window: Window) -> Values:
    """Give the greatest value in the window, NaN where there is no event."""
    return _highest(events, asked, events.quantities[quantity], window)


def least(events: Events, asked: Asked, quantity: str, window: Window) -> Values:
    """Give the least value in the window, NaN where there is no event."""
    return -_highest(events, asked, -events.quantities[quantity], window)


def newest(events: Events, asked: Asked, window: Window) -> Days:
    """Find the event in the window that happened last; -1 where there is none.

    As `features.window.latest`, which costs less, but an event that was withdrawn or has
    left the window gives way to the one before it.
    """
    position = np.arange(len(events.entity), dtype=np.int64)
    in_order = np.lexsort((position, events.happened))
    rank = np.empty(len(position))
    rank[in_order] = position
    highest = _highest(events, asked, rank, window)
    found = np.full(len(highest), -1, dtype=np.int64)
    is_any = ~np.isnan(highest)
    found[is_any] = in_order[highest[is_any].astype(np.int64)]
    return found


def _highest(events: Events, asked: Asked, values: Values, window: Window) -> Values:
    """Paint each range with its value, the highest on top.

    A range is two overlapping stretches of a power of two; each stretch hands its
    height down to its halves, so a range of a thousand days costs two strokes.
    """
    cover = Cover.of(events, asked, window)
    height = np.full(len(cover.order), -np.inf)
    if len(cover.event):
        level = np.frexp(cover.stop - cover.start)[1] - 1
        for now in range(int(level.max()), -1, -1):
            half = 1 << now
            np.maximum(height[half:], height[:-half].copy(), out=height[half:])
            here = level == now
            painted = values[cover.event[here]]
            np.maximum.at(height, cover.start[here], painted)
            np.maximum.at(height, cover.stop[here] - half, painted)
    return cover.given_back(np.where(np.isneginf(height), np.nan, height))


def kinds(events: Events, asked: Asked, quantity: str, window: Window) -> Values:
    """Count the different values in the window.

    Of each kind a day counts once, however many events of it cover the day: an event
    adds only the part of its range that no earlier one of its kind has reached.
    """
    cover = Cover.of(events, asked, window)
    entity, value = events.entity[cover.event], events.quantities[quantity][cover.event]
    by_kind = np.lexsort((cover.start, value, entity))
    start, stop = cover.start[by_kind], cover.stop[by_kind]
    entity, value = entity[by_kind], value[by_kind]
    is_new = np.r_[True, (entity[1:] != entity[:-1]) | (value[1:] != value[:-1])]
    # Ranges of a later kind are lifted above all of the kinds before it, so that one
    # running maximum never reaches from kind to kind.
    lift = np.cumsum(is_new[: len(start)]) * (len(cover.order) + 1)
    reached = np.maximum.accumulate(np.r_[0, stop + lift])[:-1] - lift
    start = np.minimum(np.maximum(start, reached), stop)
    size = len(cover.order) + 1
    change = np.bincount(start, minlength=size) - np.bincount(stop, minlength=size)
    return cover.given_back(np.cumsum(change)[:-1].astype(np.float64))


def deviation(events: Events, asked: Asked, quantity: str, window: Window) -> Values:
    """Give the standard deviation of a sample, NaN below two events.

    2, 4 and 9 deviate by the root of (9 + 1 + 16) / 2. Two passes: first the exact
    mean, then every event's distance from it, so that nothing large cancels.
    """
    cover = Cover.of(events, asked, window)
    units = in_units(events.quantities[quantity])[cover.event]
    count = _added(cover, np.ones_like(units))
    whole, rest = np.divmod(_added(cover, units), np.maximum(count, 1))
    mean_rest = rest / np.maximum(count, 1)
    squares = np.zeros(len(count))
    for event, place in _places(cover, np.argsort(units, kind="stable")):
        distance = ((units[event] - whole[place]) - mean_rest[place]) / UNITS
        # One by one and the smallest first: no other event may change a last digit.
        np.add.at(squares, place, distance**2)
    result = np.full(len(count), np.nan)
    np.divide(squares, count - 1, out=result, where=count > 1)
    return cover.given_back(np.sqrt(result))


def _added(cover: Cover, units: Days) -> Days:
    """Add up whole numbers over the events that cover each day."""
    change = np.zeros(len(cover.order) + 1, dtype=np.int64)
    np.add.at(change, cover.start, units)
    np.subtract.at(change, cover.stop, units)
    added: Days = np.cumsum(change)[:-1]
    return added


def _places(cover: Cover, by: Days) -> Iterator[tuple[Days, Days]]:
    """List every (event, covered day) in some order of the events, part by part."""
    length = (cover.stop - cover.start)[by]
    part = np.cumsum(length) // _PLACES
    for cut in np.split(by, np.flatnonzero(np.diff(part)) + 1):
        length = cover.stop[cut] - cover.start[cut]
        before = np.cumsum(length) - length
        within = np.arange(length.sum()) - np.repeat(before, length)
        yield np.repeat(cut, length), np.repeat(cover.start[cut], length) + within
