"""Shares of bands then and now, and their stability index."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.drift import PROFILE, profile, shift

THEN = pl.DataFrame(
    {"a": [float(n) for n in range(100)], "b": [None] * 50 + [1.0] * 50}
)


def test_tenths_of_the_known_and_a_place_for_the_missing() -> None:
    table = profile(THEN, ["a", "b"])
    assert table.schema == pl.Schema(PROFILE)
    a = table.filter(column="a")
    assert a["rows"].to_list() == [0, *[10] * 10]
    assert table.filter(column="b")["rows"].to_list() == [50, 50]


def test_the_same_rows_have_not_moved() -> None:
    moved = shift(profile(THEN, ["a", "b"]), THEN)
    assert moved["psi"].to_list() == pytest.approx([0.0, 0.0])
    assert moved["missing_then"].to_list() == [0.0, 0.5]


def test_what_went_missing_shows() -> None:
    now = pl.DataFrame({"b": [None] * 80 + [1.0] * 20}, schema={"b": pl.Float64})
    moved = shift(profile(THEN, ["b"]), now).row(0, named=True)
    # .5, .5 then and .8, .2 now, as in the worked example of stability_index.
    assert moved["psi"] == pytest.approx(0.416, abs=0.001)
    assert moved["missing_now"] == pytest.approx(0.8)


def test_a_column_without_a_known_value_has_one_band_more() -> None:
    empty = pl.DataFrame({"c": [None] * 5}, schema={"c": pl.Float64})
    table = profile(empty, ["c"])
    assert table["rows"].to_list() == [5, 0]
    assert shift(table, empty)["psi"].to_list() == [0.0]


@given(st.lists(st.floats(-1e6, 1e6) | st.none(), min_size=1, max_size=60))
def test_every_row_is_counted_once(values: list[float | None]) -> None:
    frame = pl.DataFrame({"a": values}, schema={"a": pl.Float64})
    assert profile(frame, ["a"])["rows"].sum() == len(values)
    assert shift(profile(frame, ["a"]), frame)["psi"][0] == pytest.approx(0.0)
