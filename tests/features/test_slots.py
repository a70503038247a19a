"""Slots of days: a table where few days are asked of many, else a line, with one result."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features import slots
from features.slots import Line, Table, in_units, layouts


def numbers(*values: int) -> np.ndarray:
    return np.array(values, dtype=np.int64)


def sums(entity: np.ndarray, as_of: np.ndarray, events: list[tuple]) -> list[float]:
    """Sum events (entity, came, left, value), sorted by entity, into the pairs."""
    who, came, left = (
        np.array([event[n] for event in events], dtype=np.int64) for n in range(3)
    )
    units = in_units(np.array([event[3] for event in events], dtype=np.float64))
    found = np.zeros(len(entity))
    for part in layouts(entity, as_of):
        own = slice(*np.searchsorted(who, [part.first, part.stop]))
        part.add_up(
            part.slots(who[own], came[own]),
            part.slots(who[own], left[own]),
            units[own],
            found,
        )
    return found.tolist()


def counted(entity: np.ndarray, as_of: np.ndarray, events: list[tuple]) -> list[float]:
    """Look at every event for every pair."""
    return [
        sum(value for w, came, left, value in events if w == who and came < day <= left)
        for who, day in zip(entity.tolist(), as_of.tolist(), strict=True)
    ]


def test_few_days_of_many_entities_make_a_table() -> None:
    (part,) = layouts(numbers(0, 0, 1, 1), numbers(10, 20, 10, 20))
    assert isinstance(part, Table)
    assert part.at is None
    # Row by row the cells of day 10, of day 20, and of what no asked day sees.
    assert part.slots(numbers(0, 1, 1), numbers(9, 10, 20)).tolist() == [0, 3, 5]


def test_days_of_their_own_make_a_line() -> None:
    (part,) = layouts(numbers(0, 9), numbers(100, 200))
    assert isinstance(part, Line)
    assert part.slots(numbers(0, 0, 9), numbers(99, 100, 200)).tolist() == [0, 1, 2]


def test_nothing_asked_has_no_parts() -> None:
    assert layouts(numbers(), numbers()) == []


_day = st.integers(1, 12)
_pairs = st.lists(st.tuples(st.integers(-1, 6), _day), min_size=1, max_size=30)
_events = st.lists(
    st.tuples(
        st.integers(-2, 8), _day, st.integers(0, 6), st.sampled_from([1, 2, 0.5])
    ),
    max_size=20,
).map(lambda rows: sorted((w, d, d + more, v) for w, d, more, v in rows))


@pytest.mark.parametrize("cells", [1, 40, 1 << 16])
@pytest.mark.parametrize("cells_a_pair", [0, 1 << 40])
@given(_pairs, _events)
def test_a_table_and_a_line_count_as_one_would_by_hand(
    cells: int, cells_a_pair: int, pairs: list[tuple], events: list[tuple]
) -> None:
    entity, as_of = (
        np.array(column, dtype=np.int64) for column in zip(*pairs, strict=True)
    )
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(slots, "_CELLS", cells)
        patched.setattr(slots, "_CELLS_A_PAIR", cells_a_pair)
        assert sums(entity, as_of, events) == counted(entity, as_of, events)
        everybody = np.repeat(np.arange(7), 12), np.tile(np.arange(1, 13), 7)
        assert sums(*everybody, events) == counted(*everybody, events)
