"""Codes that keep the two sides of a sample apart, and the chance that picks laboratories.

A batch has one code for those who sample and another for the laboratory. Both come from
HMAC-SHA256 under the key of the plan, so that neither says anything of the other or of
the batch, and only whoever holds the key can tell which belong together.
"""

import hashlib
import hmac
from base64 import b32encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from features.errors import UsageError
from models.drawing import Stream, one_of

SCHEME = "shian-blind/1"
Side = Literal["sampler", "laboratory"]
_LETTER = {"sampler": "S", "laboratory": "L"}
# 60 bits: among 10,000 batches two codes meet once in twenty thousand million plans.
_CHARACTERS = 12


@dataclass(frozen=True)
class Laboratory:
    """A laboratory and the batches that it tests in a month."""

    laboratory_id: str
    batches_a_month: int


def blind_code(key: bytes, side: Side, batch: str) -> str:
    """Give the code by which one side knows a batch."""
    digest = hmac.digest(key, f"{SCHEME}\n{side}\n{batch}".encode(), hashlib.sha256)
    return _LETTER[side] + b32encode(digest).decode()[:_CHARACTERS]


def laboratories_drawn(
    months: Mapping[str, str], laboratories: Sequence[Laboratory], key: bytes
) -> dict[str, str]:
    """Draw a laboratory for each batch, by the room that each has left in its month.

    `months` gives the month of each batch. Of two laboratories with room for 30 and 10
    the first is drawn three times in four, and none beyond its room.

    Raises:
        UsageError: a month has more batches than all laboratories together can test.
    """
    check_capacity(months, laboratories)
    room = {
        month: {lab.laboratory_id: lab.batches_a_month for lab in laboratories}
        for month in set(months.values())
    }
    drawn = {}
    for batch in sorted(months):
        left = {lab: free for lab, free in room[months[batch]].items() if free}
        drawn[batch] = one_of(left, Stream(key, f"laboratory {batch}"))
        room[months[batch]][drawn[batch]] -= 1
    return drawn


def check_capacity(
    months: Mapping[str, str], laboratories: Sequence[Laboratory]
) -> None:
    """Refuse a month that the laboratories cannot test.

    Raises:
        UsageError: the month, its batches and what can be tested.
    """
    total = sum(lab.batches_a_month for lab in laboratories)
    for month in sorted(set(months.values())):
        count = sum(m == month for m in months.values())
        if count > total:
            message = f"{month} has {count:,} batches, and the laboratories test {total:,} a month; add laboratories or capacity with --laboratories"
            told = f"{month} 月有 {count:,} 批次，检验机构每月只能检 {total:,} 批次，请用 --laboratories 增加机构或能力"
            raise UsageError(message, said=told)
