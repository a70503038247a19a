"""What a forecast promises: nothing wild, never below what is there, wider farther ahead."""

from math import isclose

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.indicators.forecast import forecast

STEADY = [(90.0, 100.0)] * 9
RISING = [(50.0 + 5 * step, 100.0) for step in range(9)]


def test_what_stands_still_is_expected_to_stay_and_is_not_certain() -> None:
    ahead = forecast(STEADY, ahead=2, is_share=True)
    assert isclose(ahead.value, 0.9)
    assert ahead.lower < 0.9 < ahead.upper


def test_what_rose_steadily_is_expected_to_rise_more_slowly() -> None:
    ahead = forecast(RISING, ahead=1, is_share=True)
    assert 0.90 < ahead.value < 0.95


def test_all_of_a_count_is_expected_to_stay_all() -> None:
    ahead = forecast([(14.0, 14.0)] * 9, ahead=1, is_share=True)
    assert (ahead.value, ahead.upper) == (1.0, 1.0)
    assert 0.8 < ahead.lower < 1.0


def test_a_year_that_is_over_has_its_value() -> None:
    ahead = forecast(RISING, ahead=0, is_share=True)
    assert (ahead.lower, ahead.value, ahead.upper) == (0.9, 0.9, 0.9)


def test_what_was_reached_already_is_not_lost_again() -> None:
    falling = [(500.0 - 10 * step, 100.0) for step in range(9)]
    ahead = forecast(falling, ahead=1, is_share=False, least=4.3)
    assert ahead.lower == 4.3


@pytest.mark.parametrize("quarters", [[], [(1.0, 2.0)] * 2, [(0.0, 0.0)] * 9])
def test_from_too_little_nothing_is_said(quarters) -> None:
    assert forecast(quarters, ahead=1, is_share=True) is None


shares = st.lists(
    st.tuples(st.integers(0, 50), st.integers(50, 60)), min_size=3, max_size=12
)


@given(quarters=shares, ahead=st.floats(0.1, 12))
def test_a_share_stays_a_share_and_the_interval_holds_its_middle(
    quarters, ahead: float
) -> None:
    found = forecast(quarters, ahead=ahead, is_share=True)
    assert 0 <= found.lower <= found.value <= found.upper <= 1


@pytest.mark.parametrize("is_share", [True, False])
def test_farther_ahead_less_is_known(is_share: bool) -> None:
    near, far = (forecast(STEADY, ahead=a, is_share=is_share) for a in (1, 4))
    assert far.lower < near.lower
    assert far.upper > near.upper


def test_a_campaign_that_reaches_as_many_more_each_quarter_is_held() -> None:
    """A straight line in the share: 30%, 40% ... 80%, then 90% and nearly all."""
    line = [(float(10 * step), 100.0) for step in range(3, 9)]
    for ahead, came in ((1, 0.9), (2, 0.99)):
        found = forecast(line, ahead=ahead, is_share=True)
        assert found.lower <= came <= found.upper
