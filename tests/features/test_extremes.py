"""Least, greatest, spread and kinds against facts looked at one by one."""

import statistics
from collections.abc import Callable
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features import extremes
from features.extremes import deviation, greatest, kinds, least
from features.periods import Months, Window
from features.window import Asked, Events, Values
from tests.features.slow_events import FAR, Event, end_of_life

Measure = Callable[[Events, Asked, str, Window], Values]

FIRST = date(2025, 1, 1)
SCHEMA = {
    "entity": pl.UInt32,
    "happened": pl.Date,
    "recorded": pl.Date,
    "withdrawn": pl.Date,
    "n": pl.Float64,
}
NAN = float("nan")


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


def events(*rows: tuple, life: int | None = None) -> Events:
    """Draw events: entity, happened, recorded, withdrawn, n; days from the first."""
    frame = pl.DataFrame(
        [
            (who, day(h), day(r), None if w is None else day(w), n)
            for who, h, r, w, n in rows
        ],
        schema=SCHEMA,
        orient="row",
    )
    return Events.of(frame, ["n"], legal_life_days=life)


def asked(*pairs: tuple[int, int]) -> Asked:
    epoch = (FIRST - date(1970, 1, 1)).days
    numbers = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    return Asked(numbers[:, 0], numbers[:, 1] + epoch)


def at(measure: Measure, known: Events, *days: int, window: Window) -> list[float]:
    question = asked(*((0, number) for number in days))
    return measure(known, question, "n", window).tolist()


#                entity happened recorded withdrawn n
SCORES = (
    (0, 10, 10, None, 4.0),
    (0, 20, 20, None, 9.0),
    (0, 30, 30, None, 2.0),
    (0, 40, 40, None, 9.0),
)


@pytest.mark.parametrize(
    ("measure", "at_10", "at_11", "at_31", "at_41", "at_51"),
    [
        (greatest, NAN, 4, 9, 9, 9),
        (least, NAN, 4, 2, 2, 2),
        (kinds, 0, 1, 3, 2, 2),
        (deviation, NAN, NAN, 13**0.5, (49 / 3) ** 0.5, 24.5**0.5),
    ],
)
def test_four_scores_in_windows_of_thirty_days_tell_each_measure(
    measure: Measure,
    at_10: float,
    at_11: float,
    at_31: float,
    at_41: float,
    at_51: float,
) -> None:
    found = at(measure, events(*SCORES), 10, 11, 31, 41, 51, window=30)
    assert found == pytest.approx([at_10, at_11, at_31, at_41, at_51], nan_ok=True)


def test_a_high_value_that_has_left_the_window_or_was_withdrawn_is_forgotten() -> None:
    known = events((0, 0, 0, None, 9), (0, 5, 5, 8, 7), (0, 6, 6, None, 1))
    assert at(greatest, known, 7, 8, 9, 11, window=10) == [9, 9, 9, 1]
    assert at(greatest, known, 8, 9, window=3) == [7, 1]


def test_values_below_zero_have_a_greatest_too() -> None:
    known = events((0, 0, 0, None, -5), (0, 1, 1, None, -3))
    assert at(greatest, known, 2, window=None) == [-3]
    assert at(least, known, 2, window=None) == [-5]


def test_equal_values_do_not_deviate_at_all_however_they_round() -> None:
    known = events(*((0, n, n, None, 1e6 + 0.1) for n in range(7)))
    assert at(deviation, known, 7, window=None) == [0.0]


def test_a_small_spread_beside_a_large_value_that_left_is_not_lost() -> None:
    """A difference of two sums of squares would leave rounding of 1e12 here."""
    known = events((0, 0, 0, None, 1e6), (0, 8, 8, None, 1.001), (0, 9, 9, None, 1.003))
    found = at(deviation, known, 10, window=5)
    assert found == pytest.approx([0.001 * 2**0.5], rel=1e-6)


