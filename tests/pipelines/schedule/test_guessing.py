"""Entropy of the next visit's week, on groups small enough to count by hand."""

from math import log

import pytest

from pipelines.schedule.guessing import conditional_entropy, entropy


def test_a_week_that_everybody_shares_can_be_told() -> None:
    assert entropy([7] * 20) == 0.0


def test_even_weeks_are_as_hard_to_guess_as_they_are_many() -> None:
    assert entropy(list(range(8)) * 50) == pytest.approx(3.0, abs=0.02)


def test_two_even_weeks_of_four_have_a_bit_and_the_correction() -> None:
    assert entropy([0, 0, 1, 1]) == pytest.approx(1 + 1 / (8 * log(2)))


def test_a_single_visit_says_nothing() -> None:
    assert entropy([3]) == 0.0


def test_groups_weigh_by_their_size() -> None:
    groups = {"known": [1] * 30, "open": [0, 1] * 500}
    assert conditional_entropy(groups) == pytest.approx(1000 / 1030, abs=0.01)
    assert conditional_entropy({}) == 0.0
