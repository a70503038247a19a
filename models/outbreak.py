"""Which weekly counts are more than chance: Farrington's flexible method for many series.

Each series (a street and a category) is fitted by a quasi-Poisson regression on its past:
level, trend, and one yearly wave; a first fit finds weeks that stick out, which count less
in a second, so that past outbreaks do not raise the bar (Farrington et al. 1996, Noufaily
et al. 2013). The bar is the quantile of the negative binomial with the fitted mean and
dispersion. The last weeks are left out of the past, for an outbreak that has begun must
not hide itself.

Ours differs where series are sparse (a complaint a week): a wave instead of ten seasonal
levels, and slopes drawn a little towards nothing. All series are fitted at once: the
regressions of scikit-learn take one series each and would be a hundred times slower.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import nbinom, poisson

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

WEEKS_A_YEAR = 365.25 / 7
# Three years of past; fewer than half a year says nothing of a trend.
PAST_WEEKS, LEAST_WEEKS = 156, 26
# An outbreak of food lasts some weeks; so long it is kept out of its own past.
GUARD_WEEKS = 4
# Noufaily's cut: a week beyond it is weighted by the inverse of its square.
_STICKS_OUT = 2.58
# As if each slope had been seen to be nothing in one week with one complaint.
_RIDGE = 1.0
_STEPS = 12
_MOST_LOG = 8.0
_LEAST_MEAN = 1e-3


@dataclass(frozen=True)
class Bars:
    """What each series is expected to count in a week, and the count it may reach."""

    expected: Floats
    upper: Ints

    def exceeded(self, counts: Ints, least: int) -> npt.NDArray[np.bool_]:
        """Tell where a count lies above its bar, and is not too small to matter."""
        result: npt.NDArray[np.bool_] = (counts > self.upper) & (counts >= least)
        return result


def bars(counts: Ints, week: int, alarm_share: float) -> Bars | None:
    """Give the bars of a week from the weeks before it; None with too little past.

    `counts` has a row per week and a column per series; `alarm_share` is the share of
    weeks without an outbreak in which a series may pass its bar.
    """
    last = week - GUARD_WEEKS
    first = max(last - PAST_WEEKS, 0)
    if last - first < LEAST_WEEKS:
        return None
    past = counts[first:last].T.astype(np.float64)
    design = _design(np.arange(first, last), week)
    beta, weight = _fitted(past, design)
    dispersion = _dispersion(past, _mean(beta, design), weight)
    expected = _mean(beta, _design(np.array([week]), week))[:, 0]
    return Bars(expected, _quantile(expected, dispersion, 1 - alarm_share))


def _design(weeks: Ints, week: int) -> Floats:
    """Give level, trend in years before the week, and the yearly wave."""
    turn = 2 * np.pi * weeks / WEEKS_A_YEAR
    columns = (
        np.ones(len(weeks)),
        (weeks - week) / WEEKS_A_YEAR,
        np.sin(turn),
        np.cos(turn),
    )
    return np.column_stack(columns)


def _fitted(past: Floats, design: Floats) -> tuple[Floats, Floats]:
    even = np.ones_like(past)
    beta = _regression(past, design, even)
    mean = _mean(beta, design)
    dispersion = _dispersion(past, mean, even)
    residual = 1.5 * (past ** (2 / 3) * mean ** (-1 / 6) - mean**0.5)
    residual /= np.sqrt(dispersion)[:, None]
    weight = np.where(residual > _STICKS_OUT, np.maximum(residual, 1.0) ** -2, 1.0)
    weight *= weight.shape[1] / weight.sum(axis=1, keepdims=True)
    return _regression(past, design, weight), weight


def _regression(past: Floats, design: Floats, weight: Floats) -> Floats:
    """Fit log-linear means of all series by iterated weighted least squares."""
    beta = np.zeros((len(past), design.shape[1]))
    beta[:, 0] = np.log(np.maximum(past.mean(axis=1), _LEAST_MEAN))
    ridge = np.diag([1e-6, *[_RIDGE] * (design.shape[1] - 1)])
    for _ in range(_STEPS):
        mean = _mean(beta, design)
        working = mean * weight
        hessian = np.einsum("wi,sw,wj->sij", design, working, design) + ridge
        slope = ((past - mean) * weight) @ design - beta @ ridge
        step = np.linalg.solve(hessian, slope[:, :, None])[:, :, 0]
        # A step of a whole unit is e-fold already; longer ones overshoot.
        beta += np.clip(step, -1, 1)
    return beta


def _mean(beta: Floats, design: Floats) -> Floats:
    mean: Floats = np.exp(np.clip(beta @ design.T, -_MOST_LOG, _MOST_LOG))
    return np.maximum(mean, _LEAST_MEAN)


def _dispersion(past: Floats, mean: Floats, weight: Floats) -> Floats:
    """Give how many times the variance exceeds a Poisson's; never less than once."""
    free = past.shape[1] - 4
    found: Floats = (weight * (past - mean) ** 2 / mean).sum(axis=1) / free
    return np.maximum(found, 1.0)


def _quantile(mean: Floats, dispersion: Floats, share: float) -> Ints:
    """Give the count that is passed only in the remaining share of weeks."""
    over = dispersion > 1 + 1e-6
    size = mean / np.where(over, dispersion - 1, 1.0)
    spread = nbinom.ppf(share, size, 1 / np.where(over, dispersion, 2.0))
    found: Floats = np.where(over, spread, poisson.ppf(share, mean))
    return found.astype(np.int64)
