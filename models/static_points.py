"""Static points of every business, each point with the line of the table it comes from."""

from dataclasses import dataclass

import polars as pl

from models.catering_points import catering_parts
from models.citation import Language
from models.producer_points import producer_parts
from models.rules import RuleSet
from models.static_tables import (
    PART,
    banded_parts,
    bands_of,
    category_parts,
    empty_parts,
    tables_of,
)

CATERERS = ["catering", "canteen"]
_DEFAULTS = ("policy.declared_risk_points", "policy.default_points")
_UNKNOWN_TYPE = "market"  # a type the law has no table for is treated as a market


@dataclass(frozen=True)
class StaticPoints:
    """One row per business, and one row per part that gave it points."""

    points: pl.DataFrame
    parts: pl.DataFrame


def static_points(
    business: pl.DataFrame, static_factor: pl.DataFrame, rules: RuleSet
) -> StaticPoints:
    """Score the static risk factors, 0 to 40 points.

    Both frames hold what was known on the day: one row per business, the latest
    values of each factor. A business without any factor gets its type's default and
    is provisional, and so is whatever rests on an uncertain rule.
    """
    who = business.select("business_id", "business_type", "subtype", "declared_risk")
    amounts = _amounts(static_factor)
    parts = pl.concat(
        [
            empty_parts(),
            producer_parts(_of_type(who, static_factor, ["producer"]), rules),
            _seller_parts(_of_type(who, amounts, ["seller"]), rules),
            catering_parts(
                who.filter(pl.col("business_type").is_in(CATERERS)),
                _of_type(who, amounts, CATERERS),
                rules,
            ),
        ]
    )
    without = who.join(parts, on="business_id", how="anti")
    parts = pl.concat([parts, _default_parts(without, rules)])
    points = _points(who, parts).join(
        _special_food_makers(static_factor, rules),
        on="business_id",
        how="left",
        maintain_order="left",
    )
    return StaticPoints(
        points.with_columns(pl.col("makes_special_food").fill_null(value=False)),
        _cited(parts, rules),
    )


def _amounts(static_factor: pl.DataFrame) -> pl.DataFrame:
    """Give one amount per business and factor; of repeated values the largest."""
    return (
        static_factor.filter(pl.col("value_number").is_not_null())
        .group_by("business_id", "factor")
        .agg(amount=pl.col("value_number").max())
    )


def _special_food_makers(static_factor: pl.DataFrame, rules: RuleSet) -> pl.DataFrame:
    prefixes = rules.codes("producer.special_food_categories")
    is_special = pl.any_horizontal(
        pl.col("value_code").str.starts_with(prefix) for prefix in prefixes
    )
    return (
        static_factor.filter(pl.col("factor") == "food_category", is_special)
        .select("business_id", makes_special_food=pl.lit(value=True))
        .unique()
    )


def _of_type(who: pl.DataFrame, facts: pl.DataFrame, types: list[str]) -> pl.DataFrame:
    chosen = who.filter(pl.col("business_type").is_in(types))
    return facts.join(chosen, on="business_id", how="semi")


def _seller_parts(amounts: pl.DataFrame, rules: RuleSet) -> pl.DataFrame:
    """Score the eight items of the sellers' table, and name the tier (arts 10-12)."""
    present = amounts.filter(pl.col("amount") > 0)

    def sells(rule_id: str) -> pl.Expr:
        return pl.col("factor").is_in(list(rules.codes(rule_id))).any()

    tier = (
        pl.when(sells("seller.tier_iii_factors"))
        .then(pl.lit("III"))
        .when(sells("seller.tier_ii_factors"))
        .then(pl.lit("II"))
        .otherwise(pl.lit("I"))
    )
    tiers = present.group_by("business_id").agg(tier=tier)
    parts = banded_parts(amounts, bands_of(rules, "seller")).drop("tier")
    return parts.join(tiers, on="business_id", how="left").select(PART.keys())


def _default_parts(who: pl.DataFrame, rules: RuleSet) -> pl.DataFrame:
    """Score who has no factor: by the source's own risk class, else by type."""
    known = [row.code for table in tables_of(rules, "default") for row in table.rows]
    kind = pl.col("business_type")
    candidates = who.select(
        "business_id",
        declared_risk=pl.col("declared_risk").cast(pl.String),
        business_type=pl.when(kind.is_in(known))
        .then(kind)
        .otherwise(pl.lit(_UNKNOWN_TYPE)),
    ).unpivot(index="business_id", variable_name="factor", value_name="value_code")
    tables = [
        t
        for rule_id in _DEFAULTS
        for t in tables_of(rules, "default")
        if t.id == rule_id
    ]
    return category_parts(candidates, tables).unique(
        "business_id", keep="first", maintain_order=True
    )


def _points(who: pl.DataFrame, parts: pl.DataFrame) -> pl.DataFrame:
    totals = parts.group_by("business_id").agg(
        static_points=pl.col("points").sum().round(2),
        static_tier=pl.col("tier").drop_nulls().max(),
        is_provisional=pl.col("is_provisional").any(),
    )
    return who.select("business_id").join(
        totals, on="business_id", how="left", maintain_order="left"
    )


def _cited(parts: pl.DataFrame, rules: RuleSet) -> pl.DataFrame:
    """Put the citation beside each part."""
    used = parts["rule_id"].unique().sort()

    def cited(lang: Language) -> pl.Expr:
        cites = [rules.citation(rule_id, lang) for rule_id in used]
        return pl.col("rule_id").replace_strict(used, cites, return_dtype=pl.String)

    return parts.sort("business_id", "position", "rule_id").select(
        "business_id",
        "rule_id",
        cited("zh").alias("article"),
        cited("en").alias("article_en"),
        "points",
        "zh",
        "en",
    )
