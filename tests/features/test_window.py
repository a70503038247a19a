"""The window engine against facts counted one by one."""

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.periods import Months, Window
from features.window import (
    Asked,
    Events,
    days_since,
    decayed_sum,
    last_value,
    window_sums,
)
from tests.features import reference
from tests.features.slow_events import FAR, Event, end_of_life

FIRST = date(2025, 1, 1)
SCHEMA = {
    "entity": pl.UInt32,
    "happened": pl.Date,
    "recorded": pl.Date,
    "withdrawn": pl.Date,
    "n": pl.Float64,
    "worse": pl.Float64,
}
# A thousandth of a float: the engine counts in units of 2^-32.
CLOSE = {"rel": 1e-9, "abs": 1e-9}


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


def events(*rows: tuple[int | None, ...], life: int | None = None) -> Events:
    """Draw events: entity, happened, recorded, withdrawn, n; days from the first."""
    frame = pl.DataFrame(
        [
            (who, day(h), day(r), None if w is None else day(w), n, n)
            for who, h, r, w, n in rows
        ],
        schema=SCHEMA,
        orient="row",
    )
    return Events.of(frame, ["n", "worse"], legal_life_days=life)


def asked(*pairs: tuple[int, int]) -> Asked:
    epoch = (FIRST - date(1970, 1, 1)).days
    numbers = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    return Asked(numbers[:, 0], numbers[:, 1] + epoch)


def sums(known: Events, *days: int, window: int | None, who: int = 0) -> list[float]:
    question = asked(*((who, number) for number in days))
    return window_sums(known, question, ["n"], window)[:, 0].tolist()


def test_an_event_counts_from_the_day_after_it_was_recorded() -> None:
    #        entity happened recorded withdrawn n
    known = events((0, 10, 12, None, 1))
    assert sums(known, 10, 11, 12, 13, window=365) == [0, 0, 0, 1]


def test_a_window_of_thirty_days_holds_the_day_thirty_days_ago_and_not_today() -> None:
    known = events((0, 10, 10, None, 1))
    assert sums(known, 10, 11, 40, 41, window=30) == [0, 1, 1, 0]


def test_an_event_recorded_after_its_window_never_counts() -> None:
    known = events((0, 10, 50, None, 1))
    assert sums(known, 45, 50, 51, window=30) == [0, 0, 0]


def test_no_window_reaches_back_to_the_beginning() -> None:
    known = events((0, 0, 0, None, 1), (0, 9000, 9000, None, 2))
    assert sums(known, 9000, 9001, window=None) == [1, 3]


def test_a_withdrawn_event_counts_up_to_the_day_of_its_withdrawal() -> None:
    known = events((0, 10, 12, 20, 1))
    assert sums(known, 13, 20, 21, window=365) == [1, 1, 0]


def test_an_event_withdrawn_before_it_was_recorded_never_counts() -> None:
    known = events((0, 10, 20, 15, 1))
    assert sums(known, 16, 20, 21, 22, window=365) == [0, 0, 0, 0]


def test_a_legal_life_ends_an_event_inside_its_window() -> None:
    known = events((0, 10, 10, None, 1), life=5)
    assert sums(known, 11, 15, 16, window=365) == [1, 1, 0]


def test_an_endless_certificate_ends_no_calendar() -> None:
    """9999-12-31 is how registers write without end."""
    frame = pl.DataFrame(
        [
            (0, day(1), day(1), date(9999, 12, 31), 1.0, 0.0),
            (1, day(1), day(1), date(9999, 12, 31), 4.0, 0.0),
        ],
        schema=SCHEMA,
        orient="row",
    )
    known = Events.of(frame, ["n"])
    assert sums(known, 1, 2, 5000, window=None, who=1) == [0, 4, 4]


def test_each_entity_has_only_its_own() -> None:
    known = events((0, 1, 1, None, 1), (1, 1, 1, None, 10), (3, 1, 1, None, 100))
    question = asked((3, 9), (-1, 9), (0, 9), (2, 9), (1, 9))
    assert window_sums(known, question, ["n"], 30)[:, 0].tolist() == [100, 0, 1, 0, 10]
    found = last_value(known, question, "n").tolist()
    assert found == pytest.approx([100, np.nan, 1, np.nan, 10], nan_ok=True)
    assert decayed_sum(known, question, "n", 8.0).tolist() == [50, 0, 0.5, 0, 5]


def test_an_event_without_an_entity_says_nothing_about_any() -> None:
    known = events((None, 1, 1, None, 7), (0, 1, 1, None, 1))
    assert sums(known, 9, window=30) == [1]


def test_no_events_give_zero_sums_and_unknown_last_values() -> None:
    known, question = events(), asked((0, 9), (-1, 9))
    assert window_sums(known, question, ["n", "worse"], 30).tolist() == [[0, 0]] * 2
    assert decayed_sum(known, question, "n", 8.0).tolist() == [0, 0]
    assert np.isnan(last_value(known, question, "n")).all()
    assert np.isnan(days_since(known, question)).all()


def test_the_last_event_is_the_one_that_happened_last_not_the_one_recorded_last() -> (
    None
):
    known = events((0, 10, 30, None, 1), (0, 20, 20, None, 2))
    question = asked((0, 21), (0, 31))
    assert last_value(known, question, "n").tolist() == [2, 2]
    assert days_since(known, question).tolist() == [1, 11]


def test_of_two_events_of_one_day_the_one_recorded_last_wins() -> None:
    known = events((0, 10, 11, None, 9), (0, 10, 12, None, 3))
    assert last_value(known, asked((0, 12), (0, 13)), "n").tolist() == [9, 3]


