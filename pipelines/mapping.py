"""What a source's columns mean: one TOML file per source, and no Python.

    encoding = "latin-1"             # of CSV; without it UTF-8, or else GB18030
    dates = ["%m/%d/%Y"]             # forms of a day, when not one of ours
    [[table]]
    mart = "inspection"              # table of the mart it feeds
    file = "inspection"              # name without suffix: .parquet, .csv or .xlsx;
                                     # with a * every file that fits
    sheet = "..."                    # of a workbook that fills several
    where = "purpose <> 'Canvass'"   # rows meant for this table, Polars SQL
    joins = [{ file = "codes", on = "violation_code" }]
    recorded = { after = "inspected_on", days = 0 }   # for want of a recording day
    take = { business_id = "licence" }                # column = header of the source
    compute = { is_serious = "cast(score as double) >= 28" }     # column = Polars SQL
    codes = { purpose = { "Canvass" = "routine", "*" = "other" } }

All values are text until `pipelines.parsing` types them; an expression casts what it
needs. `own_format = true` at the top takes every column of the mart by its own name,
English or Chinese, from files named after the tables, and a code by its label too.
"""

import difflib
import tomllib
from collections.abc import Mapping as Table_
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from features.errors import InputError
from features.schema import Table, loadable
from pipelines.parsing import DATE_FORMS, is_date_form
from pipelines.reading import fingerprint

_SHIPPED = Path(__file__).with_name("sources")
_TOP = {"own_format": bool, "encoding": str, "dates": list, "table": list}
_KEYS = {
    "mart": str,
    "file": str,
    "sheet": str,
    "encoding": str,
    "dates": list,
    "where": str,
    "joins": list,
    "recorded": dict,
    "take": dict,
    "compute": dict,
    "codes": dict,
}
_RECORDED = {"after": str, "days": int}
_JOIN = {"file": str, "on": str}
# Filled in by the loader itself.
_OWN = {"usci_flag", "licence_flag"}


@dataclass(frozen=True)
class Entry:
    """How one file of the source feeds one table."""

    mart: str
    file: str
    sheet: str | None = None
    encoding: str | None = None
    dates: tuple[str, ...] = DATE_FORMS
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
    path = shipped if shipped.is_file() else Path(name_or_file)
    try:
        content = tomllib.loads(path.read_text("utf-8"))
        mark = fingerprint(path)
    except OSError as error:
        known = ", ".join(sorted(p.stem for p in _SHIPPED.glob("*.toml")))
        message = f"there is no mapping {name_or_file} ({error.strerror}); use one of {known}, or the path of a TOML file"
        raise InputError(message) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        message = f"mapping {path.name}: {error}"
        raise InputError(message) from error
    where = f"mapping {path.name}"
    _refuse_unknown(where, content, _TOP)
    own_format = content.get("own_format", False)
    if own_format == bool(content.get("table")):
        message = f"{where}: needs either own_format = true or at least one [[table]]"
        raise InputError(message)
    shared = {k: v for k, v in content.items() if k in {"encoding", "dates"}}
    tables = (
        [{"mart": name, "file": name} for name in loadable()]
        if own_format
        else content["table"]
    )
    entries = [_entry(where, shared, table, whole=not own_format) for table in tables]
    # Parents first, whatever the order in the file: an inspection needs its business.
    order = list(loadable())
    entries.sort(key=lambda entry: order.index(entry.mart))
    return Mapping(path.stem, mark, tuple(entries), own_format)


def nearest(name: str, known: "list[str]") -> str:
    """Suggest what a name may have been meant to be."""
    near = difflib.get_close_matches(name, known, 1, 0.5)
    return f"; did you mean {near[0]!r}?" if near else ""


