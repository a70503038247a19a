"""How far back a window reaches: in days, in calendar months, or without limit.

Calendar months are counted as PostgreSQL counts `day - interval '1 month'`: the same
day of an earlier month, or its last day where it has no such day.
"""

import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from features.errors import InputError

Days = npt.NDArray[np.int64]

# Later than any day a register writes, and room for a window added to it.
NEVER = 1 << 20
_MONTHS_A_YEAR = 12
_WRITTEN = re.compile(r"(\d+) ?(day|month|mo|year|y)s?")


@dataclass(frozen=True)
class Months:
    """A window of so many calendar months."""

    count: int


Window = int | Months | None


def window_of(written: int | str) -> Window:
    """Read a window: a number of days, "3 months", "1y", or "all" for no limit.

    Raises:
        InputError: it is none of these, or shorter than a day.
    """
    if written == "all":
        return None
    found = _WRITTEN.fullmatch(
        f"{written} days" if isinstance(written, int) else written
    )
    if not found or not int(found[1]):
        message = f'a window of {written!r} is not understood; write days (90), months ("3 months"), years ("1 year") or "all"'
        raise InputError(message)
    count, unit = int(found[1]), found[2]
    if unit == "day":
        return count
    return Months(count * _MONTHS_A_YEAR if unit.startswith("y") else count)


def name_of(window: Window) -> str:
    """Give the part of a column's name that tells its window.

    90 days are 90d, three months 3mo, twelve months 1y, no limit all.
    """
    if window is None:
        return "all"
    if isinstance(window, int):
        return f"{window}d"
    years, months = divmod(window.count, _MONTHS_A_YEAR)
    return f"{window.count}mo" if months else f"{years}y"


def words_of(window: Window) -> tuple[str, str]:
    """Say the window in Chinese and in English, as in "the last {words}"."""
    if window is None:
        return "全部", "all time"
    if isinstance(window, int):
        return f"{window}天", _counted(window, "day")
    years, months = divmod(window.count, _MONTHS_A_YEAR)
    if months:
        return f"{window.count}个月", _counted(window.count, "month")
    return f"{years}年", _counted(years, "year")


def last_day(happened: Days, window: Window) -> Days:
    """Find the last day whose window still reaches back to the day of each event.

    A window of 30 days holds 10 January up to 9 February. A month holds 10 January up
    to 10 February, 30 January up to 28 February, and 28 February, where it is the
    month's last day, up to 31 March: 31 March less a month is 28 February.
    """
    if window is None:
        return np.full(len(happened), NEVER, dtype=np.int64)
    if isinstance(window, int):
        return happened + window
    day = happened.astype("datetime64[D]")
    month = day.astype("datetime64[M]")
    later = month + window.count
    offset, last = day - _first(month), _first(later + 1) - 1
    is_month_end = day + 1 == _first(month + 1)
    until = np.where(is_month_end, last, np.minimum(_first(later) + offset, last))
    return until.astype(np.int64)


def _first(month: npt.NDArray[np.datetime64]) -> npt.NDArray[np.datetime64]:
    return month.astype("datetime64[D]")


def _counted(count: int, unit: str) -> str:
    return unit if count == 1 else f"{count} {unit}s"
