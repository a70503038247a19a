"""Who could be visited, and what the next visits found."""

from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.labels import cohort, outcomes_within
from tests.features.histories import histories, pairs
from tests.features.slow_events import is_outcome
from tests.worked import Row, facts

DAY = date(2025, 7, 1)
BEFORE, AFTER = date(2025, 6, 30), date(2025, 7, 2)


def shop(**more: object) -> Row:
    return {
        "business_id": "b",
        "valid_from": date(2020, 1, 1),
        "recorded_at": date(2020, 1, 1),
        "name": "店",
        "business_type": "seller",
        **more,
    }


def trading(*rows: Row) -> list[str]:
    return cohort(facts(business=rows), DAY)["business_id"].to_list()


def visit(number: int, on: date, **more: object) -> Row:
    return {
        "inspection_id": str(number),
        "business_id": "b",
        "inspected_on": on,
        "recorded_at": on + timedelta(days=5),
        "purpose": "routine",
        "is_serious": False,
        **more,
    }


def outcomes(*rows: Row, horizon: int = 60) -> list[str]:
    asked = pl.DataFrame({"business_id": ["b"], "as_of": [DAY]})
    found = outcomes_within(facts(inspection=rows), asked, horizon_days=horizon)
    return found["inspection_id"].to_list()


def test_a_business_trades_from_its_opening_day() -> None:
    assert trading(shop(opened_on=DAY)) == ["b"]
    assert trading(shop(opened_on=AFTER)) == []
    assert trading(shop(opened_on=None)) == ["b"]


def test_a_business_trades_no_more_on_the_day_it_closed() -> None:
    assert trading(shop(closed_on=AFTER)) == ["b"]
    assert trading(shop(closed_on=DAY)) == []


def test_a_business_recorded_on_the_day_itself_is_not_known_yet() -> None:
    assert trading(shop(recorded_at=BEFORE)) == ["b"]
    assert trading(shop(recorded_at=DAY)) == []


def test_a_closing_recorded_later_leaves_the_business_in_the_cohort() -> None:
    """Nobody knew it had closed; the officer would have been sent."""
    closing = shop(
        valid_from=date(2025, 6, 1), closed_on=date(2025, 6, 1), recorded_at=AFTER
    )
    assert trading(shop(), closing) == ["b"]


def test_a_business_that_opened_again_trades() -> None:
    closed = shop(closed_on=date(2022, 1, 1))
    again = shop(valid_from=date(2023, 1, 1), recorded_at=date(2023, 1, 1))
    assert trading(closed, again) == ["b"]


def test_a_business_is_listed_once_however_many_versions_it_has() -> None:
    assert trading(shop(), shop(valid_from=date(2021, 1, 1))) == ["b"]


@pytest.mark.parametrize(
    ("on", "is_inside"),
    [
        (BEFORE, False),
        (DAY, True),
        (DAY + timedelta(days=59), True),
        (DAY + timedelta(days=60), False),
    ],
)
def test_the_horizon_is_half_open(on: date, is_inside: bool) -> None:
    assert outcomes(visit(1, on)) == (["1"] if is_inside else [])


def test_outcomes_come_earliest_first() -> None:
    assert outcomes(visit(1, AFTER), visit(2, DAY), visit(3, AFTER)) == ["2", "1", "3"]


@pytest.mark.parametrize("purpose", ["follow_up", "complaint", "licensing", "special"])
def test_evidence_is_no_outcome(purpose: str) -> None:
    assert outcomes(visit(1, DAY, purpose=purpose)) == []
    assert outcomes(visit(1, DAY, purpose="random")) == ["1"]


def test_a_visit_of_unknown_result_is_passed_over() -> None:
    assert outcomes(visit(1, DAY, is_serious=None), visit(2, AFTER)) == ["2"]


@settings(max_examples=40)
@given(histories(), pairs(), st.sampled_from([1, 60, 400]))
def test_outcomes_equal_those_found_by_looking(known, wanted, horizon: int) -> None:
    expected = [
        (business, day, row["inspection_id"])
        for business, day in wanted.rows()
        for row in known.inspection.to_dicts()
        if row["business_id"] == business
        and is_outcome(row)
        and day <= row["inspected_on"] < day + timedelta(days=horizon)
    ]
    found = outcomes_within(known, wanted, horizon_days=horizon)
    keys = found.select("business_id", "as_of", "inspection_id").rows()
    assert sorted(keys) == sorted(expected)
    assert found.filter(pl.col("recorded_at") < pl.col("as_of")).is_empty()
