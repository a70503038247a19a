"""What had been recorded on a day: every window, sum and last value, in one place.

An event that happened on day h and was recorded on day r belongs to the window
[T - w, T) as it was known at T exactly for r < T <= end, where end = max(r, h + w).
A window sum is therefore a difference of two prefix sums, one over the days events
became known and one over the days they left, and no event is joined to any date.

A fact that was withdrawn counts only up to the day of its withdrawal, and a fact has a
legal life: both only bring the end forward. Days are counted from 1970-01-01, and
what lies before counts as that day.

Sums are exact: they are kept as whole numbers of 2^-32. Rounding would let a fact of
another business, or of tomorrow, change the last digits of a sum, and leave 1e-14
where nothing is.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import polars as pl

from features.periods import NEVER, Days, Window, last_day
from features.slots import (
    UNIT_BITS,
    Cells,
    Line,
    Sums,
    Table,
    Whole,
    in_units,
    key_of,
    layouts,
)

Values = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Asked:
    """The (entity, day) pairs a feature is wanted for, as dense codes and days."""

    entity: Days
    as_of: Days

    @property
    def key(self) -> Days:
        """Give the composite key that orders pairs by entity, then day."""
        return key_of(self.entity, self.as_of)

    @cached_property
    def parts(self) -> Sequence[Table | Line]:
        """Lay the pairs out for sums, once for all quantities and windows."""
        return layouts(self.entity, self.as_of)


# Events of one part of the pairs, and the slots at which they come, or leave.
Laid = tuple[Table | Line, slice, Days]


@dataclass(frozen=True)
class Events:
    """Events by entity, in the order in which they became known.

    `ends` is the last day on which an event may count at all: the day it was
    withdrawn, or the end of its legal life.
    """

    entity: Days
    happened: Days
    recorded: Days
    ends: Days
    quantities: dict[str, Values]

    @classmethod
    def of(
        cls,
        frame: pl.DataFrame,
        quantities: Sequence[str],
        *,
        legal_life_days: int | None = None,
    ) -> "Events":
        """Take events from a frame.

        Columns: entity (dense code), happened, recorded, withdrawn (all dates; the
        last may be null or missing) and the named quantities. Rows without an entity
        are left out, for they say nothing about any.
        """
        known = _in_order(
            frame.filter(pl.col("entity").is_not_null()), ("happened", *quantities)
        )
        happened, recorded = _days(known["happened"]), _days(known["recorded"])
        ends = np.full(known.height, NEVER, dtype=np.int64)
        if "withdrawn" in known.columns:
            ends = _days(known["withdrawn"].fill_null(pl.date(1, 1, 1)))
            ends[known["withdrawn"].is_null().to_numpy()] = NEVER
        if legal_life_days is not None:
            ends = np.minimum(ends, happened + legal_life_days)
        return cls(
            entity=known["entity"].cast(pl.Int64).to_numpy(),
            happened=happened,
            recorded=recorded,
            ends=ends,
            quantities={
                q: known[q].cast(pl.Float64).fill_null(0.0).to_numpy()
                for q in quantities
            },
        )

    def leave(self, window: Window) -> Days:
        """Give the last day on which each event counts in the window."""
        until = np.minimum(last_day(self.happened, window), self.ends)
        # An event withdrawn before it was even recorded comes and goes on one day.
        return np.maximum(self.recorded, until)

    def units(self, quantity: str) -> Days:
        """Give a quantity in whole units, worked out once."""
        if quantity not in self._units:
            self._units[quantity] = in_units(self.quantities[quantity])
        return self._units[quantity]

    def whole(self, quantity: str, *, is_narrow: bool) -> Whole:
        """Give a quantity in whole numbers, once; as small as its sums allow if asked."""
        key = quantity, is_narrow
        if key not in self._wholes:
            self._wholes[key] = (
                Whole.of(self.quantities[quantity], self._most)
                if is_narrow
                else Whole(self.units(quantity), UNIT_BITS)
            )
        return self._wholes[key]

    def came(self, asked: Asked, quantity: str, *, is_narrow: bool) -> list[Cells]:
        """Sum a quantity by the slots at which its events come, once for all windows."""
        key = quantity, is_narrow
        if key not in self._came or self._came[key][0] is not asked:
            whole = self.whole(quantity, is_narrow=is_narrow)
            cells = [
                whole.of_some(own).at(came, part.size)
                for part, own, came in self._arrivals(asked)
            ]
            self._came[key] = (asked, cells)
        return self._came[key][1]

    @cached_property
    def _units(self) -> dict[str, Days]:
        return {}

    @cached_property
    def _wholes(self) -> dict[tuple[str, bool], Whole]:
        return {}

    @cached_property
    def _came(self) -> dict[tuple[str, bool], tuple[Asked, list[Cells]]]:
        return {}

    @cached_property
    def _most(self) -> int:
        """Count the events of the entity that has most."""
        starts = np.flatnonzero(np.diff(self.entity)) + 1
        return int(np.diff(np.r_[0, starts, len(self.entity)]).max(initial=0))

    def laid_out(self, asked: Asked, window: Window) -> list[Laid]:
        """Find the slots at which the events leave, once for all quantities."""
        if window not in self._laid or self._laid[window][0] is not asked:
            self._laid[window] = (asked, list(self._lay_out(asked, self.leave(window))))
        return self._laid[window][1]

    @cached_property
    def _laid(self) -> dict[Window, tuple[Asked, list[Laid]]]:
        return {}

    def _lay_out(self, asked: Asked, leave: Days) -> Iterator[Laid]:
        for part, own in self._parts(asked):
            yield part, own, part.slots(self.entity[own], leave[own])

    def _parts(self, asked: Asked) -> Iterator[tuple[Table | Line, slice]]:
        for part in asked.parts:
            own = np.searchsorted(self.entity, [part.first, part.stop])
            yield part, slice(*own)

    def _arrivals(self, asked: Asked) -> list[Laid]:
        """Find the slots at which the events come, which no window changes."""
        if not self._arrived or self._arrived[-1][0] is not asked:
            arrivals = [
                (part, own, part.slots(self.entity[own], self.recorded[own]))
                for part, own in self._parts(asked)
            ]
            self._arrived[:] = [(asked, arrivals)]
        return self._arrived[-1][1]

    @cached_property
    def _arrived(self) -> list[tuple[Asked, list[Laid]]]:
        return []

    def only(self, mask: npt.NDArray[np.bool_]) -> "Events":
        """Keep the events of a mask, still in their order."""
        return replace(
            self,
            entity=self.entity[mask],
            happened=self.happened[mask],
            recorded=self.recorded[mask],
            ends=self.ends[mask],
            quantities={q: v[mask] for q, v in self.quantities.items()},
        )


def window_sums(
    events: Events,
    asked: Asked,
    quantities: Sequence[str],
    window: Window,
) -> Values:
    """Sum quantities over the window, one row per pair and one column per quantity."""
    sums = np.empty((len(quantities), len(asked.entity))).T
    fill_window_sums(events, asked, quantities, window, sums)
    return sums


def fill_window_sums(
    events: Events,
    asked: Asked,
    quantities: Sequence[str],
    window: Window,
    out: Sums,
) -> None:
    """Sum into columns that are there already, of 32 bits or, for units, whole numbers."""
    laid = events.laid_out(asked, window)
    # A column is written from end to end: fresh memory is cheap only in that order.
    for quantity, line in zip(quantities, out.T, strict=True):
        # Sums in whole numbers go on to be added: they keep to units of 2^-32.
        is_narrow = line.dtype != np.int64
        whole = events.whole(quantity, is_narrow=is_narrow)
        arrived = events.came(asked, quantity, is_narrow=is_narrow)
        for (part, own, left), came in zip(laid, arrived, strict=True):
            part.add_up(came, left, whole.of_some(own), line)


def window_units(
    events: Events,
    asked: Asked,
    quantities: Sequence[str],
    window: Window,
) -> Days:
    """Sum as window_sums does, in whole units that may be added further."""
    units = np.empty((len(quantities), len(asked.entity)), dtype=np.int64).T
    fill_window_sums(events, asked, quantities, window, units)
    return units


def latest(events: Events, asked: Asked) -> Days:
    """Find, per pair, the known event that happened last; -1 where there is none.

    Among events of one day the one recorded last wins. Where that event has outlived its
    legal life so have all before it, and there is none. Withdrawals are not followed,
    for an earlier event may outlive a withdrawn one: ask it of events that have none.
    """
    if not len(events.entity):
        return np.full(len(asked.entity), -1, dtype=np.int64)
    position = np.arange(len(events.entity), dtype=np.int64)
    # Events stand in the order they were recorded; the greatest (happened, position)
    # up to each is the latest known there. Entities ascend, so the maximum never
    # carries over from one to the next.
    happened_rank = np.lexsort((position, events.happened, events.entity))
    rank = np.empty_like(position)
    rank[happened_rank] = position
    best = happened_rank[np.maximum.accumulate(rank)]
    key = key_of(events.entity, events.recorded)
    before = np.searchsorted(key, asked.key, side="left") - 1
    found = np.where(before >= 0, best[np.maximum(before, 0)], -1)
    safe = np.maximum(found, 0)
    is_own = events.entity[safe] == asked.entity
    counts = (found >= 0) & is_own & (asked.as_of <= events.ends[safe])
    return np.where(counts, found, -1)


def last_value(events: Events, asked: Asked, quantity: str) -> Values:
    """Give the value of the latest known event, NaN where there is none."""
    return _at(events.quantities[quantity], latest(events, asked))


def days_since(events: Events, asked: Asked) -> Values:
    """Count the days from the latest known event to the pair's day."""
    return asked.as_of - _at(events.happened.astype(np.float64), latest(events, asked))


