"""How well a score ranks and how right a probability is, over many resamples at once.

A metric takes weights of shape (draws, visits) and gives one number per draw. A bootstrap
of businesses is such a weight matrix: the visits are sorted once, and every draw is then
a sum along the sorted axis. One row of ones gives the plain metric.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]

# Where to cut for "the tenth of the list an office could visit first".
TOP_SHARE = 0.1
CALIBRATION_BINS = 10
# A probability of exactly 0 or 1 would make one mistake infinitely wrong.
_CLIP = 1e-6


@dataclass(frozen=True)
class Ranked:
    """Visits ranked by a score from low to high, ties kept together."""

    score: Array
    serious: Array

    @cached_property
    def _order(self) -> Codes:
        return np.argsort(self.score, kind="stable").astype(np.int64)

    @cached_property
    def _starts(self) -> Codes:
        ranked = self.score[self._order]
        return np.flatnonzero(np.r_[True, ranked[1:] != ranked[:-1]])

    def sums(self, values: Array) -> Array:
        """Sum values over tied visits, lowest score first; shape (draws, ties)."""
        ordered = values[..., self._order]
        if len(self._starts) == len(self._order):
            return ordered
        return np.add.reduceat(ordered, self._starts, axis=-1)

    def auc(self, weight: Array) -> Array:
        """Compute the share of (serious, clean) pairs put in order, ties half.

        Serious visits scored .9, .4 and clean ones .4, .1 give 3.5 of 4 pairs, .875.
        NaN when one of the two is missing.
        """
        won, pairs = self.pairs(weight)
        return _divide(won, pairs)

    def pairs(self, weight: Array) -> tuple[Array, Array]:
        """Count the pairs put in order, and all pairs."""
        serious = self.sums(weight * self.serious)
        clean = self.sums(weight * (1 - self.serious))
        below = np.cumsum(clean, axis=-1) - clean
        won = (serious * (below + 0.5 * clean)).sum(axis=-1)
        return won, serious.sum(axis=-1) * clean.sum(axis=-1)

    def average_precision(self, weight: Array) -> Array:
        """Compute the mean precision at each serious visit; ties enter together."""
        hits = self.sums(weight * self.serious)[..., ::-1]
        seen = np.cumsum(self.sums(weight)[..., ::-1], axis=-1)
        precision = _divide(np.cumsum(hits, axis=-1), seen)
        return _divide(np.nansum(precision * hits, axis=-1), hits.sum(axis=-1))

    def precision_at_top(self, weight: Array) -> Array:
        """Compute the serious share of the first tenth; ties at the cut are averaged."""
        hits = self.sums(weight * self.serious)[..., ::-1]
        size = self.sums(weight)[..., ::-1]
        room = TOP_SHARE * size.sum(axis=-1, keepdims=True)
        taken = np.clip(room - (np.cumsum(size, axis=-1) - size), 0, size)
        rate = np.nan_to_num(_divide(hits, size))
        return _divide((rate * taken).sum(axis=-1), room[..., 0])


def auc_inside(ranked: Ranked, weight: Array, group: Codes) -> Array:
    """Compute AUC within each group (an inspector), weighted by its number of pairs.

    A score that only knows who inspects gives 0.5 here. Visits of group -1 are left out;
    NaN when no group has both outcomes.
    """
    won, pairs = np.zeros(weight.shape[0]), np.zeros(weight.shape[0])
    for code in np.unique(group[group >= 0]):
        here = group == code
        inside = Ranked(ranked.score[here], ranked.serious[here])
        more_won, more_pairs = inside.pairs(weight[:, here])
        won, pairs = won + more_won, pairs + more_pairs
    return _divide(won, pairs)


def log_loss(serious: Array, probability: Array, weight: Array) -> Array:
    """Compute the mean surprise in nats; always saying the base rate .12 gives .367."""
    p = np.clip(probability, _CLIP, 1 - _CLIP)
    loss = -(serious * np.log(p) + (1 - serious) * np.log1p(-p))
    return _divide(weight @ loss, weight.sum(axis=-1))


def brier(serious: Array, probability: Array, weight: Array) -> Array:
    """Compute the mean squared distance between probability and outcome."""
    return _divide(weight @ (probability - serious) ** 2, weight.sum(axis=-1))


def calibration_error(serious: Array, probability: Array, weight: Array) -> Array:
    """Compute ECE: the mean distance of stated and found share over ten bins.

    The bins hold a tenth of the visits each, in the order of their probability; equal
    probabilities share a bin, so that the order of the rows says nothing.
    """
    stated, found, size = _bins(serious, probability, weight)
    gap = np.nan_to_num(np.abs(_divide(stated, size) - _divide(found, size)))
    return _divide((gap * size).sum(axis=-1), size.sum(axis=-1))


def calibration_table(serious: Array, probability: Array) -> Array:
    """Give stated share, found share and number of visits of each bin, in order."""
    stated, found, size = _bins(serious, probability, np.ones((1, len(serious))))
    return np.column_stack([_divide(stated, size)[0], _divide(found, size)[0], size[0]])


def _bins(serious: Array, probability: Array, weight: Array) -> tuple[Array, ...]:
    order = np.argsort(probability, kind="stable")
    ranked = probability[order]
    tenths = np.arange(CALIBRATION_BINS) * len(order) // CALIBRATION_BINS
    cuts = np.unique(np.searchsorted(ranked, ranked[tenths], side="left"))
    w = weight[:, order]
    return tuple(
        np.add.reduceat(w * values, cuts, axis=-1)
        for values in (ranked, serious[order], np.ones(len(order)))
    )


def _divide(above: Array, below: Array) -> Array:
    """Divide; nothing by nothing is unknown."""
    ratio: Array = np.full(np.broadcast_shapes(above.shape, below.shape), np.nan)
    np.divide(above, below, out=ratio, where=below > 0)
    return ratio


def wilson(share: float, count: float) -> tuple[float, float]:
    """Give the 95% interval of a share (Wilson 1927); 2 of 10 gives 5.7% to 51.0%."""
    if count <= 0:
        return 0.0, 1.0
    z = 1.959964
    centre = (share + z * z / (2 * count)) / (1 + z * z / count)
    reach = (
        z
        / (1 + z * z / count)
        * (share * (1 - share) / count + z * z / (4 * count * count)) ** 0.5
    )
    # At the ends the two are equal, and rounding would leave 1e-17 where nothing is.
    low = max(centre - reach, 0.0) if share > 0 else 0.0
    high = min(centre + reach, 1.0) if share < 1 else 1.0
    return low, high
