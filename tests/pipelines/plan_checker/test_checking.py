"""A lawful plan passes; a plan spoiled in one place is caught there, with its article."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given

from models.rules import load_rules
from pipelines.plan_checker import Verdict, check
from pipelines.plan_checker.written import (
    Book,
    Inspector,
    Made,
    Period,
    Short,
    Visit,
)
from tests.plan_books import (
    AS_OF,
    book,
    business,
    inspector,
    last_full,
    sound_books,
    visit,
)

LAW = load_rules().in_force(AS_OF)
MARCH = date(2026, 3, 9)


def checked(found: Book) -> Verdict:
    return check(found, LAW)


def rules(found: Book) -> Mapping[str, int]:
    return checked(found).by_rule()


def test_a_visit_in_time_by_two_who_may_breaks_no_rule() -> None:
    assert rules(book(visit())) == {}


@given(sound_books())
def test_plans_made_by_the_rules_pass(found: Book) -> None:
    assert checked(found).violations == ()


# Each spoils one visit; the rule that must be named.
ROWS: Mapping[str, dict[str, Any]] = {
    "two_inspectors": {"second_inspector_id": "i1"},
    "inspector_office": {"second_inspector_id": "other"},
    "unknown_inspector": {"inspector_id": "nobody"},
    "qualification": {"inspector_id": "grocer"},
    "service": {"inspector_id": "retired"},
    "leave": {"inspector_id": "away"},
    "conflict": {"inspector_id": "kin"},
    "week_begins_monday": {"week_starting": date(2026, 3, 10)},
    "workday": {"week_starting": date(2025, 12, 22)},
    "earliest": {"earliest_on": date(2026, 3, 16)},
    "due_date": {"due_on": date(2026, 3, 8)},
    "business_office": {"office_id": "o2"},
    "unknown_business": {"business_id": "nobody"},
    "minutes": {"minutes": 20.0},
    "full_checklist": {"serves": "legal_floor+grade_a", "checklist": "system"},
    "random": {"inclusion_probability": None},
}
STAFF = {f"i{n}": inspector(n) for n in range(1, 5)} | {
    "other": Inspector("other", "o2"),
    "grocer": Inspector("grocer", "o1", qualifications="seller+market"),
    "retired": Inspector("retired", "o1", left_on=MARCH),
    "away": Inspector("away", "o1"),
    "kin": Inspector("kin", "o1"),
}


@pytest.mark.parametrize("rule", ROWS)
def test_a_spoiled_row_is_named_by_its_rule_and_number(rule: str) -> None:
    spoiled = book(
        replace(visit(), **ROWS[rule]),
        inspectors=STAFF,
        leave={"away": (Period(MARCH, date(2026, 3, 15)),)},
        conflicts={("kin", "b01"): (Period(date(2020, 1, 1)),)},
    )
    (found,) = [v for v in checked(spoiled).violations if v.rule == rule]
    assert found.visit_id == "v01-0"
    assert found.zh
    assert found.en


@given(sound_books())
def test_a_doubled_inspector_in_any_lawful_plan_is_found(found: Book) -> None:
    first, *rest = found.visits
    alone = replace(first, second_inspector_id=first.inspector_id)
    spoiled = replace(found, visits=(alone, *rest))
    assert rules(spoiled) == {"two_inspectors": 1}


@given(sound_books())
def test_a_visit_left_out_of_any_lawful_plan_is_found(found: Book) -> None:
    _, *rest = found.visits
    assert rules(replace(found, visits=tuple(rest)))


def test_what_the_law_says_is_cited_with_its_mark() -> None:
    spoiled = book(visit(second_inspector_id=None))
    (found,) = checked(spoiled).violations
    assert "第二十三条" in found.article_zh
    spoiled = book(visit(), visit(1, 0, visit_id="again"))
    found = next(v for v in checked(spoiled).violations if v.rule == "minimum_gap")
    assert "系统默认" in found.article_zh


def test_half_a_week_of_leave_leaves_days_to_go() -> None:
    away = {"i1": (Period(MARCH, date(2026, 3, 11)),)}
    assert rules(book(visit(), leave=away)) == {}


def test_two_who_are_never_there_together_share_no_day() -> None:
    away = {
        "i1": (Period(MARCH, date(2026, 3, 11)),),
        "i2": (Period(date(2026, 3, 12), date(2026, 3, 15)),),
    }
    assert rules(book(visit(), leave=away)) == {"leave": 1}


def test_a_make_up_workday_counts_and_a_holiday_does_not() -> None:
    """The week of 2026-09-28 has no workday but its Monday to Wednesday."""
    feast = visit(week_starting=date(2026, 9, 28), earliest_on=date(2026, 10, 1))
    assert rules(book(feast)) == {"earliest": 1}


def test_more_minutes_than_the_week_holds_are_found() -> None:
    """Six visits of 98 minutes fill five workdays of 117; a seventh does not go in."""
    few = [business(n) for n in range(7)]
    visits = [visit(n, minutes=90.0, travel_minutes=7.5) for n in range(7)]
    six = book(*visits[:6], businesses=few[:6])
    assert rules(six) == {}
    assert rules(book(*visits, businesses=few)) == {"weekly_hours": 2}


def test_a_day_of_leave_is_a_fifth_of_the_week_less() -> None:
    few = [business(n) for n in range(6)]
    visits = [visit(n, minutes=90.0, travel_minutes=7.5) for n in range(6)]
    away = {"i1": (Period(MARCH, MARCH),)}
    assert rules(book(*visits, businesses=few, leave=away)) == {"weekly_hours": 1}


def test_visits_to_one_business_keep_the_gap_unless_one_is_a_follow_up() -> None:
    soon = visit(visit_id="soon", week_starting=date(2026, 3, 23))
    assert rules(book(visit(), soon)) == {"minimum_gap": 1}
    follow_up = replace(
        soon, requirement="follow_up", serves="follow_up", checklist="follow_up"
    )
    assert rules(book(visit(), follow_up)) == {}


def above(day: date, level: str = "city") -> dict[str, tuple[Made, ...]]:
    return {"b01": (last_full(), Made(day, "flying", level, None))}


@pytest.mark.parametrize(
    ("day", "level", "found"),
    [
        (date(2025, 12, 20), "city", {"higher_level": 1}),
        (date(2025, 12, 20), "district", {}),
        (date(2025, 12, 9), "province", {}),
        (date(2025, 12, 13), "nation", {"higher_level": 1}),
    ],
)
def test_three_months_after_a_higher_level_nobody_repeats(
    day: date, level: str, found: dict[str, int]
) -> None:
    assert rules(book(visit(), made=above(day, level))) == found


def test_a_follow_up_may_come_soon_after_a_higher_level() -> None:
    later = visit(week=3)
    soon = visit(
        requirement="follow_up", serves="follow_up", checklist="follow_up", minutes=30.0
    )
    assert rules(book(soon, later, made=above(date(2025, 12, 20)))) == {}


def test_a_legal_term_that_ends_within_the_three_months_comes_first() -> None:
    """Article 42 says in principle; the two years of article 22 end on 10 March."""
    partly = Made(date(2025, 12, 20), "routine", "city", is_full_checklist=False)
    made = {"b01": (last_full(date(2024, 3, 10)), partly)}
    floor = visit(serves="legal_floor+grade_a", due_on=date(2026, 3, 10))
    assert rules(book(floor, made=made)) == {}
    can_wait = replace(floor, due_on=date(2026, 6, 30))
    assert rules(book(can_wait, made=made)) == {"higher_level": 1}
    without_term = replace(floor, serves="grade_a")
    assert rules(book(without_term, made=made)) == {"higher_level": 1}


def school(**changes: Any) -> Any:
    kinds = {"business_type": "canteen", "subtype": "school_canteen"}
    return business(**{**kinds, **changes})


def term(monday: date, requirement: str = "school_term") -> Visit:
    return visit(
        visit_id=f"t{monday}",
        requirement=requirement,
        serves=f"{requirement}+skill_check+grade_a",
        checklist="full_skill",
        minutes=120.0,
        week_starting=monday,
    )


BOTH_TERMS = (term(date(2026, 2, 23)), term(date(2026, 8, 24)))


def test_a_school_is_visited_before_each_term() -> None:
    exam = term(date(2026, 5, 11), "campaign")
    assert rules(book(*BOTH_TERMS, exam, businesses=(school(),))) == {}
    assert rules(book(BOTH_TERMS[0], exam, businesses=(school(),))) == {
        "school_term": 1
    }


def test_nobody_goes_to_a_school_that_is_closed_but_to_open_it() -> None:
    exam = term(date(2026, 5, 11), "campaign")
    idle = term(date(2026, 7, 13), "grade_a")
    assert rules(book(*BOTH_TERMS, exam, idle, businesses=(school(),))) == {
        "closed_season": 1,
        "minimum_gap": 1,
    }


def test_a_full_checklist_comes_back_within_two_years() -> None:
    old = {"b01": (last_full(date(2024, 5, 6)),)}
    late = visit(week=3)
    assert rules(book(visit(week=0), made=old)) == {}
    assert rules(book(late, made=old)) == {"legal_floor": 1}


def test_what_is_overdue_already_has_a_quarter_left() -> None:
    old = {"b01": (last_full(date(2023, 5, 6)),)}
    assert rules(book(visit(week=0), made=old)) == {}
    assert rules(book(visit(week=1), made=old)) == {"legal_floor": 1}


def test_a_new_small_business_is_first_checked_within_a_month() -> None:
    new = business(subtype="small_catering", opened_on=date(2025, 12, 15))
    opening = {"b01": (Made(date(2025, 12, 10), "licensing", "district", None),)}
    january = visit(week_starting=date(2026, 1, 12))
    assert rules(book(january, businesses=(new,), made=opening)) == {}
    late = visit(week_starting=date(2026, 1, 19))
    assert rules(book(late, businesses=(new,), made=opening)) == {"new_small": 1}


def test_an_order_to_correct_is_followed_up_unless_it_lapsed() -> None:
    ordered = Made(date(2025, 12, 1), "routine", "district", True, "CORRECT_BY_DATE")
    january = visit(
        week_starting=date(2026, 1, 12), requirement="follow_up", checklist="follow_up"
    )
    regular = visit(week=1)
    assert rules(book(january, regular, made={"b01": (ordered,)})) == {}
    assert rules(book(regular, made={"b01": (ordered,)})) == {"follow_up": 1}
    lapsed = replace(ordered, inspected_on=date(2025, 9, 1))
    assert rules(book(regular, made={"b01": (lapsed,)})) == {}


def test_an_order_of_long_before_the_year_is_left_to_the_next_full_visit() -> None:
    ordered = Made(date(2025, 12, 1), "routine", "district", True, "CORRECT_BY_DATE")
    of_next_year = replace(
        book(visit(week_starting=date(2027, 3, 1)), made={"b01": (ordered,)}), year=2027
    )
    assert "follow_up" not in rules(of_next_year)


@pytest.mark.parametrize(
    ("changes", "lacks"),
    [
        ({"risk_grade": "D"}, {"grade_d": 1}),
        ({"risk_grade": "C"}, {"grade_c": 1}),
        ({"is_key_supervision": True}, {"key_supervision": 1}),
        ({"business_type": "producer", "is_special_food": True}, {"skill_check": 1}),
        ({"subtype": "restaurant_m"}, {"skill_check": 1}),
    ],
)
def test_each_requirement_that_no_visit_meets_is_named(
    changes: dict[str, Any], lacks: dict[str, int]
) -> None:
    found = rules(book(visit(minutes=200.0), businesses=(business(**changes),)))
    assert lacks.items() <= found.items()


def test_visits_made_this_year_count_towards_the_grade() -> None:
    twice = {"b01": (last_full(), last_full(date(2026, 1, 5)))}
    found = book(visit(), businesses=(business(risk_grade="C"),), made=twice)
    assert rules(found) == {}


def test_makers_of_special_food_get_a_system_inspection() -> None:
    maker = business(business_type="producer", is_special_food=True, subtype=None)
    one = visit(checklist="full_skill", serves="grade_a+skill_check", minutes=200.0)
    two = visit(
        week=2, checklist="system", requirement="system_inspection", minutes=360.0
    )
    three = visit(week=3, checklist="full_skill", minutes=200.0)
    autumn = {"businesses": (maker,)}
    assert rules(book(one, two, three, **autumn)) == {}
    assert rules(book(one, three, **autumn)) == {"system_inspection": 1}


def test_a_campaign_reaches_its_share_of_the_group() -> None:
    group = [business(n, subtype="bakery") for n in range(4)]
    spring = [visit(n) for n in range(4)]
    assert rules(book(*spring, businesses=group)) == {"campaign": 1}
    reached = [visit(0, 3), visit(1, 3), *spring[2:]]
    assert rules(book(*reached, businesses=group)) == {}


def test_chance_chooses_its_share() -> None:
    group = [business(n, street_code="s1") for n in range(30)]
    staff = {f"i{n}": inspector(n) for n in range(1, 61)}
    chosen = [
        visit(
            *(n, 0),
            inspector_id=f"i{2 * n + 1}",
            second_inspector_id=f"i{2 * n + 2}",
            is_random=False,
            inclusion_probability=None,
        )
        for n in range(30)
    ]
    found = book(*chosen, businesses=group, inspectors=staff)
    assert rules(found) == {"random": 1}


def short(dropped: int, requirement: str = "grade_c") -> tuple[Short, ...]:
    return (Short("o1", date(2026, 12, 1), dropped, requirement),)


def test_a_visit_dropped_is_lawful_when_it_is_declared() -> None:
    grade_c = business(risk_grade="C")
    assert rules(book(visit(), businesses=(grade_c,))) == {"grade_c": 1}
    declared = book(visit(), businesses=(grade_c,), shortage=short(1))
    assert rules(declared) == {}
    assert checked(declared).dropped == 1


def test_more_dropped_than_declared_is_found() -> None:
    grade_d = business(risk_grade="D")
    found = book(visit(), businesses=(grade_d,), shortage=short(1, "grade_d"))
    assert rules(found) == {"grade_d": 1}


def test_what_the_law_fixes_is_not_dropped_under_a_lighter_name() -> None:
    old = {"b01": (last_full(date(2024, 5, 6)),)}
    hidden = book(visit(week=3), made=old, shortage=short(1, "grade_a"))
    assert rules(hidden) == {"legal_floor": 1}
    named = book(visit(week=3), made=old, shortage=short(1, "legal_floor"))
    assert rules(named) == {}


def test_a_number_that_stands_twice_is_found() -> None:
    twice = book(visit(), visit(1, 2, visit_id="v01-0"))
    assert rules(twice) == {"repeated_row": 1}


def test_what_was_verified_is_counted() -> None:
    assert checked(book(visit())).duties == {"grade_a": 1}
