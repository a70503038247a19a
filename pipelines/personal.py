"""Personal numbers: what must never be stored, wherever a field may hold it.

Owners, complainants and their telephones have no column of their own in the mart and are
not read; what stands here catches them where they hide, in free text and in numbers.
"""

import polars as pl

from features.schema import Column, Table

REDACTED = "***"
# A digit may be full-width: \d covers both, [0-9] would not.
_MOBILE = r"(?:(?:\+|00)?86[-\s]?)?[1１][3-9３-９]\d[-\s]?\d{4}[-\s]?\d{4}"
# Six digits of region, the day of birth, three of order and the check character. Born
# before 2010, or it is the day of a case in a number made of region, day and order.
_IDENTITY_CARD = (
    r"[1-8]\d{5}[-\s]?(?:19\d{2}|200\d)(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
    r"[-\s]?\d{3}[\dXx]"
)
_LOOSE_IDENTITY_CARD = (
    r"[1-8１-８]\d{16}[\dXxＸｘ]|[1-8１-８]\d{5}[-\s]?\d{8}[-\s]?\d{3}[\dXxＸｘ]"
)
_LANDLINE = r"[(（]?[0０]\d{2,3}[)）]?[-\s]?\d{7,8}"
_SHORT_LANDLINE = (
    r"(?:电话|手机|号码|微信|[Tt][Ee][Ll]|[Pp][Hh][Oo][Nn][Ee])[^\d]{0,4}\d{6,}"
)
_MAIL = r"[A-Za-z0-9_.+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"


def _alone(pattern: str) -> str:
    """Let a pattern match only where no further digit adjoins."""
    return rf"(^|\D)(?:{pattern})(\D|$)"


_IN_TEXT = tuple(
    map(_alone, (_LOOSE_IDENTITY_CARD, _MOBILE, _LANDLINE, _SHORT_LANDLINE))
)
_IN_NUMBER = tuple(map(_alone, (_IDENTITY_CARD, _MOBILE)))


def redacted(text: pl.Expr) -> pl.Expr:
    """Blank out telephone and identity numbers and mail addresses in free text."""
    return _blanked(text, _IN_TEXT).str.replace_all(_MAIL, REDACTED)


def redacted_number(text: pl.Expr) -> pl.Expr:
    """Blank out what is surely a mobile or identity number in a field for other numbers.

    Stricter than `redacted`: a licence or credit code has as many digits and must stay.
    """
    return _blanked(text, _IN_NUMBER)


def is_number_of_things(table: Table, column: Column) -> bool:
    """Say whether a column holds numbers of things, such as cases, and not free text."""
    named = column.name in {"usci", "licence_no", "document_no"}
    is_key = column.name in table.key or column.name.endswith("_id")
    return column.sql_type == "varchar" and (named or is_key)


def _blanked(text: pl.Expr, patterns: tuple[str, ...]) -> pl.Expr:
    for pattern in patterns:
        # Twice: two numbers that share their separator cannot both match at once.
        for _ in range(2):
            text = text.str.replace_all(pattern, f"${{1}}{REDACTED}${{2}}")
    return text
