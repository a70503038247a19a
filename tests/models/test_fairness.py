"""Treatment by group: worked shares, a named reference, and what is refused."""

from datetime import date

import polars as pl
import pytest

from models.fairness import FAIRNESS, Limits, fairness, unfair

LIMITS = Limits(gap=0.03, burden=2.0, visits=100)


def visits(group: str, count: int, serious: int, stated: float) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "window": [date(2025, 7, 1)] * count,
            "street": [group] * count,
            "probability": [stated] * count,
            "is_serious": [n < serious for n in range(count)],
        },
        schema_overrides={"street": pl.String},
    )


def test_the_largest_group_is_the_reference_and_stands_first() -> None:
    held = pl.concat([visits("small", 20, 2, 0.1), visits("large", 80, 8, 0.1)])
    table = fairness(held, ["street"])
    assert table.schema == pl.Schema(FAIRNESS)
    assert table["group"].to_list() == ["large", "small"]
    assert table["is_reference"].to_list() == [True, False]
    assert table["found"].to_list() == pytest.approx([0.1, 0.1])
    assert table["visits"].to_list() == [80, 20]


def test_who_is_selected_missed_and_falsely_alarmed() -> None:
    # Of 100 visits the first tenth by probability: 5 of 8 risky ones are serious.
    held = pl.concat([visits("risky", 10, 5, 0.5), visits("calm", 90, 9, 0.1)])
    risky, calm = fairness(held, ["street"]).sort("group", descending=True).to_dicts()
    assert risky["selected"] == pytest.approx(1.0)
    assert risky["missed"] == pytest.approx(0.0)
    assert risky["false_alarm"] == pytest.approx(1.0)
    assert risky["visits_per_serious"] == pytest.approx(2.0)
    assert (calm["selected"], calm["missed"]) == (0.0, 1.0)
    assert calm["visits_per_serious"] is None
    assert risky["gap_lower"] < risky["gap"] < risky["gap_upper"]


def test_what_all_visits_have_in_common_is_no_gap_of_a_group() -> None:
    """Officers find 20 points more than is stated of everybody, in both groups alike."""
    held = pl.concat([visits("a", 400, 120, 0.1), visits("b", 200, 60, 0.1)])
    table = fairness(held, ["street"])
    assert table["gap"].to_list() == pytest.approx([0.0, 0.0])
    assert unfair(table, LIMITS).is_empty()


def test_a_group_whose_shares_are_not_those_found_is_refused() -> None:
    held = pl.concat([visits("a", 900, 90, 0.1), visits("b", 300, 90, 0.1)])
    off = unfair(fairness(held, ["street"]), LIMITS)
    # 5 points are found beyond what is stated of all. Of a 5 less, to within 2.9 of
    # none; of b 15 more, at least 10.
    assert off.select("group", "why").rows() == [("b", "gap")]


def test_a_group_visited_for_nothing_is_refused() -> None:
    # A tenth of each is selected: half of those of a are serious, and 1 in 50 of b's.
    held = pl.concat(
        [
            visits("a", 100, 50, 0.51),
            visits("b", 100, 2, 0.51),
            visits("a", 900, 459, 0.5).with_columns(probability=pl.lit(0.5)),
            visits("b", 900, 18, 0.02),
        ]
    )
    off = unfair(fairness(held, ["street"]), Limits(gap=1.0, burden=2.0, visits=100))
    assert off.select("group", "why").rows() == [("b", "burden")]


def test_a_small_group_is_shown_and_not_judged() -> None:
    held = pl.concat([visits("a", 900, 90, 0.1), visits("b", 50, 40, 0.1)])
    table = fairness(held, ["street"])
    assert "b" in table["group"].to_list()
    assert "b" not in unfair(table, LIMITS)["group"].to_list()


def test_what_is_unknown_is_a_group_of_its_own() -> None:
    held = visits("a", 10, 1, 0.1).with_columns(street=pl.lit(None, pl.String))
    assert fairness(held, ["street"])["group"].to_list() == ["-"]


def test_no_visits_make_no_groups() -> None:
    assert fairness(visits("a", 1, 1, 0.5).clear(), ["street"]).is_empty()
