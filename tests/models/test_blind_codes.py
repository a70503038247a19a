"""Blind codes: both sides differ, the key alone links them, laboratories by their room."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.errors import UsageError
from models.blind_codes import Laboratory, blind_code, laboratories_drawn

KEY, OTHER = bytes(32), bytes([1]) * 32
BATCHES = [f"S{number:05d}" for number in range(6291)]


def test_no_two_batches_share_a_code_and_no_code_is_on_both_sides() -> None:
    officers = {blind_code(KEY, "sampler", b) for b in BATCHES}
    laboratory = {blind_code(KEY, "laboratory", b) for b in BATCHES}
    assert len(officers) == len(laboratory) == len(BATCHES)
    assert not {c[1:] for c in officers} & {c[1:] for c in laboratory}


def test_a_code_is_nothing_without_its_key() -> None:
    codes = {blind_code(KEY, "sampler", b) for b in BATCHES}
    assert not codes & {blind_code(OTHER, "sampler", b) for b in BATCHES}


def test_the_same_key_gives_the_same_code_again() -> None:
    assert blind_code(KEY, "sampler", "S00001") == blind_code(KEY, "sampler", "S00001")
    assert blind_code(KEY, "sampler", "S00001").startswith("S")
    assert blind_code(KEY, "laboratory", "S00001").startswith("L")


def test_laboratories_are_drawn_by_the_room_they_have() -> None:
    labs = [Laboratory("LAB1", 3000), Laboratory("LAB2", 1000)]
    months = dict.fromkeys(BATCHES[:1000], "03")
    drawn = Counter(laboratories_drawn(months, labs, KEY).values())
    # 750 are expected; six standard deviations are 75.
    assert 675 < drawn["LAB1"] < 825


@given(st.binary(min_size=1, max_size=32))
def test_no_laboratory_gets_more_than_it_can_test_in_a_month(key: bytes) -> None:
    labs = [Laboratory("LAB1", 7), Laboratory("LAB2", 3)]
    months = {f"b{n}": "01" if n < 10 else "02" for n in range(18)}
    drawn = laboratories_drawn(months, labs, key)
    counts = Counter((drawn[b], months[b]) for b in months)
    assert counts["LAB1", "01"] == 7
    assert counts["LAB2", "01"] == 3
    assert max(counts["LAB1", "02"] - 7, counts["LAB2", "02"] - 3) <= 0


def test_a_month_too_full_is_told_with_its_numbers() -> None:
    months = dict.fromkeys(BATCHES[:11], "07")
    with pytest.raises(UsageError, match=r"07 has 11 batches.*test 10 a month"):
        laboratories_drawn(months, [Laboratory("LAB1", 10)], KEY)
