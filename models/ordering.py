"""What an order of visits brings forward: Chicago's measures, net of a random order.

The dates on which visits were made are kept, and handed out anew by falling score; a
serious finding then counts on its new date. (City of Chicago, food inspection
forecasting, 2014.) The measure assumes that the problem was there all along, and knows
only visits that were made.

In a bootstrap draw a visit stands as often as its weight says, and the dates of all
that stand are handed out anew.
"""

import numpy as np

from models.metrics import Array, Codes, Ranked


def days_earlier(day: Codes, ranked: Ranked, weight: Array) -> tuple[Array, Array]:
    """Compute by how many days the serious findings come earlier: as such, and net.

    Serious findings on days 2 and 4 that score highest of four daily visits are put on
    days 1 and 2: 1.5 days earlier. Net is less what a random order is expected to bring:
    there every visit expects the mean day, 2.5, which is 0.5 days earlier, leaving 1.
    """
    days = day.astype(np.float64)
    handed = _handed_mean(day, days, ranked, weight)
    real, middle = _mean(days, weight * ranked.serious), _mean(days, weight)
    return real - handed, middle - handed


def days_earlier_inside(
    day: Codes, ranked: Ranked, weight: Array, group: Codes
) -> tuple[Array, Array]:
    """Compute the same where each group, an inspector or an office, keeps its own days.

    A group's visits change places with each other and with nobody else's, so how many
    it makes on a day stays as it was; the groups are averaged by serious findings.
    Visits of group -1 are left out; NaN when nothing serious is left.
    """
    gross, net, total = (np.zeros(weight.shape[0]) for _ in range(3))
    for code in np.unique(group[group >= 0]):
        here = group == code
        inside = Ranked(ranked.score[here], ranked.serious[here])
        found = (weight[:, here] * inside.serious).sum(axis=-1)
        own = days_earlier(day[here], inside, weight[:, here])
        gross, net = (
            sums + np.nan_to_num(part * found)
            for sums, part in zip((gross, net), own, strict=True)
        )
        total += found
    return _divided(gross, total), _divided(net, total)


def first_half_share(day: Codes, ranked: Ranked, weight: Array) -> Array:
    """Compute the share of serious findings that fall in the first half of the visits.

    The half holds the days whose cumulative visits stay strictly below half of all.
    """
    _, code = np.unique(day, return_inverse=True)
    order = np.argsort(code, kind="stable")
    starts = np.flatnonzero(np.diff(code[order], prepend=-1))
    reached = np.cumsum(np.add.reduceat(weight[:, order], starts, axis=-1), axis=-1)
    is_early = (reached < reached[:, -1:] / 2).astype(np.float64)
    return _handed_mean(day, is_early[:, code], ranked, weight)


def _handed_mean(day: Codes, value: Array, ranked: Ranked, weight: Array) -> Array:
    """Hand out what the days hold by falling score; average it over serious visits.

    Tied visits share what their places in the queue hold. Places are counted in weight:
    the values of the days add up along the queue, and what a group of ties is handed is
    the sum at its end less the sum at its start.
    """
    order = np.argsort(day, kind="stable")
    places = _from_zero(weight[:, order])
    held = _from_zero((weight * value)[:, order])
    size = ranked.sums(weight)[:, ::-1]
    ends = _from_zero(size)
    handed = np.diff(
        [np.interp(*draw) for draw in zip(ends, places, held, strict=True)], axis=-1
    )
    mean = np.divide(handed, size, out=np.zeros_like(size), where=size > 0)
    return _mean_of_rows(mean, ranked.sums(weight * ranked.serious)[:, ::-1])


def _from_zero(values: Array) -> Array:
    """Add up along each draw, from nothing before the first."""
    sums: Array = np.zeros((values.shape[0], values.shape[1] + 1))
    np.cumsum(values, axis=-1, out=sums[:, 1:])
    return sums


def _mean(values: Array, weight: Array) -> Array:
    return _mean_of_rows(np.broadcast_to(values, weight.shape), weight)


def _mean_of_rows(values: Array, weight: Array) -> Array:
    return _divided((weight * values).sum(axis=-1), weight.sum(axis=-1))


def _divided(sums: Array, total: Array) -> Array:
    mean: Array = np.full(len(total), np.nan)
    np.divide(sums, total, out=mean, where=total > 0)
    return mean
