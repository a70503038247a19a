"""Who goes where in a week: lawful pairs, within their minutes, by short ways."""

from datetime import date

import pytest

from models.drawing import Stream
from models.pairing import Free, Going, make_pairs, staffed

MON, TUE = date(2026, 3, 2), date(2026, 3, 3)
BOTH = frozenset({MON, TUE})


def chance() -> Stream:
    return Stream(b"key", "pairs")


def free(name: str, minutes: float = 300, kinds: str = "", **days: object) -> Free:
    return Free(
        name, minutes, frozenset(days.get("days", BOTH)), frozenset(kinds.split())
    )  # type: ignore[arg-type]


def visit(
    number: int, minutes: float = 100, kind: str = "seller", **more: object
) -> Going:
    whole = {"lon": 120.2, "lat": 30.25, "days": BOTH, **more}
    return Going(number=number, kind=kind, minutes=minutes, **whole)  # type: ignore[arg-type]


def test_two_inspectors_go_to_a_visit() -> None:
    found, left = staffed([visit(0)], [free("a"), free("b")], chance())
    assert {n: set(two) for n, two in found.items()} == {0: {"a", "b"}}
    assert left == {"a": 200, "b": 200}


@pytest.mark.parametrize(
    ("people", "why"),
    [
        ([free("a")], "alone"),
        ([free("a"), free("b", kinds="catering")], "not qualified"),
        ([free("a"), free("b", minutes=90)], "no time"),
        ([free("a", days={MON}), free("b", days={TUE})], "no common day"),
        ([free("a"), free("z")], "conflict"),
        ([], "nobody"),
    ],
)
def test_nobody_goes_who_may_not(people: list[Free], why: str) -> None:
    found, _ = staffed([visit(0, avoided=frozenset({"z"}))], people, chance())
    assert found == {}, why


def test_pairs_are_of_like_qualifications() -> None:
    people = [
        free(n, kinds=k) for n, k in zip("abcd", ("s", "c", "s", "c"), strict=True)
    ]
    pairs = make_pairs(people, chance())
    assert {frozenset(p.inspector_id for p in pair) for pair in pairs} == {
        frozenset("ac"),
        frozenset("bd"),
    }


def test_whoever_is_left_goes_with_who_shares_most() -> None:
    people = [free("a", kinds="s"), free("b", kinds="c"), free("d", kinds="s m")]
    ((one, other),) = make_pairs(people, chance())
    assert {one.inspector_id, other.inspector_id} == {"a", "d"}


def test_each_pair_stays_on_one_side_of_town() -> None:
    west = [visit(n, lon=120.1) for n in range(3)]
    east = [visit(n, lon=120.4) for n in range(3, 6)]
    people = [free(n) for n in "abcd"]
    found, left = staffed([*west, *east], people, chance())
    assert len({found[n] for n in range(3)}) == 1
    assert len({found[n] for n in range(3, 6)}) == 1
    assert min(left.values()) == 0


def test_one_visit_makes_room_for_another_that_only_its_pair_may_make() -> None:
    people = [
        *(free(n, 100, kinds="seller market") for n in "ab"),
        *(free(n, 100, kinds="seller") for n in "cd"),
    ]
    visits = [visit(0), visit(1, kind="market")]
    found, _ = staffed(visits, people, chance())
    assert set(found[1]) == {"a", "b"}
    assert set(found[0]) == {"c", "d"}


def test_a_place_that_nobody_has_located_costs_no_way() -> None:
    found, _ = staffed(
        [visit(0, lon=None, lat=None), visit(1)], [free("a"), free("b")], chance()
    )
    assert set(found) == {0, 1}