def test_of_two_events_recorded_together_the_worse_wins() -> None:
    known = events((0, 10, 11, None, 9), (0, 10, 11, None, 3))
    assert last_value(known, asked((0, 12)), "n").tolist() == [9]


def test_a_last_event_that_outlived_its_legal_life_is_none() -> None:
    known = events((0, 3, 3, None, 1), (0, 10, 10, None, 1), life=20)
    found = days_since(known, asked((0, 30), (0, 31))).tolist()
    assert found == pytest.approx([20, np.nan], nan_ok=True)


def test_an_event_halves_with_every_half_life() -> None:
    known = events((0, 0, 0, None, 8))
    found = decayed_sum(known, asked((0, 0), (0, 10), (0, 20), (0, 30)), "n", 10.0)
    assert found.tolist() == pytest.approx([0, 4, 2, 1])


def test_a_late_record_has_aged_since_it_happened() -> None:
    known = events((0, 0, 20, None, 8), (0, 10, 10, None, 8))
    found = decayed_sum(known, asked((0, 20), (0, 30)), "n", 10.0)
    assert found.tolist() == pytest.approx([4, 2 + 1])


def test_another_business_leaves_no_rounding_behind() -> None:
    """In floats, 0.1 + 0.2 - 0.2 - 0.1 is not always nothing."""
    others = [(0, n, n, None, 0.1 + n / 7) for n in range(200)]
    known = events(*others, (1, 5, 5, None, 0.3))
    assert sums(known, 6, 35, 36, 400, window=30, who=1) == pytest.approx(
        [0.3, 0.3, 0, 0], abs=1e-9
    )
    assert sums(known, 36, 400, window=30, who=1) == [0.0, 0.0]


# --- properties -----------------------------------------------------------------

_day = st.integers(0, 4) | st.sampled_from([29, 30, 31]) | st.integers(0, 90)
_event = st.tuples(
    st.none() | st.integers(0, 2),
    _day,
    st.sampled_from([0, 0, 1, 40]),
    st.none() | st.sampled_from([0, 1, 5, 60]),
    st.sampled_from([0, 1, 2, 0.1, 0.7, -0.3]),
).map(lambda e: (e[0], e[1], e[1] + e[2], None if e[3] is None else e[1] + e[3], e[4]))
_histories = st.lists(_event, max_size=12)
_questions = st.lists(st.tuples(st.integers(-1, 3), _day), min_size=1, max_size=8)
_windows = st.sampled_from([None, 1, 30, 60, Months(1), Months(2)])
_life = st.none() | st.sampled_from([1, 20, 60])


def listed(history: list[tuple], life: int | None) -> list[Event]:
    return [
        Event(
            str(who),
            day(happened),
            day(recorded),
            {"n": float(n)},
            until=min(
                FAR if withdrawn is None else day(withdrawn),
                end_of_life(day(happened), life),
            ),
            tie=(n,),
        )
        for who, happened, recorded, withdrawn, n in history
    ]


def own(known: list[Event], who: int) -> list[Event]:
    return [event for event in known if event.business == str(who)]


@given(_histories, _questions, _life, _windows)
def test_window_sums_equal_the_events_counted_one_by_one(
    history: list[tuple], questions: list, life: int | None, window: Window
) -> None:
    slow = listed(history, life)
    expected = [
        reference.total(own(slow, who), day(when), "n", window)
        for who, when in questions
    ]
    found = window_sums(events(*history, life=life), asked(*questions), ["n"], window)
    assert found[:, 0].tolist() == pytest.approx(expected, **CLOSE)


@given(_histories, _questions, _life)
def test_the_last_event_equals_the_one_found_by_looking(
    history: list[tuple], questions: list, life: int | None
) -> None:
    """Of events without withdrawals, which are all that are asked for their last."""
    history = [(*event[:3], None, event[4]) for event in history]
    slow, known = listed(history, life), events(*history, life=life)
    last = [reference.latest(own(slow, who), day(when)) for who, when in questions]
    values = [e.numbers["n"] if e else np.nan for e in last]
    since = [
        (day(when) - e.happened).days if e else np.nan
        for e, (_, when) in zip(last, questions, strict=True)
    ]
    question = asked(*questions)
    assert last_value(known, question, "n").tolist() == pytest.approx(
        values, nan_ok=True
    )
    assert days_since(known, question).tolist() == pytest.approx(since, nan_ok=True)


@given(_histories, _questions, st.sampled_from([1.0, 30.0, 365.0]))
def test_a_decayed_sum_equals_every_event_aged_by_itself(
    history: list[tuple], questions: list, half_life: float
) -> None:
    history = [(*event[:3], None, event[4]) for event in history]
    slow = listed(history, None)
    expected = [
        reference.decayed(own(slow, who), day(when), "n", half_life)
        for who, when in questions
    ]
    found = decayed_sum(events(*history), asked(*questions), "n", half_life)
    assert found.tolist() == pytest.approx(expected, **CLOSE)


@given(_histories, _questions, st.none() | st.integers(1, 60), st.randoms())
def test_neither_order_nor_later_events_change_a_bit(
    history: list[tuple], questions: list, window: int | None, chance
) -> None:
    when = questions[0][1]
    question = asked(*((who, when) for who, _ in questions))
    mixed = list(history)
    chance.shuffle(mixed)
    before = [event for event in history if event[2] < when]
    for measure in (
        lambda e: window_sums(e, question, ["n", "worse"], window),
        lambda e: last_value(e, question, "n"),
        lambda e: decayed_sum(e, question, "n", 30.0),
    ):
        whole = measure(events(*history))
        np.testing.assert_array_equal(measure(events(*mixed)), whole)
        np.testing.assert_array_equal(measure(events(*before)), whole)
