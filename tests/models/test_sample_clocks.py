"""What is due after a sample, and when a failure counts."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from models.rules import load_rules
from models.sample_clocks import Sample, clocks, standing
from tests.worked import cases

GIVEN = (
    *("sampled_on", "reported_on", "is_failed", "failed_item", "reinspection"),
    *("final_on", "disposed_on", "food_class"),
)


def sample(case: Mapping[str, Any]) -> Sample:
    known = {name: case[name] for name in GIVEN if name in case}
    return Sample("s1", "b1", "supervision", **{"reported_on": None, **known})


@pytest.mark.parametrize("case", cases("sample_clocks.toml"))
def test_what_a_result_counts_as_and_what_is_due(case: dict[str, Any]) -> None:
    found = sample(case)
    law = load_rules().in_force(case["today"])
    assert standing(found, case["today"]) == case["standing"]
    due = {c.what: c.due.date for c in clocks(found, law, case["today"])}
    assert due == case["due"]


def test_a_term_is_overdue_when_it_passed_undone_or_was_met_late() -> None:
    today = date(2026, 7, 1)
    failed = Sample(
        "s1", "b1", "supervision", date(2026, 3, 2), date(2026, 3, 20),
        is_failed=True, failed_item="菌落总数", final_on=date(2026, 4, 1), food_class="90",
    )  # fmt: skip
    law = load_rules().in_force(today)

    def disposal(on: date | None) -> tuple[bool, bool]:
        found = clocks(replace(failed, disposed_on=on), law, today)
        clock = next(c for c in found if c.what == "dispose")
        return clock.is_open(), clock.is_overdue(today)

    assert disposal(None) == (True, True)
    assert disposal(date(2026, 6, 18)) == (False, False)
    assert disposal(date(2026, 6, 19)) == (False, True)
