"""What a source's columns mean: one TOML file per source, and no Python.

    [[table]]
    mart = "inspection"              # table of the mart it feeds
    file = "inspection"              # name without suffix: .parquet, .csv or .xlsx
    sheet = "..."                    # of a workbook, when not the first
    where = "purpose <> 'Canvass'"   # rows meant for this table, Polars SQL
    joins = [{ file = "codes", on = "violation_code" }]
    recorded = { after = "inspected_on", days = 0 }   # for want of a recording day
    take = { business_id = "licence" }                # column = header of the source
    compute = { is_serious = "cast(score as double) >= 28" }     # column = Polars SQL
    codes = { purpose = { "Canvass" = "routine", "*" = "other" } }

All values are text until `pipelines.parsing` types them; an expression casts what it
needs. `own_format = true` at the top takes every column of the mart by its own name,
English or Chinese, from files named after the tables.
"""

import difflib
import tomllib
from collections.abc import Mapping as Table_
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from features.errors import InputError
from features.schema import Table, loadable
from pipelines.reading import LINE, SUFFIXES, Text, fingerprint, read

_SHIPPED = Path(__file__).with_name("sources")
_KEYS = {
    "mart",
    "file",
    "sheet",
    "where",
    "joins",
    "recorded",
    "take",
    "compute",
    "codes",
}


@dataclass(frozen=True)
class Entry:
    """How one file of the source feeds one table."""

    mart: str
    file: str
    sheet: str | None = None
    where: str | None = None
    joins: tuple[Table_[str, str], ...] = ()
    recorded: Table_[str, Any] = field(default_factory=dict)
    take: Table_[str, str] = field(default_factory=dict)
    compute: Table_[str, str] = field(default_factory=dict)
    codes: Table_[str, Table_[str, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Mapping:
    """A source's mapping: its name, fingerprint and entries in loading order."""

    name: str
    fingerprint: str
    entries: tuple[Entry, ...]
    own_format: bool


def read_mapping(name_or_file: str | Path) -> Mapping:
    """Read a mapping that ships with Shian by its name, or any other by its path.

    Raises:
        InputError: there is no such mapping, or it says something it may not.
    """
    shipped = _SHIPPED / f"{name_or_file}.toml"
    path = shipped if shipped.exists() else Path(name_or_file)
    if not path.is_file():
        known = ", ".join(sorted(p.stem for p in _SHIPPED.glob("*.toml")))
        message = f"there is no mapping {name_or_file}; use one of {known}, or the path of a TOML file"
        raise InputError(message)
    try:
        content = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        message = f"mapping {path.name}: {error}"
        raise InputError(message) from error
    own_format = bool(content.get("own_format", False))
    entries = _own_entries() if own_format else _entries(path, content.get("table", []))
    return Mapping(path.stem, fingerprint(path), entries, own_format)


def find_file(source: Path, entry: Entry) -> Path | None:
    """Find the file of an entry in a folder, or take the source when it is that file."""
    if source.is_file():
        return source if source.stem == entry.file else None
    found = [p for s in SUFFIXES if (p := source / f"{entry.file}{s}").exists()]
    if len(found) > 1:
        message = (
            f"{source} holds {' and '.join(p.name for p in found)}; keep one of them"
        )
        raise InputError(message)
    return found[0] if found else None


def mapped(entry: Entry, text: Text, source: Path, *, own_format: bool) -> pl.DataFrame:
    """Give the rows meant for the table, in its columns, still as text.

    Raises:
        InputError: a column the mapping or the mart needs is missing, or an expression
            cannot be computed.
    """
    table = loadable()[entry.mart]
    take = _own_names(table, text) if own_format else entry.take
    _require(text, take, table)
    frame = _joined(text.frame, entry, source)
    try:
        kept = frame.filter(pl.sql_expr(entry.where)) if entry.where else frame
        columns = {c: pl.col(header) for c, header in take.items()} | {
            c: pl.sql_expr(sql).cast(pl.String) for c, sql in entry.compute.items()
        }
        chosen = kept.select(LINE, **columns)
    except pl.exceptions.PolarsError as error:
        message = f"{text.path.name}: the mapping for {entry.mart} cannot be computed: {str(error).splitlines()[0]}"
        raise InputError(message) from error
    return chosen.with_columns(
        _coded(column, codes) for column, codes in entry.codes.items()
    )


def extra_columns(entry: Entry, text: Text, *, own_format: bool) -> list[str]:
    """Name the columns of a file in our own format that no table column takes."""
    if not own_format:
        return []
    taken = set(_own_names(loadable()[entry.mart], text).values())
    return [name for name in text.columns if name not in taken]


def _own_entries() -> tuple[Entry, ...]:
    return tuple(Entry(mart=name, file=name) for name in loadable())


def _own_names(table: Table, text: Text) -> dict[str, str]:
    names = {}
    for column in table.columns.values():
        # The label may carry a remark in brackets that no export would repeat.
        short = column.zh.split("（")[0]
        found = [n for n in (column.name, column.zh, short) if n in text.columns]
        if found:
            names[column.name] = found[0]
    return names


def _entries(path: Path, tables: list[dict[str, Any]]) -> tuple[Entry, ...]:
    if not tables:
        message = f"mapping {path.name}: names no [[table]]"
        raise InputError(message)
    return tuple(_entry(path, table) for table in tables)


def _entry(path: Path, table: dict[str, Any]) -> Entry:
    where = f"mapping {path.name}, table {table.get('mart', '?')}"
    if unknown := sorted(set(table) - _KEYS):
        message = f"{where}: does not know {', '.join(unknown)}; it knows {', '.join(sorted(_KEYS))}"
        raise InputError(message)
    known = loadable().get(table.get("mart", ""))
    if known is None or "file" not in table:
        message = f"{where}: needs mart (one of {', '.join(loadable())}) and file"
        raise InputError(message)
    columns = {
        *table.get("take", {}),
        *table.get("compute", {}),
        *table.get("codes", {}),
    }
    if stray := sorted(columns - set(known.columns)):
        message = f"{where}: {', '.join(stray)} is not a column of mart.{table['mart']}"
        raise InputError(message)
    return Entry(**{**table, "joins": tuple(table.get("joins", ()))})


def _require(text: Text, take: Table_[str, str], table: Table) -> None:
    for column, header in take.items():
        if header not in text.columns:
            near = difflib.get_close_matches(header, text.columns, 1, 0.5)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            message = f"{text.path.name}: has no column {header!r} for {column} of {table.name}{hint}"
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
        other = (
            read(path)
            .frame.drop(LINE)
            .unique(join["on"], keep="first", maintain_order=True)
        )
        frame = frame.join(other, on=join["on"], how="left", maintain_order="left")
    return frame


def _coded(column: str, codes: Table_[str, str]) -> pl.Expr:
    """Translate values into codes; `*` stands for any other, else they stay as found."""
    known = {k: v for k, v in codes.items() if k != "*"}
    text = pl.col(column).str.strip_chars()
    if "*" not in codes:
        return text.replace(known).alias(column)
    other = pl.when(text.is_not_null()).then(pl.lit(codes["*"]))
    return text.replace_strict(known, default=other, return_dtype=pl.String).alias(
        column
    )
