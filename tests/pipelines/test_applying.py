"""In our own format an officer may write a code as the screens do: by its label."""

from pathlib import Path

import pytest

from features.schema import labels, loadable
from tests.source_files import BUSINESS, PENALTY, Books, businesses, lines, write

LISTS = sorted(
    {c.code_list for t in loadable().values() for c in t.columns.values() if c.code_list}
)  # fmt: skip


@pytest.mark.parametrize(
    "word", ["catering", "餐饮服务", "  餐饮服务 "], ids=["code", "label", "blanks"]
)
def test_a_code_may_be_written_as_its_chinese_label(
    tmp_path: Path, books: Books, word: str
) -> None:
    row = f"B1,2020-01-01,2020-01-02,店,{word}"
    report = books.load(write(tmp_path / "in", business=lines(BUSINESS, row)))
    assert report.total.loaded == 1
    assert books.ask("select business_type from mart.business") == [("catering",)]


def test_a_code_may_be_written_as_its_english_label(
    tmp_path: Path, books: Books
) -> None:
    header = f"{BUSINESS},legal_form"
    row = "B1,2020-01-01,2020-01-02,店,catering,individual business"
    books.load(write(tmp_path / "in", business=lines(header, row)))
    assert books.ask("select legal_form from mart.business") == [("individual",)]


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("罚款+没收", "fine+confiscation"),
        ("fine+没收", "fine+confiscation"),
        ("罚款", "fine"),
        ("fine+confiscation", "fine+confiscation"),
    ],
)
def test_codes_joined_by_a_plus_may_be_labels(
    tmp_path: Path, books: Books, written: str, stored: str
) -> None:
    row = f"P1,B1,2025-01-31,2025-02-01,{written},1"
    penalty = lines(PENALTY, row)
    books.load(write(tmp_path / "in", business=businesses("B1"), penalty=penalty))
    assert books.ask("select kinds from mart.penalty") == [(stored,)]


@pytest.mark.parametrize("written", ["罚钱", "罚款+坐牢", "罚款+"])
def test_a_word_that_is_neither_code_nor_label_is_shown_as_it_came(
    tmp_path: Path, books: Books, written: str
) -> None:
    penalty = lines(PENALTY, f"P1,B1,2025-01-31,2025-02-01,{written},1")
    books.load(write(tmp_path / "in", business=businesses("B1"), penalty=penalty))
    assert books.quarantine() == [("penalty.csv", 2, "unknown_code", "kinds", written)]


def test_an_empty_code_stays_empty(tmp_path: Path, books: Books) -> None:
    row = "B1,2020-01-01,2020-01-02,店,餐饮服务,"
    books.load(write(tmp_path / "in", business=lines(f"{BUSINESS},subtype", row)))
    assert books.ask("select subtype from mart.business") == [(None,)]


def test_a_mapping_of_another_source_states_its_codes_itself(
    tmp_path: Path, books: Books
) -> None:
    mapping = tmp_path / "m.toml"
    taken = ", ".join(f'{name} = "{name}"' for name in BUSINESS.split(","))
    mapping.write_text(
        f'[[table]]\nmart = "business"\nfile = "business"\ntake = {{ {taken} }}\n', "utf-8"
    )  # fmt: skip
    row = "B1,2020-01-01,2020-01-02,店,餐饮服务"
    report = books.load(write(tmp_path / "in", business=lines(BUSINESS, row)), mapping)
    assert report.rules == {"unknown_code": 1}


@pytest.mark.parametrize("kind", LISTS)
def test_every_label_means_one_code_and_can_be_joined(kind: str) -> None:
    meant: dict[str, set[str]] = {}
    for code, both in labels(kind).items():
        for word in (code, *both):
            meant.setdefault(word, set()).add(code)
    assert {word: codes for word, codes in meant.items() if len(codes) > 1} == {}
    assert [word for word in meant if "+" in word or word != word.strip()] == []