def decayed_sum(
    events: Events, asked: Asked, quantity: str, half_life_days: float
) -> Values:
    """Sum a quantity in which each event weighs 2^(-age / half-life).

    With a half-life of 365 days an event of today counts 1, one of a year ago 0.5, one
    of two years ago 0.25. Neither withdrawals nor a legal life are followed: ask it of
    events that have none.
    """
    if not len(events.entity):
        return np.zeros(len(asked.entity))
    decay = np.log(2.0) / half_life_days
    state = events.quantities[quantity] * np.exp(
        -decay * (events.recorded - events.happened)
    )
    for here in _by_rank(events.entity):
        gap = events.recorded[here] - events.recorded[here - 1]
        state[here] += state[here - 1] * np.exp(-decay * gap)
    key = key_of(events.entity, events.recorded)
    before = np.searchsorted(key, asked.key, side="left") - 1
    safe = np.maximum(before, 0)
    age = asked.as_of - events.recorded[safe]
    is_own = (before >= 0) & (events.entity[safe] == asked.entity)
    return np.where(is_own, state[safe] * np.exp(-decay * np.maximum(age, 0)), 0.0)


def _by_rank(entity: Days) -> list[Days]:
    """List positions that are second, third, ... of their entity.

    A running sum along each entity then takes as many vectorised steps as the longest
    history has events, and never subtracts large numbers from each other.
    """
    is_first = np.r_[True, entity[1:] != entity[:-1]]
    start = np.maximum.accumulate(np.where(is_first, np.arange(len(entity)), 0))
    rank = np.arange(len(entity)) - start
    order = np.argsort(rank, kind="stable")
    cuts = np.searchsorted(rank[order], np.arange(1, rank.max() + 2))
    return [order[a:b] for a, b in pairwise(cuts)]


