"""A scorecard grown as stumps: monotone trees of one question each, merged into points.

A tree of one question asks one column, so the trees of a column add up to one number per
bin, and the whole forest is a table like every scorecard's: the same scale, the same
query. It learns the columns together, step by step, where a weight of evidence looks at
each alone; which of the two ranks better is for a comparison to say.
"""

from collections.abc import Sequence
from dataclasses import replace

import lightgbm as lgb
import numpy as np
import polars as pl

from models.bins import Bins, Column, fine_bins
from models.calibration import level_of
from models.metrics import Array, Codes
from models.scorecard import Evidence, Scale, Scorecard, frozen, inputs_of
from models.trees import Forest, read_forest

# Larger or smaller steps, or fewer, gained nothing on German, HELOC and Taiwan.
ROUNDS, LEARNING_RATE = 300, 0.1
# A side of fewer rows says more about chance than about its members.
MIN_LEAF = 20
SEED = 11


def fit_stumps(
    matrix: pl.DataFrame,
    bad: Array,
    columns: Sequence[Column],
    *,
    scale: Scale,
    trained_until: str,
) -> Scorecard:
    """Grow stumps, merge them into bins, and freeze them into whole points.

    Columns that hardly move the score are left out, and the others grown again.
    """
    kept, found = tuple(columns), _grown(matrix, bad, tuple(columns), scale)
    while len(found) < len(kept):
        kept = tuple(b.column for b in found)
        found = _grown(matrix, bad, kept, scale)
    inputs = inputs_of(matrix, [b.column.name for b in found])
    told = [np.array(b.woe)[b.locate(inputs[:, at])] for at, b in enumerate(found)]
    evidence = np.sum([np.zeros(len(bad)), *told], axis=0)
    # As many are stated to be good as were found.
    intercept, _ = level_of(evidence, 1 - bad)
    merged = Evidence(found, (1.0,) * len(found), intercept)
    return frozen(merged, matrix, scale=scale, trained_until=trained_until)


def grow(codes: Sequence[Codes], bins: Sequence[Bins], bad: Array) -> str:
    """Grow the stumps on the places of the bins and give the booster's text.

    The method `advanced` breaks its promise where values are missing; `basic` keeps it.
    """
    # A special code is a question of its own, and has no direction.
    ways = [
        way
        for b in bins
        for way in (b.column.direction, *(0 for _ in b.column.specials))
    ]
    parameters = {
        "objective": "binary",
        "num_leaves": 2,
        "learning_rate": LEARNING_RATE,
        "min_data_in_leaf": MIN_LEAF,
        "monotone_constraints": ways,
        "monotone_constraints_method": "basic",
        "seed": SEED,
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": 1,
        "verbose": -1,
    }
    asked = [asked_of(b, code) for b, code in zip(bins, codes, strict=True)]
    booster = lgb.train(parameters, lgb.Dataset(np.hstack(asked), bad), ROUNDS)
    text: str = booster.model_to_string()
    return text


def asked_of(bins: Bins, code: Codes) -> Array:
    """Give what the stumps are asked of a column: its range, and each special code.

    Who is missing stands where the direction puts them, so that the constraint holds
    for them too; of a special code its own question is answered.
    """
    place = np.where(code >= bins.first_range, code - bins.first_range, np.nan)
    if bins.column.direction:
        place = np.where(code == 0, _missing_place(bins), place)
    flags = [
        (code == 1 + at).astype(np.float64) for at in range(len(bins.column.specials))
    ]
    asked: Array = np.column_stack([place, *flags])
    return asked


def _missing_place(bins: Bins) -> float:
    """Place what never happened before the best range, and the unknown just after it.

    Of three ranges of which more is worse: never at -1, unknown at 0.5; less is worse:
    never at 3, unknown at 1.5.
    """
    way, last = bins.column.direction, len(bins.edges)
    best = 0 if way > 0 else last
    if bins.column.absent == "never":
        return best - way
    return best + way / 2 if last else best


def merged(text: str, bins: Sequence[Bins]) -> list[Array]:
    """Add up what all stumps say of each bin of each column: log-odds of bad."""
    forest, first, totals = read_forest(text), 0, []
    for b in bins:
        asked = asked_of(b, np.arange(len(b.woe)))
        said = [_said(forest, first + at, asked[:, at]) for at in range(asked.shape[1])]
        totals.append(np.sum(said, axis=0))
        first += asked.shape[1]
    return totals


def _grown(
    matrix: pl.DataFrame, bad: Array, columns: Sequence[Column], scale: Scale
) -> tuple[Bins, ...]:
    """Grow stumps on some columns; gives those that move the score, as merged bins."""
    if not columns:
        return ()
    inputs = inputs_of(matrix, [c.name for c in columns])
    bins = fine_bins(columns, inputs, bad)
    codes = [b.locate(inputs[:, at]) for at, b in enumerate(bins)]
    told = zip(bins, merged(grow(codes, bins, bad), bins), strict=True)
    joined = [_joined(_told(b, total, scale)) for b, total in told]
    least = scale.smallest_span / scale.factor
    return tuple(b for b in joined if max(b.woe) - min(b.woe) >= least)


def _told(bins: Bins, total: Array, scale: Scale) -> Bins:
    """Turn log-odds of bad into evidence of whole points, nothing for the average row.

    A special code, or a gap in a column without direction, that no row has tells nothing.
    """
    rows = np.array(bins.good) + np.array(bins.bad)
    woe = rows @ total / rows.sum() - total
    unseen = rows == 0
    unseen[bins.first_range :] = False
    unseen[0] &= not bins.column.direction
    woe[unseen] = 0.0
    whole = np.rint(scale.factor * (woe.max() - woe))
    return replace(bins, woe=tuple((woe.max() - whole / scale.factor).tolist()))


def _joined(bins: Bins) -> Bins:
    """Join neighbouring ranges that say the same."""
    first = bins.first_range
    starts = [
        at
        for at in range(first, len(bins.woe))
        if at == first or bins.woe[at] != bins.woe[at - 1]
    ]
    alone = list(range(first))
    return Bins(
        bins.column,
        tuple(bins.edges[at - first - 1] for at in starts[1:]),
        tuple(np.add.reduceat(bins.good, alone + starts).tolist()),
        tuple(np.add.reduceat(bins.bad, alone + starts).tolist()),
        tuple(bins.woe[at] for at in alone + starts),
    )


def _said(forest: Forest, feature: int, values: Array) -> Array:
    """Add up the leaves to which the stumps on a feature send each value."""
    if feature not in forest.scales:
        return np.zeros(len(values))
    scale = forest.scales[feature]
    codes, total = scale.encode(values), np.zeros(len(values))
    for tree, left in zip(forest.trees, forest.goes_left, strict=True):
        if tree.feature == (feature,):
            goes = np.array([bool(left[0] >> c & 1) for c in range(scale.size)])
            ends = tree.value[~tree.left[0]], tree.value[~tree.right[0]]
            total += np.where(goes[codes], *ends)
    return total
