"""Quarters, and steps of three months, on the days where counting months goes wrong."""

from datetime import date

import pytest

from pipelines.indicators.quarters import quarter_ends, quarters_between, steps_back


def test_the_day_itself_closes_the_quarters_when_it_is_no_quarter_end() -> None:
    assert quarter_ends(date(2026, 2, 10), 3) == [
        date(2025, 10, 1),
        date(2026, 1, 1),
        date(2026, 2, 10),
    ]
    assert quarter_ends(date(2026, 1, 1), 2) == [date(2025, 10, 1), date(2026, 1, 1)]


def test_steps_back_end_on_the_day_and_never_on_a_day_that_is_not() -> None:
    assert steps_back(date(2026, 2, 10), 2) == [date(2025, 11, 10), date(2026, 2, 10)]
    assert steps_back(date(2026, 5, 31), 2) == [date(2026, 2, 28), date(2026, 5, 31)]


@pytest.mark.parametrize(
    ("start", "quarters"),
    [(date(2026, 1, 1), 0), (date(2025, 10, 1), 1), (date(2025, 1, 1), 4)],
)
def test_quarters_to_the_end_of_a_year_are_counted(
    start: date, quarters: float
) -> None:
    assert quarters_between(start, date(2026, 1, 1)) == pytest.approx(
        quarters, abs=0.02
    )
    assert quarters_between(date(2026, 3, 1), date(2026, 1, 1)) == 0
