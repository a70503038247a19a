"""Who there is: the invented register of businesses and their static factors."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import polars as pl

from pipelines.simulate import kinds, numbers, places, words

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

# Shares of a district in which shops come and go; invented.
_OPENED_DURING = 0.30
_CLOSED_DURING = 0.12
_CHAIN_SIZE = 14
# Days from opening to the entry in the register, at most.
REGISTERED_WITHIN = 20
_TYPE_DIGIT = {"seller": "1", "catering": "2", "canteen": "3", "market": "1"}
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


@dataclass(frozen=True)
class Register:
    """The businesses of a block: what the mart sees, and the arrays the rest needs."""

    business: pl.DataFrame
    static_factor: pl.DataFrame
    kind: Ints
    street: Ints
    chain: Ints  # -1 for a single shop
    opened: Ints  # days since 1970
    closed: Ints  # far in the future while trading
    area: Floats
    name: npt.NDArray[np.str_]

    @property
    def ids(self) -> pl.Series:
        """Give the business ids in order."""
        return self.business["business_id"]


def make_register(
    rng: np.random.Generator, kind: Ints, first_number: int, begin: date, until: date
) -> Register:
    """Invent the businesses of the given kinds, numbered from first_number."""
    count = len(kind)
    of = [kinds.KINDS[k] for k in kind]
    street = places.draw_streets(rng, count)
    street_name = np.array([s.name for s in places.STREETS])[street]
    subtype = np.array([k.subtype for k in of])
    name = words.names(rng, subtype, street_name)
    chain = _chains(rng, kind)
    branded = words.branded(rng, subtype, chain, street_name)
    name = np.where(chain >= 0, branded, name)
    opened, closed = _lives(rng, count, begin, until)
    area = np.round(np.array([k.area for k in of]) * rng.lognormal(0.0, 0.45, count), 0)
    number = first_number + np.arange(count)
    business = _business(rng, of, number, name, street, opened, closed, chain)
    return Register(
        business=business,
        static_factor=_factors(rng, of, business, area),
        kind=kind,
        street=street,
        chain=chain,
        opened=opened,
        closed=closed,
        area=area,
        name=name,
    )


def _chains(rng: np.random.Generator, kind: Ints) -> Ints:
    """Put some businesses of a kind into chains of about a dozen shops."""
    chain = np.full(len(kind), -1, dtype=np.int64)
    following = 0
    for index, of_kind in enumerate(kinds.KINDS):
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
    first, last = _day(begin), _day(until)
    old = first - rng.integers(30, 3650, count)
    # Whoever opened is on the register: the plan's counts are exact.
    during = first + rng.integers(0, last - first - REGISTERED_WITHIN, count)
    opened = np.where(rng.random(count) < _OPENED_DURING, during, old)
    end = opened + rng.integers(200, 2200, count)
    closes = (rng.random(count) < _CLOSED_DURING) & (end < last) & (end > first)
    return opened, np.where(closes, end, last + 100_000)


def _business(
    rng: np.random.Generator,
    of: list[kinds.Kind],
    number: Ints,
    name: npt.NDArray[np.str_],
    street: Ints,
    opened: Ints,
    closed: Ints,
    chain: Ints,
) -> pl.DataFrame:
    count = len(of)
    business_type = np.array([k.business_type for k in of])
    is_individual = rng.random(count) < np.array([k.individual for k in of])
    is_individual &= chain < 0
    region = numbers.regions(rng, count)
    region = np.where(opened > _day(date(2021, 4, 1)), "330102", region)
    lon, lat = places.coordinates(rng, street)
    owner, phone = words.people(rng, count)
    recorded = opened + rng.integers(1, REGISTERED_WITHIN, count)
    trading = closed < _day(date(2200, 1, 1))
    return pl.DataFrame(
        {
            "business_id": np.char.add("SC", np.char.zfill(number.astype(str), 8)),
            "valid_from": _dates(opened),
            "recorded_at": _dates(recorded),
            "usci": numbers.uscis(number * 7919 % 800_000_000, is_individual, region),
            "licence_no": _licences(rng, business_type, region, number),
            "name": name,
            "business_type": business_type,
            "subtype": [k.subtype for k in of],
            "legal_form": _legal_form(
                business_type, [k.subtype for k in of], is_individual
            ),
            "chain_code": pl.Series(np.char.add("CH", chain.astype(str))).set(
                pl.Series(chain < 0), None
            ),
            "street_code": np.array([s.code for s in places.STREETS])[street],
            "address": places.addresses(rng, street),
            "lon": lon,
            "lat": lat,
            "opened_on": _dates(opened),
            "closed_on": _dates(closed).set(pl.Series(~trading), None),
            "is_special_food": [k.subtype == "health_food_producer" for k in of],
            "owner_name": owner,
            "owner_phone": phone,
        }
    )


def _licences(
    rng: np.random.Generator,
    business_type: npt.NDArray[np.str_],
    region: npt.NDArray[np.str_],
    number: Ints,
) -> npt.NDArray[np.str_]:
    serial = np.char.zfill((number % 1_000_000).astype(str), 6)
    digit = np.array([_TYPE_DIGIT.get(t, "1") for t in business_type])
    selling = np.char.add(np.char.add(digit, region), serial)
    category = np.char.add(
        "1", np.char.zfill(rng.integers(1, 32, len(number)).astype(str), 2)
    )
    making = np.char.add(
        np.char.add(category, region), np.char.zfill((number % 10_000).astype(str), 4)
    )
    is_producer = business_type == "producer"
    return numbers.licences(
        np.where(is_producer, "SC", "JY"), np.where(is_producer, making, selling)
    )


def _legal_form(
    business_type: npt.NDArray[np.str_],
    subtype: list[str],
    is_individual: npt.NDArray[np.bool_],
) -> npt.NDArray[np.str_]:
    public = np.isin(
        subtype, ["school_canteen", "kindergarten_canteen", "hospital_canteen"]
    )
    form = np.where(is_individual, "individual", "enterprise")
    return np.where((business_type == "canteen") & public, "institution", form)


def _factors(
    rng: np.random.Generator,
    of: list[kinds.Kind],
    business: pl.DataFrame,
    area: Floats,
) -> pl.DataFrame:
    kind_of = np.array([k.business_type for k in of])
    size = area / 100
    parts = []

    def add(mask: npt.NDArray[np.bool_], factor: str, value: Floats) -> None:
        ids = business.filter(pl.Series(mask)).select(
            "business_id", "valid_from", "recorded_at"
        )
        parts.append(
            ids.with_columns(
                factor=pl.lit(factor),
                value_code=pl.lit("-"),
                value_number=pl.Series(np.round(value[mask], 0)),
            )
        )

    sells = kind_of == "seller"
    add(sells, "area_m2", area)
    for factor, scale in (
        ("prepacked_ambient_sku", 400),
        ("prepacked_chilled_sku", 60),
        ("prepacked_frozen_sku", 40),
        ("bulk_ambient_sku", 25),
        ("bulk_chilled_sku", 15),
        ("bulk_frozen_sku", 6),
        ("supplier_count", 15),
    ):
        add(
            sells & (rng.random(len(of)) < 0.8),
            factor,
            scale * np.sqrt(size) * rng.lognormal(0, 0.6, len(of)),
        )
    feeds = np.isin(kind_of, ["catering", "canteen"])
    add(kind_of == "catering", "catering_area_m2", area)
    add(kind_of == "catering", "seats", area * 0.35)
    add(kind_of == "canteen", "canteen_diners", area * 1.4)
    for factor, scale, share in (
        ("cold_dish_items", 6, 0.5),
        ("raw_dish_items", 3, 0.08),
        ("pastry_items", 5, 0.25),
        ("hot_dish_items", 35, 0.85),
        ("own_drink_items", 8, 0.4),
        ("other_made_items", 2, 0.1),
        ("cold_dish_perishable", 1, 0.3),
        ("hot_dish_perishable", 1, 0.6),
        ("pastry_perishable", 1, 0.1),
    ):
        value = (
            np.full(len(of), 1.0)
            if factor.endswith("perishable")
            else 1 + scale * np.sqrt(size) * rng.lognormal(0, 0.4, len(of))
        )
        add(feeds & (rng.random(len(of)) < share), factor, value)
    return pl.concat(
        [*parts, _producer_factors(rng, of, business)], how="diagonal_relaxed"
    ).sort("business_id", "factor")


def _producer_factors(
    rng: np.random.Generator, of: list[kinds.Kind], business: pl.DataFrame
) -> pl.DataFrame:
    rows = []
    for row, kind in zip(
        business.select("business_id", "valid_from", "recorded_at").rows(),
        of,
        strict=True,
    ):
        if kind.subtype == "food_producer":
            rows.append(
                (*row, "food_category", str(rng.choice(_FOOD_CATEGORIES)), None)
            )
        elif kind.subtype == "health_food_producer":
            rows.append((*row, "food_category", "2701", None))
    schema = {
        "business_id": pl.String,
        "valid_from": pl.Date,
        "recorded_at": pl.Date,
        "factor": pl.String,
        "value_code": pl.String,
        "value_number": pl.Float64,
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


def _day(day: date) -> int:
    return (day - date(1970, 1, 1)) // timedelta(days=1)


def _dates(days: Ints) -> pl.Series:
    return pl.Series(days.astype(np.int32)).cast(pl.Date)
