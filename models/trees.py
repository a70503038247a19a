"""The trees of a booster, read from its own text, and the decisions that they make.

All splits on a feature cut its values into ranges (or its categories into sets) that no
split tells apart. A value is replaced by the number of its range, its code; a split is
then the set of codes that go left, and missing values, default directions and zeros
that mean missing are codes like any other.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from features.errors import ModelError

Inputs = npt.NDArray[np.float32] | npt.NDArray[np.float64]

# LightGBM reads every value within this of zero as zero, before any split. It is a
# 32-bit constant there, so the 64-bit 1e-35 would be another number.
ZERO = float(np.float32(1e-35))
# Bits of LightGBM's decision_type: one, one, then two for the type of missing value.
_CATEGORICAL, _DEFAULT_LEFT, _MISSING_SHIFT, _MISSING_BITS = 1, 2, 2, 3
_MISSING_ZERO, _MISSING_NAN = 1, 2
_WORD = 32


@dataclass(frozen=True)
class Tree:
    """One tree as LightGBM wrote it; child < 0 is the leaf ~child."""

    value: tuple[float, ...]
    count: tuple[int, ...]
    feature: tuple[int, ...] = ()
    threshold: tuple[float, ...] = ()
    decision: tuple[int, ...] = ()
    left: tuple[int, ...] = ()
    right: tuple[int, ...] = ()
    inner_count: tuple[int, ...] = ()
    categories: tuple[frozenset[int], ...] = ()

    @property
    def expected(self) -> float:
        """Give the mean of the leaves over the rows that the tree was grown on."""
        if not self.feature:
            return self.value[0]
        total = self.inner_count[0]
        return sum(n / total * v for n, v in zip(self.count, self.value, strict=True))

    def rows_at(self, child: int) -> int:
        """Give how many training rows reached a node or a leaf."""
        return self.inner_count[child] if child >= 0 else self.count[~child]


@dataclass(frozen=True)
class Scale:
    """How the values of one feature become codes.

    Numbers: 0 is missing, and 1 + n a value above n of the thresholds. Categories: the
    place of the category in `codes`; 0 is every category that goes right everywhere.
    """

    thresholds: npt.NDArray[np.float64]
    codes: npt.NDArray[np.int64]
    size: int

    @property
    def is_categorical(self) -> bool:
        """Tell whether values are category numbers."""
        return len(self.codes) > 0

    def thresholds_for(self, dtype: npt.DTypeLike) -> Inputs:
        """Give thresholds that compare with values of a type as the exact ones do.

        A 32-bit value is at most t exactly when it is at most the largest 32-bit
        number that is at most t; rounding to the nearest would let some above t pass.
        """
        if dtype == np.float64:
            return self.thresholds
        with np.errstate(over="ignore"):
            near = self.thresholds.astype(np.float32)
        return np.where(
            near > self.thresholds, np.nextafter(near, np.float32(-np.inf)), near
        )

    def encode(self, values: Inputs) -> npt.NDArray[np.int64]:
        """Replace values by codes; the kernel does the same, block by block."""
        if self.is_categorical:
            known = (values > -1) & (values < len(self.codes))
            return np.where(
                known, self.codes[np.where(known, values, 0).astype(int)], 0
            )
        above = np.searchsorted(self.thresholds_for(values.dtype), values, "left")
        return np.where(np.isnan(values), 0, above + 1)


@dataclass(frozen=True)
class Forest:
    """All trees of a booster, the scales of the features they use, and the sets.

    `goes_left[tree][node]` has bit c set when code c of the node's feature goes left.
    """

    features: int
    trees: tuple[Tree, ...]
    scales: Mapping[int, Scale]
    goes_left: tuple[tuple[int, ...], ...] = field(repr=False)


def read_forest(text: str) -> Forest:
    """Read the text of a booster with one plain score per row.

    Raises:
        ModelError: it gives several scores, averages its trees, or has linear leaves.
    """
    head, *rest = text.split("\nTree=")
    header = _pairs(head)
    trees = [_pairs(part.split("\n\n")[0]) for part in rest]
    unfit = _unfit(header, head.splitlines(), trees)
    if unfit:
        message = f"a booster {unfit} cannot be explained exactly; train it again"
        raise ModelError(message)
    grown = tuple(_tree(pairs) for pairs in trees)
    scales = _scales(grown)
    return Forest(
        features=int(header["max_feature_idx"]) + 1,
        trees=grown,
        scales=scales,
        goes_left=tuple(
            tuple(_left_codes(t, n, scales[f]) for n, f in enumerate(t.feature))
            for t in grown
        ),
    )


def _unfit(
    header: Mapping[str, str], lines: Sequence[str], trees: Sequence[Mapping[str, str]]
) -> str:
    """Say what keeps a booster from being the sum of trees of constant leaves."""
    scores = header.get("num_tree_per_iteration", "no")
    if scores != "1":
        return f"of {scores} scores a row"
    if "average_output" in lines:
        return "that averages its trees"
    if any(tree.get("is_linear", "0") != "0" for tree in trees):
        return "with linear leaves"
    return ""


def _pairs(text: str) -> dict[str, str]:
    return dict(line.split("=", 1) for line in text.splitlines() if "=" in line)


def _tree(pairs: Mapping[str, str]) -> Tree:
    def numbers(name: str) -> tuple[int, ...]:
        return tuple(map(int, pairs.get(name, "").split()))

    values = tuple(map(float, pairs["leaf_value"].split()))
    if len(values) == 1:
        return Tree(value=values, count=(0,))
    words, bounds = numbers("cat_threshold"), numbers("cat_boundaries")
    return Tree(
        value=values,
        count=numbers("leaf_count"),
        feature=numbers("split_feature"),
        threshold=tuple(map(float, pairs["threshold"].split())),
        decision=numbers("decision_type"),
        left=numbers("left_child"),
        right=numbers("right_child"),
        inner_count=numbers("internal_count"),
        categories=tuple(_members(words[start:end]) for start, end in pairwise(bounds)),
    )


def _members(words: Sequence[int]) -> frozenset[int]:
    """List the categories of a bit set."""
    return frozenset(
        _WORD * place + bit
        for place, word in enumerate(words)
        for bit in range(_WORD)
        if word >> bit & 1
    )


def _scales(trees: Sequence[Tree]) -> dict[int, Scale]:
    thresholds: dict[int, set[float]] = {}
    categories: dict[int, list[frozenset[int]]] = {}
    for tree in trees:
        for node, feature in enumerate(tree.feature):
            decision = tree.decision[node]
            if decision & _CATEGORICAL:
                members = tree.categories[int(tree.threshold[node])]
                categories.setdefault(feature, []).append(members)
                continue
            found = thresholds.setdefault(feature, set())
            found.add(_around_zero(tree.threshold[node]))
            if _missing(decision) == _MISSING_ZERO:
                found |= {_around_zero(0.0), _around_zero(-ZERO)}
    return {f: _numeric(found) for f, found in thresholds.items()} | {
        f: _categorical(sets) for f, sets in categories.items()
    }


def _around_zero(threshold: float) -> float:
    """Move a threshold out of the values that LightGBM reads as zero.

    Comparing with the moved one needs no rounding of values to zero any more: 0.0 and
    every value read as zero are at most ZERO, and above the number just below -ZERO.
    """
    if 0 <= threshold <= ZERO:
        return ZERO
    if -ZERO <= threshold < 0:
        return float(np.nextafter(-ZERO, -np.inf))
    return threshold


def _numeric(found: set[float]) -> Scale:
    return Scale(np.array(sorted(found)), np.array([], int), len(found) + 2)


def _categorical(sets: Sequence[frozenset[int]]) -> Scale:
    """Give one code to all categories that go the same way at every split."""
    count = max(max(members, default=0) for members in sets) + 1
    seen: dict[tuple[bool, ...], int] = {(False,) * len(sets): 0}
    codes = [
        seen.setdefault(tuple(c in members for members in sets), len(seen))
        for c in range(count)
    ]
    return Scale(np.array([]), np.array(codes), len(seen))


def _missing(decision: int) -> int:
    return decision >> _MISSING_SHIFT & _MISSING_BITS


def _left_codes(tree: Tree, node: int, scale: Scale) -> int:
    """Give the codes that go left at a node, as the bits of a number."""
    decision = tree.decision[node]
    if decision & _CATEGORICAL:
        members = tree.categories[int(tree.threshold[node])]
        return sum({1 << int(scale.codes[c]) for c in members})
    at_most = int(np.searchsorted(scale.thresholds, _around_zero(tree.threshold[node])))
    left = (1 << (at_most + 2)) - 2
    default = bool(decision & _DEFAULT_LEFT)
    zero = 1 << (1 + int(np.searchsorted(scale.thresholds, 0.0)))
    if _missing(decision) == _MISSING_ZERO:
        left = left | zero if default else left & ~zero
    if _missing(decision) == _MISSING_NAN:
        return left | default
    # Without a place of its own a missing number is read as zero.
    return left | bool(left & zero)
