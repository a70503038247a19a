"""The seven rules for what is unknown, and their flags."""

from datetime import date

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.catalogue import Feature
from features.errors import InputError
from features.imputation import imputed

ONE, TWO = date(2025, 1, 1), date(2025, 2, 1)


def feature(missing: str, **said: object) -> Feature:
    named = {"name": "n", "zh": "次数", "en": "visits", "unit": "次|visit"}
    return Feature(**named, metric="sum", missing=missing, **said)


def filled(rule: Feature, *values: float | None) -> pl.DataFrame:
    """Fill values of 1 January, then the last three of them on 1 February too."""
    days = [ONE] * (len(values) - 2) + [TWO] * 2
    matrix = pl.DataFrame(
        {"day": days, rule.name: values}, schema_overrides={rule.name: pl.Float64}
    )
    return imputed(matrix, [rule], day="day")


@pytest.mark.parametrize(
    ("rule", "expected", "flag"),
    [
        # Of 1 January 1, 1, 4 and unknown; of 1 February nothing is known.
        (feature("mean"), [1, 1, 4, 2, 0, 0], True),
        (feature("constant", constant=7), [1, 1, 4, 7, 7, 7], True),
        (feature("zero"), [1, 1, 4, 0, 0, 0], True),
        (feature("zero_noflag"), [1, 1, 4, 0, 0, 0], False),
        (feature("binary_mode"), [1, 1, 4, 1, 0, 0], True),
        (feature("null_category", value="a"), [1, 1, 4, 0, 0, 0], False),
        (feature("null_category", is_null_category=True), [1, 1, 4, 1, 1, 1], False),
        (feature("zero", is_null_category=True), [1, 1, 4, 1, 1, 1], False),
        (feature("mean", value="a"), [1, 1, 4, 2, 0, 0], False),
        (feature("constant", value="a", constant="a"), [1, 1, 4, 1, 1, 1], False),
        (feature("constant", value="b", constant="a"), [1, 1, 4, 0, 0, 0], False),
        (feature(""), [1, 1, 4, None, None, None], False),
    ],
)
def test_a_rule_fills_what_is_unknown_and_flags_what_it_filled(
    rule: Feature, expected: list[float | None], flag: bool
) -> None:
    found = filled(rule, 1, 1, 4, None, None, None)
    assert found["n"].to_list() == expected
    assert ("n_missing" in found.columns) == flag
    if flag:
        assert found["n_missing"].to_list() == [0, 0, 0, 1, 1, 1]


def test_a_half_is_no_majority() -> None:
    assert filled(feature("binary_mode"), 1, 0, None, 1, 1)["n"].to_list()[2] == 0


def test_columns_of_one_flag_share_it() -> None:
    a = feature("zero", flag="f")
    b = Feature("m", "数", "m", "次|visit", "mean", missing="mean", flag="f")
    matrix = pl.DataFrame(
        {"day": [ONE] * 3, "n": [1.0, None, 1.0], "m": [1.0, 1.0, None]}
    )
    found = imputed(matrix, [a, b], day="day")
    assert found.columns == ["day", "n", "m", "f"]
    assert found["f"].to_list() == [0, 1, 1]


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        (feature("error"), "n may not be unknown, and is in 1 row"),
        (feature("guess"), "fills by 'guess', which is none of"),
        (feature("null_category"), "is no category and has no missing one"),
        (feature("binary_mode", value="a"), "of which binary_mode knows no commonest"),
    ],
)
def test_what_may_not_be_unknown_or_cannot_be_filled_is_refused(
    rule: Feature, why: str
) -> None:
    with pytest.raises(InputError, match=why):
        filled(rule, 1, None, 1)


def test_what_is_known_is_not_in_error() -> None:
    assert filled(feature("error"), 1, 2, 3)["n"].to_list() == [1, 2, 3]


_cells = st.lists(
    st.tuples(
        st.sampled_from([ONE, TWO]), st.none() | st.sampled_from([0.0, 1.0, 3.0])
    ),
    min_size=1,
    max_size=12,
)


@given(_cells, st.sampled_from(["mean", "binary_mode", "zero", "constant"]))
def test_every_cell_is_filled_as_by_hand(
    cells: list[tuple[date, float | None]], rule: str
) -> None:
    matrix = pl.DataFrame(cells, schema={"day": pl.Date, "n": pl.Float64}, orient="row")
    found = imputed(matrix, [feature(rule, constant=5.0)], day="day")
    assert found["n"].to_list() == pytest.approx(
        [by_hand(rule, cells, c) for c in cells]
    )
    assert found["n_missing"].to_list() == [float(v is None) for _, v in cells]


def by_hand(
    rule: str, cells: list[tuple[date, float | None]], cell: tuple[date, float | None]
) -> float:
    day, value = cell
    if value is not None:
        return value
    known = [v for d, v in cells if d == day and v is not None]
    mean = sum(known) / len(known) if known else 0.0
    filling = {"mean": mean, "binary_mode": float(mean > 0.5), "zero": 0.0}
    return filling.get(rule, 5.0)
