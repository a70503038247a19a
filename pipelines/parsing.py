"""Text to typed values: what cannot be read is set aside with the rule it broke.

Each distinct value of a column is looked at once, however many rows repeat it.
"""

from collections.abc import Mapping, Sequence
from datetime import date

import polars as pl

from features.identifiers import licence_flag, usci_flag
from features.schema import Column, Table, labels
from pipelines.personal import is_number_of_things, redacted, redacted_number
from pipelines.source_text import CELL_ERRORS, LINE, LOST

# Forms in which registers write a day; an impossible day fits none of them.
DATE_FORMS = ("%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%Y年%m月%d日", "%Y.%m.%d")
_DATE_SHAPES: Mapping[str, str] = dict(
    zip(
        DATE_FORMS,
        (
            r"^\d{4}-\d{1,2}-\d{1,2}$",
            r"^\d{4}/\d{1,2}/\d{1,2}$",
            r"^\d{8}$",
            r"^\d{4}年\d{1,2}月\d{1,2}日$",
            r"^\d{4}\.\d{1,2}\.\d{1,2}$",
        ),
        strict=True,
    )
)
_TIME_OF_DAY = r"[ T]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?$"
_YEARS = (1900, 2200)
# Commas only where they part thousands: 1,5 is one and a half elsewhere.
_NUMBER = r"^[+-]?(?:\d{1,3}(?:,\d{3})+|\d*)(?:\.\d*)?(?:[eE][+-]?\d+)?$"
# A cent has no parts; what floating numbers add is less than this share of one.
_PART_OF_A_CENT = 1e-3
_DECIMAL_LIMIT = 1e12
_TRUE = ("true", "1", "是", "y", "yes", "t", "有")
_FALSE = ("false", "0", "否", "n", "no", "f", "无")
# A NUL byte is damage; what parts the values of a hashed row may not stand in one.
_CONTROL = r"[\x00\x01]"

FAULTS = pl.Schema(
    {
        LINE: pl.Int64(),
        "rule": pl.String(),
        "column_name": pl.String(),
        "offending_value": pl.String(),
    }
)


