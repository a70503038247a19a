"""Explanations by tables against known values, brute force and LightGBM's own."""

import logging
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

import lightgbm as lgb
import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.errors import ModelError
from models import leaves
from models.calibration import Calibration
from models.risk import RiskModel
from models.treeshap import (
    TABULATE_FROM_ROWS,
    Explainer,
    Explanation,
    explain,
    explainer_of,
)
from models.uncertainty import Spread
from tests import ROOT
from tests.boosters import BETWEEN, BOTH, CONSTANT, booster_text, chain
from tests.shapley import brute_force, nodes_of

TOLERANCE = 1e-9
MISSING = float("nan")
# Where decisions flip, or rounding could: LightGBM reads |x| <= 1e-35 as zero.
EDGES = (0.0, -0.0, 1e-36, -1e-36, 1e-35, -1e-35, 2e-35, -2e-35, -0.5, -1.0, 3.0)
EDGES += (1e300, -1e300, float("inf"), float("-inf"), MISSING)


def rows(*values: Sequence[float]) -> np.ndarray[Any, np.dtype[np.float32]]:
    return np.array(values, dtype=np.float32)


def both_ways(text: str, inputs: np.ndarray[Any, Any]) -> Explanation:
    """Explain by tables and by patterns, and see that no byte differs."""
    explainer = Explainer(text)
    table = explainer.by_tables(inputs, threads=2)
    pattern = explainer.by_patterns(inputs, threads=2)
    assert table.contributions.tobytes() == pattern.contributions.tobytes()
    assert table.raw.tobytes() == pattern.raw.tobytes()
    return table


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ((1, 1), (3, 3, 2)),
        ((1, 0), (1, -3, 2)),
        ((0, 1), (-3, 1, 2)),
        ((0, 0), (-1, -1, 2)),
    ],
)
def test_a_tree_of_two_features_shares_its_value_as_shapley_says(
    row: Sequence[float], expected: Sequence[float]
) -> None:
    found = both_ways(booster_text(2, BOTH), rows(row))
    assert found.contributions[0] == pytest.approx(expected, abs=1e-12)
    assert found.raw[0] == pytest.approx(sum(expected), abs=1e-12)


@pytest.mark.parametrize(
    ("value", "moved"), [(-1, -3), (0, -3), (0.5, 7), (1, 7), (2, -3)]
)
def test_a_feature_asked_twice_on_a_path_is_one_feature(
    value: float, moved: float
) -> None:
    found = both_ways(booster_text(1, BETWEEN), rows([value]))
    assert found.contributions[0] == pytest.approx((moved, 3), abs=1e-12)


def test_a_tree_without_splits_moves_only_the_base_value() -> None:
    found = both_ways(booster_text(2, CONSTANT, BOTH), rows([1, 1]))
    assert found.contributions[0] == pytest.approx((3, 3, 0.5), abs=1e-12)
    alone = both_ways(booster_text(2, CONSTANT), rows([1, 1], [MISSING, 0]))
    assert alone.contributions.tolist() == [[0, 0, -1.5]] * 2
    assert alone.raw.tolist() == [-1.5] * 2


@pytest.mark.parametrize(
    ("decision", "value", "goes_left"),
    [
        (0, MISSING, True),  # no place for missing values: read as zero
        (2, MISSING, True),
        (4, 0.0, False),  # zero means missing, and missing goes right
        (6, 0.0, True),
        (4, MISSING, False),
        (4, -1e-36, False),
        (8, MISSING, False),  # missing goes right
        (10, MISSING, True),
        (8, 0.0, True),
    ],
)
def test_missing_values_go_where_the_split_sends_them(
    decision: int, value: float, *, goes_left: bool
) -> None:
    tree = BOTH | {"decision_type": f"{decision} 2", "leaf_value": "-1 1 1"}
    text, inputs = booster_text(2, tree), rows([value, 1])
    assert (both_ways(text, inputs).raw[0] < 0) == goes_left
    assert lgb.Booster(model_str=text).predict(inputs, raw_score=True)[
        0
    ] == pytest.approx(both_ways(text, inputs).raw[0])


