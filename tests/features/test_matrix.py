"""The matrix: one row per pair, one column per feature, and no look ahead."""

from dataclasses import fields
from datetime import date

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from features import matrix
from features.catalogue import catalogue, feature_names, read_features
from features.matrix import build
from features.schema import Facts
from tests.features.histories import (
    LIFE,
    START,
    histories,
    known_before,
    pairs,
    shuffled,
)
from tests.features.reference import slow_matrix
from tests.worked import CASES, facts

# Every example builds a hundred columns; more would take minutes.
few = settings(max_examples=25)

D = date(2025, 7, 1)
SHOP = {
    "business_id": "b0",
    "valid_from": date(2020, 1, 1),
    "recorded_at": date(2020, 1, 1),
    "name": "店",
    "business_type": "seller",
}


def asked(*rows: tuple[str, date]) -> pl.DataFrame:
    schema = {"business_id": pl.String, "as_of": pl.Date}
    return pl.DataFrame(list(rows), schema=schema, orient="row")


def routine(number: int, day: date, *, serious: bool, recorded: date | None = None):
    return {
        "inspection_id": str(number),
        "business_id": "b0",
        "inspected_on": day,
        "recorded_at": recorded or day,
        "purpose": "routine",
        "is_serious": serious,
        "key_failed": int(serious),
        "general_failed": 2,
    }


def one(known: Facts, name: str, day: date = D) -> float | None:
    return build(known, asked(("b0", day)), legal_life_days=LIFE)[name].item()


def test_the_columns_are_those_of_the_catalogue_in_its_order() -> None:
    built = build(facts(), asked(("b0", D)))
    assert built.columns == ["business_id", "as_of", *feature_names()]
    assert set(built.dtypes[2:]) == {pl.Float32}


def test_no_pairs_give_no_rows_but_every_column() -> None:
    built = build(facts(business=[SHOP]), asked())
    assert built.height == 0
    assert built.columns == ["business_id", "as_of", *feature_names()]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("visits_365d", 2.0),
        ("visits_1826d", 3.0),
        ("serious_365d", 1.0),
        ("serious_share_730d", 1 / (3 + 2)),
        ("general_failed_mean_730d", 2.0),
        ("last_serious", 0.0),
        ("days_since_visit", 30.0),
        ("days_since_serious", 181.0),
        ("serious_decayed", 0.5 ** (181 / 365)),
    ],
)
def test_three_visits_tell_each_metric(name: str, expected: float) -> None:
    known = facts(
        business=[SHOP],
        inspection=[
            routine(1, date(2024, 3, 1), serious=False),
            routine(2, date(2025, 1, 1), serious=True),
            routine(3, date(2025, 6, 1), serious=False),
            routine(4, D, serious=True),
        ],
    )
    assert one(known, name) == pytest.approx(expected)


def test_a_row_of_declaration_is_all_that_a_new_feature_takes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    known = facts(
        business=[SHOP],
        inspection=[
            routine(1, date(2025, 1, 31), serious=True) | {"general_failed": 5},
            routine(2, date(2025, 4, 30), serious=False) | {"general_failed": 1},
            routine(3, date(2025, 6, 1), serious=False) | {"general_failed": 3},
        ],
    )
    rows = read_features(CASES / "new_features.toml")
    monkeypatch.setattr(matrix, "catalogue", lambda: rows)
    # Two months before 30 June are 30 April and after.
    built = build(known, asked(("b0", date(2025, 6, 30))))
    assert built.row(0)[2:] == pytest.approx([3, 2**0.5, 2, 3 / 2])


def test_a_visit_that_was_recorded_late_is_unknown_until_the_day_after() -> None:
    recorded = date(2025, 6, 20)
    visit = routine(1, date(2025, 6, 1), serious=True, recorded=recorded)
    known = facts(business=[SHOP], inspection=[visit])
    assert one(known, "serious_365d", recorded) == 0
    assert one(known, "serious_365d", date(2025, 6, 21)) == 1


def test_nothing_known_is_null_for_a_last_value_and_zero_for_a_count() -> None:
    known = facts(business=[SHOP])
    assert one(known, "last_serious") is None
    assert one(known, "days_since_visit") is None
    assert one(known, "general_failed_mean_730d") is None
    assert one(known, "floor_area") is None
    assert one(known, "visits_365d") == 0


