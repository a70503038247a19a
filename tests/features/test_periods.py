"""Windows in days and calendar months, as PostgreSQL takes an interval off a day."""

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.errors import InputError
from features.periods import (
    NEVER,
    Months,
    Window,
    last_day,
    name_of,
    window_of,
    words_of,
)
from tests.features.slow_events import since

EPOCH = date(1970, 1, 1)


def until(happened: date, window: Window) -> date:
    days = np.array([(happened - EPOCH).days])
    return EPOCH + timedelta(days=int(last_day(days, window)[0]))


@pytest.mark.parametrize(
    ("happened", "months", "last"),
    [
        # 10 February less a month is 10 January; the 11th's window begins a day later.
        (date(2025, 1, 10), 1, date(2025, 2, 10)),
        # No day of February reaches past the 28th of January, save by the month's end.
        (date(2025, 1, 28), 1, date(2025, 2, 28)),
        (date(2025, 1, 30), 1, date(2025, 2, 28)),
        (date(2025, 1, 31), 1, date(2025, 2, 28)),
        # 31, 30 and 29 March less a month are all 28 February.
        (date(2025, 2, 28), 1, date(2025, 3, 31)),
        (date(2025, 2, 27), 1, date(2025, 3, 27)),
        # In a leap year 28 February is not the month's last day.
        (date(2024, 2, 28), 1, date(2024, 3, 28)),
        (date(2024, 2, 29), 1, date(2024, 3, 31)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2025, 2, 28), 36, date(2028, 2, 29)),
        (date(2025, 11, 30), 3, date(2026, 2, 28)),
    ],
)
def test_a_calendar_month_ends_where_the_shorter_month_does(
    happened: date, months: int, last: date
) -> None:
    assert until(happened, Months(months)) == last


def test_days_are_added_and_no_limit_is_never() -> None:
    assert until(date(2025, 1, 10), 30) == date(2025, 2, 9)
    assert last_day(np.array([5]), None).tolist() == [NEVER]


@given(
    st.dates(date(1990, 1, 1), date(2060, 1, 1)),
    st.integers(1, 40).map(Months) | st.integers(1, 400),
)
def test_the_last_day_is_the_last_whose_window_reaches_back(
    happened: date, window: Window
) -> None:
    last = until(happened, window)
    assert since(last, window) <= happened < since(last + timedelta(days=1), window)


@pytest.mark.parametrize(
    ("written", "window", "name", "zh", "en"),
    [
        (90, 90, "90d", "90天", "90 days"),
        ("1 day", 1, "1d", "1天", "day"),
        ("1 month", Months(1), "1mo", "1个月", "month"),
        ("3mo", Months(3), "3mo", "3个月", "3 months"),
        ("6 months", Months(6), "6mo", "6个月", "6 months"),
        ("1y", Months(12), "1y", "1年", "year"),
        ("12 months", Months(12), "1y", "1年", "year"),
        ("2 years", Months(24), "2y", "2年", "2 years"),
        ("all", None, "all", "全部", "all time"),
    ],
)
def test_a_window_is_written_and_told_in_words(
    written: int | str, window: Window, name: str, zh: str, en: str
) -> None:
    assert window_of(written) == window
    assert name_of(window) == name
    assert words_of(window) == (zh, en)


@pytest.mark.parametrize("written", ["", "fortnight", "0 days", 0, -3, "1.5 months"])
def test_a_window_that_is_none_is_refused_with_what_may_be_written(
    written: int | str,
) -> None:
    with pytest.raises(InputError, match="is not understood; write days"):
        window_of(written)
