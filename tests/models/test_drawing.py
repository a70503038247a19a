"""Chance that can be repeated: exact chances, proved by going through every outcome."""

from collections import Counter
from fractions import Fraction
from itertools import combinations, permutations
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2, norm

from models.drawing import (
    Stream,
    chances_of,
    draw,
    fixed_size_chances,
    in_random_order,
    one_of,
    stream_key,
    whole,
)
from tests.enumerated import every_outcome

# printf 'shian-draw/1\nbusinesses all\n0' | openssl dgst -sha256 -mac HMAC \\
#     -macopt hexkey:$(printf '%064d' 7)      and the same for 'beacon', '8 3 5'
HMAC_OF_STREAM = "ce4cbe2671f799ca6936107ec1c94f40d33818de1cd50503b3f28d1874670574"
HMAC_OF_BEACON = "b4a9531c4ac0e31323a00766ab3391f88040481e8c768bffeb1ce917056b491a"
KEY = bytes.fromhex("7".zfill(64))
# One false alarm in a thousand, and the seeds are fixed: what passes once, passes.
RARE = 0.001

weights = st.dictionaries(
    st.text("abcdefghij", min_size=1, max_size=3),
    st.integers(1, 60),
    min_size=1,
    max_size=25,
)


def fractions(**texts: str) -> dict[str, Fraction]:
    return {item: Fraction(text) for item, text in texts.items()}


@pytest.mark.parametrize(
    ("weighed", "size", "expected"),
    [
        ({"a": 1, "b": 1, "c": 1}, 1, fractions(a="1/3", b="1/3", c="1/3")),
        ({"a": 1, "b": 1, "c": 2}, 2, fractions(a="1/2", b="1/2", c="1")),
        ({"a": 1, "b": 1, "c": 8}, 2, fractions(a="1/2", b="1/2", c="1")),
        ({"a": 1, "b": 2, "c": 3}, 1, fractions(a="1/6", b="1/3", c="1/2")),
        ({"a": 1, "b": 30, "c": 900}, 2, fractions(a="1/31", b="30/31", c="1")),
        ({"a": 5, "b": 1}, 2, fractions(a="1", b="1")),
        ({"a": 5, "b": 1}, 0, fractions(a="0", b="0")),
    ],
)
def test_chances_follow_weights_up_to_certainty(
    weighed: dict[str, int], size: int, expected: dict[str, Fraction]
) -> None:
    assert fixed_size_chances(weighed, size) == expected


def test_before_the_size_is_known_both_sizes_are_weighed() -> None:
    weighed = {"a": 1, "b": 1, "c": 1, "d": 2, "e": 2}
    chances = chances_of(weighed, Fraction(1, 2))
    assert chances["d"] == Fraction(5, 7)
    assert sum(chances.values()) == Fraction(5, 2)


def test_five_in_a_hundred_of_37_are_one_or_two() -> None:
    sizes = every_outcome(lambda chance: whole(Fraction(37, 20), chance))
    assert sizes == {1: Fraction(3, 20), 2: Fraction(17, 20)}


def test_the_numbers_are_those_any_other_tool_computes() -> None:
    number = int(HMAC_OF_STREAM, 16)
    assert Stream(KEY, "businesses all").below(1000) == number % 1000
    assert stream_key(KEY, "8 3 5").hex() == HMAC_OF_BEACON


def test_two_labels_give_unrelated_numbers() -> None:
    one, other = Stream(KEY, "size A/A"), Stream(KEY, "size A/B")
    assert [one.below(100) for _ in range(9)] != [other.below(100) for _ in range(9)]


def test_a_random_order_is_any_order_with_the_same_chance() -> None:
    orders = every_outcome(lambda chance: tuple(in_random_order("abcd", chance)))
    assert orders == dict.fromkeys(permutations("abcd"), Fraction(1, 24))


