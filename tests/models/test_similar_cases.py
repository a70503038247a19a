"""Past cases explained alike: whose, from when, in which order."""

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.catalogue import catalogue
from models.explain import STORIES
from models.similar_cases import (
    CASEBOOK,
    COUNTED,
    casebook,
    share_serious,
    similar_cases,
)

DAY = date(2026, 1, 1)
FEATURES = len(catalogue())


def moved(**stories: float) -> np.ndarray:
    """Draw one row of contributions in which the first feature of each story moved."""
    row = np.zeros((1, FEATURES + 1))
    told = [feature.story for feature in catalogue()]
    for story, log_odds in stories.items():
        row[0, told.index(story)] = log_odds
    return row


def visits(*rows: tuple[str, str, date, bool]) -> pl.DataFrame:
    return pl.DataFrame(
        [
            {
                "inspection_id": f"I{number}",
                "business_id": business,
                "business_type": kind,
                "inspected_on": day,
                "recorded_at": day + timedelta(days=2),
                "is_serious": serious,
            }
            for number, (business, kind, day, serious) in enumerate(rows)
        ]
    )


def book(*rows: tuple[str, str, date, bool], of: list[np.ndarray]) -> pl.DataFrame:
    drawn = visits(*rows)
    kinds = drawn["business_type"]
    return casebook(drawn.drop("business_type"), kinds, np.vstack(of))


def near(cases: pl.DataFrame, own: np.ndarray, **changed: object) -> list[str]:
    asked = {"business_id": "me", "business_type": "catering", "as_of": DAY} | changed
    return similar_cases(cases, own, **asked)["inspection_id"].to_list()


SPRING = date(2025, 3, 1)


def test_the_nearest_explanation_comes_first() -> None:
    # Distances .3 and .5 (a triangle of .3 and .4) from serious +1.0, place 0.
    cases = book(
        ("a", "catering", SPRING, True),
        ("b", "catering", SPRING, False),
        of=[moved(serious=1.3, place=0.4), moved(serious=0.7)],
    )
    found = similar_cases(
        cases,
        moved(serious=1.0),
        business_id="me",
        business_type="catering",
        as_of=DAY,
    )
    assert found["business_id"].to_list() == ["b", "a"]
    assert found["distance"].to_list() == pytest.approx([0.3, 0.5])
    assert share_serious(found)[0] == 1


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (("me", "catering", SPRING, True), "itself"),
        (("a", "seller", SPRING, True), "another type of business"),
        (("a", "catering", DAY - timedelta(days=2), True), "recorded on the day"),
        (("a", "catering", DAY, True), "in the future"),
    ],
)
def test_what_is_no_case(row: tuple[str, str, date, bool], why: str) -> None:
    assert near(book(row, of=[moved()]), moved()) == [], why


def test_a_case_recorded_the_day_before_counts() -> None:
    day = DAY - timedelta(days=3)
    assert near(book(("a", "catering", day, True), of=[moved()]), moved()) == ["I0"]


def test_a_neighbour_visited_often_is_one_case_and_the_latest_of_equals() -> None:
    cases = book(
        ("a", "catering", SPRING, True),
        ("a", "catering", SPRING + timedelta(days=90), False),
        of=[moved(), moved()],
    )
    assert near(cases, moved()) == ["I1"]


def test_season_and_the_offices_own_habits_make_nobody_alike() -> None:
    cases = book(
        ("a", "catering", SPRING, True),
        ("b", "catering", SPRING, True),
        of=[moved(season=2.0, visits=-2.0), moved(place=0.1)],
    )
    assert near(cases, moved()) == ["I0", "I1"]
    assert {"season", "visits"} & set(CASEBOOK) == set()
    assert set(STORIES) - set(CASEBOOK) == {"season", "visits"}


def test_no_more_are_counted_than_are_alike() -> None:
    rows = [(f"b{n}", "catering", SPRING, n % 2 == 0) for n in range(COUNTED + 9)]
    cases = book(*rows, of=[moved(place=n / 100) for n in range(len(rows))])
    assert near(cases, moved()) == [f"I{n}" for n in range(COUNTED)]


def test_no_cases_say_nothing_of_the_share() -> None:
    nothing = book(("me", "catering", SPRING, True), of=[moved()]).clear()
    assert share_serious(nothing) == (0, 0.0, 1.0)


@given(st.permutations(range(6)))
def test_the_order_of_the_casebook_changes_nothing(order: list[int]) -> None:
    rows = [(f"b{n}", "catering", SPRING, False) for n in range(6)]
    cases = book(*rows, of=[moved(place=n // 2) for n in range(6)])
    assert near(cases[order], moved()) == near(cases, moved())
