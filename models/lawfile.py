"""Reads one law file into rules, and refuses what is misspelt, missing or contradictory."""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import MISSING, fields, is_dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any, Literal, Never, TypeVar, get_args, get_origin, get_type_hints

from features.errors import RuleError
from models.alert_clauses import ALERT_SHAPES
from models.clauses import SHAPES as GRADING_SHAPES
from models.clauses import Rule, Source
from models.credit_clauses import CREDIT_SHAPES
from models.draw_clauses import DRAW_SHAPES
from models.indicator_clauses import INDICATOR_SHAPES
from models.plan_clauses import PLAN_SHAPES
from models.procedure_clauses import PROCEDURE_SHAPES
from models.sampling_clauses import SAMPLING_SHAPES

T = TypeVar("T")

SHAPES: Mapping[str, type[Rule]] = {
    **GRADING_SHAPES,
    **CREDIT_SHAPES,
    **DRAW_SHAPES,
    **INDICATOR_SHAPES,
    **PLAN_SHAPES,
    **PROCEDURE_SHAPES,
    **SAMPLING_SHAPES,
    **ALERT_SHAPES,
}


def read_sources(path: Path) -> Mapping[str, Source]:
    """Read the instruments that rules may cite."""
    return {
        name: _parse(Source, table, f"{path.name}: source {name}")
        for name, table in _toml(path).items()
    }


def read_rules(path: Path) -> Iterator[Rule]:
    """Read every rule of a law file, each checked on its own."""
    for section, tables in _toml(path).items():
        if section not in SHAPES or not isinstance(tables, list):
            _refuse(path.name, f"unknown section '{section}'", section, SHAPES)
        for table in tables:
            named = isinstance(table, dict) and table.get("id")
            where = f"{path.name}: rule {named or '(without id)'}"
            rule = _parse(SHAPES[section], table, where)
            if wrong := rule.contradiction():
                _refuse(where, wrong)
            yield rule


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        message = f"models/law/{path.name} is not valid TOML: {error}"
        raise RuleError(message) from error


def _refuse(where: str, what: str, word: str = "", known: Iterable[str] = ()) -> Never:
    near = get_close_matches(word, list(known), n=1)
    hint = f" (did you mean '{near[0]}'?)" if near else ""
    message = f"models/law/{where}: {what}{hint}"
    raise RuleError(message)


def _parse(shape: type[T], table: object, where: str) -> T:
    """Turn a TOML table into the shape; every key must be known and well typed."""
    if not isinstance(table, dict):
        _refuse(where, f"expected a table, got {table!r}")
    hints = _hints(shape)  # type: ignore[arg-type]
    for key in table:
        if key not in hints:
            _refuse(where, f"unknown key '{key}'", key, hints)
    for field in fields(shape):  # type: ignore[arg-type]
        if field.default is MISSING and field.name not in table:
            _refuse(where, f"'{field.name}' is missing")
    return shape(
        **{key: _value(hints[key], table[key], f"{where}: {key}") for key in table}
    )


@cache
def _hints(shape: type) -> dict[str, Any]:
    return get_type_hints(shape)


def _value(hint: object, value: object, where: str) -> object:
    """Check one value against its type hint; whole numbers serve as numbers."""
    if get_origin(hint) is tuple:
        if not isinstance(value, list):
            _refuse(where, f"expected a list, got {value!r}")
        return tuple(_value(get_args(hint)[0], entry, where) for entry in value)
    if get_origin(hint) is Literal:
        if value not in get_args(hint):
            _refuse(where, f"{value!r} is none of {', '.join(get_args(hint))}")
        return value
    if is_dataclass(hint):
        return _parse(hint, value, where)  # type: ignore[arg-type]
    return _scalar(hint, value, where)


def _scalar(hint: object, value: object, where: str) -> object:
    wanted = [kind for kind in get_args(hint) or (hint,) if kind is not type(None)]
    if wanted == [float] and type(value) is int:
        return float(value)
    # type() and not isinstance: TOML's true is no number, a date-time no date.
    if type(value) not in wanted:
        names = " or ".join(kind.__name__ for kind in wanted)
        _refuse(where, f"expected {names}, got {value!r}")
    if isinstance(value, str) and not value.strip() and not where.endswith("_no"):
        _refuse(where, "is empty")
    return value
