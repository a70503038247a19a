"""The arithmetic of the sampling plan: sizes, shares, chances."""

from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.errors import UsageError
from models.rules import load_rules
from models.sampling_clauses import Population
from models.sampling_design import (
    EVALUATION,
    MONITORING,
    SUPERVISION,
    Group,
    at_level,
    chances,
    class_rates,
    enough_batches,
    expected_failure,
    fitted_slope,
    focused_weights,
    half_width,
    shared_out,
    split,
    street_sizes,
    total_batches,
)
from tests.worked import DAY

LAW = load_rules().in_force(DAY)


@pytest.mark.parametrize(
    ("year", "batches", "health"),
    [(2020, 5956, 1324), (2023, 6255, 1390), (2024, 6291, 1398)],
)
def test_the_batches_follow_from_the_residents_and_the_health_system_counts_apart(
    year: int, batches: int, health: int
) -> None:
    persons = LAW.get(Population, "sampling.population").of(year).persons
    assert total_batches(persons, LAW.number("sampling.per_thousand")) == batches
    assert total_batches(persons, LAW.number("sampling.health_per_thousand")) == health


def test_a_year_without_a_count_of_residents_is_told() -> None:
    with pytest.raises(UsageError, match="2019"):
        LAW.get(Population, "sampling.population").of(2019)


def test_a_stratum_that_varies_twice_as_much_gets_twice_the_batches() -> None:
    risky = Group("risky", 100, 0.5)
    calm = Group("calm", 100, 0.0669873)  # standard deviation 0.25
    assert shared_out([risky, calm], 12) == {"risky": 8, "calm": 4}


def test_no_stratum_gets_more_than_it_has_or_fewer_than_two() -> None:
    held = shared_out([Group("a", 3, 0.5), Group("b", 100, 0.001)], 40)
    assert held == {"a": 3, "b": 37}
    assert shared_out([Group("a", 1, 0.1), Group("b", 9, 0.0)], 3) == {"a": 1, "b": 2}
    with pytest.raises(UsageError, match="2 each"):
        shared_out([Group("a", 9, 0.1), Group("b", 9, 0.1)], 3)


@given(
    st.lists(
        st.tuples(st.integers(2, 6), st.floats(0.01, 0.99)), min_size=2, max_size=3
    ),
    st.integers(0, 6),
)
def test_no_other_sharing_out_of_whole_batches_is_sharper(
    drawn: list[tuple[int, float]], more: int
) -> None:
    groups = [Group(str(n), *row) for n, row in enumerate(drawn)]
    batches = min(2 * len(groups) + more, sum(g.businesses for g in groups))
    best = half_width(groups, shared_out(groups, batches))
    for counts in product(*(range(2, g.businesses + 1) for g in groups)):
        if sum(counts) == batches:
            held = {g.name: n for g, n in zip(groups, counts, strict=True)}
            assert best <= half_width(groups, held) + 1e-12


def test_the_fewest_batches_are_found_whose_interval_is_as_narrow_as_wanted() -> None:
    groups = [Group("a", 5000, 0.02), Group("b", 2000, 0.06)]
    count = enough_batches(groups, 0.007, 6000)
    assert half_width(groups, shared_out(groups, count)) <= 0.007
    assert half_width(groups, shared_out(groups, count - 1)) > 0.007
    assert enough_batches(groups, 0.0001, 500) == 500


def test_the_three_programmes_add_up_and_supervision_keeps_its_least_share() -> None:
    groups = [Group("a", 20_000, 0.02), Group("b", 5000, 0.06)]
    sizes = split(6291, groups, LAW)
    assert sum(sizes.values()) == 6291
    assert sizes[MONITORING] == 629
    strict = LAW.what_if("sampling.half_width", value=0.0001)
    assert split(6291, groups, strict)[SUPERVISION] == 3146
    assert sizes[EVALUATION] < split(6291, groups, strict)[EVALUATION]


def test_a_class_with_few_batches_is_drawn_towards_the_rate_of_all() -> None:
    found = class_rates({"04": 300, "28": 0}, {"04": 18}, 0.03)
    assert found == {"04": 0.0525, "28": 0.03}


def test_the_odds_of_a_failure_follow_the_odds_of_a_serious_finding() -> None:
    rate, risk = np.full(3, 0.03), np.array([0.1, 0.1, 4 / 13])
    found = expected_failure(rate, risk, 0.5)
    assert found[0] == pytest.approx(0.03)
    assert found[2] == pytest.approx(0.0583, abs=1e-4)
    assert expected_failure(rate, risk, 0.0) == pytest.approx(rate)


def test_expectations_are_brought_to_the_level_on_record() -> None:
    assert at_level(np.array([0.01, 0.03]), 0.04) == pytest.approx([0.02, 0.06])


def test_twice_the_expectation_has_four_times_the_weight_at_focus_two() -> None:
    weights = focused_weights({"a": 0.02, "b": 0.04}, 2)
    assert weights["b"] == 4 * weights["a"]
    assert len(set(focused_weights({"a": 0.02, "b": 0.04}, 0).values())) == 1
    assert focused_weights({}, 2) == {}


def test_the_chances_add_up_to_the_size_and_the_certain_are_certain() -> None:
    found = chances({"a": 1, "b": 1, "c": 2, "d": 9}, {"d"}, 3)
    assert found == {"d": 1, "a": Fraction(1, 2), "b": Fraction(1, 2), "c": 1}
    assert sum(found.values()) == 3


def test_streets_share_by_failures_above_their_floor_and_never_beyond_what_they_have() -> (
    None
):
    units = {"a": 100, "b": 100, "c": 3}
    expected = {"a": 9.0, "b": 1.0, "c": 5.0}
    found = street_sizes(units, expected, {"a": 0, "b": 0, "c": 1}, 60, 0.5)
    assert sum(found.values()) == 60
    assert found["c"] == 3
    assert found["b"] >= 0.5 * 60 * 100 / 203 - 1
    assert found["a"] > found["b"]
    whole = street_sizes(units, expected, {"a": 0, "b": 0, "c": 0}, 999, 0.5)
    assert whole == units


def drawn_results(
    slope: float, count: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Draw rates of food, log-odds of risk, and failures that follow them."""
    rng = np.random.default_rng(11)
    rate = rng.uniform(0.01, 0.06, count)
    odds = rng.normal(-2.5, 0.8, count)
    centred = odds - np.median(odds)
    share = 1 / (1 + np.exp(-(np.log(rate / (1 - rate)) + slope * centred)))
    return rate, odds, rng.random(count) < share


@pytest.mark.parametrize("slope", [0.2, 0.5, 1.2])
def test_the_slope_is_learned_from_what_came_after_the_risk_was_stated(
    slope: float,
) -> None:
    rate, odds, failed = drawn_results(slope, 60_000)
    assert fitted_slope(rate, odds, failed, 0.5) == pytest.approx(slope, abs=0.1)


def test_few_failures_move_the_slope_little_and_never_below_nothing() -> None:
    rate, odds, failed = drawn_results(1.2, 60)
    assert fitted_slope(rate, odds, failed, 0.5) == pytest.approx(0.5, abs=0.45)
    backwards = drawn_results(-2.0, 60_000)
    assert fitted_slope(*backwards, 0.5) == 0.0
