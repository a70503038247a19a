"""On which days a kitchen did business, and on which it could be seen."""

from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.kitchens import days_online
from features.matrix import build
from tests.worked import Row, facts, mart

FIRST, UNTIL = date(2025, 6, 1), date(2025, 7, 1)


def span(first: date, last: date, *, online: bool = True, **more: object) -> Row:
    return {
        "business_id": "b",
        "first_on": first,
        "last_on": last,
        "is_online": online,
        "recorded_at": last,
        **more,
    }


def share(day: date, *spans: Row) -> float | None:
    asked = pl.DataFrame({"business_id": ["b"], "as_of": [day]})
    matrix = build(facts(kitchen_connection=spans), asked)
    return matrix["kitchen_online_183d"].item()


@pytest.mark.parametrize(
    ("first", "last", "days"),
    [
        (date(2025, 5, 28), date(2025, 6, 3), 3),
        (date(2025, 6, 30), date(2025, 7, 5), 1),
        (date(2025, 6, 10), date(2025, 6, 10), 1),
        (date(2025, 5, 1), date(2025, 5, 31), None),
        (date(2025, 7, 1), date(2025, 7, 2), None),
    ],
)
def test_a_span_over_an_edge_counts_with_its_days_inside(
    first: date, last: date, days: int | None
) -> None:
    found = days_online(mart("kitchen_connection", [span(first, last)]), FIRST, UNTIL)
    assert list(found.iter_rows()) == ([("b", days, days)] if days else [])


@given(
    st.lists(
        st.tuples(st.integers(-40, 40), st.integers(1, 31), st.booleans()), max_size=6
    )
)
def test_days_are_counted_as_if_each_were_looked_at(
    drawn: list[tuple[int, int, bool]],
) -> None:
    spans = [
        span(FIRST + timedelta(days=at), FIRST + timedelta(days=at + n - 1), online=on)
        for at, n, on in drawn
    ]
    each = [
        on
        for at, n, on in drawn
        for day in range(at, at + n)
        if 0 <= day < (UNTIL - FIRST).days
    ]
    found = days_online(mart("kitchen_connection", spans), FIRST, UNTIL)
    expected = [("b", sum(each), len(each))] if each else []
    assert list(found.iter_rows()) == expected


def test_a_span_is_known_only_the_day_after_it_was_told() -> None:
    told = span(date(2025, 2, 3), date(2025, 2, 7), recorded_at=date(2025, 2, 9))
    assert share(date(2025, 2, 9), told) is None
    assert share(date(2025, 2, 10), told) == 1.0


def test_the_share_online_weighs_spans_by_their_days_of_business() -> None:
    online = span(date(2025, 3, 3), date(2025, 3, 8))
    offline = span(date(2025, 3, 10), date(2025, 3, 11), online=False)
    assert share(date(2025, 6, 1), online, offline) == 0.75
