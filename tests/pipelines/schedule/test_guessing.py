"""Entropy of the next visit's week, on groups small enough to count by hand."""

import random
from dataclasses import replace
from math import log
from typing import Any

import pytest

from pipelines.schedule.demands import Planner
from pipelines.schedule.guessing import (
    conditional_entropy,
    entropy,
    next_door_tells,
)
from pipelines.schedule.planning import OfficePlan
from pipelines.schedule.sending import Case, Sent
from pipelines.schedule.staff import Office
from tests.pipelines.schedule.test_demands import POLICY, SHOP, WEEKS


def test_a_week_that_everybody_shares_can_be_told() -> None:
    assert entropy([7] * 20) == 0.0


def test_even_weeks_are_as_hard_to_guess_as_they_are_many() -> None:
    assert entropy(list(range(8)) * 50) == pytest.approx(3.0, abs=0.02)


def test_two_even_weeks_of_four_have_a_bit_and_the_correction() -> None:
    assert entropy([0, 0, 1, 1]) == pytest.approx(1 + 1 / (8 * log(2)))


def test_a_single_visit_says_nothing() -> None:
    assert entropy([3]) == 0.0


def test_groups_weigh_by_their_size() -> None:
    groups = {"known": [1] * 30, "open": [0, 1] * 500}
    assert conditional_entropy(groups) == pytest.approx(1000 / 1030, abs=0.01)
    assert conditional_entropy({}) == 0.0


def plan(weeks: dict[str, int], *, apart: float = 0.01) -> OfficePlan:
    """Make a plan of shops in a row, two and two next door, each visited once."""
    visit = replace(Planner(POLICY, WEEKS).visit_by_chance(SHOP), first=0, last=52)
    cases = tuple(
        Case(
            {**SHOP, "business_id": name, "lon": 120 + apart * (n // 2) + n * 1e-5}
            | {"lat": 30.0},
            1.0,
            (visit,),
        )
        for n, name in enumerate(weeks)
    )
    sent = tuple(
        Sent(case, 0, weeks[case.business["business_id"]], ("a", "b")) for case in cases
    )
    none: Any = None
    return OfficePlan(
        *(Office("O", 53, ()), cases, none, none, none, sent, ()), {}, 0, 0, 0, 0
    )


def test_who_is_visited_with_the_shop_next_door_can_be_told_by_it() -> None:
    rng = random.Random(1)  # noqa: S311
    weeks = [rng.randrange(8) for _ in range(2_000)]
    together = {f"s{n}": weeks[n // 2] for n in range(2_000)}
    assert next_door_tells([plan(together)]) == pytest.approx(3.0, abs=0.1)


def test_who_is_visited_by_lot_cannot() -> None:
    rng = random.Random(1)  # noqa: S311
    by_lot = {f"s{n}": rng.randrange(8) for n in range(2_000)}
    assert next_door_tells([plan(by_lot)]) == pytest.approx(0.0, abs=0.05)
