"""What may be shown of a business: an allow-list of facts, each public by its own rule.

The risk grade, its points, the probability, reasons, credit, complaints, samples under
re-inspection and the names of officers have no field here, so no page can show them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

import polars as pl

from features.labels import cohort
from features.profile import attributes_at
from features.schema import Facts
from models.catering_grade import catering_grades
from models.health_code import health_codes
from models.publicity import Penalty, publicity, publish_by
from models.rules import Rules, load_rules

# Types that are graded at the door; the others have a card without a grade.
GRADED = ("catering", "canteen")
# Checks whose result is told; a visit after a complaint would point at who complained.
_TOLD = ("routine", "random", "follow_up", "special")
# Results that are final at the visit; of an investigation nothing is told before its end.
FINAL = ("NO_ISSUE", "CORRECT_ON_SPOT", "CORRECT_BY_DATE")
_CHECKS_SHOWN = 3


@dataclass(frozen=True)
class Check:
    """A check whose result is told; `result` is null while a case is open."""

    on: date
    purpose: str
    result: str | None


@dataclass(frozen=True)
class PublicPenalty:
    """A penalty that is public, and until when."""

    document_no: str | None
    act: str | None
    decided_on: date
    kinds: tuple[str, ...]
    until: date


@dataclass(frozen=True, kw_only=True)
class Face:
    """All that is shown of a business."""

    business_id: str
    name: str
    business_type: str
    subtype: str | None
    licence_no: str | None
    usci: str | None
    street_code: str | None
    street: str
    address: str | None
    is_graded: bool
    level: str | None
    letter: str | None
    without: str | None
    checked_on: date | None
    colour: str | None
    colour_reason: str | None
    checks: tuple[Check, ...]
    penalties: tuple[PublicPenalty, ...]


def faces(facts: Facts, as_of: date) -> list[Face]:
    """Gather what may be shown of every business trading on a day, by its number."""
    rules = load_rules()
    law = rules.in_force(as_of)
    trading = attributes_at(facts.business, cohort(facts, as_of)).sort("business_id")
    graded = trading.filter(pl.col("business_type").is_in(GRADED))
    grades = catering_grades(facts, graded, law)
    rows = (
        trading.join(grades, on="business_id", how="left")
        .join(health_codes(facts, grades, law), on="business_id", how="left")
        .join(
            facts.street.select("street_code", street="name"),
            on="street_code",
            how="left",
        )
    )
    checks, penalties = _checks(facts, as_of), _penalties(facts, as_of, rules)
    return [_face(row, checks, penalties) for row in rows.iter_rows(named=True)]


def _face(
    row: Mapping[str, Any],
    checks: Mapping[str, list[Check]],
    penalties: Mapping[str, list[PublicPenalty]],
) -> Face:
    told = {
        **row,
        "street": row["street"] or "",
        "is_graded": row["business_type"] in GRADED,
        "colour_reason": row["reason"],
        "checks": tuple(checks.get(row["business_id"], ())),
        "penalties": tuple(penalties.get(row["business_id"], ())),
    }
    return Face(**{field.name: told[field.name] for field in fields(Face)})


def _checks(facts: Facts, as_of: date) -> dict[str, list[Check]]:
    """Take the last checks of each business that were known before the day."""
    told = (
        facts.inspection.filter(
            pl.col("recorded_at") < as_of,
            pl.col("inspected_on") < as_of,
            pl.col("purpose").is_in(_TOLD),
            pl.col("result_code").is_not_null(),
        )
        .sort("business_id", "inspected_on", "inspection_id", descending=True)
        .group_by("business_id", maintain_order=True)
        .head(_CHECKS_SHOWN)
    )
    found: dict[str, list[Check]] = {}
    for business_id, on, purpose, result in told.select(
        "business_id", "inspected_on", "purpose", "result_code"
    ).iter_rows():
        final = result if result in FINAL else None
        found.setdefault(business_id, []).append(Check(on, purpose, final))
    return found


def _penalties(
    facts: Facts, as_of: date, rules: Rules
) -> dict[str, list[PublicPenalty]]:
    """Take the penalties whose publication runs on the day (order 45)."""
    known = facts.penalty.filter(
        pl.col("recorded_at") < as_of,
        pl.col("withdrawn_on").is_null() | (pl.col("withdrawn_on") > as_of),
    )
    found: dict[str, list[PublicPenalty]] = {}
    for row in known.sort("decided_on", descending=True).iter_rows(named=True):
        until = public_until(row, rules)
        if until is not None and until >= as_of:
            found.setdefault(row["business_id"], []).append(
                PublicPenalty(
                    document_no=row["document_no"],
                    act=row["act"],
                    decided_on=row["decided_on"],
                    kinds=tuple(row["kinds"].split("+")),
                    until=until,
                )
            )
    return found


def public_until(row: Mapping[str, Any], rules: Rules) -> date | None:
    """Give the last day a penalty is public, counted from the day it was decided.

    The law counts from publication, which the warehouse does not know; counting from
    the decision ends a few workdays early and never late.
    """
    penalty = Penalty.of_row(row)
    if publish_by(penalty, rules) is None:
        return None
    return publicity(penalty, row["decided_on"], rules).ends_on


def codes_of(told: Iterable[Face]) -> pl.DataFrame:
    """Give the colours of faces as a frame: business_id, colour."""
    return pl.DataFrame(
        [(face.business_id, face.colour) for face in told],
        schema={"business_id": pl.String, "colour": pl.String},
        orient="row",
    )
