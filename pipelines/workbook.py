"""XLSX workbooks to text: the one sheet that is meant, cell by cell as it was typed."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import polars as pl

from features.errors import InputError
from pipelines.source_text import (
    CELL_ERRORS,
    LINE,
    LOST,
    LOST_FROM,
    header_names,
    unnamed,
    without_unnamed,
)

_ERROR = re.compile(r"got 'Error\((\w+)\)'")
_BIG_NUMBER = re.compile(r"got '(?:Float|Int)\((.+)\)'")
_MANY_DIGITS = r"^-?\d{16,}$"


def read_xlsx(path: Path, sheet: str | None) -> pl.DataFrame:
    """Read a sheet as text; a code that lost digits is marked with LOST.

    Raises:
        InputError: the workbook is damaged, or it is not clear which sheet is meant.
    """
    import fastexcel  # noqa: PLC0415  only this kind of file needs it

    try:
        book = fastexcel.read_excel(path)
        chosen = sheet or _only_sheet(path, book)
        frame = _with_errors(_load(book, chosen, dtypes="string"))
        marked = frame.with_columns(_marked(book, chosen, frame))
    except fastexcel.FastExcelError as error:
        message = f"{path.name}: cannot be read as XLSX ({str(error).splitlines()[0]})"
        raise InputError(message) from error
    return _named(path, marked)


def _only_sheet(path: Path, book: Any) -> str:  # noqa: ANN401  fastexcel ships no types
    """Choose the one visible sheet that holds anything, or else refuse to choose."""
    found = []
    for name in book.sheet_names:
        loaded = _load(book, name, dtypes="string")
        if loaded.visible == "visible" and loaded.height:
            found.append(name)
    if len(found) == 1:
        return str(found[0])
    which = f"fills several sheets: {', '.join(found)}" if found else "is empty"
    message = f"{path.name}: {which}; keep one visible sheet, or name it in the mapping"
    raise InputError(message)


def _load(book: Any, sheet: str, **options: Any) -> Any:  # noqa: ANN401
    """Load all cells from the first row on, so that lines are those of the sheet."""
    return book.load_sheet(sheet, header_row=None, skip_rows=0, **options)


def _with_errors(sheet: Any) -> pl.DataFrame:  # noqa: ANN401
    """Give the cells as text, with an error such as #N/A written as such.

    fastexcel gives an error as empty, which would pass for a value nobody entered.
    """
    batch, errors = sheet.to_arrow_with_errors()
    frame: pl.DataFrame = pl.DataFrame(batch)
    for error in errors.errors if errors else ():
        row, column = error.offset_position
        if found := _ERROR.search(error.detail):
            frame[row, column] = CELL_ERRORS[found[1]]
    return frame


def _marked(book: Any, sheet: str, frame: pl.DataFrame) -> Iterable[pl.Series]:  # noqa: ANN401
    """Mark codes that a spreadsheet has already rounded because they looked numeric.

    As text they look complete; read as days, they betray that they were numbers.
    """
    for at, name in enumerate(frame.columns):
        if not frame[name].str.contains(_MANY_DIGITS).any():
            continue
        loaded = _load(book, sheet, dtypes="datetime", use_columns=[at])
        _, errors = loaded.to_arrow_with_errors()
        values = frame[name].to_list()
        for error in errors.errors:
            number = _BIG_NUMBER.search(error.detail)
            if number and abs(float(number[1])) >= LOST_FROM:
                values[error.offset_position[0]] += LOST
        yield pl.Series(name, values, pl.String)


def _named(path: Path, frame: pl.DataFrame) -> pl.DataFrame:
    header = header_names(path, frame.row(0) if frame.height else [])
    names = [name or unnamed(at) for at, name in enumerate(header)]
    rows = (
        frame.rename(dict(zip(frame.columns, names, strict=True)))
        .with_row_index(LINE, offset=1)
        .with_columns(pl.col(LINE).cast(pl.Int64))
        .slice(1)
    )
    return without_unnamed(path, rows, header)
