"""Who of a group goes when: by lot, and with a look at the map."""

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from models.drawing import Stream, in_random_order
from models.nearness import Dealer, cell_of
from models.patterns import DROPPED

KEY = b"a key of thirty-two bytes, surely"


def chance() -> Stream:
    return Stream(KEY, "a group")


def test_a_cell_is_half_a_kilometre_wide() -> None:
    assert cell_of(120.0, 30.0) == cell_of(120.001, 30.001)
    assert cell_of(120.0, 30.0) != cell_of(120.006, 30.0)
    assert cell_of(120.0, 30.0) != cell_of(120.0, 30.005)
    assert cell_of(None, 30.0) == cell_of(120.0, None) == ""


def test_with_one_choice_the_lot_decides_alone() -> None:
    names, weeks = [f"s{n}" for n in range(9)], [(n,) for n in range(9)]
    dealer = Dealer(dict.fromkeys(names, "here"), choices=1)
    lot = dict(zip(names, in_random_order(weeks, chance()), strict=True))
    assert dict(dealer.dealt(names, weeks, chance())) == lot


def test_with_all_choices_neighbours_come_in_the_same_weeks() -> None:
    cells = {f"{cell}{n}": cell for n in range(4) for cell in "ab"}
    weeks = [(week,) for week in (3, 9) for _ in range(4)]
    dealt = dict(Dealer(cells, choices=8).dealt(sorted(cells), weeks, chance()))
    assert {dealt[f"a{n}"] for n in range(4)} != {dealt[f"b{n}"] for n in range(4)}
    assert len({dealt[f"a{n}"] for n in range(4)}) == 1


def test_nobody_is_near_a_business_without_a_place() -> None:
    dealer = Dealer({"one": "", "two": ""}, choices=2)
    weeks = [(1,), (2,)]
    dealt = dict(dealer.dealt(["one", "two"], weeks, chance()))
    assert list(dealt.values()) == in_random_order(weeks, chance())


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.integers(DROPPED, 5)), min_size=1, max_size=20),
    st.integers(1, 6),
)
def test_every_week_of_a_group_finds_one_business(
    weeks: list[tuple[int]], choices: int
) -> None:
    names = [f"s{n}" for n in range(len(weeks))]
    cells = {name: "ab"[n % 2] for n, name in enumerate(names)}
    dealt = dict(Dealer(cells, choices).dealt(names, weeks, chance()))
    assert list(dealt) == names
    assert Counter(dealt.values()) == Counter(weeks)
