"""The same contributions for a few rows, without tables: only the patterns they have.

The tables hold what is worked out here, added in the same order, so both ways give the
same bytes: whether a business is explained alone or among all cannot be seen.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.leaves import Group
from models.metrics import Array
from models.trees import Forest, Inputs
from models.treeshap_tables import Integers, leaf_contributions


@dataclass(frozen=True)
class _Depth:
    """All leaves with as many features on their path; the last axis is the feature.

    `way` is where in `Patterns.member` it is told which codes of the feature go the
    leaf's way, and `order` the place of the contribution among all to be added.
    """

    value: Array
    zero: Array
    feature: Integers
    way: Integers
    order: Integers


@dataclass(frozen=True)
class Patterns:
    """The leaves of all groups by depth, and how what they give is added up.

    As in the tables: first leaf by leaf to the sum of a feature in a group, then group
    by group to the sum of the feature.
    """

    used: Integers
    depths: tuple[_Depth, ...]
    member: npt.NDArray[np.bool_]
    sum_of_part: Integers
    feature_of_sum: Integers

    def explain(self, forest: Forest, inputs: Inputs) -> Array:
        """Give the contributions: a line per feature in use, a column per row."""
        codes = np.array(
            [forest.scales[int(f)].encode(inputs[:, f]) for f in self.used]
        ).reshape(len(self.used), len(inputs))
        parts = np.empty((len(self.sum_of_part), len(inputs)))
        for depth in self.depths:
            one = self.member[depth.way + codes.T[:, depth.feature]]
            found = leaf_contributions(depth.value, depth.zero, one)
            parts[depth.order] = found.transpose(1, 2, 0)
        sums = np.zeros((len(self.feature_of_sum), len(inputs)))
        np.add.at(sums, self.sum_of_part, parts)
        out = np.zeros(codes.shape)
        np.add.at(out, self.feature_of_sum, sums)
        return out


def patterns_of(forest: Forest, groups: Sequence[Group]) -> Patterns:
    """Lay the leaves of all groups out by depth."""
    used = sorted(forest.scales)
    place = {feature: n for n, feature in enumerate(used)}
    leaves = [leaf for group in groups for leaf in group.leaves]
    group_of = [n for n, group in enumerate(groups) for _ in group.leaves]
    parts = sorted(
        (place[f], group_of[n], n) for n, leaf in enumerate(leaves) for f in leaf.codes
    )
    order = {(n, p): number for number, (p, _, n) in enumerate(parts)}
    sums = sorted({(p, g) for p, g, _ in parts})
    number_of_sum = {key: number for number, key in enumerate(sums)}
    ways: dict[tuple[int, int], int] = {}
    member: list[int] = []
    for leaf in leaves:
        for f, codes in leaf.codes.items():
            if (f, codes) not in ways:
                ways[f, codes] = len(member)
                member += (codes >> c & 1 for c in range(forest.scales[f].size))
    return Patterns(
        used=np.array(used, dtype=np.int64),
        depths=tuple(
            _Depth(
                value=np.array([leaves[n].value for n in alike]),
                zero=np.array([list(leaves[n].zero.values()) for n in alike]),
                feature=np.array([[place[f] for f in leaves[n].codes] for n in alike]),
                way=np.array(
                    [[ways[w] for w in leaves[n].codes.items()] for n in alike]
                ),
                order=np.array(
                    [[order[n, place[f]] for f in leaves[n].codes] for n in alike]
                ),
            )
            for alike in _alike([len(leaf.codes) for leaf in leaves])
        ),
        member=np.array(member, dtype=bool),
        sum_of_part=np.array(
            [number_of_sum[p, g] for p, g, _ in parts], dtype=np.int64
        ),
        feature_of_sum=np.array([p for p, _ in sums], dtype=np.int64),
    )


def _alike(depths: Sequence[int]) -> list[list[int]]:
    return [
        [n for n, depth in enumerate(depths) if depth == wanted]
        for wanted in sorted(set(depths))
    ]
