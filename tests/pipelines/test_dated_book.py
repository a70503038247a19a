"""A workbook is written whole or not at all, and says why it cannot be."""

import zipfile
from datetime import date
from pathlib import Path

import pytest

from pipelines.dated_book import dated_book

ON = date(2026, 1, 1)


def write(path: Path, text: str = "=1+1") -> bytes:
    with dated_book(path, ON) as book:
        book.add_worksheet("a").write(0, 0, text)
    return path.read_bytes()


def test_the_same_facts_give_the_same_bytes(tmp_path: Path) -> None:
    assert write(tmp_path / "a.xlsx") == write(tmp_path / "b.xlsx")


def test_a_cell_that_looks_like_a_formula_stays_text(tmp_path: Path) -> None:
    assert write(tmp_path / "a.xlsx") != write(tmp_path / "b.xlsx", "2")
    sheet = zipfile.ZipFile(tmp_path / "a.xlsx").read("xl/worksheets/sheet1.xml")
    assert b"<f>" not in sheet


def test_a_book_whose_filling_fails_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(TypeError):
        write(tmp_path / "a.xlsx", object())  # type: ignore[arg-type]
    assert not (tmp_path / "a.xlsx").exists()


def test_a_folder_that_is_not_there_is_an_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        write(tmp_path / "none" / "a.xlsx")
