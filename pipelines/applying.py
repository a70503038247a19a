"""A mapping applied to a file: the rows meant for a table, in its columns, as text."""

from collections.abc import Mapping as Table_
from contextlib import suppress
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import pairwise
from pathlib import Path

import polars as pl

from features.errors import InputError
from features.schema import Column, Table, labels, loadable
from pipelines.mapping import Entry, nearest
from pipelines.parsing import FAULTS, days
from pipelines.personal import redacted
from pipelines.reading import SUFFIXES, read
from pipelines.source_text import LINE, Text

# More rows than this that an expression cannot compute are its fault, not theirs.
_TOLERATED = 1_000
NOT_COMPUTED = "cannot_be_computed"


@dataclass(frozen=True)
class Mapped:
    """Rows in the columns of a table, those no expression could compute, and the rest."""

    rows: pl.DataFrame
    faults: pl.DataFrame
    left_out: int


def find_file(source: Path, entry: Entry) -> Path | None:
    """Find the file of an entry in a folder, or take the source when it is that file.

    Raises:
        InputError: the source cannot be looked into, or holds the file in two forms.
    """
    found = find_files(source, entry)
    return found[0] if found else None


def find_files(source: Path, entry: Entry) -> list[Path]:
    """Find the files of an entry: one, or with a * in its name every one that fits.

    Raises:
        InputError: the source cannot be looked into, or holds one file in two forms.
    """
    try:
        listed = sorted(source.iterdir()) if source.is_dir() else [source]
    except OSError as error:
        message = f"{source}: cannot be read ({error.strerror})"
        raise InputError(message) from error
    found = [
        p
        for p in listed
        if fnmatchcase(p.stem, entry.file) and p.suffix.lower() in SUFFIXES
    ]
    for one, other in pairwise(found):
        if one.stem == other.stem:
            message = f"{source} holds {one.name} and {other.name}; keep one of them"
            raise InputError(message)
    return found


def mapped(entry: Entry, text: Text, source: Path, *, own_format: bool) -> Mapped:
    """Give the rows meant for the table, in its columns, still as text.

    Raises:
        InputError: a column the mapping or the mart needs is missing, or an expression
            cannot be computed at all.
    """
    table = loadable()[entry.mart]
    take = own_names(table, text) if own_format else entry.take
    _require(text, take, table)
    plan = _Plan(entry, take, text.path.name)
    chosen, faults = plan.computed(_joined(text.frame, entry, source))
    coded = chosen.with_columns(
        _coded(column, codes) for column, codes in entry.codes.items()
    )
    if own_format:
        listed = [c for c in table.columns.values() if c.code_list and c.name in take]
        coded = coded.with_columns(_by_label(column) for column in listed)
    return Mapped(
        rows=_with_recording_day(coded, entry),
        faults=pl.DataFrame(faults, schema=FAULTS, orient="row"),
        left_out=text.frame.height - chosen.height - len(faults),
    )


def own_names(table: Table, text: Text) -> dict[str, str]:
    """Find the columns of a file in our own format by English name or Chinese label.

    Raises:
        InputError: a column the table cannot do without is not there.
    """
    names = {}
    for column in table.columns.values():
        # The label may carry a remark in brackets that no export would repeat.
        short = column.zh.split("（")[0]
        present = {*text.columns, *text.unsupported}
        found = [n for n in (column.name, column.zh, short) if n in present]
        if found:
            names[column.name] = found[0]
        elif not column.nullable:
            hint = nearest(column.name, text.columns) or nearest(short, text.columns)
            message = f"{text.path.name}: has no column {column.name} ({short}) that {table.name} needs{hint}"
            raise InputError(message)
    return names


@dataclass(frozen=True)
class _Plan:
    """The expressions of an entry, and how to go on when some rows defeat them."""

    entry: Entry
    take: Table_[str, str]
    file: str

    def computed(
        self, frame: pl.DataFrame
    ) -> tuple[pl.DataFrame, list[tuple[int, str, str, str]]]:
        """Compute all rows that can be, and name those that cannot."""
        self._apply(frame.clear())
        faults: list[tuple[int, str, str, str]] = []
        with suppress(InputError):
            return self._apply(frame), faults
        self._find(frame, faults)
        # All others at once: an expression may look at the rows before and after.
        bad = [line for line, *_ in faults]
        return self._apply(frame.filter(~pl.col(LINE).is_in(bad))), faults

    def _find(
        self, frame: pl.DataFrame, faults: list[tuple[int, str, str, str]]
    ) -> None:
        """Halve the rows until those that cannot be computed stand alone."""
        try:
            self._apply(frame)
        except InputError:
            if len(faults) >= _TOLERATED:
                raise
            if frame.height == 1:
                faults.append(self._fault(frame))
                return
            middle = frame.height // 2
            self._find(frame[:middle], faults)
            self._find(frame[middle:], faults)

    def _apply(self, frame: pl.DataFrame) -> pl.DataFrame:
        where = self.entry.where
        columns = {c: pl.col(header) for c, header in self.take.items()}
        try:
            kept = frame.filter(pl.sql_expr(where)) if where else frame
            computed = {
                c: pl.sql_expr(sql).cast(pl.String)
                for c, sql in self.entry.compute.items()
            }
            return kept.select(LINE, **columns, **computed)
        except pl.exceptions.PolarsError as error:
            reason = pl.select(redacted(pl.lit(str(error).splitlines()[0]))).item()
            message = f"{self.file}: the mapping for {self.entry.mart} cannot be computed: {reason}"
            raise InputError(message) from error

    def _fault(self, row: pl.DataFrame) -> tuple[int, str, str, str]:
        """Find the expression that one row defeats, and what it saw there."""
        column, sql = next(
            (
                (column, sql)
                for column, sql in self.entry.compute.items()
                if not _can_compute(row, sql)
            ),
            ("", self.entry.where or ""),
        )
        seen = dict.fromkeys(pl.sql_expr(sql).meta.root_names())
        values = ", ".join(f"{name}={row[name][0]}" for name in seen)
        shown = pl.select(redacted(pl.lit(values))).item()
        return row[LINE][0], NOT_COMPUTED, column, shown


