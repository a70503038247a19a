"""Files to text: CSV, XLSX and Parquet as frames in which every value is a string.

Nothing is guessed from the values here, so nothing can be coerced silently: a code that
looks like a number stays a code. Every row carries the line it came from.
"""

import csv
import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from features.errors import InputError

LINE = "__line__"
SUFFIXES = (".csv", ".xlsx", ".parquet")

# No row of a register is longer; a longer one is a damaged file, and reading it whole
# would take the memory of the machine.
MAX_LINE_BYTES = 1 << 20
# A number of this size has more digits than a spreadsheet keeps.
_LOST_DIGITS = 1e15
# GB18030 text is by accident valid UTF-8 in about one short line in a hundred.
_ACCIDENTAL_UTF8 = 0.1


@dataclass(frozen=True)
class Fault:
    """One value that cannot be loaded, and why."""

    line: int
    rule: str
    column: str
    value: str


@dataclass(frozen=True)
class Text:
    """A file as text: its columns, plus LINE, and rows that could not even be read."""

    path: Path
    fingerprint: str
    frame: pl.DataFrame
    faults: tuple[Fault, ...]

    @property
    def columns(self) -> list[str]:
        """Name the columns of the source."""
        return [name for name in self.frame.columns if name != LINE]

    @property
    def rows_read(self) -> int:
        """Count the data rows of the file, readable or not."""
        return self.frame.height + len({fault.line for fault in self.faults})


def read(path: Path, sheet: str | None = None) -> Text:
    """Read a file as text.

    Raises:
        InputError: the file is missing, damaged, in no known encoding, or has no usable
            header; the message says which and where.
    """
    if not path.exists():
        message = f"{path} does not exist"
        raise InputError(message)
    match path.suffix.lower():
        case ".csv":
            frame, faults = _csv(path)
        case ".xlsx":
            frame, faults = _xlsx(path, sheet)
        case ".parquet":
            frame, faults = _parquet(path), []
        case other:
            message = f"{path.name}: {other or 'no suffix'} is not one of {', '.join(SUFFIXES)}"
            raise InputError(message)
    return Text(path, fingerprint(path), frame, tuple(faults))


