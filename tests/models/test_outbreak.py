"""Clusters among weekly counts: few false alarms, real ones found, past ones forgotten."""

import numpy as np
import pytest
from sklearn.linear_model import PoissonRegressor

from models.outbreak import GUARD_WEEKS, LEAST_WEEKS, bars

WEEKS = 180
SHARE = 0.01


def counts(mean: float, series: int, seed: int = 3) -> "np.ndarray":
    return np.random.default_rng(seed).poisson(mean, (WEEKS, series)).astype(np.int64)


def test_a_steady_series_is_expected_at_its_mean_and_barred_at_the_quantile() -> None:
    steady = np.full((WEEKS, 1), 4, dtype=np.int64)
    found = bars(steady, WEEKS - 1, SHARE)
    assert found is not None
    assert found.expected[0] == pytest.approx(4, abs=0.1)
    # The 99% quantile of a Poisson with mean 4 is 9.
    assert found.upper[0] == 9


def test_too_little_past_gives_no_bar_rather_than_a_wrong_one() -> None:
    short = counts(2, 1)[: LEAST_WEEKS + GUARD_WEEKS]
    assert bars(short, LEAST_WEEKS + GUARD_WEEKS - 1, SHARE) is None
    assert bars(short, LEAST_WEEKS + GUARD_WEEKS, SHARE) is not None


def test_a_trend_and_a_season_are_followed() -> None:
    weeks = np.arange(WEEKS)
    wave = np.exp(2 + 0.3 * weeks / 52 + 0.5 * np.sin(2 * np.pi * weeks * 7 / 365.25))
    series = np.random.default_rng(5).poisson(np.tile(wave, (40, 1)).T)
    found = bars(series.astype(np.int64), WEEKS - 1, SHARE)
    assert found is not None
    assert found.expected.mean() == pytest.approx(wave[-1], rel=0.1)


def test_without_outbreaks_alarms_stay_below_the_share_allowed() -> None:
    quiet = counts(2, 400)
    alarms = tested = 0
    for week in range(WEEKS - 10, WEEKS):
        found = bars(quiet, week, SHARE)
        assert found is not None
        alarms += int(found.exceeded(quiet[week], 1).sum())
        tested += quiet.shape[1]
    # Counts being whole numbers, fewer pass than are allowed to.
    assert 0 < alarms / tested < 1.3 * SHARE


def test_overdispersed_counts_raise_the_bar() -> None:
    rng = np.random.default_rng(8)
    wild = rng.negative_binomial(2, 2 / (2 + 6), (WEEKS, 50)).astype(np.int64)
    calm = rng.poisson(6, (WEEKS, 50)).astype(np.int64)
    upper = [bars(c, WEEKS - 1, SHARE) for c in (wild, calm)]
    assert upper[0] is not None
    assert upper[1] is not None
    assert upper[0].upper.mean() > 1.3 * upper[1].upper.mean()


def test_a_past_outbreak_hardly_raises_the_bar_and_the_present_one_not_at_all() -> None:
    quiet = np.full((WEEKS, 1), 3, dtype=np.int64)
    past, present = quiet.copy(), quiet.copy()
    past[60:63] = 60
    present[-3:] = 60
    bare, after, during = (bars(c, WEEKS - 1, SHARE) for c in (quiet, past, present))
    assert bare is not None
    assert after is not None
    assert during is not None
    assert after.expected[0] < 4.5
    assert during.upper[0] == bare.upper[0]


def test_a_count_above_its_bar_but_too_small_to_matter_is_no_cluster() -> None:
    rare = np.zeros((WEEKS, 2), dtype=np.int64)
    found = bars(rare, WEEKS - 1, SHARE)
    assert found is not None
    assert found.exceeded(np.array([2, 3]), 3).tolist() == [False, True]


def test_the_fit_is_that_of_a_library_where_nothing_sticks_out() -> None:
    weeks = np.arange(WEEKS - GUARD_WEEKS - 1)
    turn = 2 * np.pi * weeks / (365.25 / 7)
    design = np.column_stack((weeks / 52, np.sin(turn), np.cos(turn)))
    series = np.random.default_rng(2).poisson(np.exp(3 + 0.4 * np.sin(turn)))
    whole = np.zeros((WEEKS, 1), dtype=np.int64)
    whole[: len(weeks), 0] = series
    found = bars(whole, WEEKS - 1, SHARE)
    library = PoissonRegressor(alpha=0, max_iter=500).fit(design[-156:], series[-156:])
    now = 2 * np.pi * (WEEKS - 1) / (365.25 / 7)
    at = np.array([[(WEEKS - 1) / 52, np.sin(now), np.cos(now)]])
    assert found is not None
    assert found.expected[0] == pytest.approx(library.predict(at)[0], rel=0.05)