def _can_compute(row: pl.DataFrame, sql: str) -> bool:
    try:
        row.select(pl.sql_expr(sql))
    except pl.exceptions.PolarsError:
        return False
    return True


def _require(text: Text, take: Table_[str, str], table: Table) -> None:
    for column, header in take.items():
        if kind := text.unsupported.get(header):
            message = f"{text.path.name}: column {header!r} for {column} of {table.name} holds {kind}, not plain values; write it as text"
            raise InputError(message)
        if header not in text.columns:
            message = f"{text.path.name}: has no column {header!r} for {column} of {table.name}{nearest(header, text.columns)}"
            raise InputError(message)


def _joined(frame: pl.DataFrame, entry: Entry, source: Path) -> pl.DataFrame:
    folder = source if source.is_dir() else source.parent
    for join in entry.joins:
        path = find_file(folder, Entry(mart=entry.mart, file=join["file"]))
        if path is None:
            message = (
                f"{folder} has no file {join['file']} that {entry.file} is joined with"
            )
            raise InputError(message)
        frame = frame.join(
            _looked_up(path, entry, join["on"], frame.columns),
            on=join["on"],
            how="left",
            maintain_order="left",
        )
    return frame


def _looked_up(path: Path, entry: Entry, on: str, taken: list[str]) -> pl.DataFrame:
    """Read a file to be joined; a key it explains in two ways would choose at random."""
    text = read(path, encoding=entry.encoding)
    for name, columns in ((path.name, text.columns), (entry.file, taken)):
        if on not in columns:
            message = f"{name}: has no column {on!r} to join on{nearest(on, columns)}"
            raise InputError(message)
    other = text.frame.drop(LINE).unique(maintain_order=True)
    if (twice := other.filter(pl.col(on).is_duplicated())).height:
        message = (
            f"{path.name}: explains {on} {twice[on][0]} in more than one way; keep one"
        )
        raise InputError(message)
    if clash := sorted((set(other.columns) & set(taken)) - {on}):
        message = f"{path.name}: {', '.join(clash)} is also a column of {entry.file}; rename it in one"
        raise InputError(message)
    return other


def _coded(column: str, codes: Table_[str, str]) -> pl.Expr:
    """Translate values into codes; `*` stands for any other, else they stay as found."""
    known = {k: v for k, v in codes.items() if k != "*"}
    text = pl.col(column).str.strip_chars()
    if "*" not in codes:
        return text.replace(known).alias(column)
    other = pl.when(text != "").then(pl.lit(codes["*"]))
    return text.replace_strict(known, default=other, return_dtype=pl.String).alias(
        column
    )


def _by_label(column: Column) -> pl.Expr:
    """Take a label of the code list, Chinese or English, for the code it stands for.

    A value of which any part is neither code nor label stays whole, as it came.
    """
    known = labels(column.code_list or "")
    words = {w: code for code, both in known.items() for w in (code, *both)}
    text = pl.col(column.name).str.strip_chars()
    coded = (
        text.str.split("+")
        .list.eval(pl.element().replace_strict(words, default=None))
        .list.join("+", ignore_nulls=False)
        if column.is_joined_codes
        else text.replace_strict(words, default=None)
    )
    return pl.coalesce(coded, column.name).alias(column.name)


def _with_recording_day(rows: pl.DataFrame, entry: Entry) -> pl.DataFrame:
    """Fill in the recording day from the event and the delay the mapping states."""
    if not entry.recorded:
        return rows
    event = rows[entry.recorded["after"]]
    delayed = days(event, entry.dates) + pl.duration(days=entry.recorded["days"])
    return rows.with_columns(
        recorded_at=pl.coalesce(delayed.dt.strftime(entry.dates[0]), event)
    )