def fingerprint(path: Path) -> str:
    """Hash the bytes of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _csv(path: Path) -> tuple[pl.DataFrame, list[Fault]]:
    _refuse_damage(path)
    reader = csv.reader(io.StringIO(_decoded(path), newline=""), strict=True)
    csv.field_size_limit(MAX_LINE_BYTES)
    faults, lines, rows = [], [], []
    try:
        header = _header(path, next(reader, []))
        for row in reader:
            if len(row) == len(header):
                rows.append(row)
                lines.append(reader.line_num)
            elif row:
                value = f"{len(row)} of {len(header)} fields"
                faults.append(Fault(reader.line_num, "wrong_field_count", "", value))
    except csv.Error as error:
        message = f"{path.name} line {reader.line_num}: {error}"
        raise InputError(message) from error
    columns = zip(*rows, strict=True) if rows else ([] for _ in header)
    data = {
        name: pl.Series(values, dtype=pl.String)
        for name, values in zip(header, columns, strict=True)
    }
    return pl.DataFrame(data | {LINE: pl.Series(lines, dtype=pl.Int64)}), faults


def _refuse_damage(path: Path) -> None:
    """Refuse NUL bytes and endless lines, reading a block at a time."""
    line, length = 1, 0
    with path.open("rb") as file:
        while block := file.read(MAX_LINE_BYTES):
            if (at := block.find(b"\0")) >= 0:
                message = f"{path.name} line {line + block[:at].count(10)}: holds a NUL byte; export the file again"
                raise InputError(message)
            pieces = block.split(b"\n")
            longest = max(length + len(pieces[0]), *(len(p) for p in pieces[1:]), 0)
            if longest > MAX_LINE_BYTES:
                message = f"{path.name} near line {line}: a line of more than {MAX_LINE_BYTES:,} bytes; is it a CSV file?"
                raise InputError(message)
            line += len(pieces) - 1
            length = len(pieces[-1]) + (length if len(pieces) == 1 else 0)


def _decoded(path: Path) -> str:
    """Decode strictly, as UTF-8 or else as GB18030, never a mixture of both."""
    raw = path.read_bytes()
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        at = error.start
    telling = [line for line in raw.split(b"\n") if not line.isascii()]
    share = sum(_is_utf8(line) for line in telling) / len(telling)
    line = raw[:at].count(b"\n") + 1
    if share > _ACCIDENTAL_UTF8 and len(telling) > 1:
        message = f"{path.name} line {line}: mixes UTF-8 with another encoding; export the file again in one"
        raise InputError(message)
    try:
        return raw.decode("gb18030")
    except UnicodeDecodeError as error:
        message = f"{path.name} line {line}, byte {at}: neither UTF-8 nor GB18030; export the file again as UTF-8"
        raise InputError(message) from error


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _xlsx(path: Path, sheet: str | None) -> tuple[pl.DataFrame, list[Fault]]:
    import fastexcel  # noqa: PLC0415  only this kind of file needs it

    try:
        book = fastexcel.read_excel(path)
        names = _header_row(book, sheet or 0)
        typed = book.load_sheet(
            sheet or 0, header_row=0, column_names=names
        ).to_polars()
    except fastexcel.FastExcelError as error:
        message = f"{path.name}: cannot be read as XLSX ({str(error).splitlines()[0]})"
        raise InputError(message) from error
    header = _header(path, names)
    numbered = typed.with_row_index(LINE, offset=2).with_columns(
        pl.col(LINE).cast(pl.Int64)
    )
    faults = [fault for name in header for fault in _lost_digits(numbered, name)]
    kept = numbered.filter(~pl.col(LINE).is_in([f.line for f in faults]))
    return _as_text(kept), faults


def _header_row(book: "object", sheet: str | int) -> list[str]:
    first = book.load_sheet(sheet, header_row=None, n_rows=1, dtypes="string")  # type: ignore[attr-defined]
    return (
        ["" if v is None else str(v) for v in first.to_polars().row(0)]
        if first.height
        else []
    )


def _lost_digits(frame: pl.DataFrame, name: str) -> list[Fault]:
    """Find codes that a spreadsheet has already rounded because they looked numeric."""
    if not frame[name].dtype.is_numeric():
        return []
    lost = frame.filter(pl.col(name).abs() >= _LOST_DIGITS)
    return [
        Fault(line, "digits_lost_in_spreadsheet", name, f"{value:.0f}")
        for line, value in lost.select(LINE, name).iter_rows()
    ]


def _parquet(path: Path) -> pl.DataFrame:
    try:
        frame = pl.read_parquet(path)
    except (pl.exceptions.PolarsError, OSError) as error:
        message = (
            f"{path.name}: damaged or cut short Parquet ({str(error).splitlines()[0]})"
        )
        raise InputError(message) from error
    _header(path, frame.columns)
    return _as_text(
        frame.with_row_index(LINE, offset=2).with_columns(pl.col(LINE).cast(pl.Int64))
    )


def _as_text(frame: pl.DataFrame) -> pl.DataFrame:
    """Write every value as text; a whole number never gains a decimal point."""
    return frame.with_columns(
        _whole(pl.col(name)) if dtype.is_float() else pl.col(name).cast(pl.String)
        for name, dtype in frame.schema.items()
        if name != LINE
    )


def _whole(number: pl.Expr) -> pl.Expr:
    is_whole = (number == number.round(0)) & (number.abs() < _LOST_DIGITS)
    return (
        pl.when(is_whole)
        .then(number.cast(pl.Int64, strict=False).cast(pl.String))
        .otherwise(number.cast(pl.String))
    )


def _header(path: Path, names: Sequence[str]) -> list[str]:
    header = [name.strip() for name in names]
    if not header or not any(header):
        message = f"{path.name}: is empty; the first line must name the columns"
        raise InputError(message)
    twice = sorted({name for name in header if header.count(name) > 1})
    if twice:
        message = f"{path.name}: the header names {', '.join(map(repr, twice))} more than once; rename or remove the copy"
        raise InputError(message)
    return header
