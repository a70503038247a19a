"""Identifiers: a check that tells a slip of the hand, and flags instead of rejecting."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.identifiers import (
    USCI_ALPHABET,
    Licence,
    Usci,
    check_licence,
    check_usci,
    licence_flag,
    mod11_10,
    parse_licence,
    parse_usci,
    usci_check_character,
    usci_flag,
)

# Published numbers of real businesses, on which the check rules were computed.
PUBLISHED_USCI = [
    "911101083303521997",
    "91350200776049653A",
    "91440101MA5CJQ4N59",
    "913502000728319549",
    "91350200MA2YJ1XR9G",
]
PUBLISHED_JY = ["JY11108071215650", "JY11105050876919", "JY13301080111719"]
PUBLISHED_SC = [
    "SC10741018302531",
    "SC10744030704994",
    "SC11351090100010",
    "SC12336098200173",
    "SC12434017430075",
]
# Issued by an authority, although its check character computes to 9.
EXCEPTION = "91350203M0001QAY9B"

digits = st.text("0123456789", min_size=13, max_size=13)
bodies = st.text(USCI_ALPHABET, min_size=17, max_size=17)


@pytest.mark.parametrize("number", PUBLISHED_USCI)
def test_a_published_identifier_passes(number: str) -> None:
    assert check_usci(number) == "ok"


@pytest.mark.parametrize("number", PUBLISHED_JY + PUBLISHED_SC)
def test_a_published_licence_number_passes(number: str) -> None:
    assert check_licence(number) == "ok"


def test_the_exception_the_authority_made_is_whitelisted_not_ok() -> None:
    assert usci_check_character(EXCEPTION[:-1]) == "9"
    assert check_usci(EXCEPTION) == "whitelisted"


def test_mod_11_10_has_the_published_vector() -> None:
    assert mod11_10("1330108011171") == "9"


@pytest.mark.parametrize(
    ("number", "flag"),
    [
        (None, "missing"),
        ("", "missing"),
        ("9111010833035219", "bad_length"),
        ("9111010833035219977", "bad_length"),
        ("91110108330352199I", "bad_character"),
        ("91440101ma5cjq4n59", "bad_character"),
        ("９１1101083303521997", "bad_character"),
        ("911101083303521998", "bad_check"),
    ],
)
def test_an_identifier_says_what_is_wrong_with_it(
    number: str | None, flag: str
) -> None:
    assert check_usci(number) == flag


@pytest.mark.parametrize(
    ("number", "flag"),
    [
        (None, "missing"),
        ("", "missing"),
        ("JY1330108011171", "bad_length"),
        ("JY133010801117190", "bad_length"),
        ("JY", "bad_length"),
        ("XY13301080111719", "bad_character"),
        ("jy13301080111719", "bad_character"),
        ("JY1330108011171A", "bad_character"),
        ("JY1330108011171９", "bad_character"),
        ("JY13301080111719\n", "bad_character"),
        ("JY13301080111710", "bad_check"),
    ],
)
def test_a_licence_number_says_what_is_wrong_with_it(
    number: str | None, flag: str
) -> None:
    assert check_licence(number) == flag


def test_an_identifier_falls_into_its_parts() -> None:
    assert parse_usci("91440101MA5CJQ4N59") == Usci("9", "91", "440101", "MA5CJQ4N5")
    assert parse_usci(EXCEPTION) == Usci("9", "91", "350203", "M0001QAY9")


def test_licence_numbers_fall_into_their_parts() -> None:
    jy = parse_licence("JY13301080111719")
    assert jy == Licence("JY", "1", "330108", "011171")
    sc = parse_licence("SC11351090100010")
    assert sc == Licence("SC", "113", "510901", "0001")


@pytest.mark.parametrize("number", ["", "91", "91110108330352199I"])
def test_an_identifier_of_the_wrong_form_has_no_parts(number: str) -> None:
    assert parse_usci(number) is None


@pytest.mark.parametrize("number", ["", "JY1", "AB13301080111719"])
def test_a_licence_number_of_the_wrong_form_has_no_parts(number: str) -> None:
    assert parse_licence(number) is None


def test_a_wrong_check_keeps_its_parts_for_the_number_may_yet_be_read() -> None:
    assert parse_usci("911101083303521998") is not None
    assert parse_licence("JY13301080111710") is not None


def test_columns_are_flagged_row_by_row_and_missing_is_a_flag() -> None:
    numbers = pl.Series([PUBLISHED_USCI[0], None, EXCEPTION, "", PUBLISHED_USCI[0]])
    flags = ["ok", "missing", "whitelisted", "missing", "ok"]
    assert usci_flag(numbers).to_list() == flags
    licences = pl.Series([None, "SC11351090100010", "JY13301080111710"])
    assert licence_flag(licences).to_list() == ["missing", "ok", "bad_check"]


def test_an_empty_column_has_no_flags() -> None:
    assert usci_flag(pl.Series([], dtype=pl.String)).to_list() == []


@given(bodies, st.data())
def test_any_single_wrong_character_of_an_identifier_is_detected(
    body: str, data: st.DataObject
) -> None:
    right = body + usci_check_character(body)
    at = data.draw(st.integers(0, 17))
    other = data.draw(st.sampled_from(USCI_ALPHABET.replace(right[at], "")))
    assert check_usci(right) == "ok"
    assert check_usci(right[:at] + other + right[at + 1 :]) == "bad_check"


@given(st.sampled_from(["JY", "SC"]), digits, st.data())
def test_any_single_wrong_digit_of_a_licence_number_is_detected(
    scheme: str, body: str, data: st.DataObject
) -> None:
    right = body + mod11_10(body)
    at = data.draw(st.integers(0, 13))
    other = data.draw(st.sampled_from("0123456789".replace(right[at], "")))
    assert check_licence(scheme + right) == "ok"
    wrong = scheme + right[:at] + other + right[at + 1 :]
    assert check_licence(wrong) == "bad_check"


@given(st.none() | st.text(max_size=20))
def test_no_text_whatever_breaks_a_check(text: str | None) -> None:
    flags = {"ok", "missing", "bad_length", "bad_character", "bad_check"}
    assert check_usci(text) in flags
    assert check_licence(text) in flags
