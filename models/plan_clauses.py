"""The shapes of the rules of the annual plan: amounts by kind, dated windows, closed seasons."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from models.clauses import Rule

# 05-18 comes back every year; 2026-10-17 is one day.
_DAY = re.compile(r"(?:(\d{4})-)?(\d{2}-\d{2})")
_LEAP_YEAR = 2024


@dataclass(frozen=True, kw_only=True)
class Amount:
    """The amount of one kind of business."""

    code: str
    zh: str
    en: str
    amount: float


@dataclass(frozen=True, kw_only=True)
class Amounts(Rule):
    """An amount by subtype, else by type, else the one that stands for the others."""

    unit_zh: str
    unit_en: str
    otherwise: float
    rows: tuple[Amount, ...]

    def by_code(self) -> Mapping[str, float]:
        """Give the amount of each kind that is named."""
        return {row.code: row.amount for row in self.rows}

    def _own_contradiction(self) -> str | None:
        codes = [row.code for row in self.rows]
        twice = sorted({code for code in codes if codes.count(code) > 1})
        if twice:
            return f"code '{twice[0]}' stands twice"
        low = [row.code for row in self.rows if row.amount <= 0]
        return f"code '{low[0]}': an amount is above 0" if low else None


@dataclass(frozen=True, kw_only=True)
class _Season(Rule):
    """Days that come back every year, or once where the year is written."""

    begins: str
    ends: str

    def within(self, year: int) -> tuple[date, date] | None:
        """Give the first and the last day in a year; None in another year."""
        first, last = (_day(text, year) for text in (self.begins, self.ends))
        return (first, last) if first and last else None

    def _own_contradiction(self) -> str | None:
        for text in (self.begins, self.ends):
            if not _is_day(text):
                return f"'{text}' is no day such as 05-18 or 2026-10-17"
        year = next((int(t[:4]) for t in (self.begins, self.ends) if len(t) > 5), 2026)  # noqa: PLR2004
        span = self.within(year)
        return None if span and span[0] <= span[1] else "ends before it begins"


@dataclass(frozen=True, kw_only=True)
class ClosedSeason(_Season):
    """Days on which these kinds do not work, so that nobody needs to go."""

    subtypes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Campaign(_Season):
    """A target group of which a share must be visited in dated days, the riskiest first.

    An empty list names everybody. During the days until the occasion the group's harm
    weighs more.
    """

    requirement: Literal["campaign", "school_term"]
    business_types: tuple[str, ...]
    subtypes: tuple[str, ...]
    grades: tuple[str, ...]
    coverage: float
    weight: float

    def _own_contradiction(self) -> str | None:
        if not 0 < self.coverage <= 1:
            return f"coverage is a share above 0 and up to 1, not {self.coverage:g}"
        if self.weight < 1:
            return f"weight {self.weight:g} would make the group matter less"
        return super()._own_contradiction()


def _is_day(text: str) -> bool:
    return (
        _DAY.fullmatch(text) is not None
        and _day(text, _LEAP_YEAR, any_year=True) is not None
    )


def _day(text: str, year: int, *, any_year: bool = False) -> date | None:
    found = _DAY.fullmatch(text)
    if found is None:
        return None
    written = int(found[1]) if found[1] else year
    try:
        day = date.fromisoformat(f"{written:04d}-{found[2]}")
    except ValueError:
        return None
    return day if any_year or written == year else None


PLAN_SHAPES: Mapping[str, type[Rule]] = {
    "amounts": Amounts,
    "closed_season": ClosedSeason,
    "campaign": Campaign,
}
