"""What is known of others like it: same street, type, chain, and those close by.

Every rate leaves the business itself out, is shrunk towards "no different from others",
and uses only what was recorded before the day. Sums are whole numbers of 2^-32, as in
features.window, so that sums over parts of the register add up to the same bytes.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.sparse import coo_matrix, csr_matrix, vstack
from scipy.spatial import cKDTree

from features.catalogue import Feature
from features.errors import InputError
from features.inspections import Expectation
from features.periods import Days, Months
from features.profile import attributes_at
from features.window import Asked, Events, Values, window_units

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
GROUP_COLUMNS = tuple(
    dict.fromkeys(column for key in GROUPS.values() for column in key)
)

# Near enough to share a landlord, a drain and a clientele; beyond it the gain faded.
NEAR_METRES = 300.0
_EARTH_METRES = 6_378_137.0
# Places whose neighbours are looked up at once: bounds memory in the densest old town.
_PLACES_AT_ONCE = 20_000
# Places times days whose own sums are kept at once, 32 MB for two quantities.
_SUMS_AT_ONCE = 1 << 21
# What a question without a window reaches back.
_FIVE_YEARS = 1826
# Windows are counted from 1970-01-01, and what lies before counts as that day.
_FIRST_DAY = date(1970, 1, 1)
UNITS = float(1 << 32)

Units = npt.NDArray[np.int64]
# Some places by number, and which others each of them is close to.
Link = tuple[npt.NDArray[np.intp], coo_matrix]


@dataclass(frozen=True)
class Others:
    """Which quantities of the others to sum, over how many days."""

    quantities: tuple[str, ...]
    window_days: int
    stream: str = "visits"

    @classmethod
    def asked_by(cls, feature: Feature) -> "Others":
        """Take the question from the declaration of a feature."""
        window = feature.window or _FIVE_YEARS
        if isinstance(window, Months):
            message = f"the feature {feature.name} looks at others in calendar months; give their window in days"
            raise InputError(message)
        return cls((feature.quantity, feature.per), window, feature.stream)

    @property
    def name(self) -> str:
        """Name the question in a table of answers."""
        return f"{self.stream} {'+'.join(self.quantities)} {self.window_days}d"


@dataclass(frozen=True)
class Background:
    """What is known of all businesses on a day, for whoever holds a part of them.

    `expectation` is that of all inspectors; `groups` has one row per question and group: question, group, the columns of
    GROUP_COLUMNS that make it; `near` one per question and business with a place:
    question, business_id. Both have sum_0, sum_1 ... in the order of the quantities.
    """

    expectation: Expectation
    groups: pl.DataFrame
    near: pl.DataFrame

    def totals(self, question: Others, group: str) -> pl.DataFrame:
        """Give the sums of every group, named as the quantities of the question."""
        asked = self.groups.filter(question=question.name, group=group)
        return asked.select(*GROUPS[group], **_named(question))

    def nearby(self, question: Others) -> pl.DataFrame:
        """Give the sums near each business that has a place."""
        asked = self.near.filter(question=question.name)
        return asked.select("business_id", **_named(question))


def _named(question: Others) -> dict[str, str]:
    return {name: f"sum_{n}" for n, name in enumerate(question.quantities)}


@dataclass(frozen=True)
class Surroundings:
    """A stream of visits and the register, with what every question about them needs.

    Where they are only a part of what there is, the background tells of the whole.
    `asked_for` are the businesses whose neighbours will be asked for; None for any.
    """

    visits: pl.DataFrame
    business: pl.DataFrame
    background: Background | None = None
    asked_for: pl.Series | None = None

    @cached_property
    def grouped(self) -> pl.DataFrame:
        """Put beside each visit the groups its business was in the day after it."""
        day_after = pl.col("recorded") + pl.duration(days=1)
        of_visits = attributes_at(
            self.business, self.visits.select("business_id", as_of=day_after)
        )
        return self.visits.hstack(of_visits.select(GROUP_COLUMNS))

    @cached_property
    def places(self) -> pl.DataFrame:
        """Give the place first recorded for each business.

        A later correction of a coordinate changes no past number.
        """
        return (
            self.business.drop_nulls(["lon", "lat"])
            .sort("business_id", "recorded_at", "valid_from")
            .unique("business_id", keep="first", maintain_order=True)
            .select("business_id", "lon", "lat", "recorded_at")
        )

    @cached_property
    def links(self) -> tuple[npt.NDArray[np.intp], csr_matrix]:
        """Connect the places asked for with those close by; give each place its row."""
        ids, asked = self.places["business_id"], self.asked_for
        some = None if asked is None else ids.is_in(asked.implode()).to_numpy()
        parts = list(linked(self.places, some))
        row = np.full(self.places.height, -1, dtype=np.intp)
        if not parts:
            return row, csr_matrix((0, self.places.height), dtype=np.int8)
        here = np.concatenate([part for part, _ in parts])
        row[here] = np.arange(len(here))
        return row, vstack([graph for _, graph in parts], format="csr")

    def counted(self, question: Others, day: date) -> pl.DataFrame:
        """Keep the visits that count on a day, their quantities in units."""
        happened = pl.col("happened").clip(lower_bound=_FIRST_DAY)
        leaves = happened + pl.duration(days=question.window_days)
        if "withdrawn" in self.visits.columns:
            leaves = pl.min_horizontal(leaves, "withdrawn")
        return self.grouped.filter(
            pl.col("recorded") < day, day <= pl.max_horizontal("recorded", leaves)
        ).select("business_id", *GROUP_COLUMNS, *map(_units, question.quantities))

    def totals(self, question: Others, group: str, day: date) -> pl.DataFrame:
        """Sum over every group on a day: its columns, and the quantities in units."""
        return summed(self.counted(question, day), GROUPS[group])


def summed(counted: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    """Sum the quantities of visits that count, by columns of which none is null."""
    return (
        counted.drop_nulls(by)
        .group_by(by)
        .agg(pl.exclude("business_id", *GROUP_COLUMNS).sum())
    )


def group_sums(
    around: Surroundings, members: pl.DataFrame, question: Others, *, group: str
) -> Values:
    """Sum quantities over the others of the group at the pair's day.

    `members` are the pairs with their attributes on the day; an event belongs to the
    group its business was in on the day after the recording. Rows of zeros where the
    business is in no group.
    """
    columns = GROUPS[group]
    own = _summed_at(around, members, question, (*columns, "business_id"))
    if around.background is None:
        totals = _summed_at(around, members, question, columns)
    else:
        told = around.background.totals(question, group)
        totals = _beside(members, told, columns, question)
    return (totals - own) / UNITS


def _summed_at(
    around: Surroundings, members: pl.DataFrame, question: Others, key: Sequence[str]
) -> Units:
    """Sum the visits with the key of each pair; nothing where a part of it is null."""
    keys = members.select(key).drop_nulls().unique(maintain_order=True)
    coded = keys.with_row_index("entity")
    events = Events.of(around.grouped.join(coded, on=key), question.quantities)
    entity = members.select(key).join(coded, on=key, how="left", maintain_order="left")[
        "entity"
    ]
    asked = Asked(
        entity.cast(pl.Int64).fill_null(-1).to_numpy(), _days(members["as_of"])
    )
    return window_units(events, asked, question.quantities, question.window_days)


def _beside(
    pairs: pl.DataFrame, told: pl.DataFrame, key: Sequence[str], question: Others
) -> Units:
    """Put what is told of a key beside the pairs that have it; nothing of others."""
    known = pairs.select(key).join(told, on=key, how="left", maintain_order="left")
    units: Units = known.select(pl.col(question.quantities).fill_null(0)).to_numpy()
    return units


def near_sums(around: Surroundings, pairs: pl.DataFrame, question: Others) -> Values:
    """Sum quantities over other businesses within NEAR_METRES at the pair's day.

    Before its place was recorded a business is near to none.
    """
    if around.background is not None:
        told = around.background.nearby(question)
        return _beside(pairs, told, ["business_id"], question) / UNITS
    places = around.places.with_row_index("entity")
    visits = around.visits.join(
        places.select("business_id", "entity"), on="business_id"
    )
    events = Events.of(visits, question.quantities)
    asked = _places_of(pairs, places)
    sums = np.zeros((pairs.height, len(question.quantities)), dtype=np.int64)
    row, graph = around.links
    for days in _batches(np.unique(_days(pairs["as_of"])), places.height):
        own = _own_sums(events, _days(places["recorded_at"]), days, question)
        for n, day in enumerate(days):
            here = asked.filter(day=day)
            near = graph[row[here["entity"].to_numpy()]] @ own[:, n]
            sums[here["index"].to_numpy()] = near
    return sums / UNITS


def _places_of(pairs: pl.DataFrame, places: pl.DataFrame) -> pl.DataFrame:
    """Number the pairs that have a place by their day, with that place."""
    return (
        pairs.select("business_id", "as_of")
        .with_row_index()
        .join(places, on="business_id")
        .filter(pl.col("recorded_at") < pl.col("as_of"))
        .select("index", "entity", day=pl.col("as_of").to_physical().cast(pl.Int64))
    )


def _batches(days: Days, places: int) -> Iterator[Days]:
    size = max(1, _SUMS_AT_ONCE // max(1, places))
    for begin in range(0, len(days), size):
        yield days[begin : begin + size]


def _own_sums(events: Events, placed_on: Days, days: Days, question: Others) -> Units:
    """Sum the visits of each place, by day and quantity; none before it was placed."""
    count = len(placed_on)
    asked = Asked(np.repeat(np.arange(count), len(days)), np.tile(days, count))
    own = window_units(events, asked, question.quantities, question.window_days)
    own = own.reshape(count, len(days), len(question.quantities))
    return own * (placed_on[:, None] < days)[:, :, None]


def near_units(links: Iterable[Link], units: Units) -> Units:
    """Sum over the places close to each, row by row as they are given."""
    sums = np.zeros_like(units)
    for here, graph in links:
        sums[here] = graph @ units
    return sums


def linked(
    places: pl.DataFrame, some: npt.NDArray[np.bool_] | None = None
) -> Iterator[Link]:
    """Connect all places, or some, with those within NEAR_METRES, none with itself.

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
    tree = cKDTree(globe)
    order = tree.indices if some is None else tree.indices[some[tree.indices]]
    # The leaves of the tree hold what is close together, so few of them are looked into.
    for begin in range(0, len(order), _PLACES_AT_ONCE):
        here = order[begin : begin + _PLACES_AT_ONCE]
        edges = cKDTree(globe[here]).sparse_distance_matrix(
            tree, NEAR_METRES, output_type="ndarray"
        )
        is_other = here[edges["i"]] != edges["j"]
        rows, columns = edges["i"][is_other], edges["j"][is_other]
        ones = np.ones(len(rows), dtype=np.int8)
        yield here, coo_matrix((ones, (rows, columns)), (len(here), places.height))


def _units(quantity: str) -> pl.Expr:
    value = pl.col(quantity).cast(pl.Float64).fill_null(0.0)
    return (value * UNITS).round(0, mode="half_to_even").cast(pl.Int64).alias(quantity)


def _days(dates: pl.Series) -> Days:
    days: Days = dates.cast(pl.Date).to_physical().cast(pl.Int64).to_numpy()
    return days
