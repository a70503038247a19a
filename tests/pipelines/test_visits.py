"""How the past is cut into blocks, and which visits a block holds."""

from datetime import date

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.catalogue import feature_names
from features.errors import InputError, UsageError
from pipelines.visits import (
    Block,
    blocks_before,
    blocks_between,
    blocks_with_visits,
    first_visit,
    months_of,
    records_end,
    visit_rows,
)
from tests.worked import facts

JANUARY, MARCH, MAY = date(2025, 1, 1), date(2025, 3, 1), date(2025, 5, 1)
days = st.dates(date(2000, 1, 1), date(2060, 12, 31))


@pytest.mark.parametrize(("text", "months"), [("1mo", 1), ("2mo", 2), ("12mo", 12)])
def test_a_window_is_read_as_whole_months(text, months):
    assert months_of(text) == months


@pytest.mark.parametrize(
    "text", ["", "2", "0mo", "00mo", "-1mo", "2 mo", "60d", "2mon", "２mo"]
)
def test_a_window_of_anything_else_is_refused(text):
    with pytest.raises(UsageError, match="whole months such as 2mo"):
        months_of(text)


def test_a_stretch_is_cut_into_whole_blocks_and_the_rest_is_left_out():
    assert blocks_between(JANUARY, date(2025, 6, 30), 2) == [
        Block(JANUARY, MARCH),
        Block(MARCH, MAY),
    ]
    assert blocks_between(JANUARY, date(2025, 2, 28), 2) == []


def test_a_stretch_that_begins_within_a_month_is_cut_from_the_next_one():
    assert blocks_between(date(2024, 12, 2), date(2025, 3, 20), 2) == [
        Block(JANUARY, MARCH)
    ]
    assert blocks_between(date(2024, 12, 2), date(2025, 2, 28), 2) == []
    winter = blocks_between(date(2024, 11, 1), date(2025, 3, 1), 2)
    assert winter == [Block(date(2024, 11, 1), JANUARY), Block(JANUARY, MARCH)]


def test_the_past_is_cut_backwards_from_the_month_of_the_day():
    assert blocks_before(date(2025, 5, 20), date(2024, 12, 15), 2) == [
        Block(JANUARY, MARCH),
        Block(MARCH, MAY),
    ]
    assert blocks_before(MAY, date(2025, 4, 1), 2) == []


@given(days, days, st.integers(1, 24))
def test_blocks_touch_and_never_overlap(one, other, months):
    start, end = sorted((one, other))
    for blocks in (
        blocks_between(start, end, months),
        blocks_before(end, start, months),
    ):
        assert all(b.start < b.end <= end and b.start.day == 1 for b in blocks)
        assert [b.end for b in blocks[:-1]] == [b.start for b in blocks[1:]]
        assert all(b.start >= start for b in blocks)


def test_blocks_reach_to_both_ends_of_the_calendar():
    ever = blocks_between(date.min, date.max, 12)
    assert (ever[0].start, ever[-1].end) == (date.min, date(9999, 1, 1))
    assert blocks_between(date(9999, 12, 1), date.max, 1) == []
    assert blocks_before(date.max, date.min, 12)[-1].end == date(9999, 12, 1)
    assert blocks_before(date.min, date.min, 1) == []


def test_blocks_before_the_first_visit_and_after_the_last_are_left_out():
    known = facts(
        inspection=[
            {"inspected_on": date(2025, 2, 28)},
            {"inspected_on": MAY},
        ],
    )
    blocks = blocks_between(date(2024, 1, 1), date(2026, 1, 1), 2)
    found = blocks_with_visits(known, blocks)
    assert [block.start for block in found] == [JANUARY, MARCH, MAY]


def test_the_records_end_on_the_day_after_the_last_of_any_kind_was_recorded():
    known = facts(
        inspection=[{"recorded_at": JANUARY}],
        complaint=[{"recorded_at": date(2025, 2, 28)}],
    )
    assert records_end(known) == MARCH
    assert records_end(facts()) == date.min
    assert records_end(facts(inspection=[{"recorded_at": date.max}])) == date.max


def test_the_first_visit_is_the_earliest_inspection():
    found = facts(
        inspection=[{"inspected_on": MARCH}, {"inspected_on": JANUARY}],
    )
    assert first_visit(found) == JANUARY


def test_without_an_inspection_the_user_is_told_to_load_one():
    with pytest.raises(InputError, match="holds no inspection; load one first"):
        first_visit(facts())


#  id  inspected   recorded    purpose     serious
VISITS = [
    ("late", (1, 10), (3, 20), "routine", True),
    ("second", (2, 10), (2, 12), "routine", False),
    ("complaint", (1, 5), (1, 6), "complaint", True),
    ("unknown", (1, 6), (1, 7), "routine", None),
    ("next", (3, 1), (3, 2), "random", True),
]


def drawn(*, without=()):
    return facts(
        business=[
            {
                "business_id": "b",
                "valid_from": date(2020, 1, 1),
                "recorded_at": date(2020, 1, 1),
                "name": "店",
            }
        ],
        inspection=[
            {
                "inspection_id": name,
                "business_id": "b",
                "inspected_on": date(2025, *inspected),
                "recorded_at": date(2025, *recorded),
                "purpose": purpose,
                "is_serious": serious,
            }
            for name, inspected, recorded, purpose, serious in VISITS
            if name not in without
        ],
    )


def rows_of(found, *blocks):
    return visit_rows(found, blocks, legal_life_days=None)


def ids(rows):
    return rows.outcome["inspection_id"].to_list()


def test_a_block_holds_its_routine_and_random_visits_with_a_known_result():
    rows = rows_of(drawn(), Block(JANUARY, MARCH), Block(MARCH, MAY))
    assert ids(rows) == ["late", "second", "next"]
    assert rows.outcome["as_of"].to_list() == [JANUARY, JANUARY, MARCH]
    assert rows.matrix.columns == list(feature_names())
    assert rows.matrix.height == 3


def test_features_of_a_visit_are_those_of_the_first_day_of_its_block():
    rows = rows_of(drawn(), Block(JANUARY, MARCH), Block(MARCH, MAY))
    # On 1 March the visits recorded before are the complaint, the unknown and the second.
    assert rows.matrix["visits_365d"].to_list() == [0.0, 0.0, 3.0]


def test_only_the_first_visit_of_a_block_is_kept_once_it_is_known():
    rows = rows_of(drawn(), Block(JANUARY, MARCH), Block(MARCH, MAY))
    assert ids(rows.first()) == ["late", "next"]
    assert ids(rows.known_before(date(2025, 4, 1))) == ["late", "next"]


def test_a_visit_recorded_late_does_not_push_out_another_before_it_is_known():
    rows = rows_of(drawn(), Block(JANUARY, MARCH))
    assert ids(rows.known_before(MARCH)) == ["second"]
    without = rows_of(drawn(without=("late",)), Block(JANUARY, MARCH))
    assert rows.known_before(MARCH).outcome.equals(without.known_before(MARCH).outcome)
    assert rows.known_before(MARCH).matrix.equals(without.known_before(MARCH).matrix)


def test_no_block_gives_no_row_in_the_same_columns():
    rows = rows_of(drawn())
    assert rows.outcome.height == rows.matrix.height == 0
    assert (
        rows.outcome.columns == rows_of(drawn(), Block(JANUARY, MARCH)).outcome.columns
    )
    assert rows.outcome.schema["as_of"] == pl.Date
