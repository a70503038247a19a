from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest

from features.schema import Facts
from models.health_code import REASONS, health_codes
from models.rules import load_rules
from tests.worked import DAY, facts

RULES = load_rules().in_force(DAY)


def grades(level: str | None = "good") -> pl.DataFrame:
    return pl.DataFrame(
        {"business_id": ["B"], "level": [level]}, schema_overrides={"level": pl.String}
    )


def check(days_ago: int, **more: Any) -> dict[str, Any]:
    day = DAY - timedelta(days=days_ago)
    return {
        "inspection_id": f"I{days_ago:04d}",
        "business_id": "B",
        "inspected_on": day,
        "recorded_at": day,
        "purpose": "routine",
        "result_code": "NO_ISSUE",
        "is_serious": False,
        **more,
    }


def code(recorded: Facts, level: str | None = "good") -> tuple[Any, Any]:
    (found,) = health_codes(recorded, grades(level), RULES).to_dicts()
    return found["colour"], found["reason"]


@pytest.mark.parametrize(
    ("checks", "expected"),
    [
        ([check(30)], ("green", "sound")),
        ([check(730)], ("green", "sound")),
        ([check(731)], (None, None)),
        ([], (None, None)),
        ([check(180, is_serious=True)], ("red", "serious")),
        ([check(181, is_serious=True)], ("green", "sound")),
        ([check(60, is_serious=True), check(40)], ("green", "sound")),
        ([check(20, result_code="CORRECT_BY_DATE")], ("yellow", "correction")),
        ([check(20, result_code="CORRECT_ON_SPOT")], ("green", "sound")),
    ],
)
def test_the_last_check_gives_the_colour(
    checks: list[dict[str, Any]], expected: tuple[str | None, str | None]
) -> None:
    assert code(facts(inspection=checks)) == expected


def test_a_fair_grade_is_yellow() -> None:
    assert code(facts(inspection=[check(20)]), "fair") == ("yellow", "fair")


@pytest.mark.parametrize(("online", "expected"), [(22, "yellow"), (23, "green")])
def test_a_kitchen_that_nobody_could_see_on_more_than_a_tenth_of_its_days_is_yellow(
    online: int, expected: str
) -> None:
    first = DAY - timedelta(days=30)
    seen = first + timedelta(days=online - 1)
    unseen = first + timedelta(days=24)
    recorded = facts(
        inspection=[check(20)],
        kitchen_connection=[
            span(
                first - timedelta(days=20), first - timedelta(days=1), is_online=False
            ),
            span(first, seen, is_online=True),
            span(seen + timedelta(days=1), unseen, is_online=False),
        ],
    )
    assert code(recorded)[0] == expected


def span(first: date, last: date, *, is_online: bool) -> dict[str, Any]:
    return {
        "business_id": "B",
        "first_on": first,
        "last_on": last,
        "is_online": is_online,
        "recorded_at": last,
    }


@pytest.mark.parametrize(("confirmed", "expected"), [(True, "red"), (False, "green")])
def test_only_a_confirmed_accident_is_red(confirmed: bool, expected: str) -> None:
    incident = {
        "incident_id": "N",
        "business_id": "B",
        "occurred_on": DAY - timedelta(days=90),
        "recorded_at": DAY - timedelta(days=80),
        "kind": "poisoning",
        "is_confirmed": confirmed,
    }
    recorded = facts(inspection=[check(20)], incident=[incident])
    assert code(recorded)[0] == expected


def test_what_was_recorded_on_the_day_changes_nothing() -> None:
    late = check(1, is_serious=True, recorded_at=DAY)
    assert code(facts(inspection=[check(30), late])) == ("green", "sound")


def test_every_threshold_is_marked_as_ours() -> None:
    for _, rule_id in REASONS.values():
        assert "系统默认" in RULES.citation(rule_id)
