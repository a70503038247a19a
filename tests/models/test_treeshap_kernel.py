"""The compiled loops one by one, as machine code and as the Python they come from."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from models.treeshap_kernel import (
    add_four,
    add_one,
    compiled,
    encode_categories,
    encode_numbers,
    step,
)

Loop = Callable[..., None]


def ways(loop: Any) -> list[Loop]:
    return [pytest.param(loop, id="compiled"), pytest.param(loop.py_func, id="python")]


@pytest.mark.parametrize("encode", ways(encode_numbers))
def test_a_number_becomes_one_more_than_the_thresholds_below_it(encode: Loop) -> None:
    values = np.array([np.nan, -np.inf, 1.0, 1.5, 2.0, np.inf], dtype=np.float32)
    code = np.full(6, 9, dtype=np.uint8)
    encode(values, np.array([1.0, 2.0], dtype=np.float32), code)
    assert code.tolist() == [0, 1, 1, 2, 2, 3]


@pytest.mark.parametrize("encode", ways(encode_categories))
def test_a_category_becomes_its_code_and_anything_else_zero(encode: Loop) -> None:
    values = np.array([np.nan, -1.0, -0.5, 0.0, 1.9, 2.0, 1e300], dtype=np.float64)
    code = np.full(7, 9, dtype=np.uint8)
    encode(values, np.array([3, 4], dtype=np.uint8), code)
    assert code.tolist() == [0, 0, 3, 3, 4, 0, 0]


@pytest.mark.parametrize("move", ways(step))
def test_a_step_moves_the_rows_whose_code_is_above(move: Loop) -> None:
    line, code = np.array([5, 5, 5], np.uint8), np.array([1, 2, 3], np.uint8)
    move(line, code, np.uint8(2), np.uint8(7))
    assert line.tolist() == [5, 5, 12]


def test_lines_wrap_so_that_a_step_can_go_down() -> None:
    line = np.array([5, 5], np.uint8)
    step(line, np.array([0, 1], np.uint8), np.uint8(0), np.uint8(256 - 3))
    assert line.tolist() == [5, 2]


@pytest.mark.parametrize("add", ways(add_four))
def test_four_tables_add_up_in_the_order_of_one_after_the_other(add: Loop) -> None:
    tables = [np.array([0.1, 1e16]), np.array([0.2, 1.0]), np.array([0.3, -1e16])]
    pairs = [(table, np.array([0, 1], np.uint8)) for table in [*tables, tables[0]]]
    part, slow = np.zeros(2), np.zeros(2)
    add(part, *pairs)
    for pair in pairs:
        add_one.py_func(slow, pair)
    assert part.tobytes() == slow.tobytes()
    assert slow[0] == 0.1 + 0.2 + 0.3 + 0.1


def test_a_loop_with_no_place_for_a_cache_is_compiled_all_the_same() -> None:
    names: dict[str, Any] = {}
    exec("def double(values):\n    values *= 2\n", names)  # noqa: S102 - has no file
    values = np.array([1.0, 2.0])
    compiled(names["double"])(values)
    assert values.tolist() == [2.0, 4.0]
