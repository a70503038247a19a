"""Trouble begins, stands, is found or ends by itself, and may begin again."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.simulate.latent import chance, season
from pipelines.simulate.troubles import Case, Troubles
from pipelines.simulate.unvisited import make_district

# The second begins while the first stands, so it is a case only if that was mended.
ONE = Troubles([[(10, 20), (15, 30), (40, 60)]])

stretches = st.lists(
    st.tuples(st.integers(1, 60), st.integers(1, 20)).map(lambda s: (s[0], sum(s))),
    max_size=8,
).map(sorted)


@pytest.mark.parametrize(
    ("day", "mended", "stands"),
    [
        (9, 0, None),
        (10, 0, (10, 20)),
        (19, 0, (10, 20)),
        (20, 0, None),
        (25, 0, None),
        (12, 12, None),
        (16, 12, (15, 30)),
        (45, 16, (40, 60)),
        (60, 16, None),
    ],
)
def test_trouble_stands_until_its_last_day_unless_it_was_mended(
    day: int, mended: int, stands: tuple[int, int] | None
) -> None:
    assert ONE.standing(0, day, mended) == stands


def test_what_nobody_finds_ends_by_itself() -> None:
    assert list(ONE.cases(0, [])) == [
        Case(0, 10, 20, is_found=False),
        Case(0, 40, 60, is_found=False),
    ]


def test_what_is_found_early_leaves_room_for_the_next() -> None:
    assert list(ONE.cases(0, [12, 50])) == [
        Case(0, 10, 12, is_found=True),
        Case(0, 15, 30, is_found=False),
        Case(0, 40, 50, is_found=True),
    ]


@given(stretches, st.lists(st.integers(0, 90), max_size=6, unique=True))
def test_the_cases_are_the_days_on_which_trouble_stood(
    one: list[tuple[int, int]], looks: list[int]
) -> None:
    troubles, mended = Troubles([one]), [0]
    stood = set()
    for day in range(100):
        standing = troubles.standing(0, day, mended[-1])
        if standing:
            stood.add(day)
        if standing and day in looks:
            mended.append(day)
            stood.discard(day)
    cases = list(troubles.cases(0, mended[1:]))
    lasted = {d for c in cases for d in range(c.begin, c.end)}
    assert lasted == stood
    assert [c.end for c in cases if c.is_found] == mended[1:]


def test_unvisited_more_are_in_trouble_than_the_latent_truth_says() -> None:
    """Usual visits keep the share near the truth; without them it is higher."""
    district = make_district(businesses=4000, seed=3, begin=date(2023, 1, 1), months=36)
    block, day = district.block, (date(2025, 7, 1) - date(1970, 1, 1)).days
    trades = (block.register.opened < day - 900) & (block.register.closed > day)
    truth = chance(block.truth(30) + season(7))
    standing = np.array(
        [district.troubles.standing(b, day, 0) is not None for b in range(4000)]
    )
    share, expected = standing[trades].mean(), truth[trades].mean()
    assert 1.1 * expected < share < 2 * expected
    worse = truth > np.median(truth)
    assert standing[trades & worse].mean() > 3 * standing[trades & ~worse].mean()
