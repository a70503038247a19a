from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.workdays import Day, Unit, is_announced, is_workday, term_end
from tests.worked import cases

ANNOUNCED = st.dates(date(2004, 1, 1), date(2026, 6, 30))


@pytest.mark.parametrize("case", cases("workdays.csv"))
def test_a_term_ends_as_a_lawyer_counts_it(case: dict[str, str]) -> None:
    unit: Unit = case["unit"]  # type: ignore[assignment]
    found = term_end(date.fromisoformat(case["start"]), int(case["amount"]), unit)
    expected = date.fromisoformat(case["ends"])
    assert found == Day(expected, case["provisional"] == "yes")


@given(ANNOUNCED, st.integers(1, 60))
def test_a_term_in_workdays_ends_on_a_workday_and_holds_exactly_as_many(
    start: date, amount: int
) -> None:
    end = term_end(start, amount, "workday").date
    days = [start + timedelta(days=n + 1) for n in range((end - start).days)]
    assert is_workday(end)
    assert sum(map(is_workday, days)) == amount


@given(ANNOUNCED, st.integers(1, 40))
def test_a_later_start_never_ends_earlier(start: date, amount: int) -> None:
    later = start + timedelta(days=1)
    assert term_end(start, amount, "workday") <= term_end(later, amount, "workday")


def test_a_year_that_is_not_announced_is_said_to_be_unknown() -> None:
    assert is_announced(date(2026, 12, 31))
    assert not is_announced(date(2099, 1, 1))
    assert is_workday(date(2099, 1, 1))  # a Thursday, though New Year
