"""The official static tables as frames: from a recorded factor to points.

Every function gives *parts*: rows of business_id, rule_id, position, points, tier,
is_provisional, zh, en. A part is one line of a table that gave points.
"""

from collections.abc import Iterator, Sequence
from functools import reduce

import polars as pl

from models.clauses import PointBand, PointBands, PointRow, PointTable
from models.rules import RuleSet

PART = {
    "business_id": pl.String(),
    "rule_id": pl.String(),
    "position": pl.Int16(),
    "points": pl.Float64(),
    "tier": pl.String(),
    "is_provisional": pl.Boolean(),
    "zh": pl.String(),
    "en": pl.String(),
}


def banded_parts(amounts: pl.DataFrame, bands: Sequence[PointBands]) -> pl.DataFrame:
    """Give one part per amount that lies in a band of its factor.

    Nothing of a factor, or a factor that is not recorded, gives no part: the table
    says that a missing item scores 0.
    """
    drafts = [
        _banded(amounts.filter(pl.col("factor") == rule.factor), rule, position)
        for position, rule in enumerate(bands)
    ]
    return pl.concat([empty_parts(), *drafts])


def category_parts(
    categories: pl.DataFrame, tables: Sequence[PointTable]
) -> pl.DataFrame:
    """Give the highest row of each factor for each business.

    A category may be written as its code or as the table's own words.
    """
    rows = pl.DataFrame(
        list(_category_rows(tables)),
        schema={"factor": pl.String(), "value_code": pl.String(), **_ROW},
        orient="row",
    )
    return (
        categories.join(rows, on=["factor", "value_code"])
        .sort("business_id", "position", "points", descending=[False, False, True])
        .unique(["business_id", "position"], keep="first", maintain_order=True)
        .select(PART.keys())
    )


def tables_of(rules: RuleSet, table: str) -> list[PointTable]:
    """List the category tables that belong to a static table."""
    return [rule for rule in rules.all(PointTable) if rule.table == table]


def bands_of(rules: RuleSet, table: str) -> list[PointBands]:
    """List the banded items that belong to a static table."""
    return [rule for rule in rules.all(PointBands) if rule.table == table]


def empty_parts() -> pl.DataFrame:
    """Give parts without rows."""
    return pl.DataFrame(schema=PART)


def row_texts(rule: PointTable, row: PointRow) -> tuple[str, str]:
    """Say in both languages which row of a table gave the points."""
    return (
        f"{rule.zh}：{row.zh}，计{row.points:g}分",
        f"{rule.en}: {row.en}, {row.points:g} points",
    )


def in_whole_units(amount: pl.Expr, rule: PointBands) -> pl.Expr:
    """Round halves up where the table counts in whole units: 200.5 m2 is 201."""
    return (amount + 0.5).floor() if rule.whole_units else amount


def points_in_band(amount: pl.Expr, bands: Sequence[PointBand]) -> pl.Expr:
    """Give the points of the (above, up_to] band that holds the amount, else null."""
    points = reduce(
        lambda rest, band: (
            pl.when(amount <= band.up_to).then(pl.lit(band.points)).otherwise(rest)
        ),
        reversed(bands),
        pl.lit(None, pl.Float64),
    )
    return pl.when(amount > bands[0].above).then(points)


def plain(number: pl.Expr) -> pl.Expr:
    """Write a number without a trailing .0."""
    return number.round(2).cast(pl.String).str.strip_suffix(".0")


_ROW = {key: dtype for key, dtype in PART.items() if key != "business_id"}


def _banded(amounts: pl.DataFrame, rule: PointBands, position: int) -> pl.DataFrame:
    amount = in_whole_units(pl.col("amount"), rule)
    points = points_in_band(amount, rule.bands)
    text = [plain(amount), plain(pl.col("points"))]
    return (
        amounts.with_columns(points=points)
        .filter(pl.col("points").is_not_null())
        .select(
            "business_id",
            rule_id=pl.lit(rule.id),
            position=pl.lit(position, pl.Int16),
            points="points",
            tier=pl.lit(None, pl.String),
            is_provisional=pl.lit(rule.confidence == "uncertain"),
            zh=pl.format(f"{rule.zh}{{}}{rule.unit_zh}，计{{}}分", *text),
            en=pl.format(f"{rule.en}: {{}} {rule.unit_en}, {{}} points", *text),
        )
    )


def _category_rows(tables: Sequence[PointTable]) -> Iterator[tuple[object, ...]]:
    for position, rule in enumerate(tables):
        uncertain = rule.confidence == "uncertain"
        for row in rule.rows:
            for written in dict.fromkeys((row.code, row.zh)):
                yield (
                    rule.factor,
                    written,
                    rule.id,
                    position,
                    row.points,
                    row.tier,
                    uncertain,
                    *row_texts(rule, row),
                )
