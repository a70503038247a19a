"""The candidates as a workbook: in either language, text as text, the same bytes."""

from datetime import date
from pathlib import Path

import fastexcel
import polars as pl
import pytest

from features.errors import UsageError
from models.candidates import Candidates, candidates
from models.rules import load_rules
from pipelines.listing_book import write_candidates
from tests.worked import facts

DAY = date(2026, 6, 30)
PENALTY = {
    "penalty_id": "p",
    "business_id": "b",
    "document_no": "=1+1",
    "decided_on": date(2026, 3, 2),
    "recorded_at": date(2026, 3, 3),
    "law_article": "fsl:123",
    "kinds": "fine",
    "fine_yuan": 60000.0,
    "discretion_grade": "heavier",
    "procedure": "ordinary",
}


@pytest.fixture(scope="module")
def found() -> Candidates:
    mild = {**PENALTY, "penalty_id": "q", "business_id": "c", "is_intentional": False}
    refused = {
        "inspection_id": "v",
        "business_id": "b",
        "inspected_on": date(2026, 2, 1),
        "recorded_at": date(2026, 2, 2),
        "purpose": "daily",
        "is_refused": True,
    }
    return candidates(
        facts(penalty=[PENALTY, mild], inspection=[refused]), load_rules(), DAY
    )


def sheet(path: Path, name: str) -> pl.DataFrame:
    loaded: pl.DataFrame = (
        fastexcel.read_excel(path).load_sheet(name, dtypes="string").to_polars()
    )
    return loaded


def test_every_sheet_is_in_the_language_asked_for(
    found: Candidates, tmp_path: Path
) -> None:
    zh, en = (write_candidates(found, tmp_path / lang, lang) for lang in ("zh", "en"))
    evidence = sheet(zh, "证据")
    assert evidence["文号"].to_list() == ["=1+1"]
    assert evidence["条款"][0].endswith("第五条第（二）项（条文待核）")
    assert sheet(zh, "已排除")["不作为线索的原因"][0].startswith(
        "决定书认定没有主观故意"
    )
    assert sheet(zh, "情节核对项")["事实"].len() == 1
    evidence = sheet(en, "evidence")
    assert evidence["article"][0].endswith("art. 5(2) [to be verified]")
    assert sheet(en, "excluded")["reason"][0].startswith("the decision found no intent")
    assert sheet(en, "gravity")["fact"][0].startswith("grave when")
    for name in ("candidates", "evidence", "gravity", "excluded"):
        assert not any("zh" in c.split() for c in sheet(en, name).columns)


def test_the_same_facts_give_the_same_bytes(found: Candidates, tmp_path: Path) -> None:
    first, again = (write_candidates(found, tmp_path / n, "zh") for n in "ab")
    assert first.read_bytes() == again.read_bytes()


def test_a_place_that_cannot_be_written_is_told(
    found: Candidates, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "candidates.xlsx").mkdir()
    for folder in (tmp_path / "file", tmp_path):
        with pytest.raises(UsageError, match="choose another folder"):
            write_candidates(found, folder, "zh")
