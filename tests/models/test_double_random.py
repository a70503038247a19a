"""Who is visited and who goes: conflicts withdraw, strata get their share, places are refilled."""

from collections import Counter
from itertools import combinations
from math import ceil, floor

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2

from features.errors import UsageError
from models.double_random import (
    Conflict,
    Inspector,
    Subject,
    Withdrawal,
    after_withdrawals,
    draw_visits,
)
from tests.chances import RARE, chi_square, even
from tests.drawn_libraries import business, businesses, libraries, library, staff
from tests.worked import cases

KEY = b"a key for the tests"


def closed(number: str) -> Withdrawal:
    return Withdrawal("2026-02-01", "closed", "", business_id=number)


def on_leave(inspector: str, at: str | None = None) -> Withdrawal:
    return Withdrawal("2026-02-01", "leave", "", at, inspector)


@pytest.mark.parametrize("case", cases("eligible_inspectors.csv"))
def test_who_may_go(case: dict[str, str]) -> None:
    subject = Subject("b", case["business_type"], "all", 1, case["business_office"])
    qualified = (case["qualifications"] or "").split("+")
    inspector = Inspector(
        "i", case["inspector_office"], tuple(q for q in qualified if q)
    )
    conflicts = (Conflict("i", "b", case["conflict"]),) if case["conflict"] else ()
    held = library(subject, inspectors=(inspector,), conflicts=conflicts)
    assert held.eligible(subject) == (["i"] if case["may_go"] == "yes" else [])


def test_an_office_without_inspectors_borrows_none_in_silence() -> None:
    lonely = Subject("b", "catering", "all", 1, "OFF09")
    assert library(lonely).eligible(lonely) == []


def test_everybody_is_drawn_where_the_share_is_one() -> None:
    visits = draw_visits(library(*businesses(5), share="1"), KEY)
    assert {v.business_id for v in visits} == {f"b{n:02d}" for n in range(5)}
    assert [v.draw_order for v in visits] == [1, 2, 3, 4, 5]
    assert {v.inclusion_probability for v in visits} == {1}


def test_a_closed_business_is_replaced_from_its_own_stratum() -> None:
    held = library(*businesses(6, "A/A"), *(business(n, "D/D") for n in range(6, 9)))
    visits = draw_visits(held, KEY)
    out = next(v for v in visits if v.stratum == "A/A")
    after = after_withdrawals(held, visits, [closed(out.business_id)], KEY)
    place = next(v for v in after if v.draw_order == out.draw_order)
    assert (place.replaces, place.stratum) == (out.business_id, "A/A")
    assert place.business_id not in {v.business_id for v in visits}
    assert [v for v in after if v != place] == [v for v in visits if v != out]


def test_a_place_lapses_when_its_stratum_is_exhausted() -> None:
    held = library(*businesses(3), share="1")
    visits = draw_visits(held, KEY)
    after = after_withdrawals(held, visits, [closed("b01")], KEY)
    assert {v.business_id for v in after} == {"b00", "b02"}


def test_who_goes_beside_an_absent_inspector_still_goes() -> None:
    held = library(*businesses(4))
    visits = draw_visits(held, KEY)
    first, second = visits[0].inspectors
    (changed, *_) = after_withdrawals(
        held, visits, [on_leave(first, visits[0].business_id)], KEY
    )
    assert changed.inspectors[0] == second
    assert first not in changed.inspectors
    assert len(set(changed.inspectors)) == 2


def test_an_inspector_on_leave_goes_nowhere_and_replaces_nobody() -> None:
    held = library(*businesses(8), share="1", inspectors=staff(3))
    visits = draw_visits(held, KEY)
    after = after_withdrawals(held, visits, [on_leave("i1"), closed("b03")], KEY)
    assert {i for v in after for i in v.inspectors} == {"i0", "i2"}


@pytest.mark.parametrize("seed", range(9))
def test_nobody_who_was_replaced_comes_back(seed: int) -> None:
    held, key = library(*businesses(4), share="1/4"), f"seed {seed}".encode()
    visits = draw_visits(held, key)
    gone: list[str] = []
    for _ in range(4):
        (visit,) = after_withdrawals(held, visits, [closed(g) for g in gone], key)
        gone.append(visit.business_id)
    assert sorted(gone) == ["b00", "b01", "b02", "b03"]
    assert after_withdrawals(held, visits, [closed(g) for g in gone], key) == ()


@pytest.mark.parametrize(
    ("withdrawal", "says"),
    [
        (closed("b99"), "b99 has no part"),
        (on_leave("i9"), "i9 has no part"),
        (on_leave("i0", "b99"), "i0 at b99 has no part"),
        (Withdrawal("2026-02-01", "other", "?"), "nobody has no part"),
    ],
)
def test_a_withdrawal_of_somebody_who_has_no_part_is_refused(
    withdrawal: Withdrawal, says: str
) -> None:
    held = library(*businesses(2), share="1")
    with pytest.raises(UsageError, match=says):
        after_withdrawals(held, draw_visits(held, KEY), [withdrawal], KEY)


