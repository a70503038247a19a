"""What is known of others like it: same street, type, chain, and those close by.

Every rate leaves the business itself out, is shrunk towards "no different from others",
and uses only what was recorded before the day.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.sparse import csr_matrix
from scipy.spatial import cKDTree

from features.profile import attributes_at
from features.window import Asked, Events, Values, window_sums

# How two businesses come to be in one group; null parts make no group.
GROUPS: Mapping[str, tuple[str, ...]] = {
    "street": ("street_code",),
    "type": ("business_type",),
    "subtype": ("business_type", "subtype"),
    "street_type": ("street_code", "business_type", "subtype"),
    "category": ("business_type", "source_category"),
    "chain": ("chain_code",),
    "declared": ("business_type", "declared_risk"),
}

# Near enough to share a landlord, a drain and a clientele; beyond it the gain faded.
NEAR_METRES = 300.0
_EARTH_METRES = 6_378_137.0


@dataclass(frozen=True)
class Others:
    """Which quantities of the others to sum, over how many days."""

    quantities: tuple[str, ...]
    window_days: int


@dataclass(frozen=True)
class Surroundings:
    """A stream of visits and the register, with what every question about them needs."""

    visits: pl.DataFrame
    business: pl.DataFrame

    @cached_property
    def of_visits(self) -> pl.DataFrame:
        """Give the attributes of each visit's business, known the day after it was."""
        day_after = pl.col("recorded") + pl.duration(days=1)
        return attributes_at(
            self.business, self.visits.select("business_id", as_of=day_after)
        )

    @cached_property
    def places(self) -> pl.DataFrame:
        """Number the places first recorded for each business.

        A later correction of a coordinate changes no past number.
        """
        return (
            self.business.drop_nulls(["lon", "lat"])
            .sort("business_id", "recorded_at", "valid_from")
            .unique("business_id", keep="first", maintain_order=True)
            .select("business_id", "lon", "lat", "recorded_at")
            .with_row_index("place")
        )

    @cached_property
    def near(self) -> csr_matrix:
        """Connect the places close to each other."""
        return _graph(self.places)


def group_sums(
    around: Surroundings, members: pl.DataFrame, question: Others, *, group: str
) -> Values:
    """Sum quantities over the others of the group at the pair's day.

    `members` are the pairs with their attributes on the day; an event belongs to the
    group its business was in on the day after the recording. Rows of zeros where the
    business is in no group.
    """
    columns = GROUPS[group]
    events = pl.concat(
        [around.visits, around.of_visits.select(columns)], how="horizontal"
    ).drop_nulls(columns)
    is_member = members.select(
        pl.all_horizontal(pl.col(columns).is_not_null())
    ).to_series()
    asked_days = _days(members["as_of"])
    totals = np.zeros((members.height, len(question.quantities)))
    for keys, sign in (((*columns,), 1.0), ((*columns, "business_id"), -1.0)):
        codes = _codes(events, members, keys)
        stream = Events.of(
            events.with_columns(entity=codes[: events.height]), question.quantities
        )
        asked = Asked(codes[events.height :].to_numpy(), asked_days)
        totals += sign * window_sums(
            stream, asked, question.quantities, question.window_days
        )
    return np.where(is_member.to_numpy()[:, None], totals, 0.0)


def near_sums(around: Surroundings, pairs: pl.DataFrame, question: Others) -> Values:
    """Sum quantities over other businesses within NEAR_METRES at the pair's day.

    Before its place was recorded a business is near to none.
    """
    places = around.places
    coded = around.visits.join(
        places.select("business_id", entity="place"), on="business_id"
    )
    stream = Events.of(coded, question.quantities)
    at = pairs.join(
        places.select("business_id", "place"),
        on="business_id",
        how="left",
        maintain_order="left",
    )["place"]
    at_places = at.fill_null(0).to_numpy().astype(np.int64)
    days, placed_on = _days(pairs["as_of"]), _days(places["recorded_at"])
    result = np.zeros((pairs.height, len(question.quantities)))
    for day in np.unique(days):
        is_placed = placed_on < day
        here = (days == day) & at.is_not_null().to_numpy()
        here[here] = is_placed[at_places[here]]
        asked = Asked(np.arange(places.height), np.full(places.height, day))
        own = window_sums(stream, asked, question.quantities, question.window_days)
        near = around.near @ np.where(is_placed[:, None], own, 0.0)
        result[here] = near[at_places[here]]
    return result


def _graph(places: pl.DataFrame) -> csr_matrix:
    """Connect businesses within NEAR_METRES of each other, none with itself.

    Distances are straight lines through the globe, so that no place bends the map for
    two others; over 300 m they differ from the ground by less than a micrometre.
    """
    lon, lat = (
        np.radians(places["lon"].to_numpy()),
        np.radians(places["lat"].to_numpy()),
    )
    globe = _EARTH_METRES * np.column_stack(
        [np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)]
    )
    edges = cKDTree(globe).query_pairs(NEAR_METRES, output_type="ndarray")
    rows, columns = edges[:, 0], edges[:, 1]
    size = places.height
    one_way = csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(size, size))
    return one_way + one_way.T


def _codes(
    events: pl.DataFrame, members: pl.DataFrame, keys: tuple[str, ...]
) -> pl.Series:
    """Number the distinct key combinations, events first, then members."""
    both = pl.concat([events.select(keys), members.select(keys)], how="vertical")
    return both.select(pl.struct(keys).rank("dense").cast(pl.Int64)).to_series()


def _days(dates: pl.Series) -> npt.NDArray[np.int64]:
    return dates.cast(pl.Date).to_physical().cast(pl.Int64).to_numpy()