def test_no_events_or_no_questions_are_no_trouble() -> None:
    for measure in (greatest, least, deviation):
        assert np.isnan(at(measure, events(), 3, 1, window=30)).all()
        assert at(measure, events(*SCORES), window=30) == []
    assert at(kinds, events(), 3, 1, window=30) == [0, 0]


def test_a_spread_is_the_same_bits_worked_on_in_parts(monkeypatch) -> None:
    history = [(n % 3, n, n, None, 0.1 * n) for n in range(40)]
    question = asked(*((n % 3, n) for n in range(60)))
    whole = deviation(events(*history), question, "n", 30)
    monkeypatch.setattr(extremes, "_PLACES", 7)
    np.testing.assert_array_equal(deviation(events(*history), question, "n", 30), whole)


# --- properties -----------------------------------------------------------------

_day = st.integers(0, 4) | st.sampled_from([29, 30, 31]) | st.integers(0, 90)
_event = st.tuples(
    st.none() | st.integers(0, 2),
    _day,
    st.sampled_from([0, 0, 1, 40]),
    st.none() | st.sampled_from([0, 1, 5, 60]),
    st.sampled_from([0, 1, 2, 0.1, 0.7, -0.3]),
).map(lambda e: (e[0], e[1], e[1] + e[2], None if e[3] is None else e[1] + e[3], e[4]))
_histories = st.lists(_event, max_size=16)
# Unordered, repeated, other days for every entity, and one that nobody has heard of.
_questions = st.lists(st.tuples(st.integers(-1, 3), _day), min_size=1, max_size=12)
_windows = st.sampled_from([None, 1, 30, 60, Months(1), Months(2)])
_life = st.none() | st.sampled_from([1, 20, 60])


def within(
    history: list[tuple], life: int | None, window: Window, who: int, when: int
) -> list[float]:
    """Look at every fact, and list the values of those that count."""
    listed = [
        Event(
            str(entity),
            day(happened),
            day(recorded),
            {"n": float(n)},
            until=min(
                FAR if withdrawn is None else day(withdrawn),
                end_of_life(day(happened), life),
            ),
        )
        for entity, happened, recorded, withdrawn, n in history
    ]
    return [
        e.numbers["n"]
        for e in listed
        if e.business == str(who) and e.is_within(day(when), window)
    ]


SLOW: dict[Measure, Callable[[list[float]], float]] = {
    greatest: lambda values: max(values, default=NAN),
    least: lambda values: min(values, default=NAN),
    kinds: lambda values: len(set(values)),
    deviation: lambda values: statistics.stdev(values) if len(values) > 1 else NAN,
}


@pytest.mark.parametrize("measure", SLOW, ids=lambda m: m.__name__)
@given(_histories, _questions, _life, _windows)
def test_a_measure_equals_the_facts_looked_at_one_by_one(
    measure: Measure,
    history: list[tuple],
    questions: list,
    life: int | None,
    window: Window,
) -> None:
    expected = [
        SLOW[measure](within(history, life, window, who, when))
        for who, when in questions
    ]
    found = measure(events(*history, life=life), asked(*questions), "n", window)
    assert found.tolist() == pytest.approx(expected, rel=1e-9, abs=1e-9, nan_ok=True)


@pytest.mark.parametrize("measure", SLOW, ids=lambda m: m.__name__)
@given(_histories, _questions, _windows, st.randoms())
def test_neither_order_nor_later_events_change_a_bit(
    measure: Measure, history: list[tuple], questions: list, window: Window, chance
) -> None:
    when = questions[0][1]
    question = asked(*((who, when) for who, _ in questions))
    mixed = list(history)
    chance.shuffle(mixed)
    whole = measure(events(*history), question, "n", window)
    for other in (mixed, [event for event in history if event[2] < when]):
        np.testing.assert_array_equal(
            measure(events(*other), question, "n", window), whole
        )
