"""Patterns of weeks: the days a problem stays unseen, and the cheapest under prices."""

from itertools import pairwise, product
from math import inf

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.patterns import DROPPED, Batch, Exposure, cheapest, cheapest_patterns

WEEKS = 6


def year(weeks: int = WEEKS) -> Exposure:
    return Exposure.over(np.arange(weeks) * 7 + 3.0, 365.0)


def test_a_visit_on_day_seventy_three_leaves_a_fifth_of_the_year_before_it() -> None:
    exposure = Exposure.over(np.array([73.0]), 365.0)
    assert exposure.first[0] == pytest.approx(73 + 73**2 / 730)
    assert exposure.after[0] == pytest.approx(292**2 / 730)
    assert exposure.of((0,)) == pytest.approx(80.3 + 116.8)


def test_who_was_seen_of_late_waits_and_the_next_year_counts() -> None:
    """With 182 days unseen and 182 to the visit after, the best day is the middle one."""
    days = np.arange(0.0, 365.0)
    exposure = Exposure.over(days, 365.0, before=182.0, beyond=182.0)
    assert exposure.first[100] == pytest.approx(100 * 182 / 365 + 100**2 / 730)
    assert exposure.after[100] == pytest.approx((365 + 182 - 100) ** 2 / 730)
    costs = [exposure.of((day,)) for day in range(365)]
    assert costs.index(min(costs)) in {182, 183}
    unseen = Exposure.over(days, 365.0, before=547.0, beyond=182.0)
    assert unseen.of((0,)) == min(unseen.of((day,)) for day in range(365))


def test_no_visit_leaves_a_problem_unseen_all_year() -> None:
    assert year().of((DROPPED,)) == pytest.approx(365 + 365**2 / 730)


def test_a_second_visit_only_helps() -> None:
    assert year().of((1, 4)) < year().of((1, DROPPED)) < year().of((DROPPED, DROPPED))


@given(
    value=st.floats(0, 5),
    skips=st.lists(st.sampled_from([0.0, 30.0, 900.0]), min_size=1, max_size=3),
    gap=st.integers(1, 3),
    seed=st.integers(0, 10_000),
)
def test_the_cheapest_pattern_is_the_cheapest_of_all_that_are_lawful(
    value: float, skips: list[float], gap: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    node = np.where(
        rng.random((len(skips), WEEKS)) < 0.2,
        inf,
        rng.integers(0, 200, (len(skips), WEEKS)).astype(float),
    )
    batch = Batch(
        exposure=year(),
        value=np.array([value]),
        node=node[None],
        skip=np.array([skips]),
        gap=np.full((1, len(skips)), gap),
    )
    every = {
        weeks: cost(weeks, value, node, skips)
        for weeks in product((DROPPED, *range(WEEKS)), repeat=len(skips))
        if is_lawful(weeks, gap)
    }
    best = min(every.values())
    assert cheapest(batch)[0] == pytest.approx(best)
    for told, weeks in cheapest_patterns(batch, 4)[0]:
        assert every[weeks] == pytest.approx(told)


def is_lawful(weeks: tuple[int, ...], gap: int) -> bool:
    made = [w for w in weeks if w != DROPPED]
    return all(b - a >= gap for a, b in pairwise(made))


def cost(
    weeks: tuple[int, ...], value: float, node: np.ndarray, skips: list[float]
) -> float:
    paid = sum(
        skip if week == DROPPED else node[slot, week]
        for slot, (week, skip) in enumerate(zip(weeks, skips, strict=True))
    )
    return value * year().of(weeks) + paid