@pytest.mark.parametrize("size", range(6))
def test_equal_weights_make_every_choice_equally_likely(size: int) -> None:
    weighed = dict.fromkeys("abcde", 3)
    sets = every_outcome(lambda chance: frozenset(draw(weighed, size, chance)))
    wanted = {frozenset(c) for c in combinations("abcde", size)}
    assert sets == dict.fromkeys(wanted, Fraction(1, comb(5, size)))


@pytest.mark.parametrize(
    ("weighed", "size"),
    [
        ({"a": 1, "b": 2, "c": 3}, 1),
        ({"a": 1, "b": 2, "c": 3}, 2),
        ({"a": 1, "b": 1, "c": 2, "d": 2}, 2),
        ({"a": 1, "b": 1, "c": 1, "d": 2}, 3),
        ({"a": 1, "b": 2, "c": 2, "d": 3}, 2),
        ({"a": 1, "b": 2, "c": 2, "d": 9}, 2),
    ],
)
def test_unequal_weights_give_exactly_the_chances_stated(
    weighed: dict[str, int], size: int
) -> None:
    sets = every_outcome(lambda chance: frozenset(draw(weighed, size, chance)))
    stated = fixed_size_chances(weighed, size)
    assert {len(drawn) for drawn in sets} == {size}
    for item in weighed:
        assert sum(p for drawn, p in sets.items() if item in drawn) == stated[item]


def test_any_two_can_be_drawn_together() -> None:
    weighed = {"a": 1, "b": 1, "c": 2, "d": 2}
    sets = every_outcome(lambda chance: frozenset(draw(weighed, 2, chance)))
    assert sets.keys() == {frozenset(c) for c in combinations("abcd", 2)}


def test_one_is_drawn_in_proportion_to_its_weight() -> None:
    found = every_outcome(lambda chance: one_of({"a": 1, "b": 2, "c": 3}, chance))
    assert found == fractions(a="1/6", b="1/3", c="1/2")


@given(weights, st.data())
def test_a_draw_has_its_size_its_certain_ones_and_nobody_twice(weighed, data) -> None:
    size = data.draw(st.integers(0, len(weighed)))
    drawn = draw(weighed, size, Stream(data.draw(st.binary(max_size=8)), "x"))
    assert len(drawn) == len(set(drawn)) == size
    assert set(drawn) <= weighed.keys()
    chances = fixed_size_chances(weighed, size)
    assert {item for item, chance in chances.items() if chance == 1} <= set(drawn)


@given(weights, st.fractions(0, 1, max_denominator=50))
def test_chances_add_up_and_rise_with_the_weight(weighed, share) -> None:
    chances = chances_of(weighed, share)
    assert sum(chances.values()) == share * len(weighed)
    assert all(0 <= chance <= 1 for chance in chances.values())
    by_weight = sorted(weighed, key=lambda item: weighed[item])
    rising = [chances[item] for item in by_weight]
    assert rising == sorted(rising)
    if len(set(weighed.values())) == 1:
        assert set(chances.values()) == {share}


def test_over_many_seeds_equal_chances_look_equal() -> None:
    held, size, seeds = 30, 7, 1500
    weighed = {f"b{n:02d}": 1 for n in range(held)}
    times = Counter(
        item
        for seed in range(seeds)
        for item in draw(weighed, size, Stream(KEY, f"seed {seed}"))
    )
    expected = seeds * size / held
    spread = sum((times[item] - expected) ** 2 / expected for item in weighed)
    # Without putting back, counts vary less than independent ones: by this much.
    spread *= (held - 1) / (held - size)
    assert RARE < chi2.sf(spread, held - 1) < 1 - RARE


def test_over_many_seeds_unequal_chances_are_those_stated() -> None:
    seeds = 3000
    weighed = {f"b{n:02d}": 1 + n * n for n in range(20)}
    times = Counter(
        item
        for seed in range(seeds)
        for item in draw(weighed, 6, Stream(KEY, f"seed {seed}"))
    )
    limit = norm.isf(RARE / 2 / len(weighed))
    for item, chance in fixed_size_chances(weighed, 6).items():
        deviation = (seeds * chance * (1 - chance)) ** 0.5
        assert abs(times[item] - seeds * chance) <= limit * deviation, item
