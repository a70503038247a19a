"""How far businesses lie from what is stated, where their truth is known."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.calibration import logistic
from models.uncertainty import (
    KNOWN,
    NO_PAIRS,
    Pairs,
    Spread,
    around,
    consecutive,
    group_of,
    known_of,
    pairs_of,
    spread_of,
)
from tests.drawn_training import drawn_training


def drawn_pairs(spread, businesses=40_000, *, fading=900.0, seed=3):
    """Draw two visits to businesses that lie around a stated chance of 5% to 30%.

    What a business has of its own fades with the days between, and officers come back
    twice as often where they found something.
    """
    rng = np.random.default_rng(seed)
    stated = rng.uniform(0.05, 0.3, businesses)
    known = rng.integers(0, 12, businesses).astype(float)
    days = rng.choice([61.0, 122.0, 245.0, 365.0], businesses)
    log_odds = np.log(stated / (1 - stated))
    own = spread.of(known, log_odds)
    middle = log_odds * np.sqrt(1 + np.pi * own**2 / 8)
    kept = np.exp(-days / fading)
    at_first, fresh = own * rng.normal(0, 1, (2, businesses))
    at_second = kept * at_first + np.sqrt(1 - kept**2) * fresh
    strict = rng.normal(0, 0.6, (2, businesses))
    first, second = (
        (rng.random(businesses) < logistic(middle + part + by)).astype(float)
        for part, by in zip((at_first, at_second), strict, strict=True)
    )
    seen = (first == 1) | (rng.random(businesses) < 0.5)
    pairs = Pairs(
        known[seen],
        days[seen],
        log_odds[seen],
        (strict[0][seen], strict[1][seen]),
        (first[seen], second[seen]),
    )
    return pairs, (known, log_odds, logistic(middle + at_first))


def test_never_visited_once_or_twice_and_more_are_three_groups():
    known = np.array([np.nan, 0, 1, 2, 3, 40])
    assert group_of(known).tolist() == [0, 0, 1, 1, 2, 2]


def test_who_has_no_visit_on_record_has_none_known():
    matrix = pl.DataFrame({KNOWN: [None, 2.0]})
    assert known_of(matrix).tolist() == [0.0, 2.0]
    assert known_of(matrix.rename({KNOWN: "other"})).tolist() == [0.0, 0.0]


def test_eight_visits_at_ten_percent_leave_eighty_eight_of_a_hundred_and_thirty():
    """The worked numbers of `Spread`."""
    spread = Spread(1.3, 1.0).of(np.array([0.0, 8.0, np.nan]), np.log(np.ones(3) / 9))
    assert spread == pytest.approx([1.3, 0.874, 1.3], abs=0.002)


@given(st.floats(0.05, 2), st.floats(0, 5), st.floats(-6, 3), st.integers(0, 60))
def test_one_more_visit_never_spreads_wider(unvisited, per_visit, odds, visits):
    known = np.array([visits, visits + 1.0])
    before, after = Spread(unvisited, per_visit).of(known, np.full(2, odds))
    assert after <= before <= unvisited * (1 + 1e-12)


@pytest.mark.parametrize("truth", [Spread(1.4, 1.0), Spread(0.8, 2.0)])
def test_the_spread_of_businesses_is_found_again_from_two_visits_to_each(truth):
    pairs, _ = drawn_pairs(truth)
    found = spread_of(pairs)
    for known, chance in ((0.0, 0.1), (1.0, 0.1), (6.0, 0.2)):
        at = np.array([known]), np.log(np.array([chance / (1 - chance)]))
        assert found.of(*at) == pytest.approx(truth.of(*at), abs=0.2)


def test_what_fades_between_the_visits_is_counted_whole():
    truth = Spread(1.2, 1.0)
    slow, fast = (
        spread_of(drawn_pairs(truth, fading=days)[0]) for days in (3_000.0, 400.0)
    )
    assert fast.unvisited == pytest.approx(slow.unvisited, abs=0.3)


def test_visits_that_only_chance_tells_apart_spread_little():
    pairs, _ = drawn_pairs(Spread(0.01, 0.0))
    assert spread_of(pairs).unvisited < 0.3


def test_without_pairs_the_spread_is_the_usual_one():
    found = spread_of(NO_PAIRS)
    assert (found.unvisited, found.per_visit) == pytest.approx((1.0, 1.0))


def test_the_interval_holds_nine_tenths_of_the_businesses():
    pairs, (known, log_odds, truth) = drawn_pairs(Spread(1.4, 1.0))
    own = spread_of(pairs).of(known, log_odds)
    lower, upper = around(log_odds, own, np.zeros(len(own)))
    is_held = (lower <= truth) & (truth <= upper)
    for group in range(3):
        here = group_of(known) == group
        assert is_held[here].mean() == pytest.approx(0.90, abs=0.04)


def test_ten_percent_with_a_spread_of_one_is_one_to_twenty_eight():
    lower, upper = around(np.log(np.array([1 / 9])), np.ones(1), np.zeros(1))
    assert (lower[0], upper[0]) == pytest.approx((0.014, 0.279), abs=0.001)


@given(st.floats(-6, 3), st.floats(0, 2), st.floats(0, 1))
def test_an_interval_holds_its_chance_and_grows_with_either_doubt(odds, own, stated):
    at = np.array([odds])
    lower, upper = around(at, np.array([own]), np.array([stated]))
    assert lower[0] <= logistic(at)[0] <= upper[0]
    narrow = around(at, np.array([own]), np.zeros(1))
    assert upper[0] - lower[0] >= narrow[1][0] - narrow[0][0] - 1e-12


def test_each_visit_is_paired_with_the_next_to_the_same_business():
    business = pl.Series(["a", "b", "a", "c", "a"])
    by = pl.Series(["i", "i", "j", "i", None])
    first, second = consecutive(business, pl.Series([3, 1, 1, 1, 2]), by)
    assert list(zip(first.tolist(), second.tolist(), strict=True)) == [(2, 4), (4, 0)]


def test_two_visits_by_one_inspector_are_no_pair():
    business, by = pl.Series(["a", "a", "a"]), pl.Series(["i", "i", "j"])
    first, second = consecutive(business, pl.Series([1, 2, 3]), by)
    assert list(zip(first.tolist(), second.tolist(), strict=True)) == [(1, 2)]


def test_a_pair_holds_the_days_between_and_how_strict_each_inspector_is():
    training = drawn_training(strictness=1.0)
    first, second = consecutive(training.business, training.as_of, training.inspector)
    pairs = pairs_of(training, first, second, np.zeros(len(first)))
    assert (pairs.days >= 0).all()
    assert pairs.serious[1].tolist() == training.serious[second].tolist()
    lenient = training.inspector.gather(first).to_numpy() == "i0"
    assert pairs.strict[0][lenient].max() < pairs.strict[0][~lenient].min()
    # What is stated is on the level of what was found.
    stated = logistic(pairs.log_odds).mean()
    assert stated == pytest.approx(pairs.serious[0].mean(), abs=1e-6)
    nobody = np.empty(0, np.int64)
    assert pairs_of(training, nobody, nobody, np.empty(0)) is NO_PAIRS
