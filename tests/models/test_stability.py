"""Stability: nothing moved gives nothing, and what moved is found by name."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.bins import Column
from models.scorecard import Scale, Scorecard, fit_scorecard
from models.stability import (
    characteristic_stability,
    score_stability,
    stability_index,
)

SHARES = st.lists(st.integers(0, 500), min_size=4, max_size=4).filter(any)


@pytest.mark.parametrize(
    ("now", "psi"), [((0.5, 0.5), 0.0), ((0.6, 0.4), 0.041), ((0.8, 0.2), 0.416)]
)
def test_the_index_is_what_the_docstring_works_out(
    now: tuple[float, float], psi: float
) -> None:
    found = stability_index(np.array([0.5, 0.5]), np.array(now))
    assert found == pytest.approx(psi, abs=0.0005)


@given(SHARES, SHARES, st.integers(2, 9))
def test_the_index_is_never_negative_and_knows_shares_alone(
    then: list[int], now: list[int], times: int
) -> None:
    before, after = np.array(then, float), np.array(now, float)
    found = stability_index(before, after)
    assert found >= 0
    assert found == pytest.approx(stability_index(before, times * after))
    assert found == pytest.approx(stability_index(after, before))
    assert stability_index(before, times * before) == pytest.approx(0)


def rows(shift: float = 0.0) -> tuple[pl.DataFrame, np.ndarray]:
    rng = np.random.default_rng(4)
    calm, moved = rng.poisson(1.0, 3000), rng.poisson(1.0 + shift, 3000)
    chance = 1 / (1 + np.exp(2 - 0.7 * calm - 0.7 * moved))
    frame = pl.DataFrame({"calm": calm, "moved": moved}).cast(pl.Float64)
    return frame, (rng.random(3000) < chance).astype(float)


@pytest.fixture(scope="module")
def card() -> Scorecard:
    matrix, bad = rows()
    columns = [Column("calm", 1), Column("moved", 1)]
    return fit_scorecard(
        matrix, bad, columns, scale=Scale(600, 4, 40), trained_until=""
    )


def test_the_training_itself_has_not_moved(card: Scorecard) -> None:
    matrix, _ = rows()
    assert score_stability(card, matrix) == pytest.approx(0, abs=1e-12)
    found = characteristic_stability(card, matrix)
    assert found["csi"].to_list() == pytest.approx([0, 0], abs=1e-12)
    assert found["points"].to_list() == pytest.approx([0, 0], abs=1e-9)


def test_the_feature_that_moved_is_named_with_the_points_it_costs(
    card: Scorecard,
) -> None:
    matrix, _ = rows(shift=1.5)
    assert score_stability(card, matrix) > 0.25
    found = {
        row["feature"]: row for row in characteristic_stability(card, matrix).to_dicts()
    }
    assert found["calm"]["csi"] < 0.02
    assert found["moved"]["csi"] > 0.25
    lost = card.points_lost(matrix).mean(axis=0) - card.points_lost(rows()[0]).mean(
        axis=0
    )
    assert found["moved"]["points"] == pytest.approx(lost[card.columns.index("moved")])
