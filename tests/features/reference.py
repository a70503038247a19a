"""Every feature again, one business and one fact at a time, with no cleverness.

Written from the words of the catalogue, apart from the code it is compared with: rows
are dictionaries, dates are dates, and nothing is faster than it is obvious.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

import polars as pl

from features.catalogue import Feature, catalogue
from features.schema import Facts

Row = dict[str, object]

FAR = date(4000, 1, 1)
FIVE_YEARS = 1826
OUTCOMES = {"routine", "random"}
OTHER = {"flying", "system", "skill", "special", "other"}
HAZARDS = {"foreign_matter", "spoiled", "illness", "expired", "pests"}
CLOSING = {"revocation", "stop_business", "closure", "restriction", "downgrade", "ban"}
GROUPS = {
    "street": ["street_code"],
    "type": ["business_type"],
    "subtype": ["business_type", "subtype"],
    "street_type": ["street_code", "business_type", "subtype"],
    "category": ["business_type", "source_category"],
    "chain": ["chain_code"],
    "declared": ["business_type", "declared_risk"],
}


@dataclass(frozen=True)
class Event:
    """One fact: it counts on the days after `recorded` up to `until`."""

    business: str
    happened: date
    recorded: date
    numbers: dict[str, float]
    until: date = FAR
    tie: tuple[float, ...] = field(default=())

    def is_known(self, day: date) -> bool:
        return self.recorded < day <= self.until

    def is_within(self, day: date, window: int | None) -> bool:
        """Whether it happened in [day - window, day)."""
        if not self.is_known(day):
            return False
        return window is None or self.happened >= day - timedelta(days=window)


def total(
    events: list[Event], day: date, quantity: str, window: int | None = None
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
    feature: Feature, events: list[Event], day: date, window: int | None
) -> float | None:
    above = total(events, day, feature.quantity, window)
    below = total(events, day, feature.per, window) + feature.shrinkage
    return above / below if below > 0 else None


# --- facts as events --------------------------------------------------------------


def all_streams(facts: Facts, life: int | None) -> dict[str, list[Event]]:
    return {
        "visits": visits(facts),
        "complaints": list(complaints(facts)),
        "verified_complaints": list(verified(facts, life)),
        "samples": [
            Event(s["business_id"], s["sampled_on"], s["recorded_at"], {"sample": 1.0})
            for s in facts.sampling_result.to_dicts()
        ],
        "failed_samples": list(failed_samples(facts, life)),
        "penalties": list(penalties(facts, life)),
        "incidents": [
            Event(
                i["business_id"],
                i["occurred_on"],
                i["recorded_at"],
                {"incident": 1.0},
                until=end_of_life(i["occurred_on"], life),
            )
            for i in facts.incident.to_dicts()
            if i["business_id"] and i["is_confirmed"]
        ],
        "certificates": list(in_force(facts.certificate, "certificate")),
        "insurance": list(in_force(facts.insurance_policy, "policy")),
        "kitchen_months": list(kitchens(facts)),
        "skill_checks": [
            Event(
                t["business_id"],
                t["held_on"],
                t["recorded_at"],
                {"failed_check": float(not t["is_passed"])},
            )
            for t in facts.training_event.to_dicts()
            if t["business_id"]
            and t["kind"] == "skill_check"
            and t["is_passed"] is not None
        ],
    }


def end_of_life(happened: date, life: int | None) -> date:
    return FAR if life is None else happened + timedelta(days=life)


def visits(facts: Facts) -> list[Event]:
    rows = facts.inspection.to_dicts()
    items: dict[str, list[Row]] = {}
    for item in facts.inspection_item.to_dicts():
        items.setdefault(item["inspection_id"], []).append(item)
    found = []
    for row in rows:
        numbers = visit_numbers(row, items.get(row["inspection_id"], []))
        numbers["residual"] = residual(row, rows)
        found.append(
            Event(
                row["business_id"],
                row["inspected_on"],
                row["recorded_at"],
                numbers,
                tie=tuple(numbers.values()),
            )
        )
    return found


def visit_numbers(row: Row, items: list[Row]) -> dict[str, float]:
    purpose, outcome = row["purpose"], is_outcome(row)
    return {
        "visit": 1.0,
        "outcome": float(outcome),
        "serious": float(bool(row["is_serious"])),
        "outcome_serious": float(outcome and bool(row["is_serious"])),
        "key_failed": float(row["key_failed"] or 0),
        "general_failed": float(row["general_failed"] or 0),
        "minor_failed": float(row["minor_failed"] or 0),
        "follow_up": float(purpose == "follow_up"),
        "complaint_visit": float(purpose == "complaint"),
        "licensing": float(purpose == "licensing"),
        "other_visit": float(purpose in OTHER),
        "refused": float(bool(row["is_refused"])),
        "score": row["source_score"] or 0.0,
        "scored": float(row["source_score"] is not None),
        "checklist": row["checklist_points"] or 0.0,
        "checklisted": float(row["checklist_points"] is not None),
        "items": float(len(items)),
        "uncorrected": float(sum(i["is_corrected"] is False for i in items)),
        "stopped": float(row["result_code"] in {"INVESTIGATE", "STOP_NOW"}),
    }


def is_outcome(row: Row) -> bool:
    return row["purpose"] in OUTCOMES and row["is_serious"] is not None


def residual(row: Row, rows: list[Row]) -> float:
    """Take off what the inspector was expected to find, by earlier recorded visits."""
    if not is_outcome(row):
        return 0.0
    return float(row["is_serious"]) - expectation(row, rows)


def expectation(row: Row, rows: list[Row]) -> float:
    earlier = [
        r for r in rows if is_outcome(r) and r["recorded_at"] < row["recorded_at"]
    ]
    inspector = row["inspector_id"]
    own = [r for r in earlier if inspector and r["inspector_id"] == inspector]
    overall = (sum(r["is_serious"] for r in earlier) + 0.12 * 20) / (len(earlier) + 20)
    return (sum(r["is_serious"] for r in own) + 100 * overall) / (len(own) + 100)


def complaints(facts: Facts) -> Iterator[Event]:
    for c in facts.complaint.to_dicts():
        if c["business_id"]:
            numbers = {
                "complaint": 1.0,
                "hazard": float(c["category"] in HAZARDS),
                "illness": float(c["category"] == "illness"),
                "hygiene": float(c["category"] in {"hygiene", "pests"}),
            }
            yield Event(c["business_id"], c["received_on"], c["recorded_at"], numbers)


def verified(facts: Facts, life: int | None) -> Iterator[Event]:
    for c in facts.complaint.to_dicts():
        if c["business_id"] and c["is_verified"] and c["verified_on"]:
            yield Event(
                c["business_id"],
                c["received_on"],
                max(c["recorded_at"], c["verified_on"]),
                {"verified": 1.0},
                until=end_of_life(c["received_on"], life),
            )


def failed_samples(facts: Facts, life: int | None) -> Iterator[Event]:
    for s in facts.sampling_result.to_dicts():
        if s["is_failed"] and s["final_on"] and s["reinspection"] != "overturned":
            yield Event(
                s["business_id"],
                s["sampled_on"],
                max(s["recorded_at"], s["final_on"]),
                {
                    "failed": 1.0,
                    "failed_supervision": float(s["programme"] == "supervision"),
                },
                until=end_of_life(s["sampled_on"], life),
            )


def penalties(facts: Facts, life: int | None) -> Iterator[Event]:
    for p in facts.penalty.to_dicts():
        yield Event(
            p["business_id"],
            p["decided_on"],
            p["recorded_at"],
            {
                "penalty": 1.0,
                "heavier": float(p["discretion_grade"] == "heavier"),
                "closing": float(bool(CLOSING & set(p["kinds"].split("+")))),
                "fine_10k": (p["fine_yuan"] or 0.0) / 10_000,
            },
            until=min(p["withdrawn_on"] or FAR, end_of_life(p["decided_on"], life)),
        )


def in_force(table: pl.DataFrame, quantity: str) -> Iterator[Event]:
    for row in table.to_dicts():
        eve = row["valid_from"] - timedelta(days=1)
        known = max(row["recorded_at"], eve)
        yield Event(
            row["business_id"],
            eve,
            known,
            {quantity: 1.0},
            until=row["valid_to"] or FAR,
        )


def kitchens(facts: Facts) -> Iterator[Event]:
    for k in facts.premises_connection.to_dicts():
        month = k["month"]
        following = (month.replace(day=1) + timedelta(days=32)).replace(day=1)
        last_day = following - timedelta(days=1)
        numbers = {
            "online": float(k["online_days"]),
            "trading": float(k["business_days"]),
        }
        known = max(k["recorded_at"], last_day)
        yield Event(k["business_id"], last_day, known, numbers)


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
