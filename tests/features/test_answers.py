"""Declared features over any tables: worked examples, then rows looked at one by one."""

import math
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from features.answers import compute
from features.declared import Declared, read_declared
from tests.features.slow_answers import slow_answer
from tests.features.slow_events import Row

FIRST = date(2025, 1, 20)
EVERY = read_declared(Path(__file__).with_name("every_metric.toml"))
SCHEMA = {
    "shop": pl.String,
    "happened": pl.Date,
    "recorded": pl.Date,
    "withdrawn": pl.Date,
    "result": pl.String,
    "points": pl.Float64,
    "items": pl.Int64,
    "is_serious": pl.Boolean,
    "street": pl.String,
    "kind": pl.Int64,
    "name": pl.String,
    "lon": pl.Float64,
    "lat": pl.Float64,
}
ASKED = {
    "shop": pl.String,
    "day": pl.Date,
    "street": pl.String,
    "kind": pl.Int64,
    "name": pl.String,
    "lon": pl.Float64,
    "lat": pl.Float64,
}
VISIT: Row = dict.fromkeys(SCHEMA)


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


def visit(shop: str | None, happened: int, **said: object) -> Row:
    recorded = said.pop("recorded", happened)
    return VISIT | {
        "shop": shop,
        "happened": day(happened),
        "recorded": day(recorded),
        **said,
    }


def declared_by(folder: Path, text: str) -> Declared:
    path = folder / "own.toml"
    path.write_text(text, encoding="utf-8")
    return read_declared(path)


def answers(visits: list[Row], *rows: Row, declared: Declared = EVERY) -> pl.DataFrame:
    frame = pl.DataFrame(visits, schema=SCHEMA, orient="row")
    asked = pl.DataFrame([dict.fromkeys(ASKED) | r for r in rows], schema=ASKED)
    return compute(declared, {"visits": frame, "annulled": frame}, asked)


def one(visits: list[Row], feature: str, number: int, **said: object) -> float | None:
    asked = {"shop": "a", "day": day(number), **said}
    return answers(visits, asked)[feature].item()


# day(0) is 20 January 2025: day(8) 28 January, day(11) 31 January, day(39) 28 February.
HISTORY = [
    visit("a", 8, result="pass", points=4.0, items=2, is_serious=False),
    visit("a", 11, result="fail", points=9.0, items=3, is_serious=True),
    visit("a", 30, result=None, points=2.0, items=1, is_serious=False),
    visit("a", 35, result="fail", points=None, items=1, is_serious=None),
]


@pytest.fixture(scope="module")
def on_28_february() -> Row:
    return answers(HISTORY, {"shop": "a", "day": day(39)}).row(0, named=True)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        # On 28 February: 30 days hold 29 January on, a month 28 January on.
        ("count_30d", 3),
        ("count_1mo", 4),
        ("points_sum_or_null_1mo", 15),
        ("points_mean_30d", 5.5),
        ("points_per_item_30d", 11 / 4),
        ("points_rate_30d", 2 / (2 + 1.5)),
        ("points_least_30d", 2),
        ("points_greatest_30d", 9),
        ("points_spread_all", 13**0.5),
        ("results_all", 2),
        ("last_points", 2),
        ("last_serious_points", 9),
        ("days_since_serious", 28),
        ("points_decayed", 4 * 0.5 ** (31 / 30) + 9 * 0.5 ** (28 / 30) + 2 * 0.5**0.3),
        ("points_trend", 0),
        ("fail_1mo", 2),
        ("pass_1mo", 1),
        ("NULL_1mo", 1),
        ("fail_share_all", 2 / 3),
        ("month_of_all", 1),
        ("points_above_mean", 2 - 5),
    ],
)
def test_four_visits_tell_each_metric(
    on_28_february: Row, name: str, expected: float
) -> None:
    assert on_28_february[name] == pytest.approx(expected)


def test_a_month_is_a_calendar_month_and_thirty_days_are_not() -> None:
    """31 March less a month is 28 February, less thirty days the 1st of March."""
    known = [visit("a", 39)]
    assert one(known, "count_1mo", 70) == 1
    assert one(known, "count_30d", 70) == 0


