"""What is known of others: never of the business itself, never before its day."""

from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.inspections import visits
from features.neighbourhood import (
    GROUPS,
    Others,
    Surroundings,
    group_sums,
    near_sums,
)
from features.profile import attributes_at
from tests.features.histories import BUSINESSES, histories
from tests.worked import Row, facts

DAY = date(2025, 7, 1)
LONG_AGO = date(2020, 1, 1)
QUESTION = Others(("serious", "outcome"), 730)
METRE = 1 / 111_319.5


def shop(who: str, **more: object) -> Row:
    return {
        "business_id": who,
        "valid_from": LONG_AGO,
        "recorded_at": LONG_AGO,
        "name": who,
        "business_type": "catering",
        **more,
    }


def at(who: str, north: float, **more: object) -> Row:
    return shop(who, lon=120.17, lat=30.25 + north * METRE, **more)


def visit(number: int, who: str, **more: object) -> Row:
    on = date(2025, 3, 1)
    return {
        "inspection_id": str(number),
        "business_id": who,
        "inspected_on": on,
        "recorded_at": on,
        "purpose": "routine",
        "is_serious": True,
        **more,
    }


def others(known, who: str, group: str, on: date = DAY) -> list[float]:
    asked = pl.DataFrame({"business_id": [who], "as_of": [on]})
    around = Surroundings(visits(known), known.business)
    members = attributes_at(known.business, asked)
    return group_sums(around, members, QUESTION, group=group)[0].tolist()


def near(known, who: str, on: date = DAY) -> list[float]:
    asked = pl.DataFrame({"business_id": [who], "as_of": [on]})
    around = Surroundings(visits(known), known.business)
    return near_sums(around, asked, QUESTION)[0].tolist()


def test_the_group_counts_its_others_and_not_the_business_itself() -> None:
    known = facts(
        business=[shop("a", chain_code="k"), shop("b", chain_code="k"), shop("c")],
        inspection=[
            visit(1, "a"),
            visit(2, "b"),
            visit(3, "b", is_serious=False),
            visit(4, "c"),
        ],
    )
    assert others(known, "a", "chain") == [1, 2]
    assert others(known, "b", "chain") == [1, 1]
    assert others(known, "c", "chain") == [0, 0]


@pytest.mark.parametrize("group", GROUPS)
def test_alone_in_a_group_nothing_is_known_of_others(group: str) -> None:
    whole = {
        "street_code": "s",
        "subtype": "snack",
        "source_category": "noodles",
        "chain_code": "k",
        "declared_risk": 1,
    }
    alone = facts(business=[shop("a", **whole)], inspection=[visit(1, "a")])
    assert others(alone, "a", group) == [0, 0]
    company = facts(
        business=[shop("a", **whole), shop("b", **whole)],
        inspection=[visit(1, "a"), visit(2, "b")],
    )
    assert others(company, "a", group) == [1, 1]


def test_a_missing_part_makes_no_group() -> None:
    known = facts(
        business=[shop("a", street_code=None), shop("b", street_code=None)],
        inspection=[visit(1, "b")],
    )
    assert others(known, "a", "street") == [0, 0]


def test_visits_stay_with_the_street_they_were_made_in() -> None:
    moved = shop(
        "b",
        street_code="new",
        valid_from=date(2025, 5, 1),
        recorded_at=date(2025, 5, 1),
    )
    known = facts(
        business=[
            shop("a", street_code="old"),
            shop("b", street_code="old"),
            moved,
            shop("c", street_code="new"),
        ],
        inspection=[visit(1, "b")],
    )
    assert others(known, "a", "street") == [1, 1]
    assert others(known, "c", "street") == [0, 0]


def test_membership_is_what_was_known_on_the_day() -> None:
    joined = shop("a", chain_code="k", valid_from=date(2025, 5, 1))
    known = facts(
        business=[
            shop("a"),
            joined | {"recorded_at": date(2025, 6, 1)},
            shop("b", chain_code="k"),
        ],
        inspection=[visit(1, "b")],
    )
    assert others(known, "a", "chain", date(2025, 6, 1)) == [0, 0]
    assert others(known, "a", "chain", date(2025, 6, 2)) == [1, 1]


