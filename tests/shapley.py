"""Shapley values by their definition, from LightGBM's dump: slow and obvious."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from math import factorial
from typing import Any

import lightgbm as lgb
import numpy as np


def nodes_of(node: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    if "split_feature" in node:
        yield node
        yield from nodes_of(node["left_child"])
        yield from nodes_of(node["right_child"])


def brute_force(text: str, row: Sequence[float]) -> list[float]:
    """Average over all orders in which features become known, from the JSON dump."""
    total = [0.0] * 6
    for tree in lgb.Booster(model_str=text).dump_model()["tree_info"]:
        root = tree["tree_structure"]
        used = sorted({node["split_feature"] for node in nodes_of(root)})
        total[5] += expected(root, row, frozenset())
        for feature in used:
            others = [f for f in used if f != feature]
            for size in range(len(used)):
                weight = (
                    factorial(size)
                    * factorial(len(used) - size - 1)
                    / factorial(len(used))
                )
                for known in map(frozenset, combinations(others, size)):
                    gain = expected(root, row, known | {feature})
                    total[feature] += weight * (gain - expected(root, row, known))
    return total


def expected(
    node: Mapping[str, Any], row: Sequence[float], known: frozenset[int]
) -> float:
    if "leaf_value" in node:
        return float(node["leaf_value"])
    left, right = node["left_child"], node["right_child"]
    if node["split_feature"] in known:
        way = left if is_left(node, row[node["split_feature"]]) else right
        return expected(way, row, known)
    weights = [n.get("internal_count", n.get("leaf_count")) for n in (left, right)]
    parts = [expected(n, row, known) for n in (left, right)]
    return float(np.average(parts, weights=weights))


def is_left(node: Mapping[str, Any], value: float) -> bool:
    if node["decision_type"] == "==":
        named = {int(c) for c in node["threshold"].split("||")}
        return bool(np.isfinite(value)) and value > -1 and int(value) in named
    if abs(value) <= float(np.float32(1e-35)):
        value = 0.0
    kind = node["missing_type"]
    if np.isnan(value) and kind != "NaN":
        value = 0.0
    if (kind == "NaN" and np.isnan(value)) or (kind == "Zero" and value == 0):
        return bool(node["default_left"])
    return bool(value <= node["threshold"])