def _entry(where: str, shared: Table_[str, Any], table: Any, *, whole: bool) -> Entry:  # noqa: ANN401  whatever the file says
    if not isinstance(table, dict):
        message = f"{where}: each table is written as [[table]]"
        raise InputError(message)
    where = f"{where}, table {table.get('mart', '?')}"
    table = {**shared, **table}
    _refuse_unknown(where, table, _KEYS)
    known = loadable().get(table.get("mart", ""))
    if known is None or "file" not in table:
        message = f"{where}: needs mart (one of {', '.join(loadable())}) and file"
        raise InputError(message)
    _check_parts(where, table)
    if whole:
        _check_columns(where, table, known)
    tuples = {k: tuple(v) for k, v in table.items() if isinstance(v, list)}
    return Entry(**{**table, **tuples})


def _check_parts(where: str, table: Table_[str, Any]) -> None:
    """Hold what stands inside a key to the form the key promises."""
    for join in table.get("joins", ()):
        _require_all(f"{where}, joins", join, _JOIN)
    if recorded := table.get("recorded"):
        _require_all(f"{where}, recorded", recorded, _RECORDED)
        if recorded["days"] < 0:
            message = f"{where}: recorded.days = {recorded['days']}; nothing is known before it happens"
            raise InputError(message)
    texts = {
        **{f"take.{k}": v for k, v in table.get("take", {}).items()},
        **{f"compute.{k}": v for k, v in table.get("compute", {}).items()},
    }
    for column, codes in table.get("codes", {}).items():
        _require_type(f"{where}: codes.{column}", codes, dict)
        texts |= {f"codes.{column}.{k}": v for k, v in codes.items()}
    for key, value in texts.items():
        _require_type(f"{where}: {key}", value, str)
    for form in table.get("dates", ()):
        _require_type(f"{where}: dates", form, str)
        if not is_date_form(form):
            message = f"{where}: {form!r} is no form of a day, such as %d/%m/%Y"
            raise InputError(message)


def _check_columns(where: str, table: Table_[str, Any], known: Table) -> None:
    """Refuse columns the mart lacks, and a mart column nothing feeds but must be fed."""
    fed = {*table.get("take", {}), *table.get("compute", {})}
    recorded = table.get("recorded", {})
    named = {*fed, *table.get("codes", {}), *({recorded["after"]} if recorded else ())}
    for stray in sorted(named - set(known.columns)):
        message = f"{where}: {stray} is not a column of {known.name}{nearest(stray, list(known.columns))}"
        raise InputError(message)
    for twice in sorted(set(table.get("take", {})) & set(table.get("compute", {}))):
        message = f"{where}: {twice} is both taken and computed; keep one"
        raise InputError(message)
    if recorded and "recorded_at" in fed:
        message = f"{where}: recorded_at is mapped, so recorded must go"
        raise InputError(message)
    given = fed | ({"recorded_at"} if recorded else set())
    needed = {c.name for c in known.columns.values() if not c.nullable}
    needed |= set(table.get("codes", {})) | ({recorded["after"]} if recorded else set())
    if lacking := sorted(needed - given - _OWN):
        message = f"{where}: nothing feeds {', '.join(lacking)}; take or compute it"
        raise InputError(message)


def _refuse_unknown(
    where: str, found: Table_[str, Any], known: Table_[str, type]
) -> None:
    for key in sorted(set(found) - set(known)):
        message = f"{where}: does not know {key}{nearest(key, list(known))}; it knows {', '.join(sorted(known))}"
        raise InputError(message)
    for key, value in found.items():
        _require_type(f"{where}: {key}", value, known[key])


def _require_all(where: str, found: Any, known: Table_[str, type]) -> None:  # noqa: ANN401
    _require_type(where, found, dict)
    _refuse_unknown(where, found, known)
    if lacking := sorted(set(known) - set(found)):
        message = f"{where}: lacks {', '.join(lacking)}"
        raise InputError(message)


def _require_type(where: str, value: object, kind: type) -> None:
    # A yes is a whole number to Python.
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        words = {
            str: "text",
            list: "a list",
            dict: "a table",
            bool: "true or false",
            int: "a whole number",
        }
        message = f"{where}: must be {words[kind]}, not {value!r}"
        raise InputError(message)
