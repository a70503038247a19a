"""Bins whose weight of evidence runs one way, with places of their own for what is no number.

A column is cut into ranges (above, up_to], a bin for what is missing and one for each
special code. Where a direction is declared, more of the column never means better (or
never worse) from any bin to the next; the order is part of the bins and not only hoped
for from the data. Bins are frozen once fitted and small enough to be read.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import xlogy

from models.metrics import Array, Codes

# `unknown`: nobody looked. `never`: the thing counted from has not happened, which is
# the best there is.
Absent = Literal["unknown", "never"]

# Cuts tried per column, at equal shares of the rows: finer ones followed the noise.
FINE_BINS = 20
# More bins than these are not read by anybody.
MAX_BINS = 8
# A bin of fewer rows says more about chance than about its members.
MIN_SHARE = 0.02
MIN_ROWS = 40
# One more range must gain this much in twice the log-likelihood (Akaike).
MIN_GAIN = 2.0
# Every bin is joined by this many average rows, which pulls rare ones to no evidence.
PRIOR_ROWS = 10.0

_MISSING = 0


@dataclass(frozen=True)
class Column:
    """What is to be binned: +1 more is worse, -1 more is better, 0 any shape."""

    name: str
    direction: int
    specials: tuple[float, ...] = ()
    absent: Absent = "unknown"


@dataclass(frozen=True)
class Bins:
    """The bins of a column: missing first, then each special code, then rising ranges.

    `edges` are the inner ends of the ranges, `good`, `bad` and `woe` hold one entry per
    bin. A higher weight of evidence is better.
    """

    column: Column
    edges: tuple[float, ...]
    good: tuple[int, ...]
    bad: tuple[int, ...]
    woe: tuple[float, ...]

    @property
    def first_range(self) -> int:
        """Give the place of the lowest range."""
        return 1 + len(self.column.specials)

    @property
    def best(self) -> int:
        """Give the place of the best range."""
        ranges = self.woe[self.first_range :]
        return self.first_range + ranges.index(max(ranges))

    def locate(self, values: Array) -> Codes:
        """Give the bin of each value; NaN is missing."""
        return _located(self.column, np.array(self.edges), values)

    def span(self, code: int) -> tuple[float, float]:
        """Give (above, up_to) of a range."""
        ends = (-np.inf, *self.edges, np.inf)
        at = code - self.first_range
        return float(ends[at]), float(ends[at + 1])


@dataclass(frozen=True)
class _Counts:
    """Good and bad rows of neighbouring ranges and the upper end of each."""

    good: Array
    bad: Array
    ends: Array

    def merged(self, at: int) -> "_Counts":
        """Join a range with the next."""
        good, bad = self.good.copy(), self.bad.copy()
        good[at + 1] += good[at]
        bad[at + 1] += bad[at]
        return _Counts(
            np.delete(good, at), np.delete(bad, at), np.delete(self.ends, at)
        )


def fit_bins(columns: Sequence[Column], inputs: Array, bad: Array) -> tuple[Bins, ...]:
    """Bin each column of `inputs` (rows, columns) against bad = 1, good = 0."""
    return tuple(
        _fit(column, inputs[:, place], bad) for place, column in enumerate(columns)
    )


def fine_bins(columns: Sequence[Column], inputs: Array, bad: Array) -> tuple[Bins, ...]:
    """Cut each column as finely as is tried; what the bins say is left to the caller."""
    return tuple(
        _fine_bins(column, inputs[:, place], bad)
        for place, column in enumerate(columns)
    )


def weight_of_evidence(good: Array, bad: Array, base_odds: float) -> Array:
    """Compare the odds of each bin with those of all rows: ln(good / bad) - ln(base).

    Ten average rows join every bin. At base odds 4:1, 800 good and 200 bad give 0.00,
    90 and 10 give +0.71, 30 and 20 give -0.84, and none at all 0.
    """
    prior_bad = PRIOR_ROWS / (1 + base_odds)
    odds = (good + base_odds * prior_bad) / (bad + prior_bad)
    weight: Array = np.log(odds / base_odds)
    return weight


def information_value(bins: Bins) -> float:
    """Sum (share of the good - share of the bad) x weight of evidence over the bins."""
    good, bad = np.array(bins.good), np.array(bins.bad)
    shares = good / max(good.sum(), 1) - bad / max(bad.sum(), 1)
    return float(shares @ np.array(bins.woe))


def _fit(column: Column, values: Array, bad: Array) -> Bins:
    base_odds = (len(bad) - bad.sum() + 0.5) / (bad.sum() + 0.5)
    is_number = ~np.isnan(values) & ~np.isin(values, column.specials)
    counts = _fine(values[is_number], bad[is_number])
    if column.direction:
        counts = _pooled(counts, column.direction)
    counts = _chosen(counts)
    if column.direction:
        counts = _ordered(counts, column.direction, base_odds)
    edges = counts.ends[:-1]
    code = _located(column, edges, values)
    size = 1 + len(column.specials) + len(edges) + 1
    kept, lost = _counted(code, bad, size)
    woe = weight_of_evidence(kept, lost, base_odds)
    if column.direction:
        woe[_MISSING] = _bounded(column, woe[_MISSING], woe[-len(edges) - 1 :])
    return Bins(
        column,
        tuple(edges.tolist()),
        tuple(kept.astype(int).tolist()),
        tuple(lost.astype(int).tolist()),
        tuple(woe.tolist()),
    )


def _fine_bins(column: Column, values: Array, bad: Array) -> Bins:
    is_number = ~np.isnan(values) & ~np.isin(values, column.specials)
    edges = _fine(values[is_number], bad[is_number]).ends[:-1]
    size = 1 + len(column.specials) + len(edges) + 1
    good, lost = _counted(_located(column, edges, values), bad, size)
    return Bins(
        column,
        tuple(edges.tolist()),
        tuple(good.astype(int).tolist()),
        tuple(lost.astype(int).tolist()),
        (0.0,) * size,
    )


def _located(column: Column, edges: Array, values: Array) -> Codes:
    first = 1 + len(column.specials)
    code = first + np.searchsorted(edges, values, side="left")
    for place, special in enumerate(column.specials, start=1):
        code[values == special] = place
    code[np.isnan(values)] = _MISSING
    return code.astype(np.int64)


def _fine(values: Array, bad: Array) -> _Counts:
    """Count rows between fine cuts, each the shortest number that parts the data so."""
    if not len(values):
        return _Counts(np.zeros(1), np.zeros(1), np.array([np.inf]))
    ranked = np.sort(values)
    is_last = np.r_[ranked[1:] != ranked[:-1], True]
    distinct = ranked[is_last]
    if len(distinct) > FINE_BINS:
        at = np.linspace(0, len(ranked) - 1, FINE_BINS).astype(int)
        place = np.searchsorted(distinct, ranked[at])
        # The value before a heavy one too: what lies below a crowd is worth a cut.
        distinct_ends = np.unique(np.r_[place, np.maximum(place - 1, 0)])
    else:
        distinct_ends = np.arange(len(distinct))
    inner = distinct_ends[distinct_ends < len(distinct) - 1]
    edges = np.array(
        [_shortest(float(distinct[i]), float(distinct[i + 1])) for i in inner],
        dtype=np.float64,
    )
    code = np.searchsorted(edges, values, side="left")
    kept, lost = _counted(code, bad, len(edges) + 1)
    return _Counts(kept, lost, np.r_[edges, np.inf])


def _counted(code: Codes, bad: Array, size: int) -> tuple[Array, Array]:
    """Count good and bad rows per code."""
    kept: Array = np.bincount(code, 1.0 - bad, size).astype(np.float64)
    lost: Array = np.bincount(code, bad, size).astype(np.float64)
    return kept, lost


def _shortest(low: float, high: float) -> float:
    """Find the number with the fewest digits in [low, high), near their middle.

    Between 0 and 1 it is 0, between 1.5 and 2.5 it is 2, between 0.6659 and 0.6711 it
    is 0.67.
    """
    for digits in range(1, 17):
        for value in (low, low + (high - low) / 2):
            candidate = float(f"{value:.{digits}g}")
            if low <= candidate < high:
                return candidate
    return low


def _pooled(counts: _Counts, direction: int) -> _Counts:
    """Join neighbours until the bad share runs in the direction (pool adjacent violators)."""
    stack: list[tuple[float, float, float]] = []
    for good, bad, end in zip(counts.good, counts.bad, counts.ends, strict=True):
        good_, bad_ = float(good), float(bad)
        while stack and _is_against(stack[-1], (good_, bad_), direction):
            earlier = stack.pop()
            good_, bad_ = good_ + earlier[0], bad_ + earlier[1]
        stack.append((good_, bad_, float(end)))
    good, bad, ends = np.array(stack).T
    return _Counts(good, bad, ends)


def _is_against(
    earlier: tuple[float, float, float], later: tuple[float, float], direction: int
) -> bool:
    """Tell whether the later range is not strictly worse (+1) or better (-1)."""
    here, there = later[1] * earlier[0], earlier[1] * later[0]
    return direction * (here - there) <= 0


def _chosen(counts: _Counts) -> _Counts:
    """Join ranges into the few that say most: the best of all ways, not a greedy one.

    What is maximised is the log-likelihood less half of MIN_GAIN per range, over up to
    MAX_BINS ranges none of which is small.
    """
    good, bad = (np.r_[0.0, np.cumsum(part)] for part in (counts.good, counts.bad))
    worth = _worth(good, bad)
    best = np.full(len(good), -np.inf)
    best[0] = 0.0
    totals, origins = [], []
    for _ in range(min(MAX_BINS, len(counts.ends))):
        through = best[:, None] + worth
        origins.append(through.argmax(axis=0))
        best = through.max(axis=0)
        totals.append(best[-1])
    cuts = [len(counts.ends)]
    for origin in reversed(origins[: int(np.argmax(totals)) + 1]):
        cuts.append(int(origin[cuts[-1]]))
    stops = np.array(cuts[:-1])[::-1]
    return _Counts(
        np.diff(good[np.r_[0, stops]]),
        np.diff(bad[np.r_[0, stops]]),
        counts.ends[stops - 1],
    )


def _worth(good: Array, bad: Array) -> Array:
    """Value the range between any two cuts, from running counts; -inf where too small."""
    inside_good, inside_bad = good[None, :] - good[:, None], bad[None, :] - bad[:, None]
    rows = inside_good + inside_bad
    everything = good[-1] + bad[-1]
    least = min(max(MIN_ROWS, MIN_SHARE * everything), everything)
    is_range = np.triu(np.ones(rows.shape, dtype=bool), 1) & (rows >= least)
    inside_good, inside_bad, rows = (
        np.where(is_range, part, 0.0) for part in (inside_good, inside_bad, rows)
    )
    likelihood = (
        xlogy(inside_good, inside_good)
        + xlogy(inside_bad, inside_bad)
        - xlogy(rows, rows)
    )
    worth: Array = np.where(is_range, likelihood - MIN_GAIN / 2, -np.inf)
    return worth


def _ordered(counts: _Counts, direction: int, base_odds: float) -> _Counts:
    """Join neighbours whose order the average rows in each bin turned round."""
    while len(counts.ends) > 1:
        woe = weight_of_evidence(counts.good, counts.bad, base_odds)
        against = direction * np.diff(woe) > 0
        if not against.any():
            break
        counts = counts.merged(int(np.argmax(against)))
    return counts


def _bounded(column: Column, woe: float, ranges: Array) -> float:
    """Hold the missing bin where no bad news can better it and no hiding pays.

    Never is at least as good as any range. Unknown is at most as good as the best and
    at least as good as the next: whoever becomes known by anything but the best loses.
    """
    falling = np.sort(ranges)[::-1]
    if column.absent == "never":
        return float(max(woe, falling[0]))
    return float(np.clip(woe, falling[min(1, len(falling) - 1)], falling[0]))
