"""The spreadsheet says what the run says, and is nothing but text and numbers."""

import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import fastexcel
import polars as pl
import pytest

from features.schema import schema
from pipelines import spreadsheet
from pipelines.runs import Run
from pipelines.spreadsheet import write_spreadsheet

COLUMNS = {
    **schema()["output.score"].empty().schema,
    **dict.fromkeys(("name", "subtype", "legal_form", "usci"), pl.String),
    **dict.fromkeys(("licence_no", "address", "street"), pl.String),
    **{f"reason_{n}_{lang}": pl.String for n in range(1, 5) for lang in ("zh", "en")},
}
RECORD = dict.fromkeys(schema()["output.run"].columns, "v") | {
    "as_of": date(2026, 1, 1)
}


def run(*rows: dict[str, Any]) -> Run:
    return Run(RECORD, pl.DataFrame(list(rows), schema=COLUMNS))


def row(**changes: Any) -> dict[str, Any]:
    return {
        "business_id": "0001",
        "name": "某餐饮店",
        "business_type": "catering",
        "risk_grade": "D",
        "total_points": 61.5,
        "probability": 0.25,
        "is_provisional": True,
        "is_key_supervision": False,
        "usci": "913301027043100010",
        "street": "湖滨街道",
        "basis": "model",
        "recommended_shift": 1,
        "notes": "说明",
        "notes_en": "note",
        "reason_1_zh": "理由",
        "reason_1_en": "because",
        **changes,
    }


def sheet(path: Path, index: int = 0) -> pl.DataFrame:
    return fastexcel.read_excel(path).load_sheet(index).to_polars()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "scores.xlsx"


def test_codes_stay_text_and_numbers_stay_numbers(path: Path) -> None:
    write_spreadsheet(run(row()), path, "zh")
    (shown,) = sheet(path).to_dicts()
    assert shown["经营者编号"] == "0001"
    assert shown["统一社会信用代码"] == "913301027043100010"
    assert shown["总分"] == 61.5
    assert shown["业态大类"] == "餐饮服务"
    assert shown["是否暂定"] == "是"
    assert shown["是否重点监管"] is None
    assert shown["建议调整级数"] == 1


@pytest.mark.parametrize(
    "name",
    ["=cmd|'/c calc'!A1", "+1+1", "@SUM(A1)", "-2", "http://example.invalid/x", "1e5"],
)
def test_text_that_looks_like_a_formula_is_text(path: Path, name: str) -> None:
    write_spreadsheet(run(row(name=name, reason_1_zh=name)), path, "zh")
    with zipfile.ZipFile(path) as parts:
        cells = parts.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in cells
    assert "hyperlink" not in cells
    shown = fastexcel.read_excel(path).load_sheet(0, dtypes="string").to_polars()
    assert shown["名称"].to_list() == [name]


def test_the_header_is_frozen_filtered_and_printed_on_every_page(path: Path) -> None:
    write_spreadsheet(run(row()), path, "zh")
    with zipfile.ZipFile(path) as parts:
        cells = parts.read("xl/worksheets/sheet1.xml").decode()
        book = parts.read("xl/workbook.xml").decode()
    assert 'state="frozen"' in cells
    assert "<autoFilter" in cells
    assert "Print_Titles" in book
    assert "Print_Area" in book


def test_the_same_run_gives_the_same_bytes(path: Path) -> None:
    write_spreadsheet(run(row()), path, "zh")
    first = path.read_bytes()
    write_spreadsheet(run(row()), path, "zh")
    assert path.read_bytes() == first


def test_english_is_beside_the_chinese(path: Path) -> None:
    write_spreadsheet(run(row()), path, "en")
    (shown,) = sheet(path).to_dicts()
    assert shown["business type"] == "catering"
    assert shown["reason 1"] == "because"
    assert shown["is provisional"] == "yes"


def test_more_rows_than_a_sheet_holds_go_to_the_next(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spreadsheet, "ROWS_A_SHEET", 2)
    rows = [row(business_id=f"{n:04}") for n in range(5)]
    write_spreadsheet(run(*rows), path, "zh")
    names = fastexcel.read_excel(path).sheet_names
    assert names[:3] == ["经营者 1", "经营者 2", "经营者 3"]
    listed = [n for i in range(3) for n in sheet(path, i)["经营者编号"]]
    assert listed == [f"{n:04}" for n in range(5)]


def test_streets_are_counted_by_grade_the_riskiest_first(path: Path) -> None:
    rows = [
        row(business_id="1", street="甲街道", risk_grade="A"),
        row(business_id="2", street="乙街道", risk_grade="D"),
        row(business_id="3", street="乙街道", risk_grade="B"),
        row(business_id="4", street=None, risk_grade="A"),
    ]
    write_spreadsheet(run(*rows), path, "zh")
    counted = sheet(path, 1)
    assert counted["街道"].to_list() == ["乙街道", "-", "甲街道"]
    assert counted["合计"].to_list() == [2, 1, 1]
    assert counted["C和D占比"].to_list() == [0.5, 0.0, 0.0]


def test_the_last_sheet_says_what_the_list_was_made_from(path: Path) -> None:
    write_spreadsheet(run(row()), path, "zh")
    with zipfile.ZipFile(path) as parts:
        said = parts.read("xl/sharedStrings.xml").decode()
    assert "数据截止日" in said
    assert "不是列入严重违法失信名单的依据" in said