def test_findings_per_visit_divide_by_the_visits_that_found_them() -> None:
    """One clean routine visit, one on a complaint with two findings: one each."""
    on_complaint = routine(2, date(2025, 2, 1), serious=False)
    known = facts(
        business=[SHOP],
        inspection=[
            routine(1, date(2025, 1, 1), serious=False) | {"general_failed": 0},
            on_complaint | {"purpose": "complaint"},
        ],
    )
    assert one(known, "general_failed_mean_730d") == 1


def test_a_failed_sample_leaves_every_column_at_the_end_of_its_legal_life() -> None:
    day = date(2020, 1, 10)
    sample = {
        "sample_id": "1",
        "business_id": "b0",
        "sampled_on": day,
        "recorded_at": day,
        "programme": "supervision",
        "level": "city",
        "is_failed": True,
        "final_on": day,
    }
    known = facts(business=[SHOP], sampling_result=[sample])
    last_day = date(2025, 1, 9)
    assert one(known, "days_since_failed_sample", last_day) == LIFE
    assert one(known, "failed_samples_1826d", last_day) == 1
    assert one(known, "days_since_failed_sample", date(2025, 1, 10)) is None
    assert one(known, "failed_samples_1826d", date(2025, 1, 10)) == 0


@few
@given(histories(), pairs(), st.sampled_from([None, 400, LIFE]))
def test_every_column_equals_the_slow_reference(
    known: Facts, wanted: pl.DataFrame, life: int | None
) -> None:
    built = build(known, wanted, legal_life_days=life)
    slow = slow_matrix(known, wanted, life)
    for feature in catalogue():
        expected = pl.Series(slow[feature.name], dtype=pl.Float64)
        found = built[feature.name]
        assert found.is_null().equals(expected.is_null()), feature.name
        np.testing.assert_allclose(
            found.fill_null(0),
            expected.fill_null(0),
            rtol=1e-5,
            atol=1e-6,
            err_msg=feature.name,
        )


@few
@given(histories(), pairs())
def test_the_future_changes_nothing(known: Facts, wanted: pl.DataFrame) -> None:
    """To the last bit: what is recorded on the day or later, in any table."""
    day = wanted["as_of"][0]
    here = wanted.with_columns(as_of=pl.lit(day))
    now = build(known_before(known, day), here, legal_life_days=LIFE)
    assert_frame_equal(build(known, here, legal_life_days=LIFE), now, check_exact=True)


@settings(max_examples=10)
@given(histories(), histories(), pairs())
def test_rows_recorded_on_the_day_itself_change_nothing(
    known: Facts, later: Facts, wanted: pl.DataFrame
) -> None:
    """Another history follows on that very day, in every table at once."""
    day = wanted["as_of"][0]
    here = wanted.with_columns(as_of=pl.lit(day))
    before = known_before(known, day)
    after = Facts(
        **{
            table.name: pl.concat(
                [getattr(before, table.name), first_known_on(day, later, table.name)]
            )
            for table in fields(Facts)
        }
    )
    assert_frame_equal(build(after, here), build(before, here), check_exact=True)


def first_known_on(day: date, later: Facts, table: str) -> pl.DataFrame:
    frame = getattr(later, table)
    if table == "inspection_item":
        return frame.with_columns(inspection_id=pl.lit("not yet recorded"))
    return frame if table == "street" else frame.with_columns(recorded_at=pl.lit(day))


@settings(max_examples=12)
@given(histories(), pairs(), st.integers(0, 9))
def test_neither_the_order_of_rows_nor_other_questions_change_an_answer(
    known: Facts, wanted: pl.DataFrame, seed: int
) -> None:
    """To the last bit: shuffled facts; pairs repeated, reversed, among others."""
    alone = build(known, wanted)
    many = pl.concat([wanted, wanted.reverse(), asked(("b3", START))])
    among = build(shuffled(known, seed), many)
    assert_frame_equal(among.head(wanted.height), alone, check_exact=True)
    again = among.slice(wanted.height, wanted.height).reverse()
    assert_frame_equal(again, alone, check_exact=True)


@settings(max_examples=6)
@given(histories(), pairs(), st.integers(1, 2))
def test_blocks_change_nothing(known: Facts, wanted: pl.DataFrame, size: int) -> None:
    whole = build(known, wanted)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(matrix, "_BLOCK", size)
        assert_frame_equal(build(known, wanted), whole, check_exact=True)
