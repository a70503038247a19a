"""Over many seeds, a whole draw keeps the chances it states, also after withdrawals."""

from collections import Counter
from itertools import combinations, product

from scipy.stats import binom, chi2_contingency

from models.double_random import (
    Conflict,
    Library,
    Visit,
    Withdrawal,
    after_withdrawals,
    draw_visits,
)
from tests.chances import RARE, as_stated, even
from tests.drawn_libraries import business, businesses, library, staff


def drawn(held: Library, seed: int) -> tuple[Visit, ...]:
    return draw_visits(held, key(seed))


def key(seed: int) -> bytes:
    return f"seed {seed}".encode()


def test_everybody_is_drawn_as_often_as_the_visit_states() -> None:
    """Two strata whose sizes are rounded by chance, weights from 1 to 145."""
    seeds = 2000
    held = library(
        *(business(n, "A/A", 1 + n * n) for n in range(13)),
        *(business(n, "D/D", 1 + n % 3) for n in range(20, 31)),
        share="3/10",
    )
    times, stated = Counter[str](), {}
    for seed in range(seeds):
        for visit in drawn(held, seed):
            times[visit.business_id] += 1
            stated[visit.business_id] = visit.inclusion_probability
    assert len({p for b, p in stated.items() if b < "b20"}) > 5
    tail = RARE / 2 / len(held.subjects)
    for subject in held.subjects:
        # Who was never drawn stated nothing; the chance then is next to none.
        chance = float(stated.get(subject.business_id, 0))
        low, high = (binom.ppf(q, seeds, chance) for q in (tail, 1 - tail))
        assert low <= times[subject.business_id] <= high, subject


def test_any_two_of_equal_chance_are_drawn_together_equally_often() -> None:
    held = library(*businesses(6), share="1/3")
    pairs = Counter(
        frozenset(v.business_id for v in drawn(held, seed)) for seed in range(1500)
    )
    possible = [frozenset(p) for p in combinations((f"b{n:02d}" for n in range(6)), 2)]
    assert pairs.keys() == set(possible)
    assert RARE < even(pairs) < 1 - RARE


def test_everybody_is_as_often_first_in_the_order_of_the_draw() -> None:
    held = library(*businesses(6), share="1/2")
    first = Counter(drawn(held, seed)[0].business_id for seed in range(1200))
    assert len(first) == 6
    assert RARE < even(first) < 1 - RARE


def test_who_goes_does_not_depend_on_whom_is_drawn() -> None:
    held = library(*businesses(4), share="1/4", inspectors=staff(3))
    met = Counter(
        (visit.business_id, frozenset(visit.inspectors))
        for seed in range(1800)
        for visit in drawn(held, seed)
    )
    pairs = [frozenset(p) for p in combinations(("i0", "i1", "i2"), 2)]
    rows = [[met[f"b{n:02d}", pair] for pair in pairs] for n in range(4)]
    assert sum(map(sum, rows)) == 1800
    assert RARE < chi2_contingency(rows).pvalue < 1 - RARE


def test_two_strata_are_drawn_without_a_look_at_each_other() -> None:
    held = library(
        *(business(n, "A/A") for n in range(3)),
        *(business(n, "D/D") for n in range(3, 6)),
        share="1/3",
    )
    both = Counter(
        tuple(sorted(v.business_id for v in drawn(held, seed))) for seed in range(1800)
    )
    assert both.keys() == set(product(("b00", "b01", "b02"), ("b03", "b04", "b05")))
    assert RARE < even(both) < 1 - RARE


def test_a_replacement_comes_in_proportion_to_its_weight_among_those_left() -> None:
    """One certain place of weight 90 is closed; 1, 2, 3 and 4 compete for it."""
    held = library(
        business(0, weight=90),
        *(business(n, weight=n) for n in range(1, 5)),
        share="1/5",
    )
    came, seeds = Counter[str](), 3000
    for seed in range(seeds):
        visits = drawn(held, seed)
        if visits[0].business_id != "b00":
            continue
        (place,) = after_withdrawals(held, visits, [closed("b00")], key(seed))
        came[place.business_id] += 1
    expected = {f"b{n:02d}": came.total() * n / 10 for n in range(1, 5)}
    assert came.total() > seeds * 0.8
    assert RARE < as_stated(came, expected) < 1 - RARE


def test_a_second_replacement_is_as_even_as_the_first() -> None:
    """Two closures one after the other: any two of the other five, in any order."""
    held, orders = library(*businesses(6), share="1/6"), Counter[tuple[str, str]]()
    for seed in range(3000):
        gone, visits = [], drawn(held, seed)
        for _ in range(2):
            standing = after_withdrawals(
                held, visits, [closed(g) for g in gone], key(seed)
            )
            gone.append(standing[0].business_id)
        last = after_withdrawals(held, visits, [closed(g) for g in gone], key(seed))
        orders[gone[1], last[0].business_id] += 1
    assert len(orders) == 30
    assert RARE < even(orders) < 1 - RARE


def test_an_inspector_is_replaced_by_any_other_who_may_go() -> None:
    """Of seven, one is on leave, one goes already, one must avoid the business."""
    held = library(
        business(0),
        share="1",
        inspectors=staff(7),
        conflicts=(Conflict("i6", "b00", "kinship"),),
    )
    came = Counter[str]()
    pairs = Counter[frozenset[str]]()
    for seed in range(2000):
        visits = drawn(held, seed)
        absent, stays = visits[0].inspectors
        act = Withdrawal("2026-02-01", "leave", "", None, absent)
        (after,) = after_withdrawals(held, visits, [act], key(seed))
        assert after.inspectors[0] == stays
        came[after.inspectors[1]] += 1
        pairs[frozenset(after.inspectors)] += 1
    assert len(came) == 6
    assert RARE < even(came) < 1 - RARE
    assert len(pairs) == 15
    assert RARE < even(pairs) < 1 - RARE


def test_the_yardstick_sees_a_favourite() -> None:
    assert even(Counter(a=560, b=440)) < RARE
    assert even(Counter(a=520, b=480)) > RARE
    assert as_stated({"a": 400, "b": 600}, {"a": 400, "b": 600}) == 1
    # What was never drawn counts too.
    assert as_stated({"a": 20}, {"a": 10, "b": 10}) < RARE


def closed(number: str) -> Withdrawal:
    return Withdrawal("2026-02-01", "closed", "", business_id=number)
