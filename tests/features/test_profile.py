"""Who the business was known to be on a day."""

from datetime import date

import polars as pl
import pytest
from hypothesis import given, settings

from features.profile import (
    attributes_at,
    profile_features,
    static_amounts_at,
    static_factors_on,
)
from tests.features.histories import histories, pairs
from tests.features.reference import known_as
from tests.worked import Row, facts, mart

DAY = date(2025, 7, 1)


def version(begins: date, recorded: date, street: str, **more: object) -> Row:
    return {
        "business_id": "b",
        "valid_from": begins,
        "recorded_at": recorded,
        "name": "店",
        "business_type": "seller",
        "street_code": street,
        **more,
    }


def asked(*days: date, who: str = "b") -> pl.DataFrame:
    return pl.DataFrame(
        {"business_id": [who] * len(days), "as_of": days},
        schema={"business_id": pl.String, "as_of": pl.Date},
    )


def streets(*versions: Row, on: tuple[date, ...]) -> list[str | None]:
    known = attributes_at(mart("business", versions), asked(*on))
    return known["street_code"].to_list()


def test_a_version_holds_from_its_first_day_once_recorded_before() -> None:
    old = version(date(2020, 1, 1), date(2020, 1, 1), "old")
    new = version(date(2025, 7, 1), date(2025, 6, 1), "new")
    on = (date(2020, 1, 1), date(2020, 1, 2), date(2025, 6, 30), date(2025, 7, 1))
    assert streets(old, new, on=on) == [None, "old", "old", "new"]


def test_a_move_recorded_late_is_unknown_until_the_day_after() -> None:
    old = version(date(2020, 1, 1), date(2020, 1, 1), "old")
    new = version(date(2025, 1, 1), date(2025, 6, 1), "new")
    on = (date(2025, 3, 1), date(2025, 6, 1), date(2025, 6, 2))
    assert streets(old, new, on=on) == ["old", "old", "new"]


def test_an_earlier_period_recorded_last_does_not_replace_the_present_one() -> None:
    now = version(date(2022, 1, 1), date(2022, 1, 1), "now")
    past = version(date(2019, 1, 1), date(2024, 1, 1), "past")
    assert streets(now, past, on=(DAY,)) == ["now"]


def test_the_end_of_a_period_written_later_does_not_reach_back() -> None:
    """`valid_to` of a version is only filled in when the next one is recorded."""
    old = version(date(2020, 1, 1), date(2020, 1, 1), "old", valid_to=date(2025, 1, 1))
    new = version(date(2025, 1, 1), date(2025, 6, 1), "new")
    assert streets(old, new, on=(date(2025, 3, 1),)) == ["old"]


def test_rows_keep_the_order_of_the_pairs_and_strangers_stay_unknown() -> None:
    known = attributes_at(
        mart("business", [version(date(2020, 1, 1), date(2020, 1, 1), "s")]),
        pl.concat([asked(DAY, who="stranger"), asked(DAY, date(2019, 1, 1))]),
    )
    assert known["business_id"].to_list() == ["stranger", "b", "b"]
    assert known["street_code"].to_list() == [None, "s", None]


def factor(name: str, value: float | None, begins: date = date(2024, 1, 1), **more):
    return {
        "business_id": "b",
        "factor": name,
        "value_code": "-",
        "value_number": value,
        "valid_from": begins,
        "recorded_at": begins,
        **more,
    }


def amounts(*rows: Row) -> dict[str, float | None]:
    return static_amounts_at(mart("static_factor", rows), asked(DAY)).row(0, named=True)


def test_amounts_add_up_what_says_the_same_thing() -> None:
    found = amounts(
        factor("area_m2", 80.0), factor("catering_area_m2", 20.0), factor("seats", 12.0)
    )
    assert (found["floor_area"], found["diners"]) == (100, 12)
    assert found["suppliers"] is None


def test_the_newest_known_amount_replaces_the_one_before() -> None:
    found = amounts(
        factor("area_m2", 80.0),
        factor("area_m2", 90.0, date(2025, 1, 1)),
        factor("area_m2", 70.0, date(2025, 2, 1), recorded_at=DAY),
        factor("area_m2", 60.0, date(2025, 7, 2), recorded_at=date(2025, 1, 1)),
    )
    assert found["floor_area"] == 90


def test_an_empty_amount_is_unknown_and_zero_is_zero() -> None:
    found = amounts(factor("area_m2", None), factor("seats", 0.0))
    assert (found["floor_area"], found["diners"]) == (None, 0)


def test_categories_of_one_factor_are_added_up() -> None:
    kinds = [
        factor("hot_dish_items", 3.0, value_code=code, business_id="b") for code in "xy"
    ]
    assert amounts(*kinds)["dishes"] == 6


def test_factors_on_a_day_are_the_newest_known_of_every_business() -> None:
    rows = [
        factor("seats", 1.0),
        factor("seats", 2.0, date(2025, 1, 1)),
        factor("seats", 3.0, date(2025, 1, 2), recorded_at=DAY),
        factor("seats", 4.0, business_id="c"),
    ]
    found = static_factors_on(mart("static_factor", rows), DAY)
    assert found.select("business_id", "value_number").rows() == [("b", 2), ("c", 4)]


def test_age_counts_from_opening_and_is_never_negative() -> None:
    begins = date(2020, 1, 1)
    known = facts(
        business=[
            version(begins, begins, "s", opened_on=date(2025, 6, 1)),
            version(begins, begins, "s", opened_on=date(2026, 1, 1))
            | {"business_id": "c"},
        ]
    )
    wanted = pl.concat([asked(DAY), asked(DAY, who="c")])
    assert profile_features(known, wanted)["age_days"].to_list() == [30, 0]


def test_the_season_turns_once_a_year() -> None:
    days = (date(2025, 4, 1), date(2025, 7, 2), date(2025, 12, 31))
    found = profile_features(facts(), asked(*days))
    assert found["season_sin"].to_list() == pytest.approx([1, 0, 0], abs=0.02)
    assert found["season_cos"].to_list() == pytest.approx([0, -1, 1], abs=0.02)


@settings(max_examples=40)
@given(histories(), pairs())
def test_attributes_equal_those_found_by_looking(known, wanted) -> None:
    found = attributes_at(known.business, wanted).to_dicts()
    for row, (business, day) in zip(found, wanted.rows(), strict=True):
        expected = known_as(known, business, day) or dict.fromkeys(
            known.business.columns
        )
        assert row == expected | {"business_id": business, "as_of": day}
