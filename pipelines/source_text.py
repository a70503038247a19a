"""What a file holds once it is text: columns of strings, and rows that were none.

Nothing is guessed from the values here, so nothing can be coerced silently: a code that
looks like a number stays a code. Every row carries the line it came from.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import polars as pl

from features.errors import InputError

LINE = "__line__"
# Ends a code that came as a number with more digits than a number keeps. No text holds
# this character: Unicode sets it aside for marks inside a program.
LOST = "\ufdd0"
# What a cell shows when its formula failed; a text column must not take it for a value.
CELL_ERRORS = {
    "Div0": "#DIV/0!",
    "NA": "#N/A",
    "Name": "#NAME?",
    "Null": "#NULL!",
    "Num": "#NUM!",
    "Ref": "#REF!",
    "Value": "#VALUE!",
    "GettingData": "#GETTING_DATA",
}
# From this size on, a floating number no longer holds every whole number of 16 digits.
LOST_FROM = 1e15
# Why a row could not even be read.
Unreadable = Literal["empty_row", "wrong_field_count", "bad_quoting"]


@dataclass(frozen=True)
class Fault:
    """One value that cannot be loaded, and why."""

    line: int
    rule: Unreadable
    column: str
    value: str


@dataclass(frozen=True)
class Text:
    """A file as text: its columns, plus LINE, and rows that could not even be read.

    `unsupported` names the columns that hold no plain values, such as lists, by type.
    """

    path: Path
    fingerprint: str
    bytes: int
    frame: pl.DataFrame
    faults: tuple[Fault, ...]
    unsupported: dict[str, str] = field(default_factory=dict)

    @property
    def columns(self) -> list[str]:
        """Name the columns of the source."""
        return [name for name in self.frame.columns if name != LINE]


def header_names(path: Path, names: Sequence[str | None]) -> list[str]:
    """Tidy a header, or refuse it.

    Raises:
        InputError: there is none, it names a column twice, or takes our own name.
    """
    header = [(name or "").strip() for name in names]
    if not any(header):
        message = f"{path.name}: is empty; the first line must name the columns"
        raise InputError(message)
    twice = sorted({name for name in header if name and header.count(name) > 1})
    if twice:
        message = f"{path.name}: the header names {', '.join(map(repr, twice))} more than once; rename or remove the copy"
        raise InputError(message)
    if LINE in header:
        message = f"{path.name}: a column may not be called {LINE}; rename it"
        raise InputError(message)
    return header


def unnamed(position: int) -> str:
    """Name a column that has no name, until it is known to be empty."""
    return f"__column {position + 1}__"


def without_unnamed(path: Path, frame: pl.DataFrame, header: list[str]) -> pl.DataFrame:
    """Drop columns that have neither name nor values, as spreadsheets leave them.

    Raises:
        InputError: a column without a name holds values.
    """
    nameless = [unnamed(at) for at, name in enumerate(header) if not name]
    for name in nameless:
        if filled := frame.filter(~is_blank(name)).height:
            message = f"{path.name}: {name.strip('_')} has no name but holds {filled:,} values; name it in the header"
            raise InputError(message)
    return frame.drop(nameless)


def is_blank(name: str) -> pl.Expr:
    """Say whether a field holds nothing but blanks."""
    return pl.col(name).is_null() | (pl.col(name).str.strip_chars() == "")


def set_blank_rows_aside(
    frame: pl.DataFrame,
) -> tuple[pl.DataFrame, list[Fault]]:
    """Part from the rows in which every field is empty."""
    columns = [name for name in frame.columns if name != LINE]
    if not columns:
        return frame, []
    # Looking at one column first spares most files the look at all of them.
    suspects = frame.filter(is_blank(columns[0]))
    blank = suspects.filter(pl.all_horizontal(is_blank(name) for name in columns))
    if blank.is_empty():
        return frame, []
    faults = [Fault(line, "empty_row", "", "") for line in blank[LINE]]
    return frame.filter(~pl.col(LINE).is_in(blank[LINE].to_list())), faults