def test_without_anybody_left_to_go_the_business_must_be_withdrawn() -> None:
    held = library(*businesses(1), share="1", inspectors=staff(2))
    visits = draw_visits(held, KEY)
    with pytest.raises(UsageError, match="no inspector is left who may go to b00"):
        after_withdrawals(held, visits, [on_leave("i0")], KEY)
    assert after_withdrawals(held, visits, [closed("b00")], KEY) == ()


@given(libraries(), st.binary(min_size=1, max_size=8))
def test_nobody_goes_who_must_withdraw_and_each_stratum_gets_its_share(
    held, key
) -> None:
    visits = draw_visits(held, key)
    avoided = {(c.inspector_id, c.business_id) for c in held.conflicts}
    for visit in visits:
        assert len(set(visit.inspectors)) == 2
        assert set(visit.inspectors) <= set(
            held.eligible(held.subject[visit.business_id])
        )
        assert not {(i, visit.business_id) for i in visit.inspectors} & avoided
        assert 0 < visit.inclusion_probability <= 1
    sizes = Counter(v.stratum for v in visits)
    for stratum, members in held.strata.items():
        expected = held.shares[stratum] * len(members)
        assert floor(expected) <= sizes[stratum] <= ceil(expected)
    assert [v.draw_order for v in visits] == list(range(1, len(visits) + 1))


@given(libraries(), st.binary(min_size=1, max_size=8), st.data())
def test_after_any_withdrawals_the_same_holds(held, key, data) -> None:
    visits = standing = draw_visits(held, key)
    withdrawals: list[Withdrawal] = []
    while standing and data.draw(st.booleans()):
        visit = data.draw(st.sampled_from(standing))
        who = data.draw(st.sampled_from((None, *visit.inspectors)))
        tried = [*withdrawals, Withdrawal("d", "other", "x", visit.business_id, who)]
        try:
            standing = after_withdrawals(held, visits, tried, key)
        except UsageError:
            assert who is not None
            break
        withdrawals = tried
    gone = {w.business_id for w in withdrawals if w.inspector_id is None}
    left = {(w.inspector_id, w.business_id) for w in withdrawals}
    assert len({v.business_id for v in standing}) == len(standing)
    for visit in standing:
        assert visit.business_id not in gone
        assert len(set(visit.inspectors)) == 2
        assert set(visit.inspectors) <= set(
            held.eligible(held.subject[visit.business_id])
        )
        assert not {(i, visit.business_id) for i in visit.inspectors} & left


def test_the_order_in_which_the_files_list_them_changes_nothing() -> None:
    one = library(*businesses(9), inspectors=staff(6))
    other = library(*businesses(9)[::-1], inspectors=staff(6)[::-1])
    assert draw_visits(one, KEY) == draw_visits(other, KEY)


def test_over_many_seeds_every_pair_of_inspectors_goes_equally_often() -> None:
    held = library(*businesses(4), share="1", inspectors=staff(5))
    pairs = Counter(
        frozenset(visit.inspectors)
        for seed in range(600)
        for visit in draw_visits(held, f"seed {seed}".encode())
    )
    possible = [frozenset(p) for p in combinations((f"i{n}" for n in range(5)), 2)]
    assert pairs.keys() == set(possible)
    assert RARE < even(pairs) < 1 - RARE
    leads = Counter(
        visit.inspectors[0]
        for seed in range(600)
        for visit in draw_visits(held, f"seed {seed}".encode())
    )
    assert RARE < even(leads) < 1 - RARE


def test_over_many_seeds_a_conflict_leaves_the_other_pairs_even() -> None:
    held = library(
        business(0),
        share="1",
        inspectors=staff(5),
        conflicts=(Conflict("i2", "b00", "kinship"),),
    )
    pairs = Counter(
        frozenset(draw_visits(held, f"seed {seed}".encode())[0].inspectors)
        for seed in range(1500)
    )
    assert len(pairs) == 6
    assert RARE < even(pairs) < 1 - RARE


def test_over_many_seeds_who_replaces_a_closed_business_is_anybody() -> None:
    """Three of ten, one of them closed: each of the nine comes in 1/3 of the time."""
    held, seeds, size = library(*businesses(10), share="3/10"), 2000, 3
    times: Counter[str] = Counter()
    for seed in range(seeds):
        key = f"seed {seed}".encode()
        visits = draw_visits(held, key)
        is_drawn = "b00" in {v.business_id for v in visits}
        withdrawals = [closed("b00")] if is_drawn else []
        after = after_withdrawals(held, visits, withdrawals, key)
        times.update(v.business_id for v in after)
    assert len(times) == 9
    # Three of nine without putting back vary less than independent counts.
    expected = dict.fromkeys(times, times.total() / 9)
    spread = chi_square(times, expected) * (9 - 1) / (9 - size)
    assert RARE < chi2.sf(spread, 8) < 1 - RARE
