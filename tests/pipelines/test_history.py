"""What stood on record by a day, in words."""

from datetime import date

from pipelines.history import Event, history
from tests.worked import facts

DAY = date(2026, 1, 1)
VISIT = {
    "inspection_id": "i1",
    "business_id": "a",
    "inspected_on": date(2025, 5, 1),
    "recorded_at": date(2025, 5, 3),
    "purpose": "routine",
    "key_failed": 1,
    "general_failed": 3,
    "result_code": "CORRECT_BY_DATE",
    "is_serious": True,
}


def of(**tables: list[dict[str, object]]) -> list[Event]:
    return history(facts(**tables), "a", DAY)


def test_a_visit_says_what_failed_and_what_followed() -> None:
    (event,) = of(inspection=[VISIT])
    assert event.zh == "日常监督检查：重点项不合格1项、一般项不合格3项，限期改正"
    assert event.en.startswith("daily")
    assert event.is_bad


def test_a_clean_visit_says_that_nothing_failed() -> None:
    clean = {"key_failed": 0, "general_failed": 0, "result_code": "NO_ISSUE"}
    (event,) = of(inspection=[VISIT | clean | {"is_serious": False}])
    assert "未发现不合格项" in event.zh
    assert not event.is_bad


def test_what_was_recorded_on_the_day_or_later_is_not_told() -> None:
    late = {"recorded_at": DAY}
    assert of(inspection=[VISIT | late]) == []


def test_what_concerns_another_business_is_not_told() -> None:
    assert of(inspection=[VISIT | {"business_id": "b"}]) == []


def test_the_latest_stands_first() -> None:
    earlier = {"inspection_id": "i0", "inspected_on": date(2024, 5, 1)}
    days = [event.day for event in of(inspection=[VISIT | earlier, VISIT])]
    assert days == [date(2025, 5, 1), date(2024, 5, 1)]


def test_a_complaint_found_true_is_adverse() -> None:
    complaint = {
        "complaint_id": "c1",
        "business_id": "a",
        "received_on": date(2025, 3, 1),
        "recorded_at": date(2025, 3, 1),
        "kind": "report",
        "category": "foreign_matter",
        "is_verified": True,
        "verified_on": date(2025, 3, 20),
    }
    (true,) = of(complaint=[complaint])
    (open_,) = of(complaint=[complaint | {"is_verified": None, "category": None}])
    assert "查实" in true.zh
    assert true.is_bad
    assert open_.zh == "举报：未分类"
    assert not open_.is_bad


def test_a_complaint_is_not_known_to_be_true_before_it_was_checked() -> None:
    complaint = {
        "complaint_id": "c1",
        "business_id": "a",
        "received_on": date(2025, 12, 1),
        "recorded_at": date(2025, 12, 2),
        "kind": "report",
        "category": "foreign_matter",
        "is_verified": True,
        "verified_on": DAY,
    }
    (event,) = of(complaint=[complaint])
    assert "查实" not in event.zh
    assert not event.is_bad


def test_a_failed_sample_counts_once_it_is_final() -> None:
    sample = {
        "sample_id": "s1",
        "business_id": "a",
        "sampled_on": date(2025, 10, 1),
        "recorded_at": date(2025, 10, 20),
        "programme": "supervision",
        "level": "district",
        "is_failed": True,
        "failed_item": "菌落总数",
        "reinspection": "none",
        "final_on": date(2025, 11, 1),
    }
    (final,) = of(sampling_result=[sample])
    (pending,) = of(sampling_result=[sample | {"final_on": None}])
    (overturned,) = of(sampling_result=[sample | {"reinspection": "overturned"}])
    (passed,) = of(sampling_result=[sample | {"is_failed": False}])
    assert final.zh == "监督抽检：不合格（菌落总数）"
    assert final.is_bad
    assert pending.zh == "监督抽检：初检不合格（菌落总数），结论未定"
    assert not pending.is_bad
    assert overturned.zh == "监督抽检：复检合格"
    assert not overturned.is_bad
    assert passed.zh == "监督抽检：合格"


def test_a_penalty_that_was_withdrawn_says_so_from_that_day() -> None:
    penalty = {
        "penalty_id": "p1",
        "business_id": "a",
        "decided_on": date(2025, 6, 1),
        "recorded_at": date(2025, 6, 2),
        "act": "超范围经营",
        "kinds": "fine",
        "fine_yuan": 5000.0,
    }
    (standing,) = of(penalty=[penalty])
    (gone,) = of(penalty=[penalty | {"withdrawn_on": DAY}])
    (later,) = of(penalty=[penalty | {"withdrawn_on": date(2026, 9, 1)}])
    assert standing.zh == "行政处罚：超范围经营，罚款5,000元"
    assert standing.is_bad
    assert gone.zh.endswith("已撤销或修复")
    assert not gone.is_bad
    assert later == standing


def test_an_incident_is_adverse_once_confirmed() -> None:
    incident = {
        "incident_id": "n1",
        "business_id": "a",
        "occurred_on": date(2025, 7, 1),
        "recorded_at": date(2025, 7, 2),
        "kind": "foodborne",
        "is_confirmed": True,
    }
    (confirmed,) = of(incident=[incident])
    (open_,) = of(incident=[incident | {"is_confirmed": False}])
    assert confirmed.is_bad
    assert "待确认" in open_.zh
