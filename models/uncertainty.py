"""How far one business may lie from what is said of all with such a record.

What no feature can see is still there: two visits to the same business end more alike
than its features say. How much more tells how far businesses lie from their stated
chance; it is measured by how much is known of them, since a record tells more of a
business than its trade and street do.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import polars as pl

from models.calibration import logistic
from models.metrics import Array, Codes

# The feature that says how much is known of a business, and where its groups begin:
# never visited, once or twice, three times and more.
KNOWN = "visits_1826d"
GROUPS_BEGIN = (0.5, 2.5)
# Joins every group as if so many pairs of visits had spread as all of them do.
PRIOR_PAIRS = 200.0
# Pairs the spread is measured on: more hardly change it.
MOST_PAIRS = 40_000
# Blocks between two visits: later ones have drifted, and tell less of the day stated.
MOST_BLOCKS_APART = 3
# Beyond it a normal spread of log-odds says no more than "anything".
WIDEST = 2.0
# 5% and 95% of a normal distribution.
INTERVAL_Z = 1.645


@dataclass(frozen=True)
class Pairs:
    """Two visits to each of some businesses, and the chances stated before the first.

    The chances are those of a model that never saw the business; each is for the
    inspector who made the visit.
    """

    known: Array
    chance: tuple[Array, Array]
    serious: tuple[Array, Array]


_NOTHING = np.empty(0)
NO_PAIRS = Pairs(_NOTHING, (_NOTHING, _NOTHING), (_NOTHING, _NOTHING))


def group_of(known: Array) -> Codes:
    """Number the group of how much is known; unknown counts as nothing."""
    groups: Codes = np.searchsorted(GROUPS_BEGIN, np.nan_to_num(known)).astype(np.int64)
    return groups


def known_of(matrix: pl.DataFrame) -> Array:
    """Give how many visits are known; nothing where the column is not there."""
    if KNOWN not in matrix.columns:
        return np.zeros(matrix.height)
    return matrix[KNOWN].cast(pl.Float64).fill_null(0.0).to_numpy()


def consecutive(business: pl.Series, as_of: pl.Series) -> tuple[Codes, Codes]:
    """Give the rows of visits with a next one soon to the same business, and of that."""
    rows = pl.DataFrame({"business": business, "as_of": as_of}).with_row_index("row")
    order = rows.sort("business", "as_of", "row")
    row = order["row"].cast(pl.Int64).to_numpy()
    is_same = order["business"] == order["business"].shift(-1)
    block = order["as_of"].rank("dense").cast(pl.Int64)
    is_soon = block.shift(-1) - block <= MOST_BLOCKS_APART
    first = np.flatnonzero((is_same & is_soon).fill_null(value=False).to_numpy())
    first = first[:: max(1, -(-len(first) // MOST_PAIRS))]
    return row[first], row[first + 1]


def spreads(pairs: Pairs) -> tuple[float, ...]:
    """Estimate the spread of log-odds around the stated ones, group by group.

    What a visit found less what was stated is chance and what the business has of its
    own; the product over two visits leaves only its own. With chances of 10% and a
    spread of 1, the product is about (.1 x .9)^2 = .0081; of independent visits, 0.
    More known never spreads wider: groups out of order are taken together.
    """
    first, second = (
        found - stated
        for found, stated in zip(pairs.serious, pairs.chance, strict=True)
    )
    weight = np.prod([stated * (1 - stated) for stated in pairs.chance], axis=0)
    if weight.sum() <= 0:
        return (0.0,) * (len(GROUPS_BEGIN) + 1)
    overall = max(float((first * second).sum() / weight.sum()), 0.0)
    prior = PRIOR_PAIRS * float(weight.mean())
    groups = group_of(pairs.known)
    sums = [
        (
            float((first * second)[groups == g].sum()) + prior * overall,
            float(weight[groups == g].sum()) + prior,
        )
        for g in range(len(GROUPS_BEGIN) + 1)
    ]
    return tuple(min(max(ratio, 0.0) ** 0.5, WIDEST) for ratio in _never_rising(sums))


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
    middle = log_odds * np.sqrt(1 + np.pi * own**2 / 8)
    reach = INTERVAL_Z * np.hypot(own, stated)
    chance = logistic(log_odds)
    return (
        np.minimum(logistic(middle - reach), chance),
        np.maximum(logistic(middle + reach), chance),
    )


def _never_rising(sums: Sequence[tuple[float, float]]) -> list[float]:
    """Give each group its ratio; neighbours that rise share one."""
    blocks = [[above, below, 1] for above, below in sums]
    while rising := [
        n for n, (a, b) in enumerate(pairwise(blocks)) if b[0] / b[1] > a[0] / a[1]
    ]:
        n = rising[0]
        blocks[n : n + 2] = [[x + y for x, y in zip(*blocks[n : n + 2], strict=True)]]
    return [above / below for above, below, size in blocks for _ in range(int(size))]
