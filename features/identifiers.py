"""Numbers that identify a business: what they say, and whether they can be right.

A number that fails its check is flagged, never rejected: officially issued exceptions
exist, and a typing error in a number does not make an inspection untrue.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import polars as pl

Flag = Literal[
    "ok", "whitelisted", "missing", "bad_length", "bad_character", "bad_check"
]

# GB 32100-2015: no I, O, S, V, Z; weights are 3^i mod 31.
USCI_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCI_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_USCI_LENGTH = 18
# Issued by an authority although the check character computes to another.
USCI_WHITELIST = frozenset({"91350203M0001QAY9B"})

_LICENCE = re.compile(r"(JY|SC)([0-9]*)")
_LICENCE_DIGITS = 14


@dataclass(frozen=True)
class Usci:
    """The parts of a unified social credit identifier (GB 32100-2015)."""

    registry: str
    category: str
    region: str
    organisation: str


@dataclass(frozen=True)
class Licence:
    """The parts of a food licence number.

    `kind` is the main type of a JY number (1 seller, 2 catering, 3 canteen), or the
    kind and class of an SC number (1 food or 2 additive, then two digits).
    """

    scheme: Literal["JY", "SC"]
    kind: str
    region: str
    serial: str


def usci_check_character(body: str) -> str:
    """Compute the 18th character from the first 17.

    91110108330352199 gives 7; 91350200776049653 gives A.
    """
    total = sum(
        USCI_ALPHABET.index(character) * weight
        for character, weight in zip(body, _USCI_WEIGHTS, strict=True)
    )
    return USCI_ALPHABET[(31 - total % 31) % 31]


def check_usci(text: str | None) -> Flag:
    """Say whether an identifier can be right, and if not, what is wrong with it."""
    if not text:
        return "missing"
    if len(text) != _USCI_LENGTH:
        return "bad_length"
    if not set(text) <= set(USCI_ALPHABET):
        return "bad_character"
    if text in USCI_WHITELIST:
        return "whitelisted"
    return "ok" if usci_check_character(text[:-1]) == text[-1] else "bad_check"


def parse_usci(text: str) -> Usci | None:
    """Split an identifier into its parts; None when its form is wrong."""
    if check_usci(text) in {"missing", "bad_length", "bad_character"}:
        return None
    return Usci(text[0], text[:2], text[2:8], text[8:17])


def mod11_10(digits: str) -> str:
    """Compute the check digit of ISO 7064 MOD 11,10 (GB/T 17710).

    1330108011171 gives 9.
    """
    product = 10
    for digit in digits:
        total = (product + int(digit)) % 10 or 10
        product = 2 * total % 11
    return str((11 - product) % 10)


def check_licence(text: str | None) -> Flag:
    """Say whether a JY or SC licence number can be right."""
    if not text:
        return "missing"
    found = _LICENCE.fullmatch(text)
    if found is None:
        return "bad_character"
    digits = found[2]
    if len(digits) != _LICENCE_DIGITS:
        return "bad_length"
    return "ok" if mod11_10(digits[:-1]) == digits[-1] else "bad_check"


def parse_licence(text: str) -> Licence | None:
    """Split a licence number into its parts; None when its form is wrong."""
    if check_licence(text) not in {"ok", "bad_check"}:
        return None
    digits = text[2:]
    if text.startswith("JY"):
        return Licence("JY", digits[0], digits[1:7], digits[7:13])
    return Licence("SC", digits[:3], digits[3:9], digits[9:13])


def usci_flag(numbers: pl.Series) -> pl.Series:
    """Check a column of identifiers; each distinct number is looked at once."""
    return _flags(numbers, check_usci)


def licence_flag(numbers: pl.Series) -> pl.Series:
    """Check a column of licence numbers; each distinct number is looked at once."""
    return _flags(numbers, check_licence)


def _flags(numbers: pl.Series, check: Callable[[str | None], Flag]) -> pl.Series:
    distinct = numbers.unique()
    flags = [check(number) for number in distinct.to_list()]
    return numbers.replace_strict(distinct, flags, return_dtype=pl.String)
