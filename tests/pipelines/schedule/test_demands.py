"""What must be done at one business: the visits, each with its lawful days."""

from dataclasses import replace
from datetime import date

import pytest

from models.rules import load_rules
from pipelines.schedule.demands import Asked, Demand, Planner
from pipelines.schedule.planning import asked_for
from pipelines.schedule.policy import Policy, Row
from pipelines.schedule.weeks import PlanWeeks

YEAR, DAY = 2026, date(2026, 1, 1)
POLICY = Policy(load_rules().in_force(DAY), YEAR)
WEEKS = PlanWeeks.of_year(YEAR, DAY)
SHOP: Row = {
    "business_id": "SC1",
    "business_type": "seller",
    "subtype": "convenience",
    "risk_grade": "B",
    "probability": 0.1,
    "visits_per_year": 1.0,
    "is_key_supervision": False,
    "key_article": None,
    "is_special_food": None,
    "food_classes": None,
    "opened_on": date(2015, 3, 2),
    "last_full": date(2025, 9, 3),
    "last_check": date(2025, 9, 3),
    "last_regular": date(2025, 9, 3),
    "last_higher": None,
    "last_order": None,
    "last_system": None,
    "last_skill": None,
    "made": 0,
}


def demands(**changes: object) -> tuple[Demand, ...]:
    row = {**SHOP, **changes}
    asked = asked_for([row], POLICY, WEEKS)
    return Planner(POLICY, WEEKS).demands(row, asked.get("SC1", ()))


def served(**changes: object) -> list[tuple[str, ...]]:
    return [visit.serves for visit in demands(**changes)]


@pytest.mark.parametrize(
    ("grade", "visits", "made", "left"),
    [("A", 1, 0, 1), ("B", 1, 1, 0), ("C", 2, 0, 2), ("C", 2, 1, 1), ("D", 3, 0, 3)],
)
def test_the_grade_wants_so_many_visits_less_those_made(
    grade: str, visits: int, made: int, left: int
) -> None:
    found = served(risk_grade=grade, visits_per_year=float(visits), made=made)
    assert found == [(f"grade_{grade.lower()}",)] * left


def test_key_supervision_wants_two_visits_of_whoever_needs_one_by_grade() -> None:
    assert served(is_key_supervision=True) == [
        ("key_supervision",),
        ("key_supervision", "grade_b"),
    ] or served(is_key_supervision=True) == [
        ("key_supervision", "grade_b"),
        ("key_supervision",),
    ]


def test_the_full_checklist_comes_back_within_two_years_of_the_last() -> None:
    (visit,) = demands(last_full=date(2024, 5, 20))
    assert visit.serves == ("legal_floor", "grade_b")
    assert (visit.earliest, visit.due) == (DAY, date(2026, 5, 20))
    assert WEEKS.workdays[visit.last][-1] <= date(2026, 5, 20)


def test_what_is_overdue_is_made_up_within_thirteen_weeks() -> None:
    (visit,) = demands(last_full=date(2023, 5, 20))
    assert visit.due == date(2026, 4, 2)


def test_a_business_never_inspected_is_due_two_years_after_it_opened() -> None:
    (visit,) = demands(opened_on=date(2024, 8, 1), last_full=None, last_check=None)
    assert (visit.serves[0], visit.due) == ("legal_floor", date(2026, 8, 1))


def test_a_floor_not_yet_due_asks_for_nothing() -> None:
    assert served(visits_per_year=0.0, last_full=date(2025, 2, 1)) == []


def test_a_new_small_business_is_checked_within_a_month_of_registration() -> None:
    new = {"subtype": "small_grocery", "last_full": None, "last_check": None}
    (visit,) = demands(opened_on=date(2025, 12, 22), **new)
    assert (visit.serves[0], visit.due) == ("new_small", date(2026, 1, 22))
    seen = served(opened_on=date(2025, 12, 22), subtype="small_grocery", last_check=DAY)
    assert seen == [("grade_b",)]


def test_a_higher_level_keeps_the_district_away_for_three_months() -> None:
    (visit,) = demands(last_higher=date(2025, 12, 10))
    assert visit.earliest == date(2026, 3, 11)
    assert WEEKS.workdays[visit.first][0] >= date(2026, 3, 11)