def grown(seed: int, leaves: int, *, rounds: int = 5, **parameters: object) -> str:
    """Grow a small booster on five features, one a category, with missing values."""
    rng = np.random.default_rng(seed)
    x = np.round(rng.normal(size=(400, 5)) * 2, 1)
    x[:, 4] = rng.integers(-1, 40, 400)
    x[:, :4][rng.random((400, 4)) < 0.15] = np.nan
    x[:, 1] = np.nan_to_num(x[:, 1])
    clean = np.nan_to_num(x, nan=1.0)
    signal = clean[:, 0] + clean[:, 1] * (clean[:, 2] > 0) + (clean[:, 4] % 3)
    y = signal + rng.normal(size=400) > 1
    settings_ = {
        "objective": "binary",
        "num_leaves": leaves,
        "min_data_in_leaf": 3,
        "min_data_per_group": 5,
        "cat_smooth": 1,
        "seed": seed,
        "verbose": -1,
        "num_threads": 1,
    }
    data = lgb.Dataset(x, y.astype(float), categorical_feature=[4])
    text: str = lgb.train(settings_ | parameters, data, rounds).model_to_string()
    return text


def edge_rows(text: str, kind: type) -> np.ndarray[Any, Any]:
    """Draw rows at every threshold, beside it, and at the edges of numbers."""
    values = {f: list(EDGES) for f in range(5)}
    for tree in lgb.Booster(model_str=text).dump_model()["tree_info"]:
        for node in nodes_of(tree["tree_structure"]):
            if node["decision_type"] == "<=":
                at = kind(node["threshold"])
                values[node["split_feature"]] += [
                    at,
                    np.nextafter(at, kind(-np.inf)),
                    np.nextafter(at, kind(np.inf)),
                ]
    rng = np.random.default_rng(0)
    with np.errstate(over="ignore"):
        columns = [rng.choice(np.array(values[f]).astype(kind), 200) for f in range(5)]
    columns[4] = rng.choice(np.array([*range(-2, 45), *EDGES[:-5], MISSING]), 200)
    return np.column_stack(columns).astype(kind)


@settings(max_examples=20, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    leaves=st.integers(2, 8),
    zero_as_missing=st.booleans(),
    use_missing=st.booleans(),
)
def test_any_small_booster_is_explained_as_brute_force_and_lightgbm_do(
    *, seed: int, leaves: int, zero_as_missing: bool, use_missing: bool
) -> None:
    text = grown(seed, leaves, zero_as_missing=zero_as_missing, use_missing=use_missing)
    inputs = edge_rows(text, np.float32)
    found = both_ways(text, inputs)
    booster = lgb.Booster(model_str=text)
    theirs = np.asarray(booster.predict(inputs, pred_contrib=True))
    assert np.abs(found.contributions - theirs).max() < TOLERANCE
    raw = np.asarray(booster.predict(inputs, raw_score=True))
    assert np.abs(found.raw - raw).max() < TOLERANCE
    assert np.abs(found.contributions.sum(axis=1) - raw).max() < TOLERANCE
    for n in range(3):
        assert found.contributions[n] == pytest.approx(
            brute_force(text, inputs[n].tolist()), abs=TOLERANCE
        )


@pytest.mark.parametrize("zero_as_missing", [False, True])
def test_large_trees_and_64_bit_values_are_explained_as_lightgbm_does(
    *, zero_as_missing: bool
) -> None:
    text = grown(3, 40, rounds=30, max_bin=400, zero_as_missing=zero_as_missing)
    inputs = edge_rows(text, np.float64)
    theirs = lgb.Booster(model_str=text).predict(inputs, pred_contrib=True)
    assert np.abs(both_ways(text, inputs).contributions - theirs).max() < TOLERANCE


def test_neither_batches_nor_threads_nor_memory_order_change_a_byte() -> None:
    text = grown(1, 8)
    inputs = np.tile(edge_rows(text, np.float32), (100, 1))
    assert len(inputs) > TABULATE_FROM_ROWS
    explainer_of.cache_clear()
    few = [explain(text, inputs[n : n + 700], threads=1) for n in range(0, 2100, 700)]
    whole = explain(text, inputs, threads=1)
    others = [
        explain(text, np.asfortranarray(inputs), threads=3),
        explain(text, inputs, threads=2),
    ]
    for other in others:
        assert other.contributions.tobytes() == whole.contributions.tobytes()
        assert other.raw.tobytes() == whole.raw.tobytes()
    batched = np.concatenate([batch.contributions for batch in few])
    assert batched.tobytes() == whole.contributions[:2100].tobytes()
    alone = explain(text, inputs[5:6])
    assert alone.contributions.tobytes() == whole.contributions[5:6].tobytes()
    assert explain(text, inputs[:0]).contributions.shape == (0, 6)


