"""Chance that anybody can repeat: sampling from a keyed stream, in whole numbers only.

Every choice is `below(n)`: a whole number under n, each equally likely. It comes from
HMAC-SHA256 under the key of the draw over a label and a counter, so that each step can
be repeated with any other tool, and no step depends on how many choices another made.

Equal chances are drawn one after the other without putting back. Unequal chances are
drawn by the pivotal method: along a random order two businesses at a time settle, by
chance, how their two probabilities are shared, until each is 0 or 1. It was chosen
over systematic sampling (which never draws some neighbours together), over Sampford's
and conditional Poisson sampling (unbounded retries, and products of floating-point
numbers that differ between machines): its size is fixed, its inclusion probabilities
are exactly those asked for, and it needs nothing but sums of whole numbers.
"""

import hashlib
import hmac
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import accumulate
from typing import Protocol, TypeVar

ALGORITHM = "shian-draw/1"

_BLOCK = 1 << 256  # what one HMAC-SHA256 can be

T = TypeVar("T")


class Chance(Protocol):
    """Whatever gives whole numbers under a bound, each equally likely."""

    def below(self, bound: int) -> int:
        """Give a whole number from 0 up to, without, the bound."""


class Stream:
    """The numbers of one step of a draw, told apart from other steps by its label."""

    def __init__(self, key: bytes, label: str) -> None:
        self._key, self._label, self._counter = key, label, 0

    def below(self, bound: int) -> int:
        """Give the next number; the top of the range that would favour some is skipped."""
        fair = _BLOCK - _BLOCK % bound
        while (number := self._next()) >= fair:
            pass
        return number % bound

    def _next(self) -> int:
        text = f"{ALGORITHM}\n{self._label}\n{self._counter}"
        self._counter += 1
        return int.from_bytes(hmac.digest(self._key, text.encode(), hashlib.sha256))


def stream_key(seed: bytes, beacon: str) -> bytes:
    """Mix the committed seed with a public number that nobody knew when committing."""
    return hmac.digest(seed, f"{ALGORITHM}\nbeacon\n{beacon}".encode(), hashlib.sha256)


def in_random_order(items: Sequence[T], chance: Chance) -> list[T]:
    """Draw all items one after the other without putting back."""
    drawn = list(items)
    for place in range(len(drawn) - 1):
        other = place + chance.below(len(drawn) - place)
        drawn[place], drawn[other] = drawn[other], drawn[place]
    return drawn


def whole(expected: Fraction, chance: Chance) -> int:
    """Round by chance, so that a stratum is drawn in its exact share over many draws.

    Of 37 businesses 5% are 1.85: one surely, and a second in 85 of 100 draws. Always
    rounding up would visit the only business of a stratum every time, rounding down
    never.
    """
    sure, part = divmod(expected.numerator, expected.denominator)
    return sure + (chance.below(expected.denominator) < part)


def fixed_size_chances(weights: Mapping[str, int], size: int) -> dict[str, Fraction]:
    """Give each its chance in a draw of so many, in proportion to its weight up to 1.

    Two of a: 1, b: 1, c: 2 give 1/2, 1/2, 1. Two of a: 1, b: 1, c: 8 would ask for
    more than 1: c is certain, and a and b share the other place, 1/2 each.
    """
    chances = dict.fromkeys(weights, Fraction(0))
    left, total = size, sum(weights.values())
    for item in sorted(weights, key=lambda i: (-weights[i], i)):
        if left * weights[item] < total:
            break
        chances[item] = Fraction(1)
        left, total = left - 1, total - weights[item]
    return {
        item: Fraction(left * weights[item], total) if left and not chance else chance
        for item, chance in chances.items()
    }


def chances_of(weights: Mapping[str, int], share: Fraction) -> dict[str, Fraction]:
    """Give each its chance before the size is known, which is rounded by chance.

    Equal weights give exactly the share. Otherwise the two sizes that can come about
    are weighed: half of a: 1, b: 1, c: 1, d: 2, e: 2 are two or three, evenly; d has
    4/7 of two and 6/7 of three, together 5/7.
    """
    expected = share * len(weights)
    sure, part = divmod(expected, 1)
    fewer, more = (fixed_size_chances(weights, int(sure) + n) for n in (0, 1))
    return {item: (1 - part) * fewer[item] + part * more[item] for item in weights}


def draw(weights: Mapping[str, int], size: int, chance: Chance) -> list[str]:
    """Draw so many without putting back, each with its fixed-size chance, in order."""
    order = in_random_order(sorted(weights), chance)
    if len(set(weights.values())) <= 1:
        return order[:size]
    chances = fixed_size_chances(weights, size)
    certain = {item for item, share in chances.items() if share == 1}
    open_ = [item for item in order if item not in certain]
    total = sum(weights[item] for item in open_)
    left = size - len(certain)
    claims = {item: left * weights[item] for item in open_} if left else {}
    chosen = certain | _settled(claims, total, chance)
    return [item for item in order if item in chosen]


def _settled(claims: Mapping[str, int], full: int, chance: Chance) -> set[str]:
    """Settle claims two at a time until each is nothing or full; give the full ones.

    Where both fit into one, one takes all: a of a + b times. Where they do not, one
    becomes full and the other keeps the rest: the second becomes full in full - a of
    2 full - a - b cases, which leaves what each has to expect as it was.
    """
    chosen: set[str] = set()
    waiting, held = "", 0
    for item, claim in claims.items():
        both = held + claim
        if both <= full:
            waiting = waiting if chance.below(both) < held else item
            held = both
        else:
            first = chance.below(2 * full - both) < full - claim
            chosen.add(waiting if first else item)
            waiting, held = (item if first else waiting), both - full
        if held == full:
            chosen.add(waiting)
            waiting, held = "", 0
    return chosen


def one_of(weights: Mapping[str, int], chance: Chance) -> str:
    """Draw one in proportion to its weight."""
    items = sorted(weights)
    ends = list(accumulate(weights[item] for item in items))
    return items[bisect_right(ends, chance.below(ends[-1]))]
