"""How far businesses lie from what is stated, where their truth is known."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.calibration import logistic
from models.uncertainty import (
    GROUPS_BEGIN,
    KNOWN,
    NO_PAIRS,
    Pairs,
    around,
    consecutive,
    group_of,
    known_of,
    spreads,
)

GROUPS = len(GROUPS_BEGIN) + 1


def drawn_pairs(spread_by_group, per_group=60_000, seed=3):
    """Draw two visits to businesses that lie around a stated chance of 5% to 30%."""
    rng = np.random.default_rng(seed)
    group = np.repeat(np.arange(GROUPS), per_group)
    stated = rng.uniform(0.05, 0.3, len(group))
    own = np.array(spread_by_group)[group]
    odds = np.log(stated / (1 - stated)) * np.sqrt(1 + np.pi * own**2 / 8)
    truth = logistic(odds + own * rng.normal(0, 1, len(group)))
    visits = [(rng.random(len(group)) < truth).astype(float) for _ in range(2)]
    known = np.array([0.0, 1.0, 5.0])[group]
    return Pairs(known, (stated, stated), (visits[0], visits[1])), truth


def test_never_visited_once_or_twice_and_more_are_three_groups():
    known = np.array([np.nan, 0, 1, 2, 3, 40])
    assert group_of(known).tolist() == [0, 0, 1, 1, 2, 2]


def test_who_has_no_visit_on_record_has_none_known():
    matrix = pl.DataFrame({KNOWN: [None, 2.0]})
    assert known_of(matrix).tolist() == [0.0, 2.0]
    assert known_of(matrix.rename({KNOWN: "other"})).tolist() == [0.0, 0.0]


def test_the_spread_of_businesses_is_found_again_from_two_visits_to_each():
    pairs, _ = drawn_pairs((1.0, 0.6, 0.3))
    # The products are of spreads in the share, a little less than those in log-odds.
    assert spreads(pairs) == pytest.approx((1.0, 0.6, 0.3), abs=0.15)


def test_visits_that_only_chance_tells_apart_have_no_spread():
    pairs, _ = drawn_pairs((0.0, 0.0, 0.0))
    assert max(spreads(pairs)) < 0.15


def test_more_known_never_spreads_wider():
    pairs, _ = drawn_pairs((0.3, 1.0, 0.6), per_group=20_000)
    found = spreads(pairs)
    assert found[0] == found[1]
    assert found[1] >= found[2]


def test_without_pairs_there_is_no_spread():
    assert spreads(NO_PAIRS) == (0.0,) * GROUPS


def test_few_pairs_say_little_against_all_others():
    many, _ = drawn_pairs((0.5, 0.5, 0.5), per_group=20_000)
    few = np.r_[np.arange(20), np.arange(20_000, 60_000)]
    some = Pairs(
        many.known[few],
        tuple(chance[few] for chance in many.chance),
        tuple(found[few] for found in many.serious),
    )
    assert spreads(some)[0] == pytest.approx(0.5, abs=0.2)


def test_the_interval_holds_nine_tenths_of_the_businesses():
    pairs, truth = drawn_pairs((1.0, 0.6, 0.3))
    stated = pairs.chance[0]
    own = np.array(spreads(pairs))[group_of(pairs.known)]
    lower, upper = around(np.log(stated / (1 - stated)), own, np.zeros(len(own)))
    is_held = (lower <= truth) & (truth <= upper)
    for group in range(GROUPS):
        here = group_of(pairs.known) == group
        assert is_held[here].mean() == pytest.approx(0.90, abs=0.07)


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
    first, second = consecutive(business, pl.Series([3, 1, 1, 1, 2]))
    assert list(zip(first.tolist(), second.tolist(), strict=True)) == [(2, 4), (4, 0)]
