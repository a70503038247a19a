"""Text to typed values: what is understood, and by which rule the rest is set aside."""

from datetime import date

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.schema import Table, loadable, schema
from pipelines.parsing import DATE_FORMS, days, is_date_form, parse
from pipelines.source_text import LINE, LOST

PENALTY = {
    "penalty_id": "P1",
    "business_id": "B1",
    "decided_on": "2025-01-31",
    "recorded_at": "2025-02-01",
    "kinds": "fine",
}


def table(name: str) -> Table:
    return loadable()[name]


def parsed(of: str, /, **row: str | None) -> tuple[pl.DataFrame, list[tuple[str, ...]]]:
    """Parse one row; give what came of it, and the faults as (rule, column, value)."""
    text = pl.DataFrame([{LINE: 2, **row}], schema_overrides={LINE: pl.Int64})
    text = text.with_columns(pl.exclude(LINE).cast(pl.String))
    good, faults = parse(text, table(of))
    return good, faults.drop(LINE).rows()


def penalty(**changed: str | None) -> tuple[pl.DataFrame, list[tuple[str, ...]]]:
    return parsed("penalty", **{**PENALTY, **changed})


# Days


@pytest.mark.parametrize(
    "text",
    [
        "2025-01-31", "2025-1-31", "2025/1/31", "2025/01/31", "20250131",
        "2025年1月31日", "2025.1.31", " 2025-01-31 ", "2025-01-31 08:00:00",
        "2025-01-31T08:00", "2025/1/31 8:00:00.123", "　2025-01-31　",
    ],
)  # fmt: skip
def test_a_day_may_be_written_in_several_forms(text: str) -> None:
    good, _ = penalty(decided_on=text)
    assert good["decided_on"].to_list() == [date(2025, 1, 31)]


@pytest.mark.parametrize(
    "text",
    [
        "2025-02-30", "2025-13-01", "2025/2/29", "20250230", "2025年2月30日",
        "31/01/2025", "1/31/2025", "45688", "45688.0", "2025-01", "2025",
        "0025-01-31", "9999-12-31", "２０２５-01-31", "2025-01-31 25h", "yesterday",
        "2025-01-31T08:00:00+08:00", "=TODAY()",
    ],
)  # fmt: skip
def test_an_impossible_or_doubtful_day_is_set_aside(text: str) -> None:
    """45688 is how Excel stores 31 January 2025, and also a licence number."""
    good, faults = penalty(decided_on=text)
    assert good.is_empty()
    assert faults == [("bad_date", "decided_on", text)]


@given(
    day=st.dates(date(1900, 1, 1), date(2199, 12, 31)), form=st.sampled_from(DATE_FORMS)
)
def test_every_day_is_read_back_from_every_form(day: date, form: str) -> None:
    assert days(pl.Series([day.strftime(form)])).to_list() == [day]


def test_forms_that_a_mapping_states_take_the_place_of_ours() -> None:
    text = pl.Series(["01/02/2025", "2025-02-01", "1/2/2025"])
    assert days(text, ["%d/%m/%Y"]).to_list() == [
        date(2025, 2, 1),
        None,
        date(2025, 2, 1),
    ]
    assert days(text, ["%m/%d/%Y"])[0] == date(2025, 1, 2)


@pytest.mark.parametrize(
    ("form", "is_one"),
    [
        ("%d/%m/%Y", True),
        ("%d.%m.%y", True),
        ("%Y-%m", False),
        ("%Q", False),
        ("", False),
    ],
)
def test_a_form_of_a_day_must_hold_a_whole_day(form: str, is_one: bool) -> None:
    assert is_date_form(form) == is_one


# Numbers


@pytest.mark.parametrize(
    ("text", "yuan"),
    [
        ("500", 500.0), ("500.00", 500.0), ("1,234,567.89", 1234567.89), ("1e3", 1000.0),
        (".5", 0.5), ("+7", 7.0), ("-500", -500.0), ("999999999999.99", 999999999999.99),
    ],
)  # fmt: skip
def test_an_amount_is_read_to_the_cent(text: str, yuan: float) -> None:
    assert penalty(fine_yuan=text)[0]["fine_yuan"].to_list() == [yuan]


@pytest.mark.parametrize(
    "text",
    [
        "1,5", "12,34,567", "1.234,56", "100.005", "５００", "¥500", "500元", "5%", "1 000",
        "--5", "inf", "nan", "NaN", "0x10", "1e400", "1e12", "1000000000000",
        "999999999999999999", "=1+1", ".", ",",
    ],
)  # fmt: skip
def test_an_amount_that_is_doubtful_or_does_not_fit_is_set_aside(text: str) -> None:
    """1,5 is one and a half in half of the world; guessed as 15 it would be silent."""
    good, faults = penalty(fine_yuan=text)
    assert good.is_empty()
    assert faults == [("bad_number", "fine_yuan", text)]


