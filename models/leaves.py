"""The leaves of a tree and what leads to each, in groups that share a table.

A leaf gives a row its value when the row goes the leaf's way at every feature of its
path. What the features contribute depends only on which of them do, and neighbouring
leaves share most of their path: put together they ask for fewer look-ups.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import prod

from models.trees import Forest, Tree

# The number of a row's line in a table, and of a value in its scale, has 16 bits.
MAX_STATES = 1 << 16
# Numbers in the tables of one tree: 8 MB, so that 300 such trees still fit into a small
# machine. A leaf with 15 features on its path asks for half of it, and each feature more
# for twice as much; a tree beyond it is left to LightGBM, whose work does not double.
MAX_NUMBERS = 1 << 20
# Leaves are put together while the look-ups saved outweigh a table that leaves the
# cache: a table of this many lines costs about as much as one more look-up a row.
LINES_PER_LOOKUP = 1024


@dataclass(frozen=True)
class Leaf:
    """A leaf: its value and, per feature of its path, what leads there.

    `zero` is the share of training rows that go this way at the feature's splits when
    the feature is not known; `codes` has the bit of every code that goes this way.
    """

    value: float
    zero: Mapping[int, float]
    codes: Mapping[int, int]


@dataclass(frozen=True)
class Group:
    """Neighbouring leaves of a tree that share a table, and how a row finds its line.

    `runs[feature]` lists runs of codes as (first code, class); the line of a row is the
    number with one digit per feature, its class, in the order and base of `sizes`.
    """

    leaves: tuple[Leaf, ...]
    runs: Mapping[int, tuple[tuple[int, int], ...]]
    sizes: tuple[int, ...]

    @property
    def lines(self) -> int:
        """Count the lines of the table."""
        return prod(self.sizes)


def leaf_groups(forest: Forest, number: int) -> list[Group] | None:
    """Cut the leaves of a tree into the groups that ask for the least work per row.

    None where the tables would be too large, or a leaf has no training rows: LightGBM
    then divides zero by zero, and what it makes of that is not ours to repeat.
    """
    tree = forest.trees[number]
    if not tree.feature:
        return []
    sizes = {f: forest.scales[f].size for f in tree.feature}
    if min(tree.count) == 0 or max(sizes.values()) > MAX_STATES:
        return None
    leaves = list(_below(tree, forest.goes_left[number], sizes, 0, Leaf(0.0, {}, {})))
    cuts = _cuts(leaves, sizes)
    if cuts is None:
        return None
    groups = [_group(leaves[a:b], sizes) for a, b in cuts]
    numbers = sum(group.lines * len(group.sizes) for group in groups)
    return groups if numbers <= MAX_NUMBERS else None


def _below(
    tree: Tree,
    goes_left: Sequence[int],
    sizes: Mapping[int, int],
    node: int,
    path: Leaf,
) -> Iterator[Leaf]:
    """List the leaves below a node from left to right."""
    if node < 0:
        yield Leaf(tree.value[~node], path.zero, path.codes)
        return
    feature = tree.feature[node]
    every = (1 << sizes[feature]) - 1
    left = goes_left[node]
    for child, codes in ((tree.left[node], left), (tree.right[node], every & ~left)):
        share = tree.rows_at(child) / tree.rows_at(node)
        zero = {**path.zero, feature: path.zero.get(feature, 1.0) * share}
        way = {**path.codes, feature: path.codes.get(feature, every) & codes}
        yield from _below(tree, goes_left, sizes, child, Leaf(0.0, zero, way))


def _cuts(
    leaves: Sequence[Leaf], sizes: Mapping[int, int]
) -> list[tuple[int, int]] | None:
    """Find the cheapest cuts by the cheapest way to end a group at each leaf."""
    reached: dict[int, tuple[float, int]] = {0: (0.0, 0)}
    for start in range(len(leaves)):
        if start not in reached:
            return None
        for end, cost in _costs(leaves, start, sizes):
            total = reached[start][0] + cost
            if end not in reached or total < reached[end][0]:
                reached[end] = (total, start)
    if len(leaves) not in reached:
        return None
    cuts, end = [], len(leaves)
    while end:
        start = reached[end][1]
        cuts.append((start, end))
        end = start
    return cuts[::-1]


def _costs(
    leaves: Sequence[Leaf], start: int, sizes: Mapping[int, int]
) -> Iterator[tuple[int, float]]:
    """Give the work per row of the groups that begin at a leaf, as they grow."""
    parts: dict[int, list[int]] = {}
    for end in range(start, len(leaves)):
        for feature, codes in leaves[end].codes.items():
            whole = parts.get(feature) or [(1 << sizes[feature]) - 1]
            parts[feature] = [
                p for part in whole for p in (part & codes, part & ~codes) if p
            ]
        lines = prod(map(len, parts.values()))
        if lines > MAX_STATES:
            return
        yield end + 1, len(parts) * (1 + lines / LINES_PER_LOOKUP)


def _group(leaves: Sequence[Leaf], sizes: Mapping[int, int]) -> Group:
    features = sorted({f for leaf in leaves for f in leaf.codes})
    runs = {
        f: _runs({leaf.codes[f] for leaf in leaves if f in leaf.codes}, sizes[f])
        for f in features
    }
    counts = (max(number for _, number in runs[f]) + 1 for f in features)
    return Group(tuple(leaves), runs, tuple(counts))


def _runs(sets: set[int], size: int) -> tuple[tuple[int, int], ...]:
    """Number the classes of codes that no set tells apart, as runs of codes.

    Of four codes, the sets {0, 1} and {1} tell apart 0, 1 and the rest: the runs are
    (0, class 0), (1, class 1), (2, class 2).
    """
    within = (1 << (size - 1)) - 1
    edges = 0
    for codes in sets:
        edges |= (codes ^ codes >> 1) & within
    starts = [0]
    while edges:
        lowest = edges & -edges
        starts.append(lowest.bit_length())
        edges ^= lowest
    ordered = sorted(sets)
    seen: dict[tuple[int, ...], int] = {}
    return tuple(
        (start, seen.setdefault(tuple(s >> start & 1 for s in ordered), len(seen)))
        for start in starts
    )
