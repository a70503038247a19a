"""Ends of quarters before a day, and steps of three months back from it."""

from datetime import date

_MONTHS = 12


def quarter_ends(until: date, count: int) -> list[date]:
    """List the last quarter ends up to a day, and the day itself when it is none.

    An end is the first day of the next quarter: up to 2026-02-10 the last are
    2025-10-01, 2026-01-01, and then 2026-02-10.
    """
    last = date(until.year, (until.month - 1) // 3 * 3 + 1, 1)
    ends = [_months_before(last, 3 * step) for step in range(count - 1, -1, -1)]
    return ends if ends[-1] == until else [*ends[1:], until]


def steps_back(until: date, count: int) -> list[date]:
    """List days three months apart, the last of them the day: 2026-02-10, 2025-11-10."""
    return [*(_months_before(until, 3 * n) for n in range(count - 1, 0, -1)), until]


def quarters_between(start: date, end: date) -> float:
    """Count the quarters from a day to a later one: 0 to itself, 1 from 1 October to 1 January."""
    return max(0.0, round((end - start).days / 365.25 * 4, 2))


def _months_before(day: date, months: int) -> date:
    year, month = divmod(day.year * _MONTHS + day.month - 1 - months, _MONTHS)
    # No month is shorter than 28 days; the day of the month need not be exact.
    return date(year, month + 1, min(day.day, 28))
