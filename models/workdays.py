"""Which days count as workdays (工作日) in China, and when a term ends.

Days off and make-up workdays are announced year by year. Beyond the last year that
the calendar knows, Monday to Friday count and the date is marked provisional.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Literal

import chinese_calendar

Unit = Literal["workday", "day", "month", "year"]

_MONTHS = 12
_SATURDAY = 5


@dataclass(frozen=True, order=True)
class Day:
    """A date that a term leads to, and whether the calendar may still move it."""

    date: date
    is_provisional: bool = False


@cache
def is_workday(day: date) -> bool:
    """Tell whether it is a workday; in a year not yet announced, by weekday alone."""
    return _announced(day) if is_announced(day) else day.weekday() < _SATURDAY


@cache
def is_announced(day: date) -> bool:
    """Tell whether the days off of its year are known."""
    try:
        chinese_calendar.is_workday(day)
    except NotImplementedError:
        return False
    return True


def term_end(start: date, amount: int, unit: Unit) -> Day:
    """Find the last day of a term; the day on which it starts does not count.

    From Wednesday 2026-09-23 five workdays end on Thursday 2026-10-08, since the
    Mid-Autumn and National days are off, and seven on the 10th, a Saturday that is
    worked. One year from 2024-02-29 ends on 2025-02-28.
    """
    if unit == "workday":
        return _workdays_after(start, amount)
    if unit == "day":
        return Day(start + timedelta(days=amount))
    return Day(_months_after(start, amount * (_MONTHS if unit == "year" else 1)))


def _announced(day: date) -> bool:
    return bool(chinese_calendar.is_workday(day))


def _workdays_after(start: date, amount: int) -> Day:
    day, left, is_provisional = start, amount, False
    while left:
        day += timedelta(days=1)
        is_provisional = is_provisional or not is_announced(day)
        left -= is_workday(day)
    return Day(day, is_provisional)


def _months_after(start: date, months: int) -> date:
    """Give the same day of a later month, or that month's last when it has none."""
    years, month = divmod(start.year * _MONTHS + start.month - 1 + months, _MONTHS)
    last = monthrange(years, month + 1)[1]
    return date(years, month + 1, min(start.day, last))
