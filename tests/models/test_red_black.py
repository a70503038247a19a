from datetime import timedelta
from typing import Any

import polars as pl

from models.red_black import red_black
from models.rules import load_rules
from tests.worked import DAY, facts

RULES = load_rules().in_force(DAY)


def check(days_ago: int, **more: Any) -> dict[str, Any]:
    day = DAY - timedelta(days=days_ago)
    return {
        "inspection_id": f"I{days_ago:04d}",
        "business_id": "B",
        "inspected_on": day,
        "recorded_at": day,
        "purpose": "routine",
        "is_full_checklist": True,
        "is_serious": False,
        "key_failed": 0,
        "general_failed": 0,
        **more,
    }


def span(days_ago: int, online: int) -> dict[str, Any]:
    """Draw days on end: online from the first, or offline up to the day."""
    first = DAY - timedelta(days=days_ago)
    last = first + timedelta(days=(online or days_ago) - 1)
    return {
        "business_id": "B",
        "first_on": first,
        "last_on": last,
        "is_online": online > 0,
        "recorded_at": last,
    }


def listed(
    *checks: dict[str, Any], colour: str | None = "green", online: int | None = None
) -> list[tuple[str, str]]:
    spans = [] if online is None else [span(20, online), span(20 - online, 0)]
    recorded = facts(inspection=checks, kitchen_connection=spans)
    codes = pl.DataFrame({"business_id": ["B"], "colour": [colour]})
    found = red_black(recorded, codes, RULES)
    return list(found.select("list", "reason").iter_rows())


def test_a_full_check_without_any_item_is_proposed_for_the_red_list() -> None:
    assert listed(check(10)) == [("red", "clean")]
    assert listed(check(10), online=18) == [("red", "clean_and_online")]
    assert listed(check(10), online=17) == [("red", "clean")]


def test_a_glance_is_no_full_check() -> None:
    assert listed(check(10, is_full_checklist=False)) == []


def test_whoever_has_a_yellow_code_is_not_praised() -> None:
    assert listed(check(10), colour="yellow") == []


def test_a_serious_finding_or_eight_general_items_are_proposed_for_the_black_list() -> (
    None
):
    serious = check(10, is_serious=True, key_failed=1)
    assert listed(serious, colour="red") == [("black", "serious")]
    assert listed(check(10, general_failed=8)) == [("black", "many_items")]
    assert listed(check(10, general_failed=7)) == []


def test_whoever_was_named_is_named_again_once_it_is_mended() -> None:
    before = check(40, is_serious=True, key_failed=1)
    mended = check(10, purpose="follow_up")
    assert listed(before, mended) == [("corrected", "corrected")]


def test_only_the_checks_of_the_period_and_known_on_the_day_count() -> None:
    assert listed(check(32)) == []
    assert listed(check(1, recorded_at=DAY)) == []
