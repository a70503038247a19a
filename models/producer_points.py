"""Static points of producers: the riskiest food category, or the health food table."""

from collections.abc import Iterator, Sequence

import polars as pl

from models.clauses import PointRow, PointTable
from models.rules import RuleSet
from models.static_tables import (
    PART,
    category_parts,
    empty_parts,
    row_texts,
    tables_of,
)

HEALTH_FOOD_CLASS = "27"
# Prefixes of a category code that mean something: class, catalogue number, split.
_PREFIXES = (2, 4, 6)


def producer_parts(categories: pl.DataFrame, rules: RuleSet) -> pl.DataFrame:
    """Give the parts of each producer's riskiest category.

    Article 14: with several categories the higher one counts. A code that the table
    splits further takes the highest of its parts and is provisional; so is a code
    that the table does not know and of which only the category counts.
    """
    health = _health_food(categories, rules)
    totals = health.group_by("business_id").agg(
        pl.col("points").sum(), is_health=pl.lit(value=True)
    )
    # Recorded health food factors replace the stand-in for class 27.
    plain = _food_categories(categories, rules).join(
        totals.select("business_id", pl.lit(HEALTH_FOOD_CLASS).alias("class")),
        on=["business_id", "class"],
        how="anti",
    )
    best = (
        pl.concat([plain, totals], how="diagonal")
        .sort("points", "class", descending=[True, False], nulls_last=True)
        .unique("business_id", keep="first", maintain_order=True)
    )
    chosen_health = health.join(
        best.filter(pl.col("is_health")), on="business_id", how="semi"
    )
    chosen = best.filter(pl.col("is_health").is_null()).select(PART.keys())
    return pl.concat([empty_parts(), chosen, chosen_health])


def _health_food(categories: pl.DataFrame, rules: RuleSet) -> pl.DataFrame:
    """Score the health food table; with a factor missing it is provisional."""
    tables = tables_of(rules, "health_food")
    is_complete = pl.len().over("business_id") == len(tables)
    return category_parts(categories, tables).with_columns(
        tier=pl.lit("IV"), is_provisional=~is_complete
    )


def _food_categories(categories: pl.DataFrame, rules: RuleSet) -> pl.DataFrame:
    """Find each category code in the table, by itself or by its longest prefix."""
    rows = pl.DataFrame(
        list(_prefix_rows(tables_of(rules, "producer"))),
        schema={
            "key": pl.String(),
            **PART,
            "length": pl.Int8(),
            "is_part": pl.Boolean(),
            "is_stand_in": pl.Boolean(),
        }
        | {"business_id": pl.Null()},
        orient="row",
    ).drop("business_id")
    return (
        categories.filter(pl.col("factor") == "food_category")
        .with_columns(
            pl.col("value_code").str.slice(0, 2).alias("class"),
            key=pl.concat_list(pl.col("value_code").str.slice(0, n) for n in _PREFIXES),
        )
        .explode("key")
        .unique(["business_id", "value_code", "key"], maintain_order=True)
        .join(rows, on="key")
        .sort("business_id", "value_code", "length")
        .unique(["business_id", "value_code"], keep="last", maintain_order=True)
        .with_columns(
            is_provisional=pl.col("is_provisional") | _is_longer(),
            zh=_said("zh", "食品类别编号{}不在分值表中，暂按同类最高分——{}"),
            en=_said(
                "en",
                "category code {} is not in the table, provisionally the highest of its kind: {}",
            ),
            is_health=pl.lit(None, pl.Boolean),
        )
        .select(*PART, "class", "is_health")
    )


def _is_longer() -> pl.Expr:
    """Tell a code of which the table knows only the beginning."""
    return pl.col("value_code").str.len_chars() > pl.col("length")


def _said(text: str, doubtful: str) -> pl.Expr:
    """Say that a code is not in the table, lest the row taken pass for recorded."""
    is_unknown = ~pl.col("is_stand_in") & (pl.col("is_part") | _is_longer())
    return (
        pl.when(is_unknown)
        .then(pl.format(doubtful, pl.col("value_code"), pl.col(text)))
        .otherwise(pl.col(text))
    )


def _prefix_rows(tables: Sequence[PointTable]) -> Iterator[tuple[object, ...]]:
    """List the table by every prefix of its codes, each with its riskiest row."""
    held: dict[str, tuple[PointTable, PointRow]] = {}
    for rule in tables:
        for row in rule.rows:
            for length in _PREFIXES[: len(row.code) // 2]:
                prefix = row.code[:length]
                if prefix not in held or held[prefix][1].points < row.points:
                    held[prefix] = rule, row
    for prefix, (rule, row) in held.items():
        is_part = prefix != row.code
        is_stand_in = rule.confidence == "uncertain"
        zh, en = row_texts(rule, row)
        yield (
            prefix,
            None,
            rule.id,
            0,
            row.points,
            row.tier,
            is_stand_in or is_part,
            zh,
            en,
            len(prefix),
            is_part,
            is_stand_in,
        )
