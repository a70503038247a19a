"""Who is sent to what finds no hands in its own week."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from models.patterns import DROPPED, Exposure
from models.plan_task import Hands, Season, Slot, Subject, Task
from models.rules import load_rules
from pipelines.schedule.demands import Demand, Planner
from pipelines.schedule.policy import Policy, Row
from pipelines.schedule.sending import Case, Sending
from pipelines.schedule.staff import Office, Officer
from pipelines.schedule.weeks import PlanWeeks
from tests.pipelines.schedule.test_demands import SHOP

DAY = date(2026, 11, 30)
WEEKS = PlanWeeks(DAY, date(2026, 12, 27))
PLANNER = Planner(Policy(load_rules().in_force(DAY), 2026), WEEKS)
KEY = b"a key of thirty-two bytes, surely"


def visit(**changes: object) -> Demand:
    return replace(PLANNER.visit_by_chance(SHOP), **changes)


def sending(*visits: Demand, minutes: list[float]) -> tuple[Sending, list[Case]]:
    """Make an office of two and a business for each visit, an hour each."""
    rows: list[Row] = [
        {**SHOP, "business_id": f"S{n}", "street_code": "", "lon": None, "lat": None}
        for n in range(len(visits))
    ]
    days = tuple(frozenset(held) for held in WEEKS.workdays)
    there = np.array(minutes, dtype=float)
    people = tuple(Officer(n, "O", frozenset(), days, there) for n in "ab")
    office = Office("O", len(minutes), people)
    subjects = tuple(
        Subject(
            row["business_id"],
            "seller",
            "all",
            0.1,
            (Slot(one.first, one.last, 60.0, 0, 9),),
        )
        for row, one in zip(rows, visits, strict=True)
    )
    always = Season(np.ones(4, dtype=bool), Exposure.over(np.arange(4) * 7 + 3.0, 28.0))
    task = Task(
        subjects=subjects,
        seasons={"all": always},
        is_workweek=np.ones(4, dtype=bool),
        longest=office.longest,
        hands=(Hands(frozenset({"seller"}), there),),
        ranks=13,
        minute_cost=0.1,
        crowd_share=1.0,
    )
    cases = [Case(row, 1.0, (one,)) for row, one in zip(rows, visits, strict=True)]
    return Sending(WEEKS, KEY, office, task, {"": 0.0}), cases


def test_a_visit_by_chance_whose_week_is_full_is_drawn_another() -> None:
    full = visit(first=1, last=1, minutes=60.0)
    drawn = visit(first=1, last=1, minutes=60.0, chance=0.1)
    office, cases = sending(full, drawn, minutes=[60, 60, 60, 0])
    sent, dropped = office.sent(cases, {"S0": (1,), "S1": (DROPPED,)})
    assert not dropped
    assert {s.case.business["business_id"]: s.week in {0, 2} for s in sent} == {
        "S0": False,
        "S1": True,
    }


def test_any_other_visit_whose_week_is_full_is_dropped() -> None:
    full = visit(first=1, last=1, minutes=60.0)
    office, cases = sending(full, full, minutes=[60, 60, 60, 0])
    _, dropped = office.sent(cases, {"S0": (1,), "S1": (DROPPED,)})
    assert [d.case.business["business_id"] for d in dropped] == ["S1"]


def test_what_finds_no_pair_goes_to_the_earliest_week_with_hands() -> None:
    long = visit(first=0, last=3, minutes=60.0)
    office, cases = sending(long, long, minutes=[60, 0, 60, 60])
    sent, _ = office.sent(cases, {"S0": (0,), "S1": (0,)})
    assert sorted(s.week for s in sent) == [0, 2]


@pytest.mark.parametrize("reserved", [True, False])
def test_what_the_law_gives_a_term_is_drawn_again_into_the_reserve(
    *, reserved: bool
) -> None:
    full = visit(first=1, last=1, minutes=60.0)
    floor = visit(first=1, last=1, minutes=60.0, chance=0.1, serves=("legal_floor",))
    office, cases = sending(full, floor, minutes=[60, 60, 60, 60])
    hands = (Hands(frozenset({"seller"}), np.array([0.0, 60, 0, 0])),)
    office.task = replace(office.task, hands=hands)
    office.reserved = frozenset({"legal_floor"} if reserved else ())
    _, dropped = office.sent(cases, {"S0": (1,), "S1": (DROPPED,)})
    assert bool(dropped) is not reserved