def test_a_follow_up_is_due_unless_somebody_came_or_it_lapsed() -> None:
    ordered = {"last_order": date(2025, 12, 8), "last_check": date(2025, 12, 8)}
    follow_up, regular = demands(**ordered)
    assert (follow_up.serves, follow_up.due) == (("follow_up",), date(2026, 1, 22))
    assert (follow_up.minutes, follow_up.checklist) == (30.0, "follow_up")
    assert regular.serves == ("grade_b",)
    came = {**ordered, "last_check": date(2025, 12, 20)}
    assert served(**came) == [("grade_b",)]
    lapsed = {"last_order": date(2025, 9, 1), "last_check": date(2025, 9, 1)}
    assert served(**lapsed) == [("grade_b",)]


def test_a_maker_of_meat_gets_a_system_inspection_and_its_manager_a_skill_check() -> (
    None
):
    visits = demands(
        business_type="producer", subtype="food_producer", food_classes=["04"]
    )
    assert [v.checklist for v in visits if v.purpose == "system"] == ["system"]
    assert [v.minutes for v in visits if v.checklist == "full_skill"] == [200.0]
    held = demands(
        business_type="producer",
        subtype="food_producer",
        food_classes=["04"],
        last_system=date(2026, 1, 1),
        last_skill=date(2026, 1, 1),
    )
    assert {v.checklist for v in held} == {"full"}


def test_a_school_is_visited_before_each_term_and_otherwise_not_in_its_holidays() -> (
    None
):
    school = {"business_type": "canteen", "subtype": "school_canteen"}
    visits = demands(last_skill=date(2026, 1, 1), **school)
    before_term = [v for v in visits if "school_term" in v.serves]
    assert [v.opens for v in before_term] == [True, True]
    assert [v.due for v in before_term] == [date(2026, 3, 1), date(2026, 8, 31)]
    assert Planner(POLICY, WEEKS).fits(visits)


def test_one_visit_meets_the_floor_and_the_term_where_it_can() -> None:
    school = {"business_type": "canteen", "subtype": "school_canteen"}
    visits = demands(last_full=date(2024, 2, 27), last_skill=date(2026, 1, 1), **school)
    (first, *_) = visits
    assert first.serves == ("legal_floor", "school_term", "grade_b")
    assert first.due == date(2026, 2, 27)


def test_a_campaign_asks_for_the_riskiest_of_its_group() -> None:
    bakeries = [
        {**SHOP, "business_id": f"B{n}", "subtype": "bakery", "probability": n / 20}
        for n in range(10)
    ]
    asked = asked_for(bakeries, POLICY, WEEKS)
    assert sorted(asked) == ["B7", "B8", "B9"]
    (one,) = asked["B9"]
    assert isinstance(one, Asked)
    (visit,) = Planner(POLICY, WEEKS).demands(bakeries[9], [one])
    assert visit.serves == ("campaign", "grade_b")
    assert (visit.earliest, visit.due) == (date(2026, 8, 31), date(2026, 9, 30))


def test_a_campaign_that_is_over_asks_for_nobody() -> None:
    late = PlanWeeks.of_year(YEAR, date(2026, 11, 1))
    assert asked_for([{**SHOP, "subtype": "bakery"}], POLICY, late) == {}


def test_what_a_visit_rests_on_is_cited_with_its_mark() -> None:
    floor = POLICY.basis("legal_floor", SHOP, None)
    assert floor == "《食品生产经营监督检查管理办法》第二十二条"
    campaign = POLICY.basis("campaign", SHOP, "plan.campaign.exam")
    assert "高考" in campaign
    assert "系统默认" in campaign
    key = {**SHOP, "key_article": "《办法》第二十二条：中央厨房"}
    assert POLICY.basis("key_supervision", key, None) == key["key_article"]


def test_a_visit_of_one_week_has_its_share_of_the_others_before_it() -> None:
    planner = Planner(POLICY, WEEKS)
    visits = demands(risk_grade="C", visits_per_year=2.0)
    for week, place in ((2, 0), (27, 1), (50, 2)):
        one = replace(planner.visit_by_chance(SHOP), first=week, last=week)
        ordered = planner.around(visits, one)
        assert ordered is not None
        assert ordered.index(one) == place
        assert planner.fits(ordered)


def test_a_visit_of_one_week_too_near_another_has_no_place() -> None:
    planner = Planner(POLICY, WEEKS)
    (due,) = demands(last_full=date(2024, 1, 20))
    one = replace(planner.visit_by_chance(SHOP), first=5, last=5)
    assert (due.first, due.last) == (0, 2)
    assert planner.around((due,), one) is None
