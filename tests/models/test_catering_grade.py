from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.schema import Facts
from models.catering_grade import LETTERS, LEVELS, REASONS, catering_grades
from models.rules import load_rules
from tests.worked import DAY, cases, facts, mart

RULES = load_rules().in_force(DAY)
LONG_AGO = date(2015, 1, 1)


def recorded(case: Mapping[str, Any]) -> Facts:
    return facts(
        inspection=[
            {
                "inspection_id": f"I{n}",
                "business_id": "B",
                "inspected_on": check["on"],
                "recorded_at": check.get("recorded", check["on"] + timedelta(days=1)),
                "purpose": "routine",
                "checklist_points": check["points"],
                "key_failed": check.get("key", 0),
            }
            for n, check in enumerate(case["checks"])
        ],
        penalty=[
            {
                "penalty_id": "P",
                "business_id": "B",
                "decided_on": penalty["on"],
                "recorded_at": penalty["on"],
                "kinds": penalty["kinds"],
                "withdrawn_on": penalty.get("withdrawn"),
            }
            for penalty in case.get("penalties", ())
        ],
        incident=[
            {
                "incident_id": "N",
                "business_id": "B",
                "occurred_on": incident["on"],
                "recorded_at": incident["on"],
                "kind": "poisoning",
                "is_confirmed": incident["confirmed"],
            }
            for incident in case.get("incidents", ())
        ],
    )


def shop(opened: date = LONG_AGO) -> pl.DataFrame:
    return mart("business", [{"business_id": "B", "opened_on": opened}])


@pytest.mark.parametrize("case", cases("catering_grade.toml"))
def test_the_grade_at_the_door(case: Mapping[str, Any]) -> None:
    opened = shop(case.get("opened", LONG_AGO))
    (found,) = catering_grades(recorded(case), opened, RULES).to_dicts()
    for column in ("score", "level", "letter", "without"):
        assert found[column] == case.get(column), column


CHECK = st.fixed_dictionaries(
    {
        "on": st.dates(DAY - timedelta(days=360), DAY - timedelta(days=3)),
        "points": st.integers(0, 120).map(lambda n: n / 2),
    }
)


@given(st.lists(CHECK, min_size=1, max_size=4), st.data())
def test_one_worse_check_never_gives_a_better_grade(
    checks: list[dict[str, Any]], data: st.DataObject
) -> None:
    order = [LETTERS[level] for level, _ in LEVELS] + [None]
    (before,) = catering_grades(recorded({"checks": checks}), shop(), RULES).to_dicts()
    at = data.draw(st.integers(0, len(checks) - 1))
    worse = {**checks[at], "points": min(checks[at]["points"] + 4, 60)}
    changed = [*checks[:at], worse, *checks[at + 1 :]]
    (after,) = catering_grades(recorded({"checks": changed}), shop(), RULES).to_dicts()
    assert order.index(after["letter"]) >= order.index(before["letter"])


@given(st.lists(CHECK, max_size=4))
def test_there_is_either_a_grade_or_a_reason_with_its_rule(
    checks: list[dict[str, Any]],
) -> None:
    (found,) = catering_grades(recorded({"checks": checks}), shop(), RULES).to_dicts()
    assert (found["letter"] is None) == (found["without"] is not None)
    if found["without"]:
        assert RULES.citation(REASONS[found["without"]])