@pytest.mark.parametrize("text", ["2.5", "3000000000", "two", "1_000"])
def test_a_count_must_be_whole_and_fit(text: str) -> None:
    assert penalty(duration_days=text)[1] == [("bad_number", "duration_days", text)]


@pytest.mark.parametrize("text", ["7", "7.0", "1,007"])
def test_a_whole_count_may_carry_an_empty_fraction(text: str) -> None:
    (count,) = penalty(duration_days=text)[0]["duration_days"]
    assert count == float(text.replace(",", ""))


# Yes or no, codes, and what is missing


@pytest.mark.parametrize(
    ("text", "truth"),
    [("是", True), ("TRUE", True), ("1", True), ("有", True), ("否", False), ("No", False), ("0", False), ("无", False)],
)  # fmt: skip
def test_yes_and_no_are_understood_in_both_languages(text: str, truth: object) -> None:
    assert penalty(is_intentional=text)[0]["is_intentional"].to_list() == [truth]


def test_neither_yes_nor_no_is_set_aside() -> None:
    assert penalty(is_intentional="2")[1] == [("bad_yes_or_no", "is_intentional", "2")]


def test_codes_must_be_of_their_list() -> None:
    assert penalty(kinds="fine+closure")[1] == []
    assert penalty(kinds="fine+prison")[1] == [("unknown_code", "kinds", "fine+prison")]
    assert penalty(procedure="quick")[1] == [("unknown_code", "procedure", "quick")]


@pytest.mark.parametrize("blank", [None, "", "  ", "　", "\t"])
def test_blanks_are_no_value(blank: str | None) -> None:
    assert penalty(fine_yuan=blank)[0]["fine_yuan"].to_list() == [None]
    assert penalty(business_id=blank)[1] == [("missing_value", "business_id", None)]


def test_all_faults_of_a_row_are_named() -> None:
    _, faults = penalty(decided_on="x", kinds="y", business_id=None)
    assert {(rule, column) for rule, column, _ in faults} == {
        ("bad_date", "decided_on"),
        ("unknown_code", "kinds"),
        ("missing_value", "business_id"),
    }


# Text


@pytest.mark.parametrize(
    "text", ["=cmd()", "+1+1", "@SUM(A1)", "<b>", "'; drop table", "a\nb", "UNCLE\x1aS"]
)
def test_text_is_kept_as_it_is(text: str) -> None:
    """What a spreadsheet would run is harmless in a table; writers must defuse it."""
    assert penalty(act=text)[0]["act"].to_list() == [text]


def test_a_nul_byte_in_a_text_is_set_aside() -> None:
    assert penalty(act="a\x00b")[1][0][:2] == ("control_character", "act")


@pytest.mark.parametrize("error", ["#DIV/0!", "#N/A", "#REF!"])
def test_the_error_of_a_cell_is_not_taken_for_a_text(error: str) -> None:
    assert penalty(act=error)[1] == [("cell_error", "act", error)]


def test_a_code_that_lost_digits_is_set_aside_without_our_mark() -> None:
    _, faults = penalty(penalty_id=f"913502030001234560{LOST}")
    assert faults == [
        ("digits_lost_in_spreadsheet", "penalty_id", "913502030001234560")
    ]


def test_identifiers_that_fail_their_check_are_flagged_and_kept() -> None:
    row = {"business_id": "B1", "valid_from": "2020-01-01", "recorded_at": "2020-01-02", "name": "店", "business_type": "catering"}  # fmt: skip
    seen = {}
    for usci in ("91110108330352199X", "911101083303521997", "91350203M0001QAY9B", "I", None):  # fmt: skip
        good, faults = parsed(
            "business", **row, usci=usci, licence_no="JY13301080111710"
        )
        assert faults == []
        seen[usci] = good["usci_flag"].item()
        assert good["licence_flag"].item() == "bad_check"
    assert list(seen.values()) == ["bad_check", "ok", "whitelisted", "bad_length", "missing"]  # fmt: skip


@given(st.lists(st.text(max_size=12) | st.none(), min_size=1, max_size=30))
def test_every_row_is_good_or_at_fault_and_none_is_both(
    values: list[str | None],
) -> None:
    text = pl.DataFrame(
        {LINE: range(len(values)), "street_code": values, "name": values, "population": values},
        schema={LINE: pl.Int64, "street_code": pl.String, "name": pl.String, "population": pl.String},
    )  # fmt: skip
    good, faults = parse(text, table("street"))
    assert sorted([*good[LINE], *faults[LINE].unique()]) == list(range(len(values)))
    assert good.drop(LINE).schema == schema()["mart.street"].empty().schema
