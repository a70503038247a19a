"""Who there is: the invented register of businesses."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
import polars as pl

from pipelines.simulate import numbers, places, words
from pipelines.simulate.columns import (
    Bools,
    Floats,
    Ints,
    Text,
    codes,
    dates,
    day_number,
    only_where,
)
from pipelines.simulate.kinds import KINDS

# Shares of a district in which shops come and go; invented.
_OPENED_DURING = 0.30
_CLOSED_DURING = 0.12
_CHAIN_SIZE = 14
# Days from opening to the entry in the register, at most.
REGISTERED_WITHIN = 20
# Nobody closes later than this: whoever would is still trading.
_FAR_OFF = date(2200, 1, 1)
# Licences opened before the two districts were merged may carry the old number.
_MERGED_ON, _REGION = date(2021, 4, 1), "330102"
_TYPE_DIGIT = {"seller": "1", "catering": "2", "canteen": "3", "market": "1"}
_PUBLIC_CANTEENS = ["school_canteen", "kindergarten_canteen", "hospital_canteen"]


@dataclass(frozen=True)
class Register:
    """The businesses of a block as arrays, one place a business."""

    number: Ints  # running through the whole district
    kind: Ints  # place in KINDS
    street: Ints
    chain: Ints  # -1 for a single shop
    opened: Ints  # days since 1970
    closed: Ints  # far in the future while trading
    area: Floats  # square metres
    name: Text

    @cached_property
    def ids(self) -> pl.Series:
        """Give the business ids in order."""
        return pl.Series("business_id", codes("SC", self.number, 8))

    @cached_property
    def business_type(self) -> Text:
        """Give the type of each business."""
        return np.array([kind.business_type for kind in KINDS])[self.kind]

    @cached_property
    def subtype(self) -> Text:
        """Give the subtype of each business."""
        return np.array([kind.subtype for kind in KINDS])[self.kind]

    @cached_property
    def street_code(self) -> Text:
        """Give the code of the street of each business."""
        return np.array([street.code for street in places.STREETS])[self.street]

    @cached_property
    def cooks(self) -> Bools:
        """Say who serves food on the spot."""
        return np.isin(self.business_type, ["catering", "canteen"])

    def trades_in(self, month: date) -> Bools:
        """Say who is open for the four weeks from the first of the month."""
        begin = day_number(month)
        return (self.opened <= begin) & (self.closed > begin + 28)


def make_register(
    rng: np.random.Generator, kind: Ints, first_number: int, begin: date, until: date
) -> Register:
    """Invent the businesses of the given kinds, numbered from first_number."""
    count = len(kind)
    street = places.draw_streets(rng, count)
    street_name = np.array([s.name for s in places.STREETS])[street]
    subtype = np.array([k.subtype for k in KINDS])[kind]
    single = words.names(rng, subtype, street_name)
    chain = _chains(rng, kind)
    branded = words.branded(rng, subtype, chain, street_name)
    opened, closed = _lives(rng, count, begin, until)
    usual_area = np.array([k.area for k in KINDS])[kind]
    return Register(
        number=first_number + np.arange(count),
        kind=kind,
        street=street,
        chain=chain,
        opened=opened,
        closed=closed,
        area=np.round(usual_area * rng.lognormal(0.0, 0.45, count), 0),
        name=np.where(chain >= 0, branded, single),
    )


def _chains(rng: np.random.Generator, kind: Ints) -> Ints:
    """Put some businesses of a kind into chains of about a dozen shops."""
    chain = np.full(len(kind), -1, dtype=np.int64)
    following = 0
    for index, of_kind in enumerate(KINDS):
        members = np.flatnonzero(
            (kind == index) & (rng.random(len(kind)) < of_kind.chain)
        )
        groups = max(1, len(members) // _CHAIN_SIZE)
        chain[members] = following + rng.integers(0, groups, len(members))
        following += groups
    return chain


def _lives(
    rng: np.random.Generator, count: int, begin: date, until: date
) -> tuple[Ints, Ints]:
    first, last = day_number(begin), day_number(until)
    old = first - rng.integers(30, 3650, count)
    # Whoever opened is on the register: the plan's counts are exact.
    during = first + rng.integers(0, last - first - REGISTERED_WITHIN, count)
    opened = np.where(rng.random(count) < _OPENED_DURING, during, old)
    end = opened + rng.integers(200, 2200, count)
    closes = (rng.random(count) < _CLOSED_DURING) & (end < last) & (end > first)
    return opened, np.where(closes, end, last + 100_000)


def business_table(rng: np.random.Generator, register: Register) -> pl.DataFrame:
    """Write the businesses as rows of mart.business, with their owners."""
    count = len(register.kind)
    usual = np.array([kind.individual for kind in KINDS])[register.kind]
    is_individual = (rng.random(count) < usual) & (register.chain < 0)
    region = numbers.regions(rng, count)
    region = np.where(register.opened > day_number(_MERGED_ON), _REGION, region)
    lon, lat = places.coordinates(rng, register.street)
    owner, phone = words.people(rng, count)
    opened = dates(register.opened)
    recorded = dates(register.opened + rng.integers(1, REGISTERED_WITHIN, count))
    return pl.DataFrame(
        {
            "business_id": register.ids,
            "valid_from": opened,
            "recorded_at": recorded,
            "usci": numbers.uscis(
                register.number * 7919 % 800_000_000, is_individual, region
            ),
            "licence_no": _licences(rng, register, region),
            "name": register.name,
            "business_type": register.business_type,
            "subtype": register.subtype,
            "legal_form": _legal_form(register, is_individual),
            "chain_code": only_where(
                register.chain >= 0, codes("CH", register.chain, 1)
            ),
            "street_code": register.street_code,
            "address": places.addresses(rng, register.street),
            "lon": lon,
            "lat": lat,
            "opened_on": opened,
            "closed_on": only_where(
                register.closed < day_number(_FAR_OFF), dates(register.closed)
            ),
            "is_special_food": register.subtype == "health_food_producer",
            "owner_name": owner,
            "owner_phone": phone,
        }
    )


def _licences(rng: np.random.Generator, register: Register, region: Text) -> Text:
    """Number licences to sell by type and place, to make by class of food and place."""
    digit = np.array([_TYPE_DIGIT.get(t, "1") for t in register.business_type])
    selling = np.char.add(
        np.char.add(digit, region), codes("", register.number % 1_000_000, 6)
    )
    category = codes("1", rng.integers(1, 32, len(region)), 2)
    making = np.char.add(
        np.char.add(category, region), codes("", register.number % 10_000, 4)
    )
    makes = register.business_type == "producer"
    return numbers.licences(
        np.where(makes, "SC", "JY"), np.where(makes, making, selling)
    )


def _legal_form(register: Register, is_individual: Bools) -> Text:
    form = np.where(is_individual, "individual", "enterprise")
    is_public = np.isin(register.subtype, _PUBLIC_CANTEENS)
    return np.where(is_public, "institution", form)
