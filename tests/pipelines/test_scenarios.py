"""What would lower the grade: clean visits on the record, and nothing else changed."""

from datetime import date
from types import SimpleNamespace

import polars as pl

from features.schema import Facts
from pipelines.scenarios import scenarios
from tests.worked import facts

DAY = date(2026, 1, 1)
VISIT = {
    "inspection_id": "i1",
    "business_id": "a",
    "inspected_on": date(2025, 5, 1),
    "recorded_at": date(2025, 5, 3),
    "purpose": "routine",
    "is_serious": True,
}


def test_a_scenario_adds_clean_visits_before_it_looks_again() -> None:
    seen: list[tuple[Facts, date]] = []

    def judged_at(changed: Facts, on: date) -> SimpleNamespace:
        seen.append((changed, on))
        row = {"probability": 0.1, "total_points": 20.0, "risk_grade": "A"}
        return SimpleNamespace(graded=pl.DataFrame([row]))

    before = facts(inspection=[VISIT | {"is_serious": False}])
    tried = scenarios(before, "a", DAY, judged_at)
    assert [len(changed.inspection) - 1 for changed, _ in seen] == [1, 2, 4]
    for changed, on in seen:
        assert changed.inspection.schema == before.inspection.schema
        assert changed.inspection.head(1).equals(before.inspection)
        added = changed.inspection.slice(1)
        assert (added["recorded_at"] < on).all()
        assert (added["inspected_on"] >= DAY).all()
        assert not added["is_serious"].any()
        assert (added["checklist_points"] == 0).all()
        assert changed.penalty.equals(before.penalty)
    assert [s.risk_grade for s in tried] == ["A", "A", "A"]


def test_a_serious_visit_awaits_a_re_inspection_that_is_passed() -> None:
    seen: list[pl.DataFrame] = []

    def judged_at(changed: Facts, _on: date) -> SimpleNamespace:
        seen.append(changed.inspection)
        row = {"probability": 0.1, "total_points": 20.0, "risk_grade": "A"}
        return SimpleNamespace(graded=pl.DataFrame([row]))

    tried = scenarios(facts(inspection=[VISIT]), "a", DAY, judged_at)
    assert tried[0].zh == "整改复查合格"
    assert len(tried) == 4
    (added,) = seen[-1].slice(1).to_dicts()
    assert (added["purpose"], added["is_serious"]) == ("follow_up", False)
    assert (added["is_full_checklist"], added["checklist_points"]) == (False, None)
    assert added["inspected_on"] >= DAY


def test_what_was_found_after_the_day_awaits_nothing() -> None:
    def judged_at(_changed: Facts, _on: date) -> SimpleNamespace:
        row = {"probability": 0.1, "total_points": 20.0, "risk_grade": "A"}
        return SimpleNamespace(graded=pl.DataFrame([row]))

    later = VISIT | {"recorded_at": DAY}
    assert len(scenarios(facts(inspection=[later]), "a", DAY, judged_at)) == 3
