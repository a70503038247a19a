"""Text to typed values: what cannot be read is set aside with the rule it broke."""

import re
from collections.abc import Callable, Mapping

import polars as pl

from features.identifiers import licence_flag, usci_flag
from features.schema import Column, Table, labels
from pipelines.reading import LINE

# Forms in which registers write a day; an impossible day fits none of them.
DATE_FORMS = ("%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%Y年%m月%d日", "%Y.%m.%d")
_DATE_SHAPES = (
    r"^\d{4}-\d{1,2}-\d{1,2}$",
    r"^\d{4}/\d{1,2}/\d{1,2}$",
    r"^\d{8}$",
    r"^\d{4}年\d{1,2}月\d{1,2}日$",
    r"^\d{4}\.\d{1,2}\.\d{1,2}$",
)
_TIME_OF_DAY = r"[ T]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?$"
_YEARS = (1900, 2200)
_TRUE = ("true", "1", "是", "y", "yes", "t", "有")
_FALSE = ("false", "0", "否", "n", "no", "f", "无")
# What must never be stored, wherever a text field may hold it.
_PERSONAL = (
    re.compile(r"1[3-9]\d{9}"),
    re.compile(r"\d{17}[\dXx]"),
    re.compile(r"0\d{2,3}-?\d{7,8}"),
)
REDACTED = "***"
FREE_TEXT = ("text", "act", "reason", "address", "name")

FAULTS = {
    LINE: pl.Int64,
    "rule": pl.String,
    "column_name": pl.String,
    "offending_value": pl.String,
}


def parse(text: pl.DataFrame, table: Table) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Type the columns of a table; give the good rows and the faults of the others.

    The faults have the columns of FAULTS, several for one row when several values are
    bad. A row with any fault is not among the good ones.
    """
    cleaned = _complete(_cleaned(text), table)
    typed = cleaned.select(
        LINE, *(_typed(column).alias(column.name) for column in table.columns.values())
    )
    faults = pl.concat(
        [pl.DataFrame(schema=FAULTS)]
        + [_faults(cleaned, typed, column) for column in table.columns.values()]
    )
    good = typed.join(
        faults.select(LINE).unique(), on=LINE, how="anti", maintain_order="left"
    )
    return _flagged(good), faults


def redacted(text: pl.Expr) -> pl.Expr:
    """Blank out phone and identity numbers in a text column."""
    for pattern in _PERSONAL:
        text = text.str.replace_all(pattern.pattern, REDACTED)
    return text


def _cleaned(text: pl.DataFrame) -> pl.DataFrame:
    stripped = pl.exclude(LINE).str.strip_chars()
    return text.with_columns(
        pl.when(stripped != "").then(stripped).name.keep()
    ).with_columns(redacted(pl.col(name)) for name in FREE_TEXT if name in text.columns)


def _complete(text: pl.DataFrame, table: Table) -> pl.DataFrame:
    missing = [name for name in table.columns if name not in text.columns]
    return text.with_columns(pl.lit(None, pl.String).alias(name) for name in missing)


def _faults(text: pl.DataFrame, typed: pl.DataFrame, column: Column) -> pl.DataFrame:
    value, parsed = text[column.name], typed[column.name]
    unread = value.is_not_null() & parsed.is_null()
    found = [(unread, _unreadable_rule(column))]
    if not column.nullable:
        found.append((value.is_null(), "missing_value"))
    if column.code_list:
        found.append((~_known_codes(value, column), "unknown_code"))
    return pl.concat(
        text.select(
            LINE,
            rule=pl.lit(rule),
            column_name=pl.lit(column.name),
            offending_value=pl.col(column.name),
        ).filter(mask.fill_null(False))
        for mask, rule in found
    )


def _unreadable_rule(column: Column) -> str:
    kind = column.sql_type.split("(")[0]
    return {"date": "bad_date", "boolean": "bad_yes_or_no"}.get(kind, "bad_number")


def _known_codes(value: pl.Series, column: Column) -> pl.Series:
    known = list(labels(column.code_list or ""))
    if not column.is_joined_codes:
        return value.is_in(known)
    return value.str.split("+").list.eval(pl.element().is_in(known)).list.all()


def _typed(column: Column) -> pl.Expr:
    return _PARSERS[column.sql_type.split("(")[0]](pl.col(column.name), column)


def _date(text: pl.Expr, _column: Column) -> pl.Expr:
    day = text.str.replace(_TIME_OF_DAY, "")
    parsed = pl.coalesce(
        pl.when(day.str.contains(shape)).then(day.str.to_date(form, strict=False))
        for shape, form in zip(_DATE_SHAPES, DATE_FORMS, strict=True)
    )
    return pl.when(parsed.dt.year().is_between(*_YEARS)).then(parsed)


def _number(text: pl.Expr, column: Column) -> pl.Expr:
    number = text.str.replace_all(",", "").cast(pl.Float64, strict=False)
    return pl.when(number.is_finite()).then(number).cast(column.dtype)


def _integer(text: pl.Expr, column: Column) -> pl.Expr:
    number = text.cast(pl.Float64, strict=False)
    whole = pl.when(number == number.round(0)).then(number)
    return whole.cast(column.dtype, strict=False)


def _yes_or_no(text: pl.Expr, _column: Column) -> pl.Expr:
    lower = text.str.to_lowercase()
    return (
        pl.when(lower.is_in(_TRUE))
        .then(pl.lit(True))
        .when(lower.is_in(_FALSE))
        .then(pl.lit(False))
    )


def _string(text: pl.Expr, _column: Column) -> pl.Expr:
    return text


_PARSERS: Mapping[str, Callable[[pl.Expr, Column], pl.Expr]] = {
    "varchar": _string,
    "date": _date,
    "double": _number,
    "decimal": _number,
    "integer": _integer,
    "smallint": _integer,
    "bigint": _integer,
    "boolean": _yes_or_no,
}


def _flagged(good: pl.DataFrame) -> pl.DataFrame:
    """Add the outcome of the identifier checks; a failed check rejects nothing."""
    if "usci_flag" not in good.columns:
        return good
    return good.with_columns(
        usci_flag=usci_flag(good["usci"]),
        licence_flag=licence_flag(good["licence_no"]),
    )