def test_a_visit_of_the_group_counts_from_the_day_after_its_record() -> None:
    late = visit(1, "b", recorded_at=date(2025, 6, 1))
    known = facts(
        business=[shop("a", street_code="s"), shop("b", street_code="s")],
        inspection=[late],
    )
    assert others(known, "a", "street", date(2025, 6, 1)) == [0, 0]
    assert others(known, "a", "street", date(2025, 6, 2)) == [1, 1]


@pytest.mark.parametrize(("north", "is_near"), [(0, 1), (299, 1), (301, 0)])
def test_near_is_within_three_hundred_metres(north: float, is_near: int) -> None:
    known = facts(business=[at("a", 0), at("b", north)], inspection=[visit(1, "b")])
    assert near(known, "a") == [is_near, is_near]
    assert near(known, "b") == [0, 0]


def test_near_is_measured_alike_in_every_direction() -> None:
    """A degree of longitude is short in the north: at 60 degrees half as long."""
    east = {"lon": 120.17 + 299 * METRE * 2, "lat": 60.0}
    known = facts(
        business=[shop("a", lon=120.17, lat=60.0), shop("b", **east), at("c", 0)],
        inspection=[visit(1, "b")],
    )
    assert near(known, "a") == [1, 1]


def test_a_neighbour_is_none_before_its_place_was_recorded() -> None:
    later = at("b", 10, recorded_at=date(2025, 6, 1))
    known = facts(business=[at("a", 0), later], inspection=[visit(1, "b")])
    assert near(known, "a", date(2025, 6, 1)) == [0, 0]
    assert near(known, "a", date(2025, 6, 2)) == [1, 1]
    assert near(known, "b", date(2025, 6, 1)) == [0, 0]


def test_a_place_corrected_later_changes_no_past_number() -> None:
    corrected = at("b", 5000, valid_from=date(2025, 5, 1), recorded_at=date(2025, 5, 1))
    known = facts(
        business=[at("a", 0), at("b", 10), corrected], inspection=[visit(1, "b")]
    )
    assert near(known, "a") == [1, 1]


def test_a_place_missing_at_first_counts_once_it_is_known() -> None:
    placed = at("b", 10, valid_from=date(2025, 5, 1), recorded_at=date(2025, 5, 1))
    known = facts(business=[at("a", 0), shop("b"), placed], inspection=[visit(1, "b")])
    assert near(known, "a", date(2025, 5, 1)) == [0, 0]
    assert near(known, "a") == [1, 1]


def test_without_any_place_nobody_is_near() -> None:
    known = facts(business=[shop("a"), shop("b")], inspection=[visit(1, "b")])
    assert near(known, "a") == [0, 0]


@settings(max_examples=25)
@given(histories(), st.sampled_from(BUSINESSES), st.sampled_from(sorted(GROUPS)))
def test_what_is_known_of_others_ignores_the_business_itself(
    known, who: str, group: str
) -> None:
    """Its own visits may be struck out without changing what its others show."""
    asked = pl.DataFrame({"business_id": [who], "as_of": [DAY]})
    question = Others(("serious", "outcome"), 4000)
    all_visits = visits(known)
    without = all_visits.filter(pl.col("business_id") != who)
    members = attributes_at(known.business, asked)
    for sums in (
        lambda around: group_sums(around, members, question, group=group),
        lambda around: near_sums(around, asked, question),
    ):
        with_own, without_own = (
            sums(Surroundings(stream, known.business)).tolist()
            for stream in (all_visits, without)
        )
        assert with_own == without_own


@settings(max_examples=25)
@given(histories(), st.integers(0, 2500))
def test_a_whole_type_adds_up_to_everybody_but_one(known, after: int) -> None:
    """Where all are of one type from the start, the others are all minus the own."""
    business = [shop(who) for who in BUSINESSES]
    same = facts(business=business, inspection=known.inspection.to_dicts())
    day = date(2021, 1, 1) + timedelta(days=after)
    asked = pl.DataFrame({"business_id": BUSINESSES, "as_of": [day] * len(BUSINESSES)})
    question = Others(("visit",), 4000)
    around = Surroundings(visits(same), same.business)
    members = attributes_at(same.business, asked)
    found = group_sums(around, members, question, group="type")[:, 0]
    counted = same.inspection.filter(
        pl.col("recorded_at") < day, pl.col("recorded_at") >= LONG_AGO
    )
    own = [counted.filter(business_id=who).height for who in BUSINESSES]
    assert found.tolist() == [counted.height - number for number in own]
