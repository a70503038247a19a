"""The weeks of a plan: their workdays, and which of them a stretch of days holds."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import numpy as np
import numpy.typing as npt

from models.workdays import is_announced, is_workday

_WEEK = timedelta(days=7)


@dataclass(frozen=True)
class PlanWeeks:
    """The weeks from the first to the last day of a plan, by number from 0."""

    first: date
    last: date

    @classmethod
    def of_year(cls, year: int, as_of: date) -> "PlanWeeks":
        """Begin with the year, or with the day of the facts when it is later."""
        return cls(max(as_of, date(year, 1, 1)), date(year, 12, 31))

    @cached_property
    def mondays(self) -> tuple[date, ...]:
        """List the Monday of each week; the first may lie in the year before."""
        begin = self.first - timedelta(days=self.first.weekday())
        count = (self.last - begin).days // 7 + 1
        return tuple(begin + n * _WEEK for n in range(count))

    @cached_property
    def workdays(self) -> tuple[tuple[date, ...], ...]:
        """List the workdays of each week that lie in the plan."""
        return tuple(
            tuple(d for d in _days(m, m + _WEEK) if self.holds(d) and is_workday(d))
            for m in self.mondays
        )

    @cached_property
    def is_workweek(self) -> npt.NDArray[np.bool_]:
        """Tell which weeks have a workday; that of the Spring Festival may have none."""
        return np.array([bool(days) for days in self.workdays])

    @property
    def is_provisional(self) -> bool:
        """Tell whether the days off of the year are not announced yet."""
        return not is_announced(self.last)

    def holds(self, day: date) -> bool:
        """Tell whether a day lies in the plan."""
        return self.first <= day <= self.last

    def number(self, day: date) -> int:
        """Give the number of the week that holds a day; below 0 before the plan."""
        return (day - self.mondays[0]).days // 7

    def within(self, earliest: date, due: date) -> tuple[int, int]:
        """Give the first and last week all whose workdays lie in a stretch of days.

        A stretch too short for a whole week gives the week that holds its last day,
        so that nothing with a term falls away for being late.
        """
        whole = [
            n
            for n in range(
                max(self.number(earliest), 0),
                min(self.number(due), len(self.mondays) - 1) + 1,
            )
            if self.workdays[n]
            and self.workdays[n][0] >= earliest
            and self.workdays[n][-1] <= due
        ]
        if whole:
            return whole[0], whole[-1]
        partly = [n for n in range(len(self.mondays)) if self._meets(n, earliest, due)]
        return (partly[0], partly[-1]) if partly else self._nearest(due)

    def _meets(self, n: int, earliest: date, due: date) -> bool:
        return any(earliest <= day <= due for day in self.workdays[n])

    def _nearest(self, due: date) -> tuple[int, int]:
        """Give the last week with a workday up to a day, else the first there is."""
        open_ = [n for n, days in enumerate(self.workdays) if days]
        before = [n for n in open_ if self.workdays[n][0] <= due]
        week = before[-1] if before else open_[0]
        return week, week

    def closed(self, spans: Iterable[tuple[date, date]]) -> npt.NDArray[np.bool_]:
        """Tell in which weeks no workday is left outside the spans."""
        held = list(spans)
        return np.array(
            [
                all(any(a <= d <= b for a, b in held) for d in days)
                for days in self.workdays
            ]
        )

    def reached(self, weights: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Give the weighted days until the middle of each week; weights are by day."""
        sums = np.concatenate([[0.0], np.cumsum(weights)])
        middles = [m + timedelta(days=3) for m in self.mondays]
        at = [min(max((d - self.first).days, 0), len(weights)) for d in middles]
        return sums[at]


def _days(first: date, end: date) -> Iterable[date]:
    return (first + timedelta(days=n) for n in range((end - first).days))
