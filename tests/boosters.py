"""Boosters written by hand, in LightGBM's own form."""

from collections.abc import Mapping


def booster_text(features: int, *trees: Mapping[str, str]) -> str:
    """Write a booster of trees given field by field."""
    head = [
        "tree\nversion=v4\nnum_class=1\nnum_tree_per_iteration=1\nlabel_index=0",
        f"max_feature_idx={features - 1}\nobjective=binary sigmoid:1",
        "feature_names=" + " ".join(f"f{n}" for n in range(features)),
        "feature_infos=" + " ".join(["[-9:9]"] * features),
        "tree_sizes=" + " ".join(["0"] * len(trees)) + "\n",
    ]
    bodies = [
        f"Tree={n}\n"
        + "\n".join(f"{k}={v}" for k, v in tree.items())
        + "\nis_linear=0\nshrinkage=1\n\n"
        for n, tree in enumerate(trees)
    ]
    text = "\n".join([*head, *bodies, "end of trees\n"])
    sizes = " ".join(str(len(body) + 1) for body in bodies)
    return text.replace(
        "tree_sizes=" + " ".join(["0"] * len(trees)), f"tree_sizes={sizes}"
    )


# 8 where both features are above a half, else 0; each half of the rows is.
BOTH = {
    "num_leaves": "3",
    "num_cat": "0",
    "split_feature": "0 1",
    "threshold": "0.5 0.5",
    "decision_type": "2 2",
    "left_child": "-1 -2",
    "right_child": "1 -3",
    "leaf_value": "0 0 8",
    "leaf_count": "50 25 25",
    "internal_count": "100 50",
}
# 10 between 0 and 1, where 30 of 100 rows are; the feature is asked twice.
BETWEEN = BOTH | {
    "split_feature": "0 0",
    "threshold": "0 1",
    "leaf_value": "0 10 0",
    "leaf_count": "50 30 20",
}
CONSTANT = {"num_leaves": "1", "num_cat": "0", "leaf_value": "-1.5"}


def chain(features: int) -> dict[str, str]:
    """Ask one feature after the other; the last leaf has all of them on its path."""
    nodes = range(features)
    return BOTH | {
        "num_leaves": str(features + 1),
        "split_feature": " ".join(map(str, nodes)),
        "threshold": " ".join(["0.5"] * features),
        "decision_type": " ".join(["2"] * features),
        "left_child": " ".join(str(~n) for n in nodes),
        "right_child": " ".join([*(str(n + 1) for n in nodes[:-1]), str(~features)]),
        "leaf_value": " ".join(str(n) for n in range(features + 1)),
        "leaf_count": " ".join(["1"] * (features + 1)),
        "internal_count": " ".join(str(features + 1 - n) for n in nodes),
    }
