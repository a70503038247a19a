"""The facts of the mart as events, read row by row with no cleverness."""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

import polars as pl

from features.periods import Months, Window
from features.schema import Facts

Row = dict[str, object]

FAR = date(4000, 1, 1)
OUTCOMES = {"routine", "random"}
OTHER = {"flying", "system", "skill", "special", "other"}
HAZARDS = {"foreign_matter", "spoiled", "illness", "expired", "pests"}
CLOSING = {"revocation", "stop_business", "closure", "restriction", "downgrade", "ban"}


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

    def is_within(self, day: date, window: Window) -> bool:
        """Whether it happened in [day - window, day)."""
        if not self.is_known(day):
            return False
        return window is None or self.happened >= since(day, window)


def since(day: date, window: int | Months) -> date:
    """Take a window off a day as PostgreSQL takes off an interval."""
    if isinstance(window, int):
        return day - timedelta(days=window)
    year, month = divmod(day.year * 12 + day.month - 1 - window.count, 12)
    last = monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


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
        "kitchen_spans": list(kitchens(facts)),
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
        is_open = s["reinspection"] in {"pending", "overturned"}
        if s["is_failed"] and s["final_on"] and not is_open:
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
            until=min(eve_of(p["withdrawn_on"]), end_of_life(p["decided_on"], life)),
        )


def eve_of(ended: date | None) -> date:
    return FAR if ended is None else ended - timedelta(days=1)


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
    for k in facts.kitchen_connection.to_dicts():
        days = float((k["last_on"] - k["first_on"]).days + 1)
        numbers = {"online": days * k["is_online"], "trading": days}
        known = max(k["recorded_at"], k["last_on"])
        yield Event(k["business_id"], k["last_on"], known, numbers)
