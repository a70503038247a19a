"""Static points of caterers and canteens: scale, and a surrogate for the categories.

The official 30 points for food categories were not found. The surrogate places a
business inside its tier's range by the share of points that its categories reach; it
is ours, and every grade that rests on it is provisional.
"""

import polars as pl

from models.clauses import TierRanges
from models.rules import RuleSet
from models.static_tables import (
    PART,
    banded_parts,
    bands_of,
    category_parts,
    empty_parts,
    plain,
    tables_of,
)

CATEGORY_POINTS = "policy.catering_category_points"
_SCALE_OF_CANTEENS = "canteen_diners"


def catering_parts(
    business: pl.DataFrame, amounts: pl.DataFrame, rules: RuleSet
) -> pl.DataFrame:
    """Give scale and category parts of each caterer with anything to go by."""
    unknown_scale = _unknown_scale(business, rules)
    known = pl.concat(
        [amounts.select("business_id"), unknown_scale.select("business_id")]
    )
    caterers = business.join(known, on="business_id", how="semi")
    scale = _known_scale(
        caterers.join(unknown_scale, on="business_id", how="anti"), amounts, rules
    )
    return pl.concat(
        [empty_parts(), scale, unknown_scale, _categories(caterers, amounts, rules)]
    )


def _known_scale(
    caterers: pl.DataFrame, amounts: pl.DataFrame, rules: RuleSet
) -> pl.DataFrame:
    """Score canteens by diners and everybody else by floor area."""
    is_canteen = pl.col("business_type") == "canteen"
    is_diners = pl.col("factor") == _SCALE_OF_CANTEENS
    measured = amounts.join(caterers, on="business_id").filter(is_canteen == is_diners)
    return banded_parts(measured, bands_of(rules, "catering_scale"))


def _unknown_scale(business: pl.DataFrame, rules: RuleSet) -> pl.DataFrame:
    kinds = business.select(
        "business_id", factor=pl.lit("subtype"), value_code="subtype"
    )
    return category_parts(kinds, tables_of(rules, "catering_scale"))


def _categories(
    caterers: pl.DataFrame, amounts: pl.DataFrame, rules: RuleSet
) -> pl.DataFrame:
    """Give the surrogate category points of each caterer.

    Tier III runs from 15 to 24: no category points give 15, half of the 30 give 19.5,
    all 30 give 24. Halves of points, halves up.
    """
    most = rules.number("policy.catering_category_max")
    reached = (
        banded_parts(amounts, bands_of(rules, "catering_category"))
        .group_by("business_id")
        .agg(share=pl.col("points").sum() / most)
    )
    low, high = pl.col("low"), pl.col("high")
    exact = low + (high - low) * pl.col("share").fill_null(0.0)
    rule = rules.get(TierRanges, CATEGORY_POINTS)
    ranges = pl.DataFrame(
        [(r.tier, r.low, r.high) for r in rule.ranges],
        ["tier", "low", "high"],
        orient="row",
    )
    text = [pl.col("tier"), plain(pl.col("points"))]
    return (
        _tiers(caterers, amounts, rules)
        .join(reached, on="business_id", how="left")
        .join(ranges, on="tier")
        .with_columns(
            rule_id=pl.lit(CATEGORY_POINTS),
            position=pl.lit(99, pl.Int16),
            points=(exact * 2 + 0.5).floor() / 2,
            is_provisional=pl.lit(rule.confidence == "uncertain"),
        )
        .with_columns(
            zh=pl.format("食品类别和数量属第{}档，按代用分值计{}分", *text),
            en=pl.format("food categories of tier {}: surrogate of {} points", *text),
        )
        .select(PART.keys())
    )


def _tiers(
    caterers: pl.DataFrame, amounts: pl.DataFrame, rules: RuleSet
) -> pl.DataFrame:
    """Place each caterer in its static tier (arts 10-13), the riskiest that fits."""
    present = amounts.filter(pl.col("amount") > 0).group_by("business_id").agg("factor")
    diners = amounts.filter(
        pl.col("factor") == _SCALE_OF_CANTEENS,
        pl.col("amount") > rules.number("policy.large_canteen_diners"),
    ).select("business_id", is_large=pl.lit(value=True))

    def has(rule_id: str) -> pl.Expr:
        codes = list(rules.codes(rule_id))
        return pl.col("factor").list.eval(pl.element().is_in(codes)).list.any()

    feeds_many = pl.col("is_large") & (pl.col("business_type") == "canteen")
    tier = (
        pl.when(
            pl.col("subtype").is_in(list(rules.codes("catering.tier_iv_subtypes")))
            | feeds_many
        )
        .then(pl.lit("IV"))
        .when(has("catering.tier_iii_factors"))
        .then(pl.lit("III"))
        .when(has("catering.tier_ii_factors"))
        .then(pl.lit("II"))
        .when(has("catering.tier_i_factors"))
        .then(pl.lit("I"))
        .otherwise(pl.lit(rules.choice("policy.catering_tier_unknown")))
    )
    return (
        caterers.join(present, on="business_id", how="left")
        .join(diners, on="business_id", how="left")
        .select("business_id", tier=tier)
    )