def test_nothing_known_is_zero_for_a_count_and_unknown_for_the_rest() -> None:
    found = answers([], {"shop": "a", "day": day(0)}).row(0, named=True)
    zero = {"count", "standing", "points_sum", "results", "pass", "fail", "NULL"}
    shrunk = {
        "points_rate_30d",
        "points_rate_all",
        "street_rate_all",
        "near_points_all",
    }
    assert {found[f"{name}_all"] for name in zero} == {0.0}
    assert {found[name] for name in shrunk | {"points_decayed"}} == {0.0}
    assert found["points_sum_or_null_1mo"] is None
    assert found["points_mean_all"] is None
    assert found["points_least_all"] is None
    assert found["month_of_all"] is None


def test_a_rate_of_the_chain_leaves_the_shop_itself_out_and_is_shrunk() -> None:
    visits = [
        visit("a", 1, is_serious=True, street="s", name="n", result="fail"),
        visit("b", 1, is_serious=True, street="s", name="n", result="fail"),
        visit("b", 2, is_serious=False, street="s", name="n", result="pass"),
        visit("c", 1, is_serious=True, street="t", name="n", result=None),
    ]
    asked = {"street": "s", "name": "n"}
    assert one(visits, "street_rate_all", 9, **asked) == pytest.approx(1 / (2 + 2))
    assert one(visits, "chain_fail_2mo", 9, **asked) == pytest.approx(1 / 2)
    assert one(visits, "chain_fail_2mo", 9, name=None) is None


def test_a_chain_nobody_knows_of_is_as_all_others_are() -> None:
    visits = [
        visit("a", 1, points=50.0, items=1, street="s", kind=1),
        visit("b", 1, points=8.0, items=4, street="s", kind=1),
        visit("c", 1, points=0.0, items=4, street="t", kind=1),
    ]
    known = one(visits, "street_kind_points_all", 9, street="s", kind=1)
    assert known == pytest.approx((8 + 3 * (8 / 8)) / (4 + 3))
    unknown = one(visits, "street_kind_points_all", 9, street="s", kind=2)
    assert unknown == pytest.approx(8 / 8)


def test_what_is_near_is_within_the_metres_and_of_others_or_of_nobody() -> None:
    # At the equator 0.001 degrees are 111 metres.
    visits = [
        visit("a", 1, points=90.0, lon=0.0, lat=0.0),
        visit("b", 1, points=6.0, lon=0.0035, lat=0.0),
        visit(None, 1, points=3.0, lon=0.0, lat=-0.0035),
        visit("c", 1, points=50.0, lon=0.0037, lat=0.0),
        visit("d", 1, points=50.0),
    ]
    assert one(visits, "near_points_all", 9, lon=0.0, lat=0.0) == pytest.approx(9 / 3)
    assert one(visits, "near_points_all", 9) == 0


def test_near_goes_over_the_date_line_and_the_pole() -> None:
    visits = [
        visit("b", 1, points=6.0, lon=179.999, lat=0.0),
        visit("c", 1, points=3.0, lon=-90.0, lat=89.999),
    ]
    over_line = one(visits, "near_points_all", 9, lon=-179.999, lat=0.0)
    over_pole = one(visits, "near_points_all", 9, lon=90.0, lat=89.999)
    assert (over_line, over_pole) == (pytest.approx(6 / 2), pytest.approx(3 / 2))


def test_of_two_visits_alike_in_both_days_the_row_that_sorts_last_is_the_last() -> None:
    twice = [
        visit("a", 1, result="fail", points=9.0),
        visit("a", 1, result="pass", points=1.0),
    ]
    assert one(twice, "last_points", 9) == 1
    assert one(twice[::-1], "last_points", 9) == 1


def test_a_last_visit_that_was_annulled_gives_way_to_the_one_before() -> None:
    visits = [
        visit("a", 1, points=5.0),
        visit("a", 9, points=7.0, withdrawn=day(12)),
    ]
    assert one(visits, "standing_points_all", 12) == 7
    assert one(visits, "standing_points_all", 13) == 5
    assert one(visits, "days_since_standing_all", 13) == 12
    assert one(visits, "days_since_standing_30d", 32) is None