def _in_order(frame: pl.DataFrame, ties: Sequence[str]) -> pl.DataFrame:
    """Sort events by entity, recording and what breaks the ties between them.

    Few events of an entity are recorded on one day, and most streams come nearly
    sorted: sorting one whole number, and then the ties, costs a tenth of sorting rows.
    """
    key = key_of(frame["entity"].cast(pl.Int64).to_numpy(), _days(frame["recorded"]))
    order = np.argsort(key, kind="stable")
    is_tied = np.zeros(len(key), dtype=np.bool_)
    is_same = np.diff(key[order]) == 0
    is_tied[1:] |= is_same
    is_tied[:-1] |= is_same
    tied = order[is_tied]
    by = ("entity", "recorded", *ties)
    order[is_tied] = tied[frame[tied].select(pl.arg_sort_by(by)).to_series().to_numpy()]
    return frame if (np.diff(order) == 1).all() else frame[order]


def _at(values: Values, found: Days) -> Values:
    if not len(values):
        return np.full(len(found), np.nan)
    return np.where(found >= 0, values[np.maximum(found, 0)], np.nan)


def _days(dates: pl.Series) -> Days:
    days: Days = dates.cast(pl.Date).to_physical().cast(pl.Int64).to_numpy()
    return np.clip(days, 0, NEVER)
