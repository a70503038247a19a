"""Visits with a known result, each with what was known when its block began.

A block is a stretch of whole months. The features of every visit in it are frozen at its
first day, which is how a planner meets them: the list is made once, before anybody goes.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from features.catalogue import feature_names
from features.errors import InputError, UsageError
from features.labels import outcomes_within
from features.matrix import build
from features.schema import Facts

# Two months: short enough that what was known at its start still tells, long enough to
# hold the visits of a district in number.
BLOCK_MONTHS = 2


@dataclass(frozen=True)
class Block:
    """A stretch of whole months, from `start` up to and without `end`."""

    start: date
    end: date


@dataclass(frozen=True)
class VisitRows:
    """Visits and their features, row by row in the same order.

    `outcome` has the columns of features.labels.outcomes_within, several visits of a
    business in one block among them; `matrix` those of the catalogue.
    """

    outcome: pl.DataFrame
    matrix: pl.DataFrame

    def only(self, mask: pl.Series) -> "VisitRows":
        """Keep the rows of a mask."""
        return VisitRows(self.outcome.filter(mask), self.matrix.filter(mask))

    def known_before(self, day: date) -> "VisitRows":
        """Keep what had been recorded before a day, as if nothing else were there.

        The first visit of a block may have been recorded after the second: it must not
        push the second out before it was known itself.
        """
        return self.only(self.outcome["recorded_at"] < day).first()

    def first(self) -> "VisitRows":
        """Keep the first visit of each business in each block."""
        pair = self.outcome.select(pl.struct("business_id", "as_of")).to_series()
        return self.only(pair.is_first_distinct())


def months_of(text: str) -> int:
    """Read a length such as 2mo.

    Raises:
        UsageError: it is anything else.
    """
    found = re.fullmatch(r"([0-9]{1,2})mo", text)
    if found is None or int(found[1]) == 0:
        message = f"a window is whole months such as 2mo, not {text!r}"
        raise UsageError(message)
    return int(found[1])


def blocks_between(start: date, end: date, months: int) -> list[Block]:
    """Cut [start, end) into blocks from the first month that begins in it.

    What does not fill a block at the end is left out.
    """
    last = _month(end) - months
    return [
        _block(first, months) for first in range(_month_from(start), last + 1, months)
    ]


def blocks_before(day: date, first: date, months: int) -> list[Block]:
    """Cut the time before a day into blocks, back to the first day that has facts."""
    latest = _month(day) - months
    starts = range(latest, _month_from(first) - 1, -months)
    return [_block(start, months) for start in reversed(starts)]


def _month(day: date) -> int:
    """Number the month of a day; unlike a date, a number has no last year."""
    return day.year * 12 + day.month - 1


def _month_from(day: date) -> int:
    """Number the first month that begins on a day or after it."""
    return _month(day) + (day.day > 1)


def _block(first: int, months: int) -> Block:
    start, end = (date(m // 12, m % 12 + 1, 1) for m in (first, first + months))
    return Block(start, end)


def blocks_with_visits(facts: Facts, blocks: Sequence[Block]) -> list[Block]:
    """Keep the blocks between the first inspection and the last.

    A stretch may be asked for to the end of the calendar: blocks that nobody can have
    visited would be built by the ten thousand.
    """
    first = first_visit(facts)
    last: date = facts.inspection["inspected_on"].sort()[-1]
    return [block for block in blocks if block.start <= last and block.end > first]


def first_visit(facts: Facts) -> date:
    """Give the day of the earliest inspection.

    Raises:
        InputError: there is none.
    """
    day = facts.inspection["inspected_on"].min()
    if not isinstance(day, date):
        message = "the warehouse holds no inspection; load one first with: shian load"
        raise InputError(message)
    return day


def records_end(facts: Facts) -> date:
    """Give the day after the last fact was recorded; without any, the first of all."""
    tables = vars(facts).values()
    latest = pl.concat(
        table["recorded_at"] for table in tables if "recorded_at" in table.columns
    ).max()
    if not isinstance(latest, date):
        return date.min
    return latest if latest == date.max else latest + timedelta(days=1)


def visit_rows(
    facts: Facts, blocks: Sequence[Block], *, legal_life_days: int | None
) -> VisitRows:
    """Collect the outcomes of each block and build their features in one go."""
    ids = facts.business.select("business_id").unique(maintain_order=True)
    outcome = pl.concat(
        [outcomes_within(facts, _nobody(), horizon_days=1)]
        + [
            outcomes_within(
                facts,
                ids.with_columns(as_of=pl.lit(block.start)),
                horizon_days=(block.end - block.start).days,
            )
            for block in blocks
        ]
    )
    pairs = outcome.select("business_id", "as_of")
    matrix = build(facts, pairs, legal_life_days=legal_life_days)
    return VisitRows(outcome, matrix.select(feature_names()))


def _nobody() -> pl.DataFrame:
    return pl.DataFrame(schema={"business_id": pl.String, "as_of": pl.Date})
