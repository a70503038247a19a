"""Slots of days: a table where few days are asked of many, else a line, with one result."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features import slots
from features.slots import Line, Table, Whole, in_units, layouts


def numbers(*values: int) -> np.ndarray:
    return np.array(values, dtype=np.int64)


def sums(
    entity: np.ndarray,
    as_of: np.ndarray,
    events: list[tuple],
    *,
    is_narrow: bool = True,
) -> list[float]:
    """Sum events (entity, came, left, value), sorted by entity, into the pairs."""
    who, came, left = (
        np.array([event[n] for event in events], dtype=np.int64) for n in range(3)
    )
    values = np.array([event[3] for event in events], dtype=np.float64)
    whole = Whole.of(values, len(events)) if is_narrow else Whole(in_units(values), 32)
    found = np.zeros(len(entity))
    for part in layouts(entity, as_of):
        own = slice(*np.searchsorted(who, [part.first, part.stop]))
        mine = whole.of_some(own)
        arrived = mine.at(part.slots(who[own], came[own]), part.size)
        part.add_up(arrived, part.slots(who[own], left[own]), mine, found)
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
    # The cells of day 10 and day 20, entity by entity; what no asked day of one sees is
    # taken away on the first of the next.
    assert part.slots(numbers(0, 1, 1), numbers(9, 10, 20)).tolist() == [0, 3, 4]


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
        for narrow in (True, False):
            found = sums(entity, as_of, events, is_narrow=narrow)
            assert found == counted(entity, as_of, events)
        everybody = np.repeat(np.arange(7), 12), np.tile(np.arange(1, 13), 7)
        assert sums(*everybody, events) == counted(*everybody, events)


@pytest.mark.parametrize(
    ("values", "most", "dtype", "bits"),
    [
        ([2.0, 3.0], 2, np.int32, 0),
        ([2.0, 3.5], 2, np.int32, 8),
        ([1 / 256], 1, np.int32, 8),
        ([1 / 512], 1, np.int64, 32),
        ([0.1], 1, np.int64, 32),
        ([float(1 << 20)], 2047, np.int32, 0),
        ([float(1 << 20)], 2048, np.int64, 32),
        ([float("nan")], 1, np.int64, 32),
        ([], 0, np.int32, 0),
    ],
)
def test_values_take_32_bits_only_where_every_sum_of_them_fits(
    values: list[float], most: int, dtype: type, bits: int
) -> None:
    with np.errstate(invalid="ignore"):
        whole = Whole.of(np.array(values), most)
    assert (whole.numbers.dtype, whole.bits) == (dtype, bits)


@given(st.lists(st.integers(-(1 << 22), 1 << 22), min_size=1), st.sampled_from([0, 8]))
def test_a_narrow_sum_has_the_bytes_of_a_wide_one(drawn: list[int], bits: int) -> None:
    values = np.array(drawn) / (1 << bits)
    narrow, wide = Whole.of(values, 1), Whole(in_units(values), 32)
    assert narrow.numbers.dtype == np.int32
    for dtype in (np.float32, np.float64):
        told = [np.empty(len(values), dtype) for _ in range(2)]
        narrow.tell(narrow.numbers, told[0])
        wide.tell(wide.numbers, told[1])
        assert told[0].tobytes() == told[1].tobytes() == values.astype(dtype).tobytes()
