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

    before = facts(inspection=[VISIT])
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
