"""Invented identifiers that pass their checks, a whole column at a time."""

import numpy as np
import numpy.typing as npt

from features.identifiers import USCI_ALPHABET

_USCI_WEIGHTS = np.array([pow(3, i, 31) for i in range(17)])
_ORGANISATION_WEIGHTS = np.array([3, 7, 9, 10, 5, 8, 4, 2])
_ALPHABET = np.array(list(USCI_ALPHABET))
_DIGITS = "0123456789"
_OLD_DISTRICT_SHARE = 0.35  # licences of the dissolved 江干区 keep its number


def regions(rng: np.random.Generator, count: int) -> npt.NDArray[np.str_]:
    """Draw region codes: today's district, or the one dissolved in 2021."""
    return np.where(rng.random(count) < _OLD_DISTRICT_SHARE, "330104", "330102")


def uscis(
    number: npt.NDArray[np.int64],
    is_individual: npt.NDArray[np.bool_],
    region: npt.NDArray[np.str_],
) -> npt.NDArray[np.str_]:
    """Make identifiers from running numbers (GB 32100-2015)."""
    base = len(USCI_ALPHABET)
    places = (number[:, None] // base ** np.arange(5, -1, -1)) % base
    organisation = np.char.add("MA", _joined(_ALPHABET[places]))
    values = _values(organisation, _DIGITS + "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    check = (11 - values @ _ORGANISATION_WEIGHTS % 11) % 11
    # GB 11714 writes 10 as X.
    organisation = np.char.add(organisation, np.array([*_DIGITS, "X"])[check])
    head = np.where(is_individual, "92", "91")
    body = np.char.add(np.char.add(head, region), organisation)
    rest = (31 - _values(body, USCI_ALPHABET) @ _USCI_WEIGHTS % 31) % 31
    return np.char.add(body, _ALPHABET[rest])


def licences(
    prefix: npt.NDArray[np.str_], body: npt.NDArray[np.str_]
) -> npt.NDArray[np.str_]:
    """Close 13 digits with their MOD 11,10 check digit behind a prefix."""
    digits = _values(body, _DIGITS)
    product = np.full(len(body), 10)
    for column in digits.T:
        total = (product + column) % 10
        product = 2 * np.where(total == 0, 10, total) % 11
    check = ((11 - product) % 10).astype(str)
    return np.char.add(np.char.add(prefix, body), check)


def _values(text: npt.NDArray[np.str_], alphabet: str) -> npt.NDArray[np.int64]:
    """Look up the value of every character, one row per text."""
    table = np.zeros(128, dtype=np.int64)
    for value, character in enumerate(alphabet):
        table[ord(character)] = value
    width = text.dtype.itemsize // 4
    codes = text.astype(f"<U{width}").view(np.uint32).reshape(len(text), width)
    return table[codes]


def _joined(characters: npt.NDArray[np.str_]) -> npt.NDArray[np.str_]:
    return np.ascontiguousarray(characters).view(f"<U{characters.shape[1]}").ravel()
