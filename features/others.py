"""What is known of other entities: of the same group, or within some metres.

Every sum leaves the entity itself out. Events without an entity, such as a complaint
of which only the place is known, are near to any.
"""

import math
from collections.abc import Sequence
from itertools import product

import numpy as np
import polars as pl
from scipy.sparse import csr_matrix

from features.catalogue import Feature
from features.window import Asked, Events, Values, window_sums

# An event's own columns; others that go with it are called `its` something.
QUANTITY, PER, ROW = "quantity", "per", "row"
LON, LAT = "its lon", "its lat"
_EARTH_METRES = 6_378_137.0
# Places whose neighbours are looked up at once: bounds memory in the densest old town.
_PLACES_AT_ONCE = 20_000
_CUBE = ("cube_x", "cube_y", "cube_z")
# A cube and the twenty-six around it.
_BESIDE = pl.DataFrame(
    list(product((-1, 0, 1), repeat=3)),
    schema=[f"{cube} shift" for cube in _CUBE],
    orient="row",
)


def events_of(frame: pl.DataFrame) -> Events:
    """Take the events of a frame that are of an entity; among alike the last row wins."""
    return Events.of(frame, [ROW, QUANTITY, PER])


def group_sums(
    events: pl.DataFrame,
    asked: pl.DataFrame,
    feature: Feature,
    columns: Sequence[str],
) -> Values:
    """Sum over the others of the group; a row in no group has nothing.

    Without columns all are one group.
    """
    everyone = pl.lit(value=True).alias("everyone")
    group = ["everyone", *(f"its {column}" for column in columns)]
    events, asked = events.with_columns(everyone), asked.with_columns(everyone)
    sums = np.zeros((asked.height, 2))
    for keys, sign in ((group, 1.0), ([*group, "key"], -1.0)):
        codes = asked.select(keys).drop_nulls().unique().with_row_index("entity")
        coded = events.drop("entity").join(codes, on=keys, how="left")
        pairs = asked.join(codes, on=keys, how="left", maintain_order="left")
        entity = pairs["entity"].cast(pl.Int64).fill_null(-1).to_numpy()
        sums += sign * window_sums(
            events_of(coded),
            Asked(entity, asked["day"].to_numpy()),
            [QUANTITY, PER],
            feature.window,
        )
    return sums


def near_sums(events: pl.DataFrame, asked: pl.DataFrame, feature: Feature) -> Values:
    """Sum over events of others within the metres; a row without a place has nothing."""
    site = ["key", LON, LAT]
    sites = (
        events.select(site)
        .drop_nulls([LON, LAT])
        .unique()
        .sort(site)
        .with_row_index("entity")
    )
    stream = events_of(
        events.drop("entity").join(sites, on=site, how="left", nulls_equal=True)
    )
    heres = (
        asked.select(site)
        .drop_nulls([LON, LAT])
        .unique()
        .sort(site)
        .with_row_index("here")
    )
    graph = _near(heres, sites, feature.metres)
    here = asked.join(
        heres, on=site, how="left", maintain_order="left", nulls_equal=True
    )
    rows = here.select("day", "here").with_row_index("row").drop_nulls("here")
    sums = np.zeros((asked.height, 2))
    for (day,), on_day in rows.group_by("day"):
        pairs = Asked(np.arange(sites.height), np.full(sites.height, day))
        own = window_sums(stream, pairs, [QUANTITY, PER], feature.window)
        sums[on_day["row"].to_numpy()] = (graph @ own)[on_day["here"].to_numpy()]
    return sums


def _near(heres: pl.DataFrame, sites: pl.DataFrame, metres: float) -> csr_matrix:
    """Connect each place asked about with the sites of others within the metres.

    Space is cut into cubes as wide as the distance, so that whatever is near lies in
    the cube of the place or one beside it: no place bends the map for another, and
    neither a pole nor the date line is an edge.
    """
    # A straight line through the globe is shorter than the way along the ground.
    reach = 2 * _EARTH_METRES * math.sin(metres / (2 * _EARTH_METRES))
    there = sites.select("entity", "key", *_globe(), *_cubes(reach))
    is_other = (pl.col("key") != pl.col("key there")).fill_null(value=True)
    apart = pl.sum_horizontal(
        (pl.col(axis) - pl.col(f"{axis} there")) ** 2 for axis in "xyz"
    )
    found = [
        heres.slice(begin, _PLACES_AT_ONCE)
        .select("here", "key", *_globe(), *_cubes(reach))
        .join(_BESIDE, how="cross")
        .with_columns(pl.col(cube) + pl.col(f"{cube} shift") for cube in _CUBE)
        .join(there, on=_CUBE, suffix=" there")
        .filter(apart <= reach**2, is_other)
        .select("here", "entity")
        for begin in range(0, max(heres.height, 1), _PLACES_AT_ONCE)
    ]
    links = pl.concat(found)
    return csr_matrix(
        (np.ones(links.height), (links["here"].to_numpy(), links["entity"].to_numpy())),
        shape=(heres.height, sites.height),
    )


def _globe() -> list[pl.Expr]:
    """Place a longitude and a latitude in space."""
    lon, lat = pl.col(LON).radians(), pl.col(LAT).radians()
    return [
        (_EARTH_METRES * axis).alias(name)
        for name, axis in (
            ("x", lat.cos() * lon.cos()),
            ("y", lat.cos() * lon.sin()),
            ("z", lat.sin()),
        )
    ]


def _cubes(width: float) -> list[pl.Expr]:
    return [
        (axis / width).floor().cast(pl.Int64).alias(cube)
        for axis, cube in zip(_globe(), _CUBE, strict=True)
    ]
