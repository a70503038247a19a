"""What an officer sees after a load: where the mistakes stand, and what to do next."""

import io
import json
from pathlib import Path
from typing import get_args

import pytest
from rich.console import Console

from features.errors import InputError
from features.schema import loadable
from pipelines.applying import NOT_COMPUTED
from pipelines.checks import rules_of
from pipelines.commands import data
from pipelines.console import Voice
from pipelines.load import Counts, LoadReport
from pipelines.parsing import value_rules
from pipelines.quarantine import RULES_ZH
from pipelines.screens.data import show_load, show_next
from pipelines.source_text import Unreadable
from tests.source_files import (
    BUSINESS,
    INSPECTION,
    LOAD_DAY,
    Books,
    businesses,
    lines,
    write,
)

VISITS = lines(
    INSPECTION,
    "V1,B1,2025-03-01,2025-03-02,routine",
    "V2,B2,2025-03-01,2025-03-02,routine",
    "V3,B1,never,,lunch",
)


def shown(report: LoadReport, lang: str = "zh") -> str:
    out = io.StringIO()
    show_load(Voice(lang=lang, out=Console(file=out, width=200)), report)
    return out.getvalue()


# Where the mistakes stand


def test_a_report_says_where_the_rows_in_quarantine_stand(
    tmp_path: Path, books: Books
) -> None:
    source = write(tmp_path / "in", business=businesses("B1"), inspection=VISITS)
    report = books.load(source)
    where = {"table": "inspection", "file": "inspection.csv"}
    assert report.examples == [
        {**where, "line": 3, "rule": "unknown_business", "column": "business_id", "value": "B2"},
        {**where, "line": 4, "rule": "bad_date", "column": "inspected_on", "value": "never"},
        {**where, "line": 4, "rule": "missing_value", "column": "recorded_at", "value": None},
        {**where, "line": 4, "rule": "unknown_code", "column": "purpose", "value": "lunch"},
    ]  # fmt: skip
    assert json.loads(json.dumps(report.as_dict()))["examples"] == report.examples


def test_an_officer_reads_it_in_chinese_and_in_english(
    tmp_path: Path, books: Books
) -> None:
    source = write(tmp_path / "in", business=businesses("B1"), inspection=VISITS)
    report = books.load(source)
    said = shown(report)
    for words in (
        "一次监督检查 inspection",
        "不是代码表中的代码或名称 unknown_code",
        "检查类型 purpose",
        "lunch",
    ):
        assert words in said
    assert "unknown_code" in (english := shown(report, "en"))
    assert "不是代码表" not in english


def test_only_the_first_twenty_are_shown_and_the_others_counted(
    tmp_path: Path, books: Books
) -> None:
    bad = [f"B{n},2020-01-01,2020-01-02,店,cafe" for n in range(25)]
    bad.insert(3, "B,never,2020-01-02,店,cafe")
    report = books.load(write(tmp_path / "in", business=lines(BUSINESS, *bad)))
    assert [entry["line"] for entry in report.examples] == [
        *(2, 3, 4, 5, 5),
        *range(6, 21),
    ]
    assert (report.total.quarantined, report.quarantine_entries) == (26, 27)
    assert "另有 7 条；全部导出：shian quarantine" in shown(report)
    assert "and 7 more; write all of them: shian quarantine" in shown(report, "en")


def test_a_personal_number_is_not_shown_as_it_came(
    tmp_path: Path, books: Books
) -> None:
    row = "B1,2020-01-01,2020-01-02,店,老板13812345678"
    report = books.load(write(tmp_path / "in", business=lines(BUSINESS, row)))
    assert [entry["value"] for entry in report.examples] == ["老板***"]
    assert "13812345678" not in shown(report)


def test_a_row_that_is_none_names_no_column(tmp_path: Path, books: Books) -> None:
    report = books.load(write(tmp_path / "in", business=lines(BUSINESS, "B1,x")))
    assert report.examples[0]["column"] == ""
    assert "字段数与表头不符 wrong_field_count" in shown(report)


def test_nothing_is_shown_where_nothing_was_set_aside(
    tmp_path: Path, books: Books
) -> None:
    report = books.load(write(tmp_path / "in", business=businesses("B1")))
    assert (report.examples, report.quarantine_entries) == ([], 0)
    assert "output.quarantine" not in shown(report)


def test_every_rule_of_the_loader_has_a_chinese_name_and_no_other_has() -> None:
    rules = {*get_args(Unreadable), NOT_COMPUTED}
    for mart, table in loadable().items():
        rules |= {rule.name for rule in rules_of(table, mart, LOAD_DAY)}
        for column in table.columns.values():
            rules |= set(value_rules(column, must_be_whole=False))
    assert set(RULES_ZH) == rules
    assert len(set(RULES_ZH.values())) == len(RULES_ZH)


# What follows from what

GOOD, BAD = "B1,2020-01-01,2020-01-02,店,catering", "B2,2020-01-01,2020-01-02,店,cafe"


