"""Complaints, and what the check of one found."""

from datetime import date

import pytest

from features.complaints import complaints, verified_complaints
from tests.worked import Row, facts

RECEIVED, RECORDED, CHECKED = date(2025, 1, 1), date(2025, 1, 2), date(2025, 2, 1)


def complaint(**more: object) -> Row:
    return {
        "complaint_id": "1",
        "business_id": "b",
        "received_on": RECEIVED,
        "recorded_at": RECORDED,
        "kind": "complaint",
        "category": "foreign_matter",
        "is_verified": True,
        "verified_on": CHECKED,
        **more,
    }


def verified(**more: object) -> list[dict]:
    return verified_complaints(facts(complaint=[complaint(**more)])).to_dicts()


def received(**more: object) -> dict:
    return complaints(facts(complaint=[complaint(**more)])).row(0, named=True)


def test_a_complaint_is_known_at_once_and_found_true_only_after_the_check() -> None:
    assert received()["recorded"] == RECORDED
    [event] = verified()
    assert (event["happened"], event["recorded"]) == (RECEIVED, CHECKED)


def test_a_complaint_recorded_after_its_check_is_found_true_when_recorded() -> None:
    [event] = verified(recorded_at=date(2025, 3, 1))
    assert event["recorded"] == date(2025, 3, 1)


@pytest.mark.parametrize(
    "unproven",
    [
        {"is_verified": False},
        {"is_verified": None},
        {"verified_on": None},
        {"business_id": None},
    ],
)
def test_a_complaint_without_dated_proof_is_not_found_true(unproven: Row) -> None:
    assert verified(**unproven) == []


def test_a_complaint_about_nobody_known_is_no_event() -> None:
    assert complaints(facts(complaint=[complaint(business_id=None)])).is_empty()


@pytest.mark.parametrize(
    ("category", "said"),
    [
        ("illness", {"hazard", "illness"}),
        ("pests", {"hazard", "hygiene"}),
        ("hygiene", {"hygiene"}),
        ("spoiled", {"hazard"}),
        ("price", set()),
        (None, set()),
    ],
)
def test_a_category_says_what_the_complaint_points_at(
    category: str | None, said: set[str]
) -> None:
    event = received(category=category)
    names = ("hazard", "illness", "hygiene")
    assert {name for name in names if event[name] == 1} == said


def test_a_report_of_a_breach_is_told_from_a_consumer_complaint() -> None:
    assert received(kind="report")["report"] == 1
    assert received()["report"] == 0
