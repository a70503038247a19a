"""Every feature again, one business and one fact at a time, with no cleverness.

Written from the words of the catalogue, apart from the code it is compared with: rows
are dictionaries, dates are dates, and nothing is faster than it is obvious.
"""

import math
from collections.abc import Callable
from datetime import date, timedelta

import polars as pl

from features.catalogue import Feature, catalogue
from features.periods import Window
from features.schema import Facts
from tests.features.slow_events import Event, Row, all_streams

FIVE_YEARS = 1826
GROUPS = {
    "street": ["street_code"],
    "type": ["business_type"],
    "subtype": ["business_type", "subtype"],
    "street_type": ["street_code", "business_type", "subtype"],
    "category": ["business_type", "source_category"],
    "chain": ["chain_code"],
    "declared": ["business_type", "declared_risk"],
}


def total(
    events: list[Event], day: date, quantity: str, window: Window = None
) -> float:
    return math.fsum(e.numbers[quantity] for e in events if e.is_within(day, window))


def latest(events: list[Event], day: date) -> Event | None:
    known = [e for e in events if e.recorded < day]
    last = max(known, key=lambda e: (e.happened, e.recorded, e.tie), default=None)
    return last if last and last.is_known(day) else None


def decayed(events: list[Event], day: date, quantity: str, half_life: float) -> float:
    return math.fsum(
        e.numbers[quantity] * 0.5 ** ((day - e.happened).days / half_life)
        for e in events
        if e.is_known(day)
    )


def slow_matrix(
    facts: Facts, pairs: pl.DataFrame, life: int | None
) -> dict[str, list[float | None]]:
    """Give the matrix column by column, unknown as None."""
    streams = all_streams(facts, life)
    return {
        feature.name: [
            value(feature, facts, streams, business, day)
            for business, day in pairs.rows()
        ]
        for feature in catalogue()
    }


def value(
    feature: Feature,
    facts: Facts,
    streams: dict[str, list[Event]],
    business: str,
    day: date,
) -> float | None:
    if feature.metric == "profile":
        return PROFILE[feature.name](facts, business, day)
    events = streams[feature.stream]
    if feature.metric in {"group", "near"}:
        others = (
            near_events(facts, events, business, day)
            if feature.metric == "near"
            else group_events(facts, events, business, day, feature.group)
        )
        return share(feature, others, day, feature.window)
    own = [e for e in events if e.business == business]
    return own_value(feature, own, day)


def own_value(feature: Feature, own: list[Event], day: date) -> float | None:
    chosen = [e for e in own if not feature.where or e.numbers[feature.where] > 0]
    if feature.metric == "last":
        last = latest(chosen, day)
        return last.numbers[feature.quantity] if last else None
    if feature.metric == "days_since":
        last = latest(chosen, day)
        return (day - last.happened).days if last else None
    if feature.metric == "sum":
        return total(own, day, feature.quantity, feature.window)
    if feature.metric == "decayed":
        return decayed(own, day, feature.quantity, feature.half_life)
    return share_or_trend(feature, own, day)


def share_or_trend(feature: Feature, own: list[Event], day: date) -> float | None:
    now = share(feature, own, day, feature.window)
    if feature.metric in {"mean", "shrunk"}:
        return now
    assert feature.metric == "trend"
    base = share(feature, own, day, FIVE_YEARS)
    return None if now is None or base is None else now - base


def share(
    feature: Feature, events: list[Event], day: date, window: Window
) -> float | None:
    above = total(events, day, feature.quantity, window)
    below = total(events, day, feature.per, window) + feature.shrinkage
    return above / below if below > 0 else None


# --- who the business and its neighbours are ---------------------------------------


def known_as(facts: Facts, business: str, day: date) -> Row | None:
    versions = [
        b
        for b in facts.business.to_dicts()
        if b["business_id"] == business
        and b["recorded_at"] < day
        and b["valid_from"] <= day
    ]
    return max(versions, key=lambda b: b["valid_from"], default=None)


def group_events(
    facts: Facts, events: list[Event], business: str, day: date, group: str
) -> list[Event]:
    """Give the visits of others that were in the business's group when recorded."""
    mine = group_of(facts, business, day, group)
    return [
        e
        for e in events
        if mine
        and e.business != business
        and group_of(facts, e.business, e.recorded + timedelta(days=1), group) == mine
    ]


