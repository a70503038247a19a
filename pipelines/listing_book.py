"""The candidates as a workbook: a sheet each of candidates, evidence, gravity, excluded."""

from collections.abc import Mapping
from pathlib import Path

import polars as pl
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from features.errors import UsageError
from models.candidates import Candidates
from pipelines.dated_book import dated_book

FILE = "candidates.xlsx"
_SHEETS: Mapping[str, tuple[str, str]] = {
    "candidates": ("线索", "candidates"),
    "evidence": ("证据", "evidence"),
    "gravity": ("情节核对项", "gravity"),
    "excluded": ("已排除", "excluded"),
}
_WORDS: Mapping[str, str] = {
    "business_id": "经营者编号",
    "name": "名称",
    "street_code": "街道代码",
    "probability": "严重不合格概率（只排先后）",
    "triggers": "列入情形",
    "penalties": "处罚",
    "latest_penalty_on": "最近处罚日",
    "gravity": "情节核对项",
    "trigger": "列入情形",
    "penalty_id": "处罚编号",
    "document_no": "文号",
    "decided_on": "决定日",
    "kinds": "处罚种类",
    "discretion_grade": "裁量档次",
    "law_article": "处罚条款",
    "fine_yuan": "罚款（元）",
    "ground": "情形",
    "article": "条款",
    "rule_id": "规则",
    "evidence_table": "证据表",
    "evidence_id": "证据编号",
    "happened_on": "日期",
    "fact": "事实",
    "exclusion": "原因代码",
    "reason": "不作为线索的原因",
}
_WIDTH = 18


def write_candidates(found: Candidates, folder: Path, lang: str) -> Path:
    """Write what was found as candidates.xlsx, the same bytes for the same facts.

    Raises:
        UsageError: the file cannot be written there.
    """
    path = folder / FILE
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with dated_book(path, found.as_of) as book:
            _write(book, found, lang)
    except OSError as error:
        message = f"{path} cannot be written ({error}); choose another folder"
        raise UsageError(message) from error
    return path


def _write(book: xlsxwriter.Workbook, found: Candidates, lang: str) -> None:
    head = book.add_format({"bold": True, "bg_color": "#E8EDF2", "text_wrap": True})
    text = book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
    for name, both in _SHEETS.items():
        sheet = book.add_worksheet(both[0] if lang == "zh" else both[1])
        _fill(sheet, _in_language(getattr(found, name), lang), (head, text), lang)
    about = book.add_worksheet("说明" if lang == "zh" else "about")
    about.write_string(0, 0, f"{found.list_type} {found.as_of}")
    about.write_string(1, 0, found.note_zh if lang == "zh" else found.note_en)


def _in_language(rows: pl.DataFrame, lang: str) -> pl.DataFrame:
    """Keep the sentences of one language, under one name for both."""
    other = "en" if lang == "zh" else "zh"
    names = {f"ground_{lang}": "ground", f"reason_{lang}": "reason", lang: "fact"}
    unwanted = [f"ground_{other}", f"reason_{other}", other]
    if lang == "en" and "article_en" in rows.columns:
        unwanted.append("article")
        names["article_en"] = "article"
    elif lang == "zh":
        unwanted.append("article_en")
    return rows.drop(unwanted, strict=False).rename(names, strict=False)


def _fill(
    sheet: Worksheet, rows: pl.DataFrame, formats: tuple[Format, Format], lang: str
) -> None:
    """Write a header and the rows; everything but a number is text."""
    head, text = formats
    for at, name in enumerate(rows.columns):
        label = _WORDS[name] if lang == "zh" else name.replace("_", " ")
        sheet.write_string(0, at, label, head)
        for row, value in enumerate(rows[name], start=1):
            if isinstance(value, int | float):
                sheet.write_number(row, at, value)
            elif value is not None:
                sheet.write_string(row, at, str(value), text)
    sheet.set_column(0, max(rows.width - 1, 0), _WIDTH)
    sheet.freeze_panes(1, 1)
