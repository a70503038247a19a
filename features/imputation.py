"""What stands where nothing is known: the seven rules of triage, with their flags.

mean          the mean of the column over the rows of the same day, 0 if there is none
constant      a declared value; of categories, 1 in the column of that value
zero          0
zero_noflag   0, without a flag: the absence of events says that there were none
null_category 1 in the column of the missing category, 0 in the others
binary_mode   1 if the mean of the day is above a half, else 0
error         nothing may be unknown

A category needs no flag: its missing category tells.
"""

from collections.abc import Mapping, Sequence

import polars as pl

from features.catalogue import Feature
from features.errors import InputError

_FLAGGED = frozenset({"mean", "constant", "zero", "binary_mode"})
RULES = (*sorted(_FLAGGED), "zero_noflag", "null_category", "error")
_HALF = 0.5


def imputed(
    matrix: pl.DataFrame, features: Sequence[Feature], *, day: str
) -> pl.DataFrame:
    """Fill every column by its rule, and put the flags at the end.

    Columns without a rule stay as they are. A flag is 1 where any column that names it
    was unknown.

    Raises:
        InputError: a column that may not be unknown is.
    """
    ruled = [feature for feature in features if feature.missing]
    for feature in ruled:
        _check(feature, matrix)
    flags: dict[str, list[str]] = {}
    for feature in ruled:
        if feature.missing in _FLAGGED and not feature.is_category:
            flag = feature.flag or f"{feature.name}_missing"
            flags.setdefault(flag, []).append(feature.name)
    return matrix.with_columns(
        *(_filled(feature, day) for feature in ruled),
        **_flagged(flags),
    )


def _filled(feature: Feature, day: str) -> pl.Expr:
    column = pl.col(feature.name)
    if feature.missing == "error":
        return column
    if feature.is_null_category:
        return column.fill_null(1.0)
    if feature.missing == "mean":
        return column.fill_null(column.mean().over(day)).fill_null(0.0)
    if feature.missing == "binary_mode":
        mode = (column.mean().over(day) > _HALF).cast(pl.Float64)
        return column.fill_null(mode).fill_null(0.0)
    return column.fill_null(_constant(feature))


def _constant(feature: Feature) -> float:
    if feature.missing != "constant":
        return 0.0
    if feature.is_category:
        return float(feature.constant == feature.value)
    return float(feature.constant)


def _flagged(flags: Mapping[str, Sequence[str]]) -> dict[str, pl.Expr]:
    return {
        flag: pl.any_horizontal(pl.col(*names).is_null()).cast(pl.Float64)
        for flag, names in flags.items()
    }


def _check(feature: Feature, matrix: pl.DataFrame) -> None:
    if feature.missing not in RULES:
        _refuse(
            feature,
            f"fills by {feature.missing!r}, which is none of {', '.join(RULES)}",
        )
    if feature.missing == "null_category" and not feature.is_category:
        _refuse(feature, "is no category and has no missing one; choose another rule")
    if feature.missing == "binary_mode" and feature.is_category:
        _refuse(feature, "is a category, of which binary_mode knows no commonest")
    if feature.missing == "error" and (unknown := matrix[feature.name].null_count()):
        _refuse(feature, f"may not be unknown, and is in {unknown} rows")


def _refuse(feature: Feature, why: str) -> None:
    message = f"the feature {feature.name} {why}"
    raise InputError(message)
