"""Draws small plans that keep every rule, for a checker to look at and tests to spoil."""

from datetime import date
from typing import Any

from hypothesis import strategies as st

from pipelines.plan_checker.written import (
    Book,
    Business,
    Inspector,
    Made,
    Records,
    Visit,
)

YEAR, AS_OF = 2026, date(2026, 1, 1)
# Mondays of ordinary weeks, nine apart: no holidays, no season, more than the gap.
MONDAYS = (date(2026, 3, 9), date(2026, 5, 11), date(2026, 7, 13), date(2026, 9, 14))
LAST = date(2026, 12, 31)


def business(number: int = 1, **changes: Any) -> Business:
    usual = {
        "business_id": f"b{number:02d}",
        "business_type": "catering",
        "subtype": "snack",
        "street_code": "s1",
        "opened_on": date(2020, 5, 1),
        "risk_grade": "A",
        "is_key_supervision": False,
        "is_special_food": False,
    }
    return Business(**{**usual, **changes})


def visit(number: int = 1, week: int = 0, **changes: Any) -> Visit:
    usual = {
        "visit_id": f"v{number:02d}-{week}",
        "business_id": f"b{number:02d}",
        "visit_no": week + 1,
        "requirement": "grade_a",
        "serves": "grade_a",
        "campaign": None,
        "purpose": "routine",
        "checklist": "full",
        "week_starting": MONDAYS[week],
        "earliest_on": AS_OF,
        "due_on": LAST,
        "office_id": "o1",
        "street_code": "s1",
        "inspector_id": "i1",
        "second_inspector_id": "i2",
        "minutes": 75.0,
        "travel_minutes": 8.0,
        "is_random": True,
        "inclusion_probability": 0.5,
    }
    return Visit(**{**usual, **changes})


def inspector(number: int, office: str = "o1", **changes: Any) -> Inspector:
    return Inspector(f"i{number}", office, **changes)


def last_full(day: date = date(2025, 2, 3)) -> Made:
    return Made(day, "routine", "district", is_full_checklist=True)


def book(*visits: Visit, **records: Any) -> Book:
    """Draw a plan; without records, one business of grade A that is visited in time."""
    businesses = records.pop("businesses", (business(),))
    shortage = records.pop("shortage", ())
    usual = {
        "inspectors": {f"i{n}": inspector(n) for n in range(1, 5)},
        "offices": {"s1": "o1", "s2": "o2"},
        "made": {b.business_id: (last_full(),) for b in businesses},
    }
    return Book(
        year=YEAR,
        as_of=AS_OF,
        visits=visits,
        shortage=shortage,
        records=Records(
            businesses={b.business_id: b for b in businesses}, **{**usual, **records}
        ),
    )


@st.composite
def sound_books(draw: st.DrawFn) -> Book:
    """Draw plans of two offices by one rule: as often as the grade wants, weeks apart."""
    offices = {"s1": "o1", "s2": "o2"}
    staff = {
        f"i{n}": Inspector(f"i{n}", ("o1", "o2")[n % 2], qualifications=held)
        for n in range(8)
        for held in [draw(st.sampled_from((None, "catering+seller")))]
    }
    businesses, visits = [], []
    for number in range(draw(st.integers(1, 7))):
        street = draw(st.sampled_from(("s1", "s2")))
        grade = draw(st.sampled_from("ABCD"))
        one = business(
            number,
            street_code=street,
            risk_grade=grade,
            is_key_supervision=grade == "D",
        )
        businesses.append(one)
        able = sorted(n for n, i in staff.items() if i.office_id == offices[street])
        first, second = draw(st.permutations(able))[:2]
        wanted = {"A": 1, "B": 1, "C": 2, "D": 3}[grade]
        weeks = sorted(draw(st.permutations(range(len(MONDAYS))))[:wanted])
        visits += [
            visit(
                number,
                week,
                office_id=offices[street],
                street_code=street,
                inspector_id=first,
                second_inspector_id=second,
                requirement=f"grade_{grade.lower()}",
                serves=f"grade_{grade.lower()}",
            )
            for week in weeks
        ]
    made = {
        b.business_id: (last_full(date(2025, draw(st.integers(2, 11)), 3)),)
        for b in businesses
    }
    return book(
        *visits, businesses=businesses, inspectors=staff, made=made, offices=offices
    )
