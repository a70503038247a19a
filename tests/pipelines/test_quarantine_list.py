"""What was set aside can be read, counted, written and mended."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from features.warehouse import open_warehouse
from pipelines.quarantine import Quarantine, read_quarantine, write_quarantine
from tests.source_files import BUSINESS, Books, businesses, lines, write

BAD = (
    "B1,2020-01-01,2020-01-02,店,cafe",
    "B2,never,2020-01-02,店,bar",
    "=B3,2020-01-01,2020-01-02,店,=cmd",
)


@pytest.fixture
def found(tmp_path: Path, books: Books) -> Quarantine:
    books.load(write(tmp_path / "in", business=lines(BUSINESS, *BAD)))
    return read(books)


def read(books: Books) -> Quarantine:
    with open_warehouse(books.path, read_only=True) as opened:
        return read_quarantine(opened)


def test_every_entry_names_its_file_line_column_and_value(found: Quarantine) -> None:
    at = found.entries.select("file", "line", "column", "value", "rule").rows()
    assert at == [
        ("business.csv", 2, "business_type", "cafe", "unknown_code"),
        ("business.csv", 3, "valid_from", "never", "bad_date"),
        ("business.csv", 3, "business_type", "bar", "unknown_code"),
        ("business.csv", 4, "business_type", "=cmd", "unknown_code"),
    ]
    assert set(found.entries["loaded_on"]) == {date(2026, 1, 1)}


def test_entries_are_counted_by_table_and_rule_the_most_first(
    found: Quarantine,
) -> None:
    assert found.counts().rows() == [
        ("business", "unknown_code", 3),
        ("business", "bad_date", 1),
    ]


def test_a_file_loaded_twice_stands_once(
    tmp_path: Path, books: Books, found: Quarantine
) -> None:
    books.load(tmp_path / "in")
    assert read(books).entries.equals(found.entries)


def test_a_row_that_was_mended_beside_its_file_leaves(
    tmp_path: Path, books: Books
) -> None:
    penalty = lines(
        "penalty_id,business_id,decided_on,recorded_at,kinds",
        "P1,B1,2025-01-01,2025-01-02,warning",
    )
    source = write(tmp_path / "in", penalty=penalty)
    books.load(source)
    assert read(books).counts()["rule"].to_list() == ["unknown_business"]
    books.load(write(tmp_path / "in", business=businesses("B1")))
    assert read(books).entries.is_empty()


def test_the_list_speaks_the_words_of_the_dictionary_and_runs_nothing(
    tmp_path: Path, found: Quarantine
) -> None:
    workbook, listed = write_quarantine(found, tmp_path / "out", "zh")
    shown = pl.read_csv(listed)
    assert shown.columns == [
        *("装载日", "文件", "行", "表", "列", "取值", "规则", "规则含义")
    ]
    assert shown["规则含义"][1] == "日期无法识别"
    assert shown["取值"].to_list() == ["cafe", "never", "bar", "'=cmd"]
    in_book = pl.read_excel(workbook, engine="calamine")
    assert in_book["取值"].to_list() == ["cafe", "never", "bar", "=cmd"]


def test_in_english_the_columns_have_their_own_names(
    tmp_path: Path, found: Quarantine
) -> None:
    _, listed = write_quarantine(found, tmp_path / "out", "en")
    assert pl.read_csv(listed).row(0)[3:6] == ("business", "business_type", "cafe")
