"""The contributions of every pattern of decisions, tabulated once per model.

`Program` is what the compiled loops read: flat arrays, no objects.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from models.leaves import Group, Leaf
from models.metrics import Array
from models.trees import Forest

Integers = npt.NDArray[np.int64]
Codes = npt.NDArray[np.uint8] | npt.NDArray[np.uint16]
# Numbers held while leaves of one depth are worked out together: 16 MB of them.
_TOGETHER = 1 << 21


class Program(NamedTuple):
    """Code tables, steps and table entries; `*_start[n]` is where the n-th begins.

    A row's line in the table of a group is `first_line`, changed by `step_change`
    wherever the code of `step_feature` is above `step_code`, in arithmetic that wraps.
    """

    used: Integers
    threshold_start: Integers
    thresholds: npt.NDArray[np.float32] | npt.NDArray[np.float64]
    category_start: Integers
    categories: Codes
    step_start: Integers
    step_feature: Integers
    step_code: Codes
    step_change: Codes
    first_line: Codes
    entry_start: Integers
    entry_group: Integers
    entry_table: Integers
    tables: Array


def leaf_contributions(value: Array, zero: Array, one: npt.NDArray[np.bool_]) -> Array:
    """Give the SHAP values of leaves, one per feature of the path (the last axis).

    The Shapley weights are an integral over t of the product of the other features'
    z + (o - z) t, a polynomial that Gauss and Legendre integrate exactly with half as
    many points as it has factors; all factors are positive, so nothing cancels. A leaf
    of value 4 behind one feature that half of the rows pass gives 2 to a row that
    passes and -2 to one that does not.

    Each number is worked out by itself in the same steps, whatever the shape.
    """
    count = zero.shape[-1]
    gap = one - zero
    total = np.zeros_like(gap)
    for point, weight in _quadrature(count):
        factor = zero + gap * point
        product = factor[..., 0] * weight
        for place in range(1, count):
            product = product * factor[..., place]
        total += product[..., None] / factor
    return np.asarray(value[..., None] * gap * total)


@lru_cache
def _quadrature(factors: int) -> list[tuple[float, float]]:
    """Give points and weights that integrate from 0 to 1 all factors but one."""
    points, weights = np.polynomial.legendre.leggauss((factors + 1) // 2)
    return list(zip((points + 1) / 2, weights / 2, strict=True))


def compile_program(
    forest: Forest, groups: Sequence[Group], dtype: npt.DTypeLike
) -> Program:
    """Lay scales, steps and tables out flat, for inputs of a type."""
    used = sorted(forest.scales)
    place = {feature: n for n, feature in enumerate(used)}
    scales = [forest.scales[feature] for feature in used]
    lines = max((g.lines for g in groups), default=1)
    most = max([lines, *(scale.size for scale in scales)])
    kind: type = np.uint8 if most <= np.iinfo(np.uint8).max + 1 else np.uint16
    entries: list[list[tuple[int, int]]] = [[] for _ in used]
    start = 0
    for number, group in enumerate(groups):
        for feature in group.runs:
            entries[place[feature]].append((number, start))
            start += group.lines
    steps = [list(_steps(group, place)) for group in groups]
    wrap = np.iinfo(kind).max + 1
    flat = np.array([s for some in steps for s in some], dtype=np.int64).reshape(-1, 3)
    ends = np.array([e for some in entries for e in some], dtype=np.int64).reshape(
        -1, 2
    )
    numeric = [scale.thresholds_for(dtype) for scale in scales]
    named = [scale.codes for scale in scales]
    return Program(
        used=np.array(used, dtype=np.int64),
        threshold_start=_starts(numeric),
        thresholds=np.concatenate([np.array([], dtype), *numeric]),
        category_start=_starts(named),
        categories=np.concatenate([np.array([], kind), *named]).astype(kind),
        step_start=_starts(steps),
        step_feature=flat[:, 0].copy(),
        step_code=flat[:, 1].astype(kind),
        step_change=(flat[:, 2] % wrap).astype(kind),
        first_line=np.array([_first(group) for group in groups]).astype(kind),
        entry_start=_starts(entries),
        entry_group=ends[:, 0].copy(),
        entry_table=ends[:, 1].copy(),
        tables=np.concatenate([np.array([]), *(t.ravel() for t in tables(groups))]),
    )


def _starts(parts: Sequence[Sequence[object] | npt.NDArray[np.generic]]) -> Integers:
    return np.cumsum([0, *map(len, parts)])


def _strides(group: Group) -> Iterator[tuple[int, int]]:
    """Give each feature with the weight of its digit in the number of a line."""
    stride = group.lines
    for feature, size in zip(group.runs, group.sizes, strict=True):
        stride //= size
        yield feature, stride


def _first(group: Group) -> int:
    """Give the line of a row whose codes are all 0."""
    return sum(group.runs[f][0][1] * stride for f, stride in _strides(group))


def _steps(group: Group, place: Mapping[int, int]) -> Iterator[tuple[int, int, int]]:
    """Give how the line changes as codes rise: feature, last code before, change."""
    for feature, stride in _strides(group):
        for (_, before), (start, after) in pairwise(group.runs[feature]):
            yield place[feature], start - 1, (after - before) * stride


def tables(groups: Sequence[Group]) -> list[Array]:
    """Tabulate each group: one row per feature, one column per line."""
    known = iter(_patterns([leaf for group in groups for leaf in group.leaves]))
    return [_table(group, [next(known) for _ in group.leaves]) for group in groups]


def _patterns(leaves: Sequence[Leaf]) -> list[Array]:
    """Give per leaf the contributions of every pattern: (features, patterns).

    Bit k of the number of a pattern says that the row goes the leaf's way at the k-th
    feature of its path.
    """
    found: list[Array] = [np.array([])] * len(leaves)
    for depth in {len(leaf.zero) for leaf in leaves}:
        one = (np.arange(1 << depth)[:, None] >> np.arange(depth) & 1).astype(bool)
        alike = [n for n, leaf in enumerate(leaves) if len(leaf.zero) == depth]
        size = max(1, _TOGETHER // one.size)
        for start in range(0, len(alike), size):
            some = alike[start : start + size]
            value = np.array([leaves[n].value for n in some])[:, None]
            zero = np.array([list(leaves[n].zero.values()) for n in some])[:, None]
            parts = leaf_contributions(value, zero, one)
            parts = np.ascontiguousarray(parts.transpose(0, 2, 1))
            for n, part in zip(some, parts, strict=True):
                found[n] = part
    return found


def _table(group: Group, patterns: Sequence[Array]) -> Array:
    """Add the leaves of a group up, line by line, in their order."""
    place = {feature: n for n, feature in enumerate(group.runs)}
    example = {
        feature: list({number: start for start, number in reversed(runs)}.items())
        for feature, runs in group.runs.items()
    }
    table = np.zeros((len(place), group.lines))
    for leaf, pattern in zip(group.leaves, patterns, strict=True):
        line = np.zeros((1,) * len(place), dtype=np.int64)
        for bit, (feature, codes) in enumerate(leaf.codes.items()):
            shape = [1] * len(place)
            shape[place[feature]] = -1
            digit = [(codes >> s & 1) << bit for _, s in sorted(example[feature])]
            line = line + np.array(digit).reshape(shape)
        line = np.broadcast_to(line, group.sizes).ravel()
        for bit, feature in enumerate(leaf.codes):
            table[place[feature]] += pattern[bit].take(line)
    return table