def test_any_type_of_key_and_any_length_of_name_will_do(
    tmp_path: Path,
) -> None:
    long = "visits of the shop " * 20
    text = f"""
        [tables.visits]
        entity = "k"
        happened = "on"
        [[feature]]
        name = "{long}"
        zh = "次数"
        en = "visits"
        unit = "次|visit"
        metric = "count"
        stream = "visits"
    """
    for keys in (
        pl.Series(["甲", "乙"]),
        pl.Series([2**62, -1]),
        pl.Series([b"x", b"y"]),
        pl.Series([date(2025, 1, 1), date(1931, 5, 6)]),
        pl.Series([{"city": 1, "id": "a"}, {"city": 2, "id": "a"}]),
    ):
        visits = pl.DataFrame(
            {"k": [keys[0]] * 3, "on": [day(0)] * 3}, schema_overrides={"k": keys.dtype}
        )
        asked = pl.DataFrame({"entity": keys, "as_of": [day(1)] * 2})
        found = compute(declared_by(tmp_path, text), {"visits": visits}, asked)
        assert found[long].to_list() == [3, 0]
        assert found["entity"].equals(keys.alias("entity"))


# --- properties -----------------------------------------------------------------

_shops = st.sampled_from(["a", "b", "c"])
_days = st.integers(0, 12) | st.sampled_from([30, 31, 39, 40]) | st.integers(0, 100)
_sites = st.sampled_from([(None, None), (0.0, 0.0), (0.003, 0.0), (0.0, 0.0037)])
_groups = st.fixed_dictionaries(
    {
        "street": st.sampled_from([None, "s", "t"]),
        "kind": st.sampled_from([None, 1, 2]),
        "name": st.sampled_from([None, "n", "m"]),
    }
)


@st.composite
def _visits(draw: st.DrawFn) -> Row:
    happened, (lon, lat) = draw(_days), draw(_sites)
    withdrawn = draw(st.none() | st.integers(0, 60))
    return visit(
        draw(st.none() | _shops),
        happened,
        recorded=happened + draw(st.sampled_from([0, 0, 1, 40])),
        withdrawn=None if withdrawn is None else day(happened + withdrawn),
        result=draw(st.sampled_from([None, "pass", "fail", "other"])),
        points=draw(st.sampled_from([None, 0.0, 1.0, 0.1, 7.5, -0.3])),
        items=draw(st.sampled_from([None, 1, 2])),
        is_serious=draw(st.none() | st.booleans()),
        lon=lon,
        lat=lat,
        **draw(_groups),
    )


@st.composite
def _asked(draw: st.DrawFn) -> Row:
    lon, lat = draw(_sites)
    shop = draw(_shops | st.sampled_from([None, "nobody"]))
    return {
        "shop": shop,
        "day": day(draw(_days)),
        "lon": lon,
        "lat": lat,
        **draw(_groups),
    }


# Unordered, repeated, and other days of every shop.
_questions = st.lists(_asked(), min_size=1, max_size=5)
_histories = st.lists(_visits(), max_size=12)


def alike(found: float | None, expected: float | None) -> bool:
    if found is None or expected is None:
        return found is expected
    return math.isclose(found, expected, rel_tol=1e-9, abs_tol=1e-9)


@settings(max_examples=40)
@given(_histories, _questions)
def test_every_feature_equals_the_rows_looked_at_one_by_one(
    visits: list[Row], questions: list[Row]
) -> None:
    found = answers(visits, *questions)
    tables = {"visits": visits, "annulled": visits}
    for row, question in zip(found.to_dicts(), questions, strict=True):
        expected = slow_answer(EVERY, tables, question)
        unlike = {n: (row[n], e) for n, e in expected.items() if not alike(row[n], e)}
        assert unlike == {}


@settings(max_examples=10)
@given(_histories, _questions, st.randoms())
def test_neither_order_nor_later_rows_nor_other_questions_change_a_bit(
    visits: list[Row], questions: list[Row], chance
) -> None:
    first = answers(visits, questions[0])
    mixed = list(visits)
    chance.shuffle(mixed)
    earlier = [v for v in visits if v["recorded"] < questions[0]["day"]]
    for other in (mixed, earlier):
        assert_frame_equal(answers(other, questions[0]), first, check_exact=True)
    together = answers(visits, *questions).head(1)
    assert_frame_equal(together, first, check_exact=True)
