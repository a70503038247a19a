"""Calibration on raw scores whose truth is known."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from models.calibration import (
    MIN_SLOPE,
    Calibration,
    base_log_odds,
    fit_calibration,
    logistic,
    relevelled,
)


def drawn(slope, intercept, n=20_000, seed=1):
    """Draw raw scores and outcomes that follow a known line in log-odds."""
    rng = np.random.default_rng(seed)
    raw = rng.normal(0, 1, n)
    return raw, (rng.random(n) < logistic(slope * raw + intercept)).astype(float)


@pytest.mark.parametrize(
    ("log_odds", "expected"), [(0, 0.5), (np.log(3), 0.75), (-np.log(3), 0.25)]
)
def test_log_odds_of_one_to_three_are_a_quarter(log_odds, expected):
    assert logistic(np.array([log_odds]))[0] == pytest.approx(expected)


@pytest.mark.parametrize(
    ("serious", "clean", "expected"),
    [(0, 0, 0.5), (1, 1, 0.5), (11, 87, 0.12), (0, 98, 0.01)],
)
def test_one_visit_of_each_kind_is_added_to_the_share_found(serious, clean, expected):
    found = base_log_odds(np.r_[np.ones(serious), np.zeros(clean)])
    assert logistic(np.array([found]))[0] == pytest.approx(expected)


@pytest.mark.parametrize(("slope", "intercept"), [(1.0, -2.0), (0.6, -1.0), (1.5, 0.0)])
def test_a_known_line_is_found_again(slope, intercept):
    found = fit_calibration(*drawn(slope, intercept))
    assert found.slope == pytest.approx(slope, abs=0.06)
    assert found.intercept == pytest.approx(intercept, abs=0.06)
    assert found.standard_error < 0.04


def test_the_stated_share_is_the_share_found():
    raw, serious = drawn(0.7, -1.5)
    found = fit_calibration(raw, serious)
    # The score equation of the intercept, which is not pulled anywhere, says so.
    assert found.probability(raw).mean() == pytest.approx(serious.mean(), abs=1e-6)


def test_few_visits_leave_the_slope_near_one_and_the_level_uncertain():
    raw, serious = drawn(3.0, -1.0, n=40)
    few, many = fit_calibration(raw, serious), fit_calibration(*drawn(3.0, -1.0))
    assert abs(few.slope - 1) < abs(many.slope - 1)
    assert few.standard_error > 5 * many.standard_error


def test_a_score_that_runs_backwards_is_flattened_and_never_reversed():
    found = fit_calibration(*drawn(-2.0, -1.0))
    assert found.slope == MIN_SLOPE
    assert (
        found.probability(np.array([0.0, 1.0]))[1]
        > found.probability(np.array([0.0, 1.0]))[0]
    )


def test_a_constant_score_is_given_the_share_found():
    serious = np.r_[np.ones(10), np.zeros(90)]
    found = fit_calibration(np.full(100, 0.3), serious)
    assert found.probability(np.array([0.3]))[0] == pytest.approx(0.1, abs=1e-6)


@given(st.floats(MIN_SLOPE, 5), st.floats(-5, 5), st.floats(-6, 6), st.floats(0.01, 6))
def test_a_higher_score_is_always_a_higher_probability(slope, intercept, raw, more):
    line = Calibration(slope, intercept, 0.1)
    low, high = line.probability(np.array([raw, raw + more]))
    assert low < high


@example([(3.0, False), (3.0, True)])
@given(st.lists(st.tuples(st.floats(-3, 3), st.booleans()), min_size=2, max_size=30))
def test_any_visits_give_a_usable_line(rows):
    raw, serious = (np.array(c, float) for c in zip(*rows, strict=True))
    found = fit_calibration(raw, serious)
    assert found.slope >= MIN_SLOPE
    assert np.isfinite([found.slope, found.intercept, found.standard_error]).all()


@pytest.mark.parametrize(("drawn_visits", "expected"), [(1_000, 0.0808), (50, 0.0865)])
def test_ten_percent_at_all_and_eight_at_random_is_stated_as_eight(
    drawn_visits, expected
):
    """The worked numbers of `relevelled`; the chosen visits make up for the drawn."""
    stated = Calibration(1.0, float(np.log(1 / 9)), 0.03)
    visits, lot = 50_000, drawn_visits * 8 // 100
    chosen = visits - drawn_visits
    found = np.r_[np.ones(lot), np.zeros(drawn_visits - lot)]
    found = np.r_[found, np.arange(chosen) < visits // 10 - lot]
    inclusion = np.r_[np.full(drawn_visits, 0.01), np.full(chosen, np.nan)]
    moved = relevelled(stated, np.zeros(visits), found, inclusion)
    assert moved.probability(np.zeros(1))[0] == pytest.approx(expected, abs=4e-4)
    assert moved.standard_error > stated.standard_error


def test_where_all_visits_are_drawn_alike_the_level_stays():
    raw, serious = drawn(1.0, -2.0, n=2_000)
    found = fit_calibration(raw, serious)
    moved = relevelled(found, raw, serious, np.full(2_000, 0.1))
    assert moved.intercept == pytest.approx(found.intercept, abs=1e-6)


def test_a_level_that_has_risen_since_is_kept_and_only_the_choice_taken_out():
    """All visits of years found 10%, the latest, calibrated on, 20%; drawn ones less."""
    latest = Calibration(1.0, float(np.log(0.25)), 0.03)
    drawn_visits, chosen = 10_000, 90_000
    found = np.r_[np.arange(drawn_visits) < 600, np.arange(chosen) < 9_400]
    inclusion = np.r_[np.full(drawn_visits, 0.05), np.full(chosen, np.nan)]
    moved = relevelled(latest, np.zeros(100_000), found.astype(float), inclusion)
    less = np.log(0.06 / 0.94) - np.log(0.1 / 0.9)
    assert moved.intercept - latest.intercept == pytest.approx(less, abs=0.02)


def test_visits_of_unknown_chance_move_no_level():
    raw, serious = drawn(1.0, -2.0, n=500)
    found = fit_calibration(raw, serious)
    assert relevelled(found, raw, serious, np.full(500, np.nan)) == found


def test_a_level_learnt_where_officers_feared_is_mended_by_visits_drawn_by_lot():
    rng = np.random.default_rng(5)
    raw, fear = rng.normal(0, 1, 60_000), rng.normal(0, 1, 60_000)
    serious = (rng.random(60_000) < logistic(raw + fear - 2.5)).astype(float)
    is_chosen = rng.random(60_000) < logistic(2 * fear - 1)
    inclusion = np.where(rng.random(60_000) < 0.1, 0.1, np.nan)
    seen = is_chosen | np.isfinite(inclusion)
    naive = fit_calibration(raw[seen], serious[seen])
    mended = relevelled(naive, raw[seen], serious[seen], inclusion[seen])
    assert naive.probability(raw).mean() > serious.mean() + 0.04
    assert mended.probability(raw).mean() == pytest.approx(serious.mean(), abs=0.01)


def test_a_visit_counts_by_the_inverse_of_its_chance():
    """Feared ones, drawn ten times as often, find 30%; the rest, nine in ten, 5%."""
    chosen = np.arange(90_000) < 90_000 * logistic(np.array(-2.0))
    stated = Calibration(1.0, -2.0, 0.03)
    found = np.r_[np.ones(300), np.zeros(700), np.ones(45), np.zeros(855), chosen]
    inclusion = np.r_[np.full(1_000, 0.10), np.full(900, 0.01), np.full(90_000, np.nan)]
    moved = relevelled(stated, np.zeros(91_900), found, inclusion)
    assert moved.probability(np.zeros(1))[0] == pytest.approx(0.075, abs=0.005)
