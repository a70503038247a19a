"""Files to text: CSV, XLSX and Parquet as frames in which every value is a string."""

import hashlib
import stat
from pathlib import Path

import polars as pl

from features.errors import InputError
from pipelines.delimited import read_csv
from pipelines.source_text import (
    LINE,
    LOST,
    LOST_FROM,
    Fault,
    Text,
    header_names,
    set_blank_rows_aside,
)
from pipelines.workbook import read_xlsx

SUFFIXES = (".csv", ".xlsx", ".parquet")


def read(path: Path, *, sheet: str | None = None, encoding: str | None = None) -> Text:
    """Read a file as text.

    Raises:
        InputError: the file is missing, damaged, in no known encoding, or has no usable
            header; the message says which and where.
    """
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            message = f"{path.name}: is not a file"
            raise InputError(message)
        frame, faults, unsupported = _read(path, sheet, encoding)
        mark = fingerprint(path)
    except OSError as error:
        message = f"{path.name}: cannot be read ({error.strerror or error})"
        raise InputError(message) from error
    filled, blank = set_blank_rows_aside(frame)
    return Text(path, mark, found.st_size, filled, (*faults, *blank), unsupported)


def fingerprint(path: Path) -> str:
    """Hash the bytes of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _read(
    path: Path, sheet: str | None, encoding: str | None
) -> tuple[pl.DataFrame, list[Fault], dict[str, str]]:
    match path.suffix.lower():
        case ".csv":
            frame, faults = read_csv(path, encoding)
            return frame, faults, {}
        case ".xlsx":
            return read_xlsx(path, sheet), [], {}
        case ".parquet":
            frame, unsupported = _parquet(path)
            return frame, [], unsupported
        case other:
            message = f"{path.name}: {other or 'no suffix'} is not one of {', '.join(SUFFIXES)}"
            raise InputError(message)


def _parquet(path: Path) -> tuple[pl.DataFrame, dict[str, str]]:
    try:
        # A folder called city=nyc is no column, and data[1] no pattern.
        typed = pl.read_parquet(path, glob=False, hive_partitioning=False)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        message = (
            f"{path.name}: damaged or cut short Parquet ({str(error).splitlines()[0]})"
        )
        raise InputError(message) from error
    names = header_names(path, typed.columns)
    named = typed.rename(dict(zip(typed.columns, names, strict=True)))
    unsupported = {
        name: str(dtype)
        for name, dtype in named.schema.items()
        if dtype.is_nested() or dtype in {pl.Binary, pl.Object, pl.Time, pl.Duration}
    }
    numbered = named.drop(unsupported).with_row_index(LINE, offset=2)
    return _as_text(numbered), unsupported


def _as_text(frame: pl.DataFrame) -> pl.DataFrame:
    """Write every value as text; a whole number never gains a decimal point."""
    texts = [
        _whole(pl.col(name)) if dtype.is_float() else pl.col(name).cast(pl.String)
        for name, dtype in frame.schema.items()
        if name != LINE
    ]
    return frame.select(pl.col(LINE).cast(pl.Int64), *texts)


def _whole(number: pl.Expr) -> pl.Expr:
    """Write a floating number; not-a-number is how pandas writes an empty field."""
    is_whole = (number == number.round(0)) & (number.abs() < LOST_FROM)
    lost = number.is_finite() & (number.abs() >= LOST_FROM)
    text = number.cast(pl.String)
    return (
        pl.when(is_whole)
        .then(number.cast(pl.Int64, strict=False).cast(pl.String))
        .when(lost)
        .then(text + LOST)
        .when(~number.is_nan())
        .then(text)
    )
