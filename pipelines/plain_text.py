"""Text that a spreadsheet takes for text when it opens a CSV file."""

import re

import polars as pl

# What a cell begins with that a spreadsheet runs as a formula.
_FORMULA = r"^([=+\-@\t\r])"


def plain(value: object) -> object:
    """Put an apostrophe before text that would run; numbers and days stay as they are."""
    return re.sub(_FORMULA, r"'\1", value) if isinstance(value, str) else value


def plain_column(name: str) -> pl.Expr:
    """Do the same to a column of text."""
    return pl.col(name).str.replace(_FORMULA, "'$1")