def test_a_table_of_which_no_row_was_loaded_is_warned_of(
    tmp_path: Path, books: Books
) -> None:
    source = write(tmp_path / "in", business=lines(BUSINESS, BAD), inspection=VISITS)
    said = shown(books.load(source))
    for name, rows in (
        ("经营者及其有效期 business", 1),
        ("一次监督检查 inspection", 3),
    ):
        assert f"警告：{name} 的 {rows} 行全部被隔离，一行也没有装入" in said


def test_a_table_of_which_a_row_is_there_is_not_warned_of(
    tmp_path: Path, books: Books
) -> None:
    source = write(tmp_path / "in", business=lines(BUSINESS, GOOD, BAD))
    for _ in ("loaded", "unchanged"):
        assert "警告" not in shown(books.load(source))


def test_rows_that_wait_for_a_business_are_said_to_follow_from_it(
    tmp_path: Path, books: Books
) -> None:
    business = lines(BUSINESS, GOOD, BAD)
    source = write(tmp_path / "in", business=business, inspection=VISITS)
    report = books.load(source)
    words = "先改正经营者表后重新装载，这些行会自动装入"
    assert words in shown(report)
    assert "mend the business table first" in shown(report, "en")
    write(source, business=business.replace("cafe", "catering"))
    again = books.load(source)
    assert (again.total.loaded, again.rules) == (2, {"bad_date": 1})
    assert words not in shown(again)


def test_rows_of_a_business_that_no_file_names_follow_from_nothing(
    tmp_path: Path, books: Books
) -> None:
    source = write(tmp_path / "in", business=businesses("B1"), inspection=VISITS)
    assert "先改正经营者表" not in shown(books.load(source))


# A new warehouse, and the next step


def test_a_load_into_a_path_that_was_not_there_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = write(tmp_path / "in", business=businesses("B1"))
    warehouse = tmp_path / "slip.duckdb"
    words = f"此前没有数据仓库 {warehouse}，已新建"
    data.load(source, warehouse=warehouse, on="2026-01-01")
    assert words in capsys.readouterr().out
    data.load(source, warehouse=warehouse, on="2026-01-01")
    assert "已新建" not in capsys.readouterr().out


@pytest.mark.parametrize("is_new", [True, False])
def test_a_program_is_told_whether_the_warehouse_is_new(
    tmp_path: Path, books: Books, capsys: pytest.CaptureFixture[str], *, is_new: bool
) -> None:
    source = write(tmp_path / "in", business=businesses("B1"))
    warehouse = tmp_path / "other.duckdb" if is_new else books.path
    data.load(source, warehouse=warehouse, on="2026-01-01", as_json=True)
    assert json.loads(capsys.readouterr().out)["is_new_warehouse"] is is_new


def test_a_slip_in_the_path_shows_even_when_the_load_fails(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = write(tmp_path / "in", business=businesses("B1").replace("name", "x"))
    with pytest.raises(InputError):
        data.load(source, warehouse=tmp_path / "slip.duckdb", on="2026-01-01")
    assert "slip.duckdb，已新建" in capsys.readouterr().out


def test_nothing_is_said_of_a_warehouse_that_was_not_made(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(InputError):
        data.load(tmp_path / "none", warehouse=tmp_path / "w.duckdb", on="2026-01-01")
    assert capsys.readouterr().out == ""


def test_a_load_ends_with_the_next_command_ready_to_copy(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = write(tmp_path / "in", business=businesses("B1"))
    warehouse = tmp_path / "my own.duckdb"
    data.load(source, warehouse=warehouse, on="2026-01-01")
    *_, last = capsys.readouterr().out.splitlines()
    assert last == f"下一步：shian train --as-of 2026-01-01 --warehouse '{warehouse}'"


def test_where_nothing_was_loaded_the_next_step_is_to_mend_the_source(
    tmp_path: Path, books: Books, capsys: pytest.CaptureFixture[str]
) -> None:
    source = write(tmp_path / "in", business=lines(BUSINESS, BAD))
    data.load(source, warehouse=books.path, on="2026-01-01", lang="en")
    said = capsys.readouterr().out
    assert "Next: mend the source and load it again" in said
    assert "shian train" not in said


def test_where_the_mapping_takes_no_row_the_next_step_is_to_fill_them_in() -> None:
    total = Counts(read=0, loaded=0, updated=0, unchanged=0, quarantined=0)
    out = io.StringIO()
    report = LoadReport(
        source="sheets", mapping="worklist", loaded_on=LOAD_DAY, batch_id=1, total=total,
        tables={"inspection": total}, rules={}, examples=[], quarantine_entries=0,
        left_out={"inspection": 9},
    )  # fmt: skip
    voice = Voice(out=Console(file=out, width=200))
    show_load(voice, report)
    show_next(voice, report, Path("own.duckdb"))
    assert "inspection：按对照文件未取的行（未填写或不属于本表）9" in out.getvalue()
    assert "没有可装入的行" in out.getvalue()


def test_a_folder_above_the_files_is_told_where_they_are(
    tmp_path: Path, books: Books
) -> None:
    write(tmp_path / "in" / "source", business=businesses("B1"))
    with pytest.raises(InputError, match=r"in/source does: load that$"):
        books.load(tmp_path / "in")
