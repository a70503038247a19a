"""Mending a plan: places for what rounding dropped, and never at a higher cost."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
from hypothesis import given, settings

from models.patterns import DROPPED
from models.plan_task import Room, Subject, Task, Weeks
from models.settling import mended
from tests.models.test_street_plan import ROOM, hands, offices_of, shop, slot, task


def cost(of: Task, weeks: dict[str, Weeks]) -> float:
    return sum(of.cost(s, weeks[s.business_id]) for s in of.subjects)


def test_what_was_dropped_takes_the_best_week_with_room() -> None:
    of = task([shop("one", 0.9)], hands(50, 60, 60, 60))
    assert mended(of, {"one": (DROPPED,)}) == {"one": (1,)}


def test_another_that_can_wait_leaves_its_week() -> None:
    due = shop("due", 0.1, slot(last=0, rank=0))
    of = task([due, shop("waits", 0.9)], hands(60, 0, 60, 60))
    found = mended(of, {"due": (DROPPED,), "waits": (0,)})
    assert found == {"due": (0,), "waits": (2,)}


def test_a_lighter_visit_is_dropped_in_the_stead_of_a_weightier_one() -> None:
    law = shop("law", 0.1, slot(rank=0))
    of = task([law, shop("grade", 0.9, slot(rank=2))], hands(60, 0, 0, 0))
    found = mended(of, {"law": (DROPPED,), "grade": (0,)})
    assert found == {"law": (0,), "grade": (DROPPED,)}


def test_a_weightier_visit_stays() -> None:
    law = shop("law", 0.1, slot(rank=0))
    of = task([law, shop("grade", 0.9, slot(rank=2))], hands(60, 0, 0, 0))
    stays = {"law": (0,), "grade": (DROPPED,)}
    assert mended(of, stays) == stays


def test_a_visit_between_two_others_keeps_its_distance() -> None:
    thrice = shop("thrice", 0.5, slot(), slot(gap=1), slot(gap=1))
    of = task([thrice], hands(*[60] * 4))
    assert mended(of, {"thrice": (0, DROPPED, 2)}) == {"thrice": (0, 1, 2)}


def test_an_exchange_gathers_the_minutes_that_every_week_lacks() -> None:
    of = task(
        [
            shop("due", 0.1, slot(last=0, rank=0)),
            shop("long", 0.5, slot(minutes=60)),
            shop("short", 0.5, slot(minutes=40)),
        ],
        hands(100, 60, 0, 0),
    )
    found = mended(of, {"due": (DROPPED,), "long": (0,), "short": (1,)})
    assert found == {"due": (0,), "long": (1,), "short": (0,)}


def test_a_visit_takes_the_late_week_of_the_one_before_which_moves_up() -> None:
    twice = shop("twice", 0.5, slot(), slot(gap=2))
    of = task([twice, shop("waits", 0.1, slot(first=0))], hands(60, 0, 0, 120))
    found = mended(of, {"twice": (3, DROPPED), "waits": (0,)})
    assert found == {"twice": (0, 3), "waits": (3,)}


def test_nothing_is_put_into_a_week_in_which_nobody_has_the_minutes() -> None:
    of = task([shop("one", 0.9)], hands(*[90] * 4))
    short = replace(of, longest=np.array([50.0, 50, 60, 60]))
    assert mended(short, {"one": (DROPPED,)}) == {"one": (2,)}


def test_a_week_runs_over_and_the_year_does_not() -> None:
    of = task([shop("one", 0.9), shop("two", 0.8)], hands(50, 50, 0, 0))
    over = Task(**{**vars(of), "hands": (hands(50, 50, 0, 0, over=0.2),)})
    none = {"one": (DROPPED,), "two": (DROPPED,)}
    assert mended(of, none) == none
    kept = mended(over, none)
    assert sorted(kept.values()) == [(DROPPED,), (0,)]
    assert Room(over).lacks(np.array([0]), 60) == -40


@settings(deadline=None, max_examples=50)
@given(shops=offices_of(8), room=ROOM)
def test_a_mended_plan_is_lawful_and_costs_no_more(
    shops: list[Subject], room: list[float]
) -> None:
    both = hands(*room, kinds="seller catering", over=0.1)
    of = task(shops, both, hands(*room, kinds="seller"))
    none = {s.business_id: (DROPPED,) * len(s.slots) for s in shops}
    found = mended(of, none)
    assert cost(of, found) <= cost(of, none)
    for held in found.values():
        made = [week for week in held if week != DROPPED]
        assert all(later - one >= 2 for one, later in pairwise(made))
    left = Room(of)
    for one in shops:
        for place, week in zip(one.slots, found[one.business_id], strict=True):
            if week != DROPPED:
                left.take(of.weighs(one.kind), week, place.minutes)
    assert left.week.min() >= -1e-6
    assert left.whole.min() >= -1e-6
