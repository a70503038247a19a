"""What an order of visits brings forward: Chicago's measures, net of a random order.

The dates on which visits were made are kept, and handed out anew by falling score; a
serious finding then counts on its new date. (City of Chicago, food inspection
forecasting, 2014.) The measure assumes that the problem was there all along, and knows
only visits that were made.
"""

import numpy as np

from models.metrics import Array, Codes, Ranked


def handed_out(day: Codes, ranked: Ranked) -> Array:
    """Hand out the days by falling score, averaged over the orders of tied visits.

    Days 1, 2, 3, 4 and scores .1, .9, .5, .5 give 4, 1, 2.5, 2.5.
    """
    return ranked.spread(np.sort(day).astype(np.float64), falling=True)


def days_earlier(day: Codes, ranked: Ranked, weight: Array) -> Array:
    """Compute by how many days the serious findings come earlier on average."""
    return _mean(day - handed_out(day, ranked), weight * ranked.serious)


def net_days_earlier(day: Codes, ranked: Ranked, weight: Array) -> Array:
    """Compute days earlier, less what a random order is expected to bring.

    In a random order every visit expects the mean day, which is earlier or later than
    the real days of the serious visits by the luck of the season.
    """
    return _mean(day.mean() - handed_out(day, ranked), weight * ranked.serious)


def first_half_share(day: Codes, ranked: Ranked, weight: Array) -> Array:
    """Compute the share of serious findings that fall in the first half of the visits.

    The half holds the days whose cumulative visits stay strictly below half of all.
    """
    days, visits = np.unique(day, return_counts=True)
    half = days[np.cumsum(visits) < len(day) / 2]
    is_early = np.isin(np.sort(day), half).astype(np.float64)
    return _mean(ranked.spread(is_early, falling=True), weight * ranked.serious)


def _mean(values: Array, weight: Array) -> Array:
    total = weight.sum(axis=-1)
    mean: Array = np.full(len(total), np.nan)
    np.divide(weight @ values, total, out=mean, where=total > 0)
    return mean