def group_of(facts: Facts, business: str, day: date, group: str) -> list[object]:
    row = known_as(facts, business, day)
    parts = [row[column] for column in GROUPS[group]] if row else [None]
    return [] if None in parts else parts


def near_events(
    facts: Facts, events: list[Event], business: str, day: date
) -> list[Event]:
    here = place_of(facts, business, day)
    return [
        e
        for e in events
        if here
        and e.business != business
        and (there := place_of(facts, e.business, day))
        and metres(here, there) <= 300.0
    ]


def place_of(facts: Facts, business: str, day: date) -> tuple[float, float] | None:
    """Give the place recorded first, if it had been recorded by then."""
    placed = [
        b
        for b in facts.business.to_dicts()
        if b["business_id"] == business
        and b["lon"] is not None
        and b["recorded_at"] < day
    ]
    first = min(placed, key=lambda b: (b["recorded_at"], b["valid_from"]), default=None)
    return (first["lon"], first["lat"]) if first else None


def metres(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Measure along the ground (haversine)."""
    (lon_a, lat_a), (lon_b, lat_b) = (tuple(map(math.radians, p)) for p in (a, b))
    h = (
        math.sin((lat_b - lat_a) / 2) ** 2
        + math.cos(lat_a) * math.cos(lat_b) * math.sin((lon_b - lon_a) / 2) ** 2
    )
    return 2 * 6_378_137 * math.asin(math.sqrt(h))


def attribute(column: str) -> Callable[[Facts, str, date], float | None]:
    def give(facts: Facts, business: str, day: date) -> float | None:
        row = known_as(facts, business, day)
        return None if row is None or row[column] is None else float(row[column])

    return give


def age(facts: Facts, business: str, day: date) -> float | None:
    row = known_as(facts, business, day)
    if row is None or row["opened_on"] is None:
        return None
    return max((day - row["opened_on"]).days, 0)


def individual(facts: Facts, business: str, day: date) -> float | None:
    row = known_as(facts, business, day)
    if row is None or row["legal_form"] is None:
        return None
    return float(row["legal_form"] == "individual")


def static_sum(*factors: str) -> Callable[[Facts, str, date], float | None]:
    def give(facts: Facts, business: str, day: date) -> float | None:
        latest_of: dict[tuple[str, str], Row] = {}
        for row in sorted(
            facts.static_factor.to_dicts(), key=lambda r: r["valid_from"]
        ):
            is_known = row["recorded_at"] < day and row["valid_from"] <= day
            if row["business_id"] == business and is_known:
                latest_of[row["factor"], row["value_code"]] = row
        amounts = [
            row["value_number"]
            for (factor, _), row in latest_of.items()
            if factor in factors and row["value_number"] is not None
        ]
        return math.fsum(amounts) if amounts else None

    return give


def season(wave: Callable[[float], float]) -> Callable[[Facts, str, date], float]:
    def give(_facts: Facts, _business: str, day: date) -> float:
        return wave(day.timetuple().tm_yday * 2 * math.pi / 365.25)

    return give


PROFILE: dict[str, Callable[[Facts, str, date], float | None]] = {
    "age_days": age,
    "is_individual": individual,
    "is_special_food": attribute("is_special_food"),
    "declared_risk": attribute("declared_risk"),
    "season_sin": season(math.sin),
    "season_cos": season(math.cos),
    "floor_area": static_sum("area_m2", "catering_area_m2"),
    "diners": static_sum("canteen_diners", "delivery_diners", "seats"),
    "dishes": static_sum(
        "cold_dish_items",
        "raw_dish_items",
        "pastry_items",
        "hot_dish_items",
        "own_drink_items",
        "other_made_items",
    ),
    "chilled_items": static_sum(
        "prepacked_chilled_sku",
        "prepacked_frozen_sku",
        "bulk_chilled_sku",
        "bulk_frozen_sku",
    ),
    "suppliers": static_sum("supplier_count"),
    "perishable_kinds": static_sum(
        "cold_dish_perishable", "pastry_perishable", "hot_dish_perishable"
    ),
}