def parse(
    text: pl.DataFrame, table: Table, dates: Sequence[str] = DATE_FORMS
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Type the columns of a table; give the good rows and the faults of the others.

    The faults have the columns of FAULTS, several for one row when several values are
    bad. A row with any fault is not among the good ones.
    """
    missing = [pl.lit(None, pl.String).alias(n) for n in table.columns if n not in text]
    complete = text.with_columns(missing)
    looked_at = {
        column.name: _looked_at(complete[column.name], table, column, dates)
        for column in table.columns.values()
    }
    faults = pl.concat(
        [pl.DataFrame(schema=FAULTS)]
        + [_faults(text[LINE], name, seen) for name, seen in looked_at.items()]
    )
    typed = pl.DataFrame(
        [text[LINE], *(seen["typed"].alias(name) for name, seen in looked_at.items())]
    )
    good = typed.join(
        faults.select(LINE).unique(), on=LINE, how="anti", maintain_order="left"
    )
    return _flagged(good), faults


def days(text: pl.Series, dates: Sequence[str] = DATE_FORMS) -> pl.Series:
    """Read a column of days; what is none is empty."""
    distinct = text.to_frame("text").lazy().unique()
    read = distinct.with_columns(typed=_day(pl.col("text").str.strip_chars(), dates))
    return _mapped_back(text, read)["typed"]


def is_date_form(form: str) -> bool:
    """Say whether a form writes a whole day, so that one can be read by it."""
    day = pl.Series([date(2025, 12, 31)])
    try:
        return bool((day.dt.strftime(form).str.to_date(form) == day).all())
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException):
        return False


def _looked_at(
    text: pl.Series, table: Table, column: Column, dates: Sequence[str]
) -> pl.DataFrame:
    """Give for each row the value as it may be kept, its type, and the rule it breaks."""
    stripped = pl.col("text").str.strip_chars()
    is_number = is_number_of_things(table, column)
    safe = redacted_number if is_number else redacted
    rules = value_rules(column, must_be_whole=is_number)
    judged = (
        text.to_frame("text")
        .lazy()
        .unique()
        .with_columns(value=pl.when(stripped != "").then(stripped))
        .with_columns(shown=safe(pl.col("value")).str.replace(LOST, ""))
        .with_columns(typed=_typed(column, dates))
        .with_columns(
            rule=pl.coalesce(
                pl.when(is_broken).then(pl.lit(rule))
                for rule, is_broken in rules.items()
            )
        )
    )
    return _mapped_back(text, judged.select("text", "shown", "typed", "rule"))


def _mapped_back(text: pl.Series, distinct: pl.LazyFrame) -> pl.DataFrame:
    """Give every row what was found for its value, in the order of the rows."""
    return (
        text.to_frame("text")
        .lazy()
        .join(distinct, on="text", how="left", nulls_equal=True, maintain_order="left")
        .collect()
    )


def value_rules(column: Column, *, must_be_whole: bool) -> dict[str, pl.Expr]:
    """Say by rule, in the order in which they are tried, which values break it.

    A name is kept without the telephone in it; a key without part of it is none.
    """
    value = pl.col("value")
    is_cut = must_be_whole and not column.nullable
    return {
        "control_character": value.str.contains(_CONTROL),
        "digits_lost_in_spreadsheet": value.str.ends_with(LOST),
        "cell_error": value.is_in(list(CELL_ERRORS.values())),
        "personal_number": (pl.col("shown") != value) & is_cut,
        "missing_value": value.is_null() & (not column.nullable),
        _unreadable_rule(column): value.is_not_null() & pl.col("typed").is_null(),
        "unknown_code": ~_known_codes(value, column),
    }


def _unreadable_rule(column: Column) -> str:
    kind = column.sql_type.split("(")[0]
    return {"date": "bad_date", "boolean": "bad_yes_or_no"}.get(kind, "bad_number")


def _known_codes(value: pl.Expr, column: Column) -> pl.Expr:
    if not column.code_list:
        return pl.lit(True)
    known = list(labels(column.code_list))
    if not column.is_joined_codes:
        return value.is_in(known)
    return value.str.split("+").list.eval(pl.element().is_in(known)).list.all()


def _faults(lines: pl.Series, name: str, seen: pl.DataFrame) -> pl.DataFrame:
    found = seen.with_columns(lines).filter(pl.col("rule").is_not_null())
    return found.select(
        LINE, "rule", column_name=pl.lit(name), offending_value="shown"
    ).cast(FAULTS)


def _typed(column: Column, dates: Sequence[str]) -> pl.Expr:
    value = pl.col("value")
    kind = column.sql_type.split("(")[0]
    by_kind = {
        "varchar": pl.col("shown"),
        "date": _day(value, dates),
        "boolean": _yes_or_no(value),
        "double": _number(value),
        "decimal": _money(value),
    }
    return by_kind[kind] if kind in by_kind else _whole_number(value, column)


def _day(text: pl.Expr, dates: Sequence[str]) -> pl.Expr:
    day = text.str.replace(_TIME_OF_DAY, "")
    parsed = pl.coalesce(
        pl.when(day.str.contains(_DATE_SHAPES.get(form, ""))).then(
            day.str.to_date(form, strict=False)
        )
        for form in dates
    )
    return pl.when(parsed.dt.year().is_between(*_YEARS)).then(parsed)


def _number(text: pl.Expr) -> pl.Expr:
    plain = pl.when(text.str.contains(_NUMBER)).then(text.str.replace_all(",", ""))
    number = plain.cast(pl.Float64, strict=False)
    return pl.when(number.is_finite()).then(number)


def _money(text: pl.Expr) -> pl.Expr:
    number = _number(text)
    cents = number * 100
    is_whole = (cents - cents.round(0)).abs() < _PART_OF_A_CENT
    return pl.when(is_whole & (number.abs() < _DECIMAL_LIMIT)).then(number)


def _whole_number(text: pl.Expr, column: Column) -> pl.Expr:
    number = _number(text)
    whole = pl.when(number == number.round(0)).then(number)
    return whole.cast(column.dtype, strict=False)


def _yes_or_no(text: pl.Expr) -> pl.Expr:
    lower = text.str.to_lowercase()
    return (
        pl.when(lower.is_in(_TRUE))
        .then(pl.lit(True))
        .when(lower.is_in(_FALSE))
        .then(pl.lit(False))
    )


def _flagged(good: pl.DataFrame) -> pl.DataFrame:
    """Add the outcome of the identifier checks; a failed check rejects nothing."""
    if "usci_flag" not in good.columns:
        return good
    return good.with_columns(
        usci_flag=usci_flag(good["usci"]),
        licence_flag=licence_flag(good["licence_no"]),
    )
