"""How the business behaved, each fact with the days on which it counts."""

from datetime import date

import polars as pl
import pytest

from features import conduct
from features.matrix import build
from tests.worked import Row, facts

DECIDED = date(2025, 1, 10)


def penalty(**more: object) -> Row:
    return {
        "penalty_id": "1",
        "business_id": "b",
        "decided_on": DECIDED,
        "recorded_at": DECIDED,
        "kinds": "fine",
        **more,
    }


def certificate(**more: object) -> Row:
    return {
        "certificate_id": "1",
        "business_id": "b",
        "kind": "HACCP",
        "valid_from": date(2025, 3, 1),
        "valid_to": date(2025, 3, 31),
        "recorded_at": date(2025, 2, 1),
        **more,
    }


def days_counted(name: str, days: list[date], **tables: list[Row]) -> list[float]:
    asked = pl.DataFrame({"business_id": ["b"] * len(days), "as_of": days})
    return build(facts(**tables), asked)[name].to_list()


def test_a_withdrawn_penalty_stops_counting_on_the_day_of_its_withdrawal() -> None:
    repaired = penalty(withdrawn_on=date(2025, 6, 1), withdrawal="repaired")
    days = [DECIDED, date(2025, 1, 11), date(2025, 5, 31), date(2025, 6, 1)]
    assert days_counted("penalties_365d", days, penalty=[repaired]) == [0, 1, 1, 0]


def test_a_penalty_annulled_before_it_was_recorded_never_counted() -> None:
    annulled = penalty(
        recorded_at=date(2025, 6, 1),
        withdrawn_on=date(2025, 5, 1),
        withdrawal="annulled",
    )
    days = [date(2025, 5, 2), date(2025, 6, 1), date(2025, 6, 2)]
    assert days_counted("penalties_365d", days, penalty=[annulled]) == [0, 0, 0]


@pytest.mark.parametrize(
    ("kinds", "closing"),
    [
        ("fine", 0),
        ("warning+fine+confiscation", 0),
        ("fine+stop_business", 1),
        ("revocation", 1),
        ("ban+closure", 1),
    ],
)
def test_a_penalty_closes_when_any_of_its_kinds_does(kinds: str, closing: int) -> None:
    [event] = conduct.penalties(facts(penalty=[penalty(kinds=kinds)])).to_dicts()
    assert event["closing"] == closing


def test_a_fine_counts_in_ten_thousand_yuan_and_none_is_nothing() -> None:
    rows = [penalty(fine_yuan=12_345.67), penalty(penalty_id="2")]
    assert conduct.penalties(facts(penalty=rows))["fine_10k"].to_list() == [1.234567, 0]


@pytest.mark.parametrize("grade", [None, "lighter", "ordinary"])
def test_only_the_heavier_degree_is_heavier(grade: str | None) -> None:
    rows = [penalty(discretion_grade=g) for g in (grade, "heavier")]
    found = conduct.penalties(facts(penalty=rows))["heavier"].fill_null(0)
    assert found.to_list() == [0, 1]


@pytest.mark.parametrize(
    ("table", "name"),
    [("certificate", "certificates"), ("insurance_policy", "insured")],
)
def test_what_is_in_force_counts_from_its_first_to_its_last_day(
    table: str, name: str
) -> None:
    key = {"certificate": "certificate_id", "insurance_policy": "policy_id"}[table]
    row = certificate()
    del row["certificate_id"]
    days = [date(2025, 2, 28), date(2025, 3, 1), date(2025, 3, 31), date(2025, 4, 1)]
    found = days_counted(name, days, **{table: [row | {key: "1"}]})
    assert found == [0, 1, 1, 0]


def test_a_certificate_shown_late_counts_from_the_day_after() -> None:
    late = certificate(recorded_at=date(2025, 3, 10))
    days = [date(2025, 3, 10), date(2025, 3, 11)]
    assert days_counted("certificates", days, certificate=[late]) == [0, 1]


def test_a_certificate_without_end_counts_on() -> None:
    endless = certificate(valid_to=None)
    days = [date(2025, 3, 1), date(2099, 1, 1)]
    assert days_counted("certificates", days, certificate=[endless]) == [1, 1]


@pytest.mark.parametrize(("is_confirmed", "count"), [(True, 1), (False, 0), (None, 0)])
def test_only_a_confirmed_incident_counts(
    is_confirmed: bool | None, count: int
) -> None:
    row = {
        "incident_id": "1",
        "business_id": "b",
        "occurred_on": DECIDED,
        "recorded_at": DECIDED,
        "kind": "foodborne",
        "is_confirmed": is_confirmed,
    }
    known = facts(incident=[row, row | {"incident_id": "2", "business_id": None}])
    assert conduct.incidents(known).height == count


def test_a_check_without_result_and_other_training_are_no_failed_checks() -> None:
    check = {
        "event_id": "1",
        "business_id": "b",
        "held_on": DECIDED,
        "recorded_at": DECIDED,
        "kind": "skill_check",
        "is_passed": False,
    }
    rows = [
        check,
        check | {"is_passed": True},
        check | {"is_passed": None},
        check | {"kind": "training"},
        check | {"business_id": None},
    ]
    found = conduct.skill_checks(facts(training_event=rows))
    assert found["failed_check"].to_list() == [1, 0]
