"""How far one business may lie from what is said of all with such a record.

What no feature can see is still there: two visits to the same business end more alike
than its features say. How much more, extrapolated from the days between the two to none,
is how far businesses lie from their stated chance. A record of visits narrows it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.optimize import minimize

from models.calibration import base_log_odds, fit_calibration, logistic
from models.metrics import Array, Codes
from models.severity import offsets
from models.training import Training

# The feature that says how much is known of a business, and the groups it is told by:
# never visited, once or twice, three times and more.
KNOWN = "visits_1826d"
GROUPS_BEGIN = (0.5, 2.5)
# Pairs the spread is measured on: more hardly change it.
MOST_PAIRS = 40_000
# Blocks between two visits: a year shows how fast likeness fades; what was stated
# before the first says little of later ones.
MOST_BLOCKS_APART = 6
# Beyond it a normal spread of log-odds says no more than "anything".
WIDEST = 2.0
# Where pairs say little: a spread of 1; likeness that fades in two years; a visit that
# tells what one visit can, its Fisher information p (1 - p); each with the width, in
# logarithms, of what would surprise nobody. Likeness that fades in weeks is the narrow
# one: no pair could tell it from none, and any spread would then pass.
USUAL, HOW_USUAL = np.log([1.0, 730.0, 1.0]), np.array([0.5, 0.5, 1.0])
# Far from anything a record can show: a fit without data must not run away.
_BOUNDS = (
    (-3.0, float(np.log(WIDEST))),
    (np.log(60.0), np.log(7300.0)),
    (-4.0, 3.0),
    *((-2.0, 2.0),) * (len(GROUPS_BEGIN) + 1),
)
# Nodes and weights to average over a standard normal distribution.
_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(8)
_WEIGHTS = _WEIGHTS / _WEIGHTS.sum()
# 5% and 95% of a normal distribution.
INTERVAL_Z = 1.645


@dataclass(frozen=True)
class Spread:
    """How businesses spread around what is stated of them, in log-odds.

    `unvisited` is the spread of those nobody visited; each visit adds `per_visit` times
    its Fisher information to the inverse of the variance. An unvisited spread of 1.3 and
    1 per visit leave .88 of it after eight visits to a business stated at 10%:
    1/1.3^2 + 8 x .1 x .9 = 1/.88^2. More known never spreads wider.
    """

    unvisited: float
    per_visit: float

    def of(self, known: Array, log_odds: Array) -> Array:
        """Give the spread of businesses of which so much is known and stated."""
        chance = logistic(log_odds)
        told = self.per_visit * np.nan_to_num(known) * chance * (1 - chance)
        spread: Array = (self.unvisited**-2 + told) ** -0.5
        return spread


@dataclass(frozen=True)
class Pairs:
    """Two visits to each of some businesses, and what was stated before the first.

    `log_odds` are those of a model that never saw the business; `strict` is what the
    inspector of each visit adds to them.
    """

    known: Array
    days: Array
    log_odds: Array
    strict: tuple[Array, Array]
    serious: tuple[Array, Array]


_NOTHING = np.empty(0)
NO_PAIRS = Pairs(
    _NOTHING, _NOTHING, _NOTHING, (_NOTHING, _NOTHING), (_NOTHING, _NOTHING)
)


def group_of(known: Array) -> Codes:
    """Number the group of how much is known; unknown counts as nothing."""
    groups: Codes = np.searchsorted(GROUPS_BEGIN, np.nan_to_num(known)).astype(np.int64)
    return groups


def known_of(matrix: pl.DataFrame) -> Array:
    """Give how many visits are known; nothing where the column is not there."""
    if KNOWN not in matrix.columns:
        return np.zeros(matrix.height)
    return matrix[KNOWN].cast(pl.Float64).fill_null(0.0).to_numpy()


def consecutive(
    business: pl.Series, as_of: pl.Series, inspector: pl.Series
) -> tuple[Codes, Codes]:
    """Give the rows of visits with a next one soon to the same business, and of that.

    Two by one inspector are left out: they are alike for being one inspector's.
    """
    rows = pl.DataFrame({"business": business, "as_of": as_of, "by": inspector})
    order = rows.with_row_index("row").sort("business", "as_of", "row")
    row = order["row"].cast(pl.Int64).to_numpy()
    is_same = order["business"] == order["business"].shift(-1)
    block = order["as_of"].rank("dense").cast(pl.Int64)
    is_soon = block.shift(-1) - block <= MOST_BLOCKS_APART
    is_other = (order["by"] != order["by"].shift(-1)).fill_null(value=True)
    is_pair = (is_same & is_soon).fill_null(value=False) & is_other
    first = np.flatnonzero(is_pair.to_numpy())
    first = first[:: max(1, -(-len(first) // MOST_PAIRS))]
    return row[first], row[first + 1]


def pairs_of(training: Training, first: Codes, second: Codes, raw: Array) -> Pairs:
    """Pair visits, by what models that never saw the business said before the first.

    Such models are grown on less than the final one and need a scale of their own:
    chances stated too far apart would look like a spread of businesses.
    """
    if len(first) == 0:
        return NO_PAIRS
    serious = training.serious
    strict = offsets(serious, training.inspector) - base_log_odds(serious)
    days = training.as_of.to_physical().cast(pl.Float64).to_numpy()
    return Pairs(
        known=known_of(training.matrix[first]),
        days=days[second] - days[first],
        log_odds=fit_calibration(raw, serious[first]).log_odds(raw),
        strict=(strict[first], strict[second]),
        serious=(serious[first], serious[second]),
    )


def spread_of(pairs: Pairs) -> Spread:
    """Estimate the spread by the likelihood of each second visit, given the first.

    Given the first, since whom officers see again follows what they found there. How
    the level has moved by the second is free for each group of knowledge: officers
    return where they fear. Likeness fades with the days between; the spread is that of
    no day between, the day of which a chance is stated.
    """
    found = minimize(
        lambda at: _surprise(at, pairs),
        np.r_[USUAL, np.zeros(len(GROUPS_BEGIN) + 1)],
        method="L-BFGS-B",
        bounds=_BOUNDS,
    )
    unvisited, _, per_visit = np.exp(found.x[:3])
    return Spread(float(unvisited), float(per_visit))


def _surprise(at: Array, pairs: Pairs) -> float:
    """Give minus the logarithm of the likelihood, and of how usual the values are.

    Each log-odds is a middle, a part that both visits share, averaged over, and a part
    that the days changed, which flattens the logistic curve (as in `around`).
    """
    unvisited, fading, per_visit = np.exp(at[:3])
    own = Spread(unvisited, per_visit).of(pairs.known, pairs.log_odds)
    shared = own**2 * np.exp(-pairs.days / fading)
    flatter = (1 + np.pi * (own**2 - shared) / 8) ** -0.5
    together = np.sqrt(shared)[:, None] * _NODES
    moved = (np.zeros(len(own)), at[3:][group_of(pairs.known)])
    of_first, of_second = (
        _chance_of(
            found,
            logistic(
                ((_middle(pairs.log_odds + strict, own) + move)[:, None] + together)
                * flatter[:, None]
            ),
        )
        for found, strict, move in zip(pairs.serious, pairs.strict, moved, strict=True)
    )
    likelihood = (of_first * of_second) @ _WEIGHTS / (of_first @ _WEIGHTS)
    unusual = ((at[:3] - USUAL) / HOW_USUAL) ** 2
    return float(unusual.sum() / 2 - np.log(likelihood).sum())


def _chance_of(serious: Array, chance: npt.NDArray[np.float64]) -> Array:
    """Give the chance of what was found, node by node."""
    found: Array = np.where(serious[:, None] == 1, chance, 1 - chance)
    return found


def _middle(log_odds: Array, own: Array) -> Array:
    """Give the middle of a spread of log-odds whose mean chance is the stated one."""
    middle: Array = log_odds * np.sqrt(1 + np.pi * own**2 / 8)
    return middle


def deviation(scores: Sequence[Array]) -> Array:
    """Give the standard deviation of each row over several scores of it.

    Added up one by one: NumPy adds the scores of a single row in another order than
    those of many, and its interval would differ in the last digit.
    """
    mean = sum(scores) / len(scores)
    squares = np.zeros(len(scores[0]))
    for score in scores:
        squares += (score - mean) ** 2
    return np.sqrt(squares / (len(scores) - 1))


def around(log_odds: Array, own: Array, stated: Array) -> tuple[Array, Array]:
    """Give the 90% interval of a business's own chance.

    `own` is the spread of businesses around what is stated, `stated` the standard error
    of the statement. The stated chance is the mean of a skewed spread, so its middle
    lies below: 10% with an own spread of 1 gives 1.4% to 28%; with none, 10% to 10%.
    """
    middle = _middle(log_odds, own)
    reach = INTERVAL_Z * np.hypot(own, stated)
    chance = logistic(log_odds)
    return (
        np.minimum(logistic(middle - reach), chance),
        np.maximum(logistic(middle + reach), chance),
    )