def test_a_tree_too_large_for_tables_is_left_to_lightgbm_and_said(
    caplog: pytest.LogCaptureFixture,
) -> None:
    small, large = chain(3), chain(17)
    text = booster_text(17, small, large, large, small, large)
    inputs = np.random.default_rng(0).normal(size=(300, 17)).astype(np.float32)
    with caplog.at_level(logging.WARNING):
        found = explain(text, inputs)
    assert found.note is not None
    assert found.note.startswith("3 of 5 trees are explained by LightGBM")
    assert found.note in caplog.messages
    booster = lgb.Booster(model_str=text)
    theirs = booster.predict(inputs, pred_contrib=True)
    assert np.abs(found.contributions - theirs).max() < TOLERANCE
    assert np.abs(found.raw - booster.predict(inputs, raw_score=True)).max() < TOLERANCE
    both_ways(text, inputs)


def test_a_tree_that_fits_is_tabulated_without_a_note() -> None:
    assert Explainer(booster_text(15, chain(15))).note is None


def test_a_leaf_without_training_rows_is_left_to_lightgbm() -> None:
    tree = BOTH | {"leaf_count": "50 50 0"}
    note = Explainer(booster_text(2, BOTH, tree)).note
    assert note is not None
    assert "1 of 2 trees" in note


def test_smaller_tables_change_the_work_and_not_the_values(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    text = grown(2, 8)
    inputs = edge_rows(text, np.float32)
    whole = Explainer(text)
    monkeypatch.setattr(leaves, "LINES_PER_LOOKUP", 1)
    cut = Explainer(text)
    assert len(cut.groups) > len(whole.groups)
    one, other = (e.by_patterns(inputs, threads=1) for e in (whole, cut))
    assert np.abs(one.contributions - other.contributions).max() < TOLERANCE


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (booster_text(2, BOTH).replace("iteration=1", "iteration=3"), "3 scores"),
        (
            booster_text(2, BOTH).replace("label_index", "average_output\nlabel"),
            "averag",
        ),
        (booster_text(2, BOTH).replace("is_linear=0", "is_linear=1"), "linear"),
    ],
)
def test_a_booster_that_cannot_be_explained_is_refused(text: str, said: str) -> None:
    with pytest.raises(ModelError, match=said):
        Explainer(text)


def test_whole_numbers_are_read_as_64_bit_ones() -> None:
    text = booster_text(2, BOTH)
    whole, exact = np.array([[1, 0], [0, 1]]), np.array([[1.0, 0.0], [0.0, 1.0]])
    same = explain(text, exact).contributions.tobytes()
    assert both_ways(text, whole).contributions.tobytes() == same


def test_rows_of_another_width_are_refused() -> None:
    with pytest.raises(ModelError, match=r"2 features and the rows have 3"):
        explain(booster_text(2, BOTH), np.zeros((1, 3), np.float32))


def test_the_model_splits_its_calibrated_log_odds_exactly() -> None:
    model = RiskModel(
        features=("a", "b"),
        directions=(0, 0),
        text=booster_text(2, BOTH),
        resamples=(),
        calibration=Calibration(0.5, -1.0, 0.0),
        own_spread=Spread(0.5, 1.0),
        gravity_share=0.0,
        trained_until="2026-01-01",
        visits=100,
    )
    parts = model.contributions(pl.DataFrame({"a": [1.0], "b": [0.0]}))
    assert parts[0].tolist() == pytest.approx([0.5, -1.5, 0.0])


def test_explaining_a_few_rows_does_not_import_numba() -> None:
    code = (
        "import sys, numpy, models.treeshap as t;"
        "t.explain(sys.stdin.read(), numpy.zeros((1, 2), 'float32'));"
        "sys.exit('numba' in sys.modules)"
    )
    subprocess.run(
        [sys.executable, "-c", code],
        input=booster_text(2, BOTH),
        text=True,
        cwd=ROOT,
        check=True,
    )
