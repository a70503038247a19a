"""Chicago's measures on examples small enough to do by hand, then a slow reference."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import ordering
from models.metrics import Ranked
from models.ordering import days_earlier_inside, first_half_share

#    day  score  serious
WEEK = [
    (1, 0.1, 0),
    (2, 0.9, 1),
    (3, 0.5, 0),
    (4, 0.7, 1),
]

DAYS = np.array([1, 2, 3, 4])

small_weeks = st.lists(
    st.tuples(st.integers(0, 5), st.integers(0, 2), st.booleans()),
    min_size=2,
    max_size=6,
).filter(lambda rows: any(serious for _, _, serious in rows))


def columns(rows):
    day, score, serious = zip(*rows, strict=True)
    return np.array(day), Ranked(np.array(score, float), np.array(serious, float))


def days_earlier(day, ranked, weight):
    return ordering.days_earlier(day, ranked, weight)[0]


def net_days_earlier(day, ranked, weight):
    return ordering.days_earlier(day, ranked, weight)[1]


def once(day):
    return np.ones((1, len(day)))


def test_days_are_handed_out_by_falling_score():
    # The third visit scores third highest, so it keeps the third day.
    ranked = Ranked(columns(WEEK)[1].score, np.array([0.0, 0, 1, 0]))
    assert days_earlier(DAYS, ranked, once(DAYS)) == pytest.approx([0.0])


def test_visits_that_tie_share_their_days():
    # Days 2 and 3 are shared by the two in the middle: 2.5 each.
    ranked = Ranked(np.array([0.1, 0.9, 0.5, 0.5]), np.array([0.0, 0, 0, 1]))
    assert days_earlier(DAYS, ranked, once(DAYS)) == pytest.approx([4 - 2.5])


def test_serious_findings_move_from_days_two_and_four_to_one_and_two():
    day, ranked = columns(WEEK)
    # Real days 2 and 4, handed days 1 and 2: (1 + 2) / 2 earlier.
    assert days_earlier(day, ranked, once(day)) == pytest.approx([1.5])
    # A random order expects day 2.5 for both: (2.5 - 1 + 2.5 - 2) / 2.
    assert net_days_earlier(day, ranked, once(day)) == pytest.approx([1.0])


def test_half_the_visits_are_the_days_strictly_below_half():
    day, ranked = columns(WEEK)
    # Of four visits only day 1 stays strictly below two; it goes to a serious one.
    assert first_half_share(day, ranked, once(day)) == pytest.approx([0.5])


def test_a_day_that_reaches_half_is_not_in_the_first_half():
    day = np.array([1, 1, 2, 2])
    ranked = Ranked(np.array([4.0, 3.0, 2.0, 1.0]), np.array([1.0, 1.0, 0.0, 0.0]))
    assert first_half_share(day, ranked, once(day)) == pytest.approx([0.0])


@pytest.mark.parametrize("measure", [days_earlier, net_days_earlier, first_half_share])
def test_without_a_serious_finding_nothing_can_be_said(measure):
    day = np.array([1, 2])
    ranked = Ranked(np.array([0.5, 0.4]), np.zeros(2))
    assert np.isnan(measure(day, ranked, once(day))).all()


def test_an_order_that_knows_the_day_brings_nothing_forward():
    day = np.arange(20)
    ranked = Ranked(-day.astype(float), (day % 3 == 0).astype(float))
    assert days_earlier(day, ranked, once(day)) == pytest.approx([0.0])


def test_a_constant_score_brings_nothing_net_of_a_random_order():
    day, serious = np.arange(20), np.r_[np.zeros(15), np.ones(5)]
    ranked = Ranked(np.zeros(20), serious)
    assert net_days_earlier(day, ranked, once(day)) == pytest.approx([0.0])
    # The serious ones happened to come late, so any order at all brings them forward.
    assert days_earlier(day, ranked, once(day)) == pytest.approx([17 - 9.5])


def test_a_perfect_score_puts_the_serious_first():
    day, serious = np.arange(20), np.r_[np.zeros(15), np.ones(5)]
    ranked = Ranked(serious, serious)
    assert days_earlier(day, ranked, once(day)) == pytest.approx([17 - 2])
    assert first_half_share(day, ranked, once(day)) == pytest.approx([1.0])


def of_one_order(day, serious, order):
    """Re-date the visits in a given order, as the definition says."""
    dates = sorted(day)
    new = {visit: dates[place] for place, visit in enumerate(order)}
    early = {d for d in day if sum(x <= d for x in day) < len(day) / 2}
    found = [visit for visit in range(len(day)) if serious[visit]]
    earlier = np.mean([day[v] - new[v] for v in found])
    return earlier, np.mean([new[v] in early for v in found])


@given(small_weeks)
def test_ties_are_averaged_over_every_order_they_allow(rows):
    day, ranked = columns(rows)
    falling = [
        order
        for order in permutations(range(len(day)))
        if all(np.diff(ranked.score[list(order)]) <= 0)
    ]
    slow = np.mean([of_one_order(day, ranked.serious, o) for o in falling], axis=0)
    assert days_earlier(day, ranked, once(day)) == pytest.approx([slow[0]])
    assert first_half_share(day, ranked, once(day)) == pytest.approx([slow[1]])


@given(small_weeks)
def test_net_days_are_days_less_the_mean_over_every_order(rows):
    day, ranked = columns(rows)
    random = np.mean(
        [
            of_one_order(day, ranked.serious, order)[0]
            for order in permutations(range(len(day)))
        ]
    )
    net = days_earlier(day, ranked, once(day)) - random
    assert net_days_earlier(day, ranked, once(day)) == pytest.approx(net)


@given(small_weeks, st.data())
def test_a_weight_lets_a_visit_stand_so_many_times(rows, data):
    day, ranked = columns(rows)
    times = np.array(
        data.draw(st.lists(st.integers(0, 3), min_size=len(day), max_size=len(day)))
    )
    again = np.repeat(np.arange(len(day)), times)
    draws = np.stack([np.ones(len(day)), times.astype(float)])
    many = Ranked(ranked.score[again], ranked.serious[again])
    for measure in (days_earlier, net_days_earlier, first_half_share):
        plain = measure(day, ranked, once(day))
        weighted = measure(day, ranked, draws)
        assert weighted[0] == pytest.approx(plain[0], nan_ok=True)
        if many.serious.sum():
            repeated = measure(day[again], many, once(again))
            assert weighted[1] == pytest.approx(repeated[0])
        else:
            assert np.isnan(weighted[1])


def test_each_inspector_hands_out_only_days_of_their_own():
    """Together the serious ones would move to days 1 and 2; the second has no day 1."""
    day = np.array([1, 4, 2, 3])
    inspector = np.array([0, 0, 1, 1])
    ranked = Ranked(np.array([0.1, 0.9, 0.2, 0.8]), np.array([0.0, 1, 0, 1]))
    assert days_earlier(day, ranked, once(day)) == pytest.approx([3.5 - 1.5])
    gross, net = days_earlier_inside(day, ranked, once(day), inspector)
    # Day 4 becomes 1, and day 3 becomes 2; a random order gives 2.5 to each.
    assert gross == pytest.approx([((4 - 1) + (3 - 2)) / 2])
    assert net == pytest.approx([((2.5 - 1) + (2.5 - 2)) / 2])


def test_a_score_that_only_knows_the_inspector_brings_nothing_forward_inside():
    day, inspector = np.array([1, 2, 3, 4]), np.array([0, 0, 1, 1])
    ranked = Ranked(inspector.astype(float), np.array([0.0, 0, 1, 1]))
    assert net_days_earlier(day, ranked, once(day)) == pytest.approx([1.0])
    _, net = days_earlier_inside(day, ranked, once(day), inspector)
    assert net == pytest.approx([0.0])


def test_visits_of_nobody_known_are_left_out_inside():
    day, ranked = columns(WEEK)
    known = np.array([-1, 0, 0, -1])
    gross, _ = days_earlier_inside(day, ranked, once(day), known)
    # Only days 2 and 3 are left, and the serious one keeps day 2.
    assert gross == pytest.approx([0.0])
    nobody = days_earlier_inside(day, ranked, once(day), np.full(4, -1))
    assert np.isnan(nobody).all()


@given(small_weeks, st.data())
def test_one_group_of_all_is_the_plain_measure_and_groups_average_by_findings(
    rows, data
):
    day, ranked = columns(rows)
    draws = np.stack([np.ones(len(day)), np.arange(len(day)) % 3])
    one = days_earlier_inside(day, ranked, draws, np.zeros(len(day), int))
    assert one == pytest.approx(
        np.array(ordering.days_earlier(day, ranked, draws)), nan_ok=True
    )
    half = np.array(data.draw(st.permutations(range(len(day))))) % 2
    parts = []
    for code in (0, 1):
        here = half == code
        inside = Ranked(ranked.score[here], ranked.serious[here])
        if inside.serious.any():
            value = ordering.days_earlier(day[here], inside, once(day[here]))
            parts.append((inside.serious.sum(), np.array(value)))
    found = sum(size for size, _ in parts)
    expected = sum(size * value for size, value in parts) / found
    both = days_earlier_inside(day, ranked, once(day), half)
    assert np.array(both) == pytest.approx(expected)
