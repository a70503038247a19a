"""Who the business is: attributes and static factors as they were known on a day."""

import math
from collections.abc import Mapping
from datetime import date

import polars as pl

from features.schema import Facts

# Static factors that measure size or handling of perishable food; summed per business.
STATIC_SUMS: Mapping[str, tuple[str, ...]] = {
    "floor_area": ("area_m2", "catering_area_m2"),
    "diners": ("canteen_diners", "delivery_diners", "seats"),
    "dishes": (
        "cold_dish_items",
        "raw_dish_items",
        "pastry_items",
        "hot_dish_items",
        "own_drink_items",
        "other_made_items",
    ),
    "chilled_items": (
        "prepacked_chilled_sku",
        "prepacked_frozen_sku",
        "bulk_chilled_sku",
        "bulk_frozen_sku",
    ),
    "suppliers": ("supplier_count",),
    "perishable_kinds": (
        "cold_dish_perishable",
        "pastry_perishable",
        "hot_dish_perishable",
    ),
}
_DAYS_A_YEAR = 365.25


def attributes_at(business: pl.DataFrame, pairs: pl.DataFrame) -> pl.DataFrame:
    """Give the attributes each business was known to have on the pair's day.

    The version that counts was recorded before the day and had begun by it; among
    several, the one that began last. Same rows as pairs, nulls where nothing was known.
    """
    numbered = pairs.with_row_index("pair")
    known = (
        numbered.join(business, on="business_id", how="inner")
        .filter(
            pl.col("recorded_at") < pl.col("as_of"),
            pl.col("valid_from") <= pl.col("as_of"),
        )
        .sort("pair", "valid_from", "recorded_at")
        .unique("pair", keep="last")
        .drop("business_id", "as_of")
    )
    return numbered.join(known, on="pair", how="left").sort("pair").drop("pair")


def static_factors_on(factors: pl.DataFrame, day: date) -> pl.DataFrame:
    """Give the latest value of each static factor known on a day, for every business."""
    return (
        factors.filter(pl.col("recorded_at") < day, pl.col("valid_from") <= day)
        .sort("business_id", "factor", "value_code", "valid_from", "recorded_at")
        .unique(
            ["business_id", "factor", "value_code"], keep="last", maintain_order=True
        )
    )


def static_amounts_at(factors: pl.DataFrame, pairs: pl.DataFrame) -> pl.DataFrame:
    """Sum the static factors by what they say of size and handling, per pair.

    Columns: those of STATIC_SUMS; null where the register gives none.
    """
    numbered = pairs.with_row_index("pair")
    latest = (
        numbered.join(factors, on="business_id", how="inner")
        .filter(
            pl.col("recorded_at") < pl.col("as_of"),
            pl.col("valid_from") <= pl.col("as_of"),
        )
        .sort("pair", "factor", "value_code", "valid_from", "recorded_at")
        .unique(["pair", "factor", "value_code"], keep="last", maintain_order=True)
    )
    sums = latest.group_by("pair").agg(
        _sum_of(factors, name) for name, factors in STATIC_SUMS.items()
    )
    return (
        numbered.select("pair")
        .join(sums, on="pair", how="left")
        .sort("pair")
        .drop("pair")
    )


def profile_features(facts: Facts, pairs: pl.DataFrame) -> pl.DataFrame:
    """Build the profile family, one row per pair in the order of the pairs."""
    attributes = attributes_at(facts.business, pairs)
    as_of = pl.col("as_of")
    season = as_of.dt.ordinal_day() * (2 * math.pi / _DAYS_A_YEAR)
    return pl.concat(
        [
            attributes.select(
                age_days=(as_of - pl.col("opened_on")).dt.total_days().clip(0),
                is_individual=(pl.col("legal_form") == "individual").cast(pl.Float64),
                is_special_food=pl.col("is_special_food").cast(pl.Float64),
                declared_risk=pl.col("declared_risk").cast(pl.Float64),
                season_sin=season.sin(),
                season_cos=season.cos(),
            ),
            static_amounts_at(facts.static_factor, pairs),
        ],
        how="horizontal",
    )


def _sum_of(factors: tuple[str, ...], name: str) -> pl.Expr:
    chosen = pl.col("value_number").filter(pl.col("factor").is_in(factors))
    return pl.when(chosen.count() > 0).then(chosen.sum()).alias(name)
