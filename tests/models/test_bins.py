"""Bins: their evidence runs one way, and what is no number has a place of its own."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.bins import Bins, Column, fit_bins, information_value, weight_of_evidence

MISSING = float("nan")


def fitted(column: Column, values: list[float], bad: list[float]) -> Bins:
    return fit_bins([column], np.array(values)[:, None], np.array(bad))[0]


def counts(value: float, good: int, bad: int) -> tuple[list[float], list[float]]:
    return [value] * (good + bad), [0.0] * good + [1.0] * bad


def drawn(column: Column, *groups: tuple[float, int, int]) -> Bins:
    """Draw rows as (value, good, bad) and bin them."""
    parts = [counts(*group) for group in groups]
    return fitted(
        column,
        [v for values, _ in parts for v in values],
        [b for _, bad in parts for b in bad],
    )


def test_a_table_of_findings_becomes_the_bins_one_would_draw_by_hand() -> None:
    """At 4:1 overall: findings, good, bad and what the evidence must say."""
    bins = drawn(
        Column("findings", 1),
        (0, 900, 100),
        (1, 280, 120),
        (2, 110, 90),
        (3, 110, 90),
        (MISSING, 180, 20),
    )
    assert bins.edges == (0, 1)
    assert bins.good == (180, 900, 280, 220)
    assert bins.bad == (20, 100, 120, 180)
    assert [bins.span(c) for c in (1, 2, 3)] == [
        (-np.inf, 0),
        (0, 1),
        (1, np.inf),
    ]
    assert np.diff(bins.woe[1:]).max() < 0


@pytest.mark.parametrize(
    ("good", "bad", "evidence"), [(800, 200, 0.0), (90, 10, 0.71), (30, 20, -0.84)]
)
def test_the_evidence_is_what_the_docstring_works_out(
    good: int, bad: int, evidence: float
) -> None:
    found = weight_of_evidence(np.array([good]), np.array([bad]), 4.0)[0]
    assert found == pytest.approx(evidence, abs=0.005)


def test_no_rows_are_no_evidence() -> None:
    assert weight_of_evidence(np.zeros(1), np.zeros(1), 3.7).tolist() == [0.0]


def test_each_special_code_has_a_bin_of_its_own_and_moves_no_range() -> None:
    plain = drawn(Column("months", -1), (2, 100, 100), (9, 300, 60))
    coded = drawn(
        Column("months", -1, specials=(-9.0, -7.0)),
        (2, 100, 100),
        (9, 300, 60),
        (-9, 50, 50),
        (-7, 95, 5),
    )
    assert coded.edges == plain.edges
    assert coded.locate(np.array([-9.0, -7.0, MISSING, 2.0, 9.0])).tolist() == [
        1,
        2,
        0,
        3,
        4,
    ]
    assert (coded.good[1], coded.bad[2]) == (50, 5)


def test_a_rise_that_goes_against_the_direction_is_pooled_away() -> None:
    bins = drawn(Column("x", 1), (1, 100, 100), (2, 180, 20), (3, 50, 150))
    assert bins.edges == (2,)


def test_without_a_direction_the_bins_follow_the_data() -> None:
    bins = drawn(Column("x", 0), (1, 100, 100), (2, 180, 20), (3, 50, 150))
    assert bins.edges == (1, 2)


def test_what_never_happened_is_at_least_as_good_as_the_longest_time_ago() -> None:
    days = Column("days_since", -1, absent="never")
    bins = drawn(days, (10, 20, 80), (900, 160, 40), (MISSING, 50, 50))
    assert bins.woe[0] == max(bins.woe)


def test_an_unknown_costs_no_more_than_the_second_best_known() -> None:
    """Otherwise becoming known by a bad finding would raise a score."""
    bins = drawn(
        Column("last", 1), (0, 380, 20), (1, 120, 80), (2, 40, 160), (MISSING, 10, 90)
    )
    assert bins.woe[0] == bins.woe[2]


def test_an_unknown_is_never_better_than_the_best_known() -> None:
    bins = drawn(Column("last", 1), (0, 300, 100), (1, 40, 160), (MISSING, 200, 1))
    assert bins.woe[0] == bins.woe[1]


def test_cuts_are_the_shortest_numbers_that_part_the_data() -> None:
    bins = drawn(Column("share", 1), (0.6659, 180, 20), (0.6711, 20, 180))
    assert bins.edges == (0.67,)


def test_a_column_without_any_number_has_one_empty_range() -> None:
    bins = drawn(Column("x", 1), (MISSING, 90, 10))
    assert bins.edges == ()
    assert bins.woe[1] == 0.0


def test_a_column_that_says_nothing_has_no_information() -> None:
    assert information_value(drawn(Column("x", 1), (1, 90, 10))) == pytest.approx(
        0, abs=1e-12
    )
    telling = drawn(Column("x", 1), (0, 160, 40), (1, 40, 160))
    # (0.8 - 0.2) x ln 4 twice, a little less for the ten average rows in each bin.
    assert information_value(telling) == pytest.approx(2 * 0.6 * np.log(4), rel=0.07)


COLUMNS = st.builds(
    Column,
    st.just("x"),
    st.sampled_from([-1, 1]),
    specials=st.sampled_from([(), (-9.0,), (-9.0, -7.0)]),
    absent=st.sampled_from(["unknown", "never"]),
)
VALUES = st.one_of(
    st.integers(0, 6).map(float), st.floats(-50, 50), st.sampled_from([MISSING, -9.0])
)


@given(COLUMNS, st.lists(st.tuples(VALUES, st.booleans()), min_size=30, max_size=300))
def test_worse_is_never_better_whatever_the_data(
    column: Column, rows: list[tuple[float, bool]]
) -> None:
    bins = fitted(column, [v for v, _ in rows], [float(b) for _, b in rows])
    ranges = np.array(bins.woe[bins.first_range :]) * column.direction
    assert (np.diff(ranges) <= 0).all()
    falling = sorted(bins.woe[bins.first_range :], reverse=True)
    if column.absent == "never":
        assert bins.woe[0] >= falling[0]
    else:
        assert falling[0] >= bins.woe[0] >= falling[min(1, len(falling) - 1)]


@given(COLUMNS, st.lists(st.tuples(VALUES, st.booleans()), min_size=5, max_size=200))
def test_every_row_is_counted_in_the_bin_it_is_found_in(
    column: Column, rows: list[tuple[float, bool]]
) -> None:
    values, bad = [v for v, _ in rows], [float(b) for _, b in rows]
    bins = fitted(column, values, bad)
    code = bins.locate(np.array(values))
    assert np.bincount(code, bad, len(bins.bad)).tolist() == list(bins.bad)
    assert sum(bins.good) + sum(bins.bad) == len(rows)
