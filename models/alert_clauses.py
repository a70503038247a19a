"""The shape of the internal levels of alerts: when to respond, when to close, whose it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal

from models.clauses import Rule
from models.workdays import term_end

LEVELS = ("blue", "yellow", "orange", "red")


@dataclass(frozen=True, kw_only=True)
class AlertLevel:
    """A level: the term in which its owner responds, and the days in which it is closed."""

    level: str
    zh: str
    en: str
    within: int
    unit: Literal["hour", "day", "workday"]
    close_days: int
    owner: str
    owner_zh: str

    def respond_by(self, at: datetime) -> datetime:
        """Give the moment by which somebody has taken it; days end at midnight.

        Red raised on Friday at 17:00 is due at 19:00; yellow three workdays later, at
        the end of Wednesday.
        """
        if self.unit == "hour":
            return at + timedelta(hours=self.within)
        return _end_of(term_end(at.date(), self.within, self.unit).date, at)

    def close_by(self, at: datetime) -> datetime:
        """Give the moment by which it is closed."""
        return _end_of(at.date() + timedelta(days=self.close_days), at)


def _end_of(day: date, at: datetime) -> datetime:
    return datetime.combine(day, time(23, 59, 59), at.tzinfo)


@dataclass(frozen=True, kw_only=True)
class AlertLevels(Rule):
    """The levels, from the mildest."""

    rows: tuple[AlertLevel, ...]

    def of(self, level: str) -> AlertLevel:
        """Give a level by its name."""
        return self.rows[LEVELS.index(level)]

    def above(self, level: str, steps: int) -> AlertLevel:
        """Give the level so many steps above; nothing lies above red."""
        return self.rows[min(LEVELS.index(level) + steps, len(LEVELS) - 1)]

    def _own_contradiction(self) -> str | None:
        if tuple(row.level for row in self.rows) != LEVELS:
            return f"must hold one row for each of {', '.join(LEVELS)}, in this order"
        days = [row.close_days for row in self.rows]
        return (
            None if days == sorted(days, reverse=True) else "a worse level closes later"
        )


ALERT_SHAPES: Mapping[str, type[Rule]] = {"alert_levels": AlertLevels}
