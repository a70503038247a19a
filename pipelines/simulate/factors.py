"""What the static points rest on: floor area, shelves, dishes, and what is made."""

from collections.abc import Iterator
from itertools import chain
from typing import NamedTuple

import numpy as np
import polars as pl

from pipelines.simulate.columns import Bools, Floats
from pipelines.simulate.register import Register

# What follows from the floor area alone: so much on a square metre.
_PER_M2 = (
    ("seller", "area_m2", 1.0),
    ("catering", "catering_area_m2", 1.0),
    ("catering", "seats", 0.35),
    ("canteen", "canteen_diners", 1.4),
)
# What most sellers have: about so many in a shop of a hundred square metres.
_SHELVES = {
    "prepacked_ambient_sku": 400,
    "prepacked_chilled_sku": 60,
    "prepacked_frozen_sku": 40,
    "bulk_ambient_sku": 25,
    "bulk_chilled_sku": 15,
    "bulk_frozen_sku": 6,
    "supplier_count": 15,
}
_SHELVED_SHARE = 0.8
# What kitchens make: about so many in one of a hundred square metres; their share.
_DISHES = {
    "cold_dish_items": (6, 0.5),
    "raw_dish_items": (3, 0.08),
    "pastry_items": (5, 0.25),
    "hot_dish_items": (35, 0.85),
    "own_drink_items": (8, 0.4),
    "other_made_items": (2, 0.1),
}
# The share of kitchens of which it is so.
_PERISHABLE = {
    "cold_dish_perishable": 0.3,
    "hot_dish_perishable": 0.6,
    "pastry_perishable": 0.1,
}
_FOOD_CATEGORIES = [
    "2401",
    "1403",
    "250102",
    "0102",
    "040101",
    "1801",
    "1502",
    "0701",
    "0606",
    "1601",
    "0305",
    "2402",
]
_HEALTH_FOOD = "2701"


class Factor(NamedTuple):
    """A factor, who has it, and a value for everybody."""

    name: str
    held: Bools
    value: Floats


def factor_table(
    rng: np.random.Generator, register: Register, business: pl.DataFrame
) -> pl.DataFrame:
    """Write the static factors of each business as the register got to know them."""
    known = business.select("business_id", "valid_from", "recorded_at")
    factors = chain(
        _floors(register), _shelves(rng, register), _kitchens(rng, register)
    )
    counted = [
        known.filter(pl.Series(factor.held)).with_columns(
            factor=pl.lit(factor.name),
            value_code=pl.lit("-"),
            value_number=pl.Series(np.round(factor.value[factor.held], 0)),
        )
        for factor in factors
    ]
    return pl.concat(
        [*counted, _products(rng, register, known)], how="diagonal_relaxed"
    ).sort("business_id", "factor")


def _floors(register: Register) -> Iterator[Factor]:
    for business_type, name, per_m2 in _PER_M2:
        held = register.business_type == business_type
        yield Factor(name, held, register.area * per_m2)


def _shelves(rng: np.random.Generator, register: Register) -> Iterator[Factor]:
    sells, size = register.business_type == "seller", _size(register)
    for name, usual in _SHELVES.items():
        held = sells & (rng.random(len(size)) < _SHELVED_SHARE)
        yield Factor(name, held, usual * size * rng.lognormal(0, 0.6, len(size)))


def _kitchens(rng: np.random.Generator, register: Register) -> Iterator[Factor]:
    size = _size(register)
    for name, (usual, share) in _DISHES.items():
        value = 1 + usual * size * rng.lognormal(0, 0.4, len(size))
        yield Factor(name, register.cooks & (rng.random(len(size)) < share), value)
    for name, share in _PERISHABLE.items():
        held = register.cooks & (rng.random(len(size)) < share)
        yield Factor(name, held, np.ones(len(size)))


def _size(register: Register) -> Floats:
    """Grow more slowly than the floor: 1 at a hundred square metres, 2 at four."""
    size: Floats = np.sqrt(register.area / 100)
    return size


def _products(
    rng: np.random.Generator, register: Register, known: pl.DataFrame
) -> pl.DataFrame:
    """Give every producer the category of food it makes."""
    makes = register.business_type == "producer"
    is_health_food = register.subtype[makes] == "health_food_producer"
    return known.filter(pl.Series(makes)).with_columns(
        factor=pl.lit("food_category"),
        value_code=pl.Series(
            [
                _HEALTH_FOOD if is_health else str(rng.choice(_FOOD_CATEGORIES))
                for is_health in is_health_food
            ],
            dtype=pl.String,
        ),
        value_number=pl.lit(None, dtype=pl.Float64),
    )
