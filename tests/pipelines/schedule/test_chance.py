"""Chance chooses whom and when; a visit that is made anyway serves where it can."""

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

import numpy as np
import pytest

from models.rules import load_rules
from pipelines.schedule.chance import ByChance, equal_chance
from pipelines.schedule.demands import Demand, Planner
from pipelines.schedule.policy import Policy
from pipelines.schedule.sending import Case
from pipelines.schedule.staff import Office, Officer
from pipelines.schedule.weeks import PlanWeeks

DAY = date(2026, 1, 1)
LAW = load_rules().applied_to(DAY)
WEEKS = PlanWeeks.of_year(2026, DAY)
PLANNER = Planner(Policy(LAW, 2026), WEEKS)


def office(minutes: float = 300.0) -> Office:
    count = len(WEEKS.mondays)
    two = tuple(
        Officer(f"i{n}", "OFF01", frozenset(), (), np.full(count, minutes))
        for n in range(2)
    )
    return Office("OFF01", count, two)


def shop(number: int) -> dict[str, object]:
    return {
        "business_id": f"s{number:03}",
        "business_type": "seller",
        "subtype": None,
        "last_higher": None,
    }


def visit(**changes: object) -> Demand:
    usual = replace(PLANNER.visit_beyond(shop(0)), serves=("grade_a",))
    return replace(usual, **changes)  # type: ignore[arg-type]


def by_chance(share: float) -> ByChance:
    policy = Policy(LAW.what_if("plan.random_share", value=share), 2026)
    return ByChance(policy, Planner(policy, WEEKS), b"key", lambda _row: 10.0)


def drawn(*visits: Demand, minutes: float = 300.0, share: float = 0.1) -> list[Case]:
    """Let chance choose among a hundred shops that have these visits each."""
    cases = [Case(shop(n), 1.0, visits) for n in range(100)]
    return by_chance(share).drawn(cases, office(minutes))


def by_lot(cases: list[Case]) -> list[Demand]:
    return [v for case in cases for v in case.visits if v.chance is not None]


def test_a_visit_that_is_made_anyway_is_made_by_lot_and_none_is_added() -> None:
    cases = drawn(visit())
    assert {len(case.visits) for case in cases} == {1}
    chosen = by_lot(cases)
    assert len(chosen) == 10
    assert {v.serves for v in chosen} == {("random", "grade_a")}
    assert {v.purpose for v in chosen} == {"random"}
    assert {v.chance for v in chosen} == {0.1}
    assert all(v.first == v.last for v in chosen)
    assert len({v.first for v in chosen}) > 5


def test_a_visit_with_a_term_is_made_by_lot_within_it() -> None:
    due = DAY + timedelta(days=60)
    bound = visit(serves=("legal_floor", "grade_a"), due=due, last=WEEKS.number(due))
    chosen = by_lot(drawn(bound))
    assert {v.serves for v in chosen} == {("legal_floor", "random", "grade_a")}
    assert {v.due for v in chosen} == {due}
    assert max(v.last for v in chosen) <= WEEKS.number(due)


def test_what_is_no_full_inspection_stays_and_one_is_added() -> None:
    again = visit(serves=("follow_up",), purpose="follow_up", first=3, last=5)
    cases = drawn(again)
    chosen = by_lot(cases)
    assert {v.serves for v in chosen} == {("random",)}
    assert sum(len(case.visits) for case in cases) == 100 + len(chosen)
    # 11 of 111 are a tenth.
    assert len(chosen) in {11, 12}
    assert all(again in case.visits for case in cases)


def test_who_has_no_visit_may_be_drawn_too() -> None:
    mixed = [Case(shop(0), 1.0, (visit(),)), Case(shop(1), 1.0, ())]
    chosen = by_chance(0.9).drawn(mixed, office())
    assert [len(case.visits) for case in chosen] == [1, 1]
    assert len(by_lot(chosen)) == 2


def test_nobody_is_drawn_for_a_visit_longer_than_two_inspectors_have() -> None:
    assert by_lot(drawn(visit(), minutes=60.0)) == []


def test_nothing_is_drawn_where_nothing_is_left_to_chance() -> None:
    assert by_lot(drawn(visit(), share=0.0)) == []


@pytest.mark.parametrize(
    ("regular", "adds", "chance"),
    [
        (90, 0, Fraction(9, 100)),
        (90, 100, Fraction(1, 10)),
        (5000, 0, Fraction(1)),
    ],
)
def test_everybody_has_a_chance_that_makes_the_share(
    regular: int, adds: int, chance: Fraction
) -> None:
    assert equal_chance(Fraction(1, 10), regular, adds, 100) == chance
