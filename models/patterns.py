"""When a business is visited in a year: patterns of weeks, and the cheapest under prices.

A business has slots, in order: each is a visit that may be made in some weeks, some
weeks after the one before, or be dropped at a penalty. What a pattern costs besides is
the time for which a serious problem stays unseen. With probability p one begins in a
year, evenly over it, and stays until the next visit: g²/730 days on average between two
visits g days apart. The stretch to the first visit began with the last of the year
before, and the one after the last ends with the first of the next year.

The cheapest pattern under prices of weeks is a shortest way: after each slot, keep the
least cost for every week of the last visit made.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

DROPPED = -1
_YEAR = 365.0


@dataclass(frozen=True)
class Exposure:
    """Days unseen by week of visit: to the first, between two, and after the last.

    The last entry of `after` is for no visit at all.
    """

    first: Array
    between: Array
    after: Array

    @classmethod
    def over(
        cls, reached: Array, end: float, *, before: float = _YEAR, beyond: float = 0.0
    ) -> "Exposure":
        """Measure from the weighted days at which each week and the end are reached.

        `before` are the days unseen on the first day, `beyond` those from the end to the
        next visit. What stood before the first day counts from that day on. Last seen a
        year before, one visit on day 73 of 365 and none beyond: 73 x 365/365 + 73²/730 =
        80.3 days to it, and 292²/730 = 116.8 after it; with 182 days beyond 307.8.
        """
        gap = np.subtract.outer(reached, reached)
        whole = end + beyond
        until = np.append(reached, whole)
        first = until * before / _YEAR + until**2 / (2 * _YEAR)
        after = (whole - reached) ** 2 / (2 * _YEAR)
        return cls(
            first=first[:-1],
            between=gap**2 / (2 * _YEAR),
            after=np.append(after, first[-1]),
        )

    def of(self, weeks: tuple[int, ...]) -> float:
        """Add up the days unseen of a pattern."""
        made = [week for week in weeks if week != DROPPED]
        if not made:
            return float(self.after[-1])
        between = sum(self.between[a, b] for a, b in pairwise(made))
        return float(self.first[made[0]] + between + self.after[made[-1]])


@dataclass(frozen=True)
class Batch:
    """Businesses with the same number of slots and the same exposure.

    `value` is probability times harm; `node` what a visit costs by slot and week
    (prices of its minutes, infinite where it may not be), `skip` what dropping costs,
    `gap` the least weeks after the visit before.
    """

    exposure: Exposure
    value: Array
    node: Array
    skip: Array
    gap: Whole


def cheapest(batch: Batch) -> Array:
    """Give the cost of each business's cheapest pattern."""
    costs, _ = _ways(batch)
    least: Array = costs.min(axis=1)
    return least


def cheapest_patterns(
    batch: Batch, most: int
) -> list[list[tuple[float, tuple[int, ...]]]]:
    """Give each business's cheapest pattern for its best last weeks, up to so many."""
    costs, came = _ways(batch)
    order = np.argsort(costs, axis=1, kind="stable")[:, :most]
    return [
        [
            (float(costs[row, last]), _traced(came, row, int(last)))
            for last in order[row]
            if np.isfinite(costs[row, last])
        ]
        for row in range(len(costs))
    ]


def _ways(batch: Batch) -> tuple[Array, list[Whole]]:
    """Go through the slots; remember from which last week each state came."""
    businesses, slots, weeks = batch.node.shape
    value = batch.value[:, None]
    none = weeks
    least = np.full((businesses, weeks + 1), np.inf)
    least[:, none] = 0.0
    came: list[Whole] = []
    for slot in range(slots):
        arrive = least[:, none, None] + value * batch.exposure.first[None, :]
        source = np.full((businesses, weeks), none)
        if slot:
            arrive, source = _after_another(batch, slot, least, arrive, source)
        arrive = arrive + batch.node[:, slot]
        stay = least + batch.skip[:, slot, None]
        is_made = arrive < stay[:, :none]
        came.append(np.where(is_made, source, DROPPED))
        least = stay
        least[:, :none] = np.where(is_made, arrive, stay[:, :none])
    return least + value * batch.exposure.after[None, :], came


def _after_another(
    batch: Batch, slot: int, least: Array, arrive: Array, source: Whole
) -> tuple[Array, Whole]:
    """Compare a first visit with one that follows another at a lawful distance."""
    weeks = batch.node.shape[2]
    distance = np.arange(weeks)[None, :] - np.arange(weeks)[:, None]
    for gap in np.unique(batch.gap[:, slot]):
        rows = np.flatnonzero(batch.gap[:, slot] == gap)
        ways = least[rows, :weeks, None] + (
            batch.value[rows, None, None] * batch.exposure.between[None]
        )
        ways[:, distance < gap] = np.inf
        best = ways.argmin(axis=1)
        cost = np.take_along_axis(ways, best[:, None], axis=1)[:, 0]
        closer = cost < arrive[rows]
        arrive[rows] = np.where(closer, cost, arrive[rows])
        source[rows] = np.where(closer, best, source[rows])
    return arrive, source


def _traced(came: list[Whole], row: int, last: int) -> tuple[int, ...]:
    """Follow a state back to the weeks of its visits."""
    pattern: list[int] = []
    state, none = last, came[0].shape[1]
    for step in reversed(came):
        source = DROPPED if state == none else int(step[row, state])
        if source == DROPPED:
            pattern.append(DROPPED)
        else:
            pattern.append(state)
            state = source
    return tuple(reversed(pattern))
