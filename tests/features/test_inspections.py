"""Visits as events, and how strict the inspector was."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings

from features.inspections import (
    INSPECTOR_SHRINKAGE,
    PRIOR_SERIOUS_RATE,
    PRIOR_VISITS,
    visits,
)
from tests.features.histories import histories
from tests.features.slow_events import expectation, is_outcome
from tests.worked import Row, facts

DAY = date(2025, 3, 1)


def visit(number: int, day: int, *, serious: bool | None = False, **more: object):
    on = DAY + timedelta(days=day)
    row: Row = {
        "inspection_id": str(number),
        "business_id": "b",
        "inspected_on": on,
        "recorded_at": on,
        "purpose": "routine",
        "inspector_id": "i",
        "is_serious": serious,
    }
    return row | more


def events(*rows: Row, items: tuple[Row, ...] = ()) -> list[dict]:
    return visits(facts(inspection=rows, inspection_item=items)).to_dicts()


def item(visit_number: int, code: str, *, corrected: bool | None) -> Row:
    return {
        "inspection_id": str(visit_number),
        "item_code": code,
        "severity": "general",
        "occurrences": 3,
        "is_corrected": corrected,
    }


def test_the_first_visit_is_expected_to_be_like_any_other() -> None:
    [first] = events(visit(1, 0, serious=True))
    assert first["expected"] == pytest.approx(PRIOR_SERIOUS_RATE)
    assert first["residual"] == pytest.approx(1 - PRIOR_SERIOUS_RATE)


def test_a_visit_is_expected_by_those_recorded_before_its_day_and_not_on_it() -> None:
    strict = [visit(n, 0, serious=True) for n in range(10)]
    *_, same_day, next_day = events(*strict, visit(10, 0), visit(11, 1))
    overall = (10 + PRIOR_SERIOUS_RATE * PRIOR_VISITS) / (11 + PRIOR_VISITS)
    assert same_day["expected"] == pytest.approx(PRIOR_SERIOUS_RATE)
    assert next_day["expected"] == pytest.approx(
        (10 + INSPECTOR_SHRINKAGE * overall) / (11 + INSPECTOR_SHRINKAGE)
    )


def test_a_strict_inspectors_finding_weighs_less_than_a_lenient_ones() -> None:
    strict = [visit(n, n, serious=True, inspector_id="strict") for n in range(50)]
    lenient = [visit(50 + n, n, inspector_id="lenient") for n in range(50)]
    *_, by_strict, by_lenient, by_nobody = events(
        *strict,
        *lenient,
        visit(100, 90, serious=True, inspector_id="strict"),
        visit(101, 90, serious=True, inspector_id="lenient"),
        visit(102, 90, serious=True, inspector_id=None),
    )
    assert by_strict["residual"] < by_nobody["residual"] < by_lenient["residual"]


def test_a_late_record_neither_counts_early_nor_looks_ahead() -> None:
    late = visit(1, 0, serious=True, recorded_at=DAY + timedelta(days=30))
    _, between, after = events(late, visit(2, 10), visit(3, 31))
    assert between["expected"] == pytest.approx(PRIOR_SERIOUS_RATE)
    assert after["expected"] > between["expected"]


@pytest.mark.parametrize("purpose", ["follow_up", "complaint", "licensing", "flying"])
def test_only_routine_and_random_visits_are_outcomes(purpose: str) -> None:
    first, second = events(
        visit(1, 0, serious=True, purpose=purpose), visit(2, 1, serious=True)
    )
    assert (first["outcome"], first["outcome_serious"], first["residual"]) == (0, 0, 0)
    assert first["serious"] == 1
    assert second["expected"] == pytest.approx(PRIOR_SERIOUS_RATE)


def test_a_visit_of_unknown_result_is_a_visit_and_no_outcome() -> None:
    [unknown] = events(visit(1, 0, serious=None))
    assert (unknown["visit"], unknown["outcome"], unknown["serious"]) == (1, 0, 0)
    assert unknown["residual"] == 0


@pytest.mark.parametrize(
    ("purpose", "quantity"),
    [
        ("follow_up", "follow_up"),
        ("complaint", "complaint_visit"),
        ("licensing", "licensing"),
        ("special", "other_visit"),
    ],
)
def test_every_purpose_is_counted_under_one_name(purpose: str, quantity: str) -> None:
    [event] = events(visit(1, 0, purpose=purpose))
    names = ("follow_up", "complaint_visit", "licensing", "other_visit", "outcome")
    assert {name for name in names if event[name]} == {quantity}


@pytest.mark.parametrize(
    ("result", "stopped"),
    [(None, 0), ("NO_ISSUE", 0), ("INVESTIGATE", 1), ("STOP_NOW", 1)],
)
def test_an_order_to_stop_or_an_investigation_stops(
    result: str | None, stopped: int
) -> None:
    assert events(visit(1, 0, result_code=result))[0]["stopped"] == stopped


def test_items_count_once_each_and_unknown_correction_is_not_held_against_them() -> (
    None
):
    first, second = events(
        visit(1, 0),
        visit(2, 1),
        items=(
            item(1, "a", corrected=False),
            item(1, "b", corrected=True),
            item(1, "c", corrected=None),
        ),
    )
    assert (first["items"], first["uncorrected"]) == (3, 1)
    assert (second["items"], second["uncorrected"]) == (0, 0)


def test_a_score_of_zero_is_a_score_and_none_is_not() -> None:
    zero, none = events(
        visit(1, 0, source_score=0.0, checklist_points=0.0), visit(2, 1)
    )
    assert (zero["score"], zero["scored"], zero["checklisted"]) == (0, 1, 1)
    assert (none["score"], none["scored"], none["checklisted"]) == (0, 0, 0)


@settings(max_examples=40)
@given(histories())
def test_expectations_equal_those_counted_visit_by_visit(known) -> None:
    rows = known.inspection.to_dicts()
    for event, row in zip(visits(known).to_dicts(), rows, strict=True):
        assert event["expected"] == pytest.approx(expectation(row, rows))
        assert event["outcome"] == is_outcome(row)
