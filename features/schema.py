"""What every table holds, read from the one source of the schema.

The tables, their grain, keys, units, code lists and row rules are written once, in
warehouse.duckdb.sql. This module reads that text, so that loader, features, data
dictionary and tests cannot drift from it. It opens no database.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import polars as pl

SQL_FILE = "warehouse.duckdb.sql"

_TYPES: Mapping[str, pl.DataType] = {
    "varchar": pl.String(),
    "date": pl.Date(),
    "double": pl.Float64(),
    "bigint": pl.Int64(),
    "integer": pl.Int32(),
    "smallint": pl.Int16(),
    "boolean": pl.Boolean(),
    # Money is exact in the warehouse; features need numbers, and two decimals of
    # any fine fit a float exactly enough to compare and sum.
    "decimal(14,2)": pl.Float64(),
}

_TABLE = re.compile(
    r"^create table if not exists (\w+\.\w+) \(\n(.*?)^\);", re.MULTILINE | re.DOTALL
)
_COLUMN = re.compile(r"^    (\w+) ([a-z]+(?:\(\d+,\d+\))?)( not null)?,$", re.MULTILINE)
_RULE = re.compile(r"^    constraint (\w+) check \((.*)\),$", re.MULTILINE)
_TABLE_COMMENT = re.compile(r"^comment on table (\S+) is '(.*)';$", re.MULTILINE)
_COLUMN_COMMENT = re.compile(r"^comment on column (\S+) is '(.*)';$", re.MULTILINE)
_CODE = re.compile(
    r"^    \('(\w+)', '(\w+)', '([^']+)', '((?:[^']|'')+)'\),?$", re.MULTILINE
)
_VERSION = re.compile(r"^insert into mart.schema_version\nselect (\d+)$", re.MULTILINE)


@dataclass(frozen=True)
class Column:
    """One column: its types, labels and unit."""

    name: str
    sql_type: str
    nullable: bool
    zh: str
    en: str
    unit: str

    @property
    def dtype(self) -> pl.DataType:
        """Polars type in which features see the column."""
        return _TYPES[self.sql_type]

    @property
    def code_list(self) -> str | None:
        """Name of the code list its values come from, if any."""
        return self.unit.split()[1] if self.unit.startswith("code") else None

    @property
    def is_joined_codes(self) -> bool:
        """Whether a value may be several codes joined by a plus sign."""
        return self.unit.startswith("codes ")


@dataclass(frozen=True)
class Table:
    """One table: its grain in words, key, columns and the rules a row must keep."""

    name: str
    grain_en: str
    grain_zh: str
    key: tuple[str, ...]
    columns: Mapping[str, Column]
    rules: Mapping[str, str]

    def empty(self) -> pl.DataFrame:
        """Give a frame of the table's columns and types, without rows."""
        return pl.DataFrame(schema={c.name: c.dtype for c in self.columns.values()})


@dataclass(frozen=True)
class Facts:
    """The mart tables that features read, one frame each, sorted by key."""

    business: pl.DataFrame
    static_factor: pl.DataFrame
    inspection: pl.DataFrame
    inspection_item: pl.DataFrame
    complaint: pl.DataFrame
    sampling_result: pl.DataFrame
    penalty: pl.DataFrame
    incident: pl.DataFrame
    certificate: pl.DataFrame
    kitchen_connection: pl.DataFrame
    insurance_policy: pl.DataFrame
    training_event: pl.DataFrame
    grade_decision: pl.DataFrame
    street: pl.DataFrame


@dataclass(frozen=True)
class PlanFacts:
    """The mart tables that the indicators of the plan count, each sorted by its key."""

    business: pl.DataFrame
    roster_entry: pl.DataFrame
    handled_food: pl.DataFrame
    trace_upload: pl.DataFrame
    sampling_result: pl.DataFrame
    health_sample: pl.DataFrame
    certificate: pl.DataFrame
    kitchen_connection: pl.DataFrame
    insurance_policy: pl.DataFrame
    incident: pl.DataFrame
    incident_report: pl.DataFrame
    lead: pl.DataFrame
    street: pl.DataFrame
    street_assessment: pl.DataFrame
    unit: pl.DataFrame
    training_event: pl.DataFrame
    school_lesson: pl.DataFrame
    reported_figure: pl.DataFrame


@cache
def sql_text() -> str:
    """Read the schema; beside the package when installed, else in the repository."""
    here = Path(__file__).resolve().parent
    installed, checkout = here / SQL_FILE, here.parent / SQL_FILE
    return (installed if installed.exists() else checkout).read_text(encoding="utf-8")


@cache
def schema_version() -> int:
    """Give the version of the schema this program writes and reads."""
    found = _VERSION.search(sql_text())
    if found is None:
        message = f"{SQL_FILE} states no version"
        raise AssertionError(message)
    return int(found[1])


@cache
def schema() -> Mapping[str, Table]:
    """List the tables that are written out in the schema, by qualified name."""
    tables = dict(_unescaped(_TABLE_COMMENT))
    columns = dict(_unescaped(_COLUMN_COMMENT))
    return {
        name: _table(name, body, tables[name], columns)
        for name, body in _TABLE.findall(sql_text())
    }


def loadable() -> Mapping[str, Table]:
    """List the mart tables a source may feed, by bare name."""
    return {
        name.removeprefix("mart."): table
        for name, table in schema().items()
        if f"create table if not exists raw.{name.removeprefix('mart.')} as"
        in sql_text()
    }


@cache
def labels(kind: str) -> Mapping[str, tuple[str, str]]:
    """Give the Chinese and English label of each code of a list."""
    return {
        code: (zh, en.replace("''", "'"))
        for list_, code, zh, en in _CODE.findall(sql_text())
        if list_ == kind
    }


def _unescaped(pattern: re.Pattern[str]) -> list[tuple[str, str]]:
    return [(at, text.replace("''", "'")) for at, text in pattern.findall(sql_text())]


def _table(name: str, body: str, comment: str, comments: Mapping[str, str]) -> Table:
    grain_en, grain_zh, key = comment.split(" | ")
    columns = [
        _column(column, sql_type, not required, comments[f"{name}.{column}"])
        for column, sql_type, required in _COLUMN.findall(body)
    ]
    return Table(
        name=name,
        grain_en=grain_en,
        grain_zh=grain_zh,
        key=tuple(key.removeprefix("key: ").split(", ")),
        columns={column.name: column for column in columns},
        rules=dict(_RULE.findall(body)),
    )


def _column(name: str, sql_type: str, nullable: bool, comment: str) -> Column:
    zh, en, unit = (part.strip() for part in comment.split("|"))
    return Column(name, sql_type, nullable, zh, en, unit)
