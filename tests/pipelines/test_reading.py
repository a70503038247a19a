"""Real files, damaged in every way we know: read as they are, set aside, or refused."""

import os
import tempfile
from datetime import date, datetime
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from features.errors import InputError
from pipelines.delimited import MAX_LINE_BYTES
from pipelines.reading import read
from pipelines.source_text import LINE, LOST, Text
from tests.source_files import lines, workbook


def csv(folder: Path, content: str | bytes, encoding: str = "utf-8") -> Path:
    path = folder / "a.csv"
    raw = content.encode(encoding) if isinstance(content, str) else content
    path.write_bytes(raw)
    return path


def rows(text: Text) -> list[tuple[object, ...]]:
    return text.frame.drop(LINE).rows()


def faults(text: Text) -> list[tuple[int, str]]:
    return [(fault.line, fault.rule) for fault in text.faults]


# Encodings


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_utf8_with_or_without_mark_and_gb18030_read_the_same(
    tmp_path: Path, encoding: str
) -> None:
    text = read(csv(tmp_path, "编号,名称\n1,德胜饭店\n2,㐂喜面馆\n", encoding))
    assert text.columns == ["编号", "名称"]
    assert rows(text) == [("1", "德胜饭店"), ("2", "㐂喜面馆")]


def test_a_gb18030_file_may_begin_with_its_own_mark(tmp_path: Path) -> None:
    assert read(csv(tmp_path, "\ufeff编号\n店\n", "gb18030")).columns == ["编号"]


def test_a_word_that_is_utf8_by_accident_does_not_spoil_a_gb18030_file(
    tmp_path: Path,
) -> None:
    """联通 in GB18030 is the best known text that is also valid UTF-8."""
    text = read(csv(tmp_path, "名称\n联通\n上城区小营街道\n湖滨饭店\n", "gb18030"))
    assert rows(text)[0] == ("联通",)


CHINESE = "上城区小营街道饭店\n"
MOSTLY_GB = CHINESE.encode("gb18030") * 200
MOSTLY_UTF8 = CHINESE.encode() * 200


@pytest.mark.parametrize(
    ("content", "says"),
    [
        pytest.param(b"\x6e\n" + MOSTLY_GB + "饭店\n".encode(), "mixes", id="one UTF-8 line"),
        pytest.param(b"\x6e\n" + MOSTLY_UTF8 + "面馆\n".encode("gb18030"), "line 202", id="one GB line"),
        pytest.param(b"\x6e\n" + MOSTLY_UTF8 + "caf\xe9,".encode("latin-1"), "line 202", id="one Latin line"),
        pytest.param(b"\x6e\n" + MOSTLY_UTF8[:-2], "mixes", id="cut inside a character"),
        pytest.param(b"\x6e\ncaf\xe9\n", "neither", id="Latin-1, undecodable"),
        pytest.param("n\ncafés Zürich über\n".encode("latin-1"), "rare", id="Latin-1, decodable"),
        pytest.param("名稱\n小營街道飯店麵館\n".encode("big5"), "rare|neither", id="Big5"),
        pytest.param("n\n店\n".encode("utf-16"), "UTF-16", id="Excel's Unicode text"),
    ],
)  # fmt: skip
def test_an_encoding_that_is_wrong_or_mixed_is_refused_with_the_line(
    tmp_path: Path, content: bytes, says: str
) -> None:
    with pytest.raises(InputError, match=says):
        read(csv(tmp_path, content))


def test_an_encoding_that_a_mapping_states_is_believed(tmp_path: Path) -> None:
    path = csv(tmp_path, "n\ncafés\n".encode("latin-1"))
    assert rows(read(path, encoding="latin-1")) == [("cafés",)]
    with pytest.raises(InputError, match=r"a\.csv: cannot be read as ascii"):
        read(path, encoding="ascii")
    with pytest.raises(InputError, match="cannot be read as klingon"):
        read(path, encoding="klingon")


# Rows and fields


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_may_end_in_any_of_the_three_ways(tmp_path: Path, end: str) -> None:
    text = read(csv(tmp_path, end.join(["a,b", "1,2", "3,4"])))
    assert rows(text) == [("1", "2"), ("3", "4")]
    assert text.frame[LINE].to_list() == [2, 3]


def test_a_long_file_with_old_mac_line_ends_is_not_one_long_line(
    tmp_path: Path,
) -> None:
    content = "a\r" + f"{'x' * 99}\r" * (MAX_LINE_BYTES // 50)
    assert read(csv(tmp_path, content)).frame.height == MAX_LINE_BYTES // 50


def test_a_row_keeps_the_line_it_starts_on(tmp_path: Path) -> None:
    text = read(csv(tmp_path, 'a,b\n"one\ntwo",2\n\n3,4\n'))
    assert text.frame.rows() == [("one\ntwo", "2", 2), ("3", "4", 5)]


def test_values_stay_as_they_were_typed(tmp_path: Path) -> None:
    odd = ["=cmd()", "007", "1e3", "１２３", " ", "NULL", "1,000", "nan"]
    quoted = "".join(f'"{value}",x\n' for value in odd)
    text = read(csv(tmp_path, f"a,b\n{quoted}"))
    assert [row[0] for row in rows(text)] == odd


def test_rows_with_too_few_or_too_many_fields_are_set_aside(tmp_path: Path) -> None:
    text = read(csv(tmp_path, "a,b\n1\n1,2\n1,2,3\n"))
    assert rows(text) == [("1", "2")]
    assert faults(text) == [(2, "wrong_field_count"), (4, "wrong_field_count")]


def test_a_row_without_any_value_is_set_aside_and_a_blank_line_is_none(
    tmp_path: Path,
) -> None:
    text = read(csv(tmp_path, "a,b\n\n , \n,\n1,\n ,2\n"))
    assert rows(text) == [("1", ""), (" ", "2")]
    assert faults(text) == [(3, "empty_row"), (4, "empty_row")]


def test_a_misquoted_row_is_set_aside_and_the_next_one_read(tmp_path: Path) -> None:
    text = read(csv(tmp_path, 'a,b\n"x"y,1\n"good",2\n5" pipe,3\n'))
    assert faults(text) == [(2, "bad_quoting")]
    assert rows(text) == [("good", "2"), ('5" pipe', "3")]


@pytest.mark.parametrize("rest", ["1\n" * 10, "x" * 1000 + "\n" * 2 + "y\n" * 700_000])
def test_a_quote_that_is_never_closed_names_the_line_it_opened_on(
    tmp_path: Path, rest: str
) -> None:
    """It would swallow the rest of the file into one value."""
    with pytest.raises(InputError, match=r"a\.csv line 3: a quote opened here"):
        read(csv(tmp_path, f'a\n1\n"never closed\n{rest}'))


def test_a_file_of_many_chunks_keeps_all_rows(tmp_path: Path) -> None:
    text = read(csv(tmp_path, lines("a", *map(str, range(45_000)))))
    assert text.frame["a"].to_list() == [str(n) for n in range(45_000)]
    assert text.frame[LINE].to_list() == list(range(2, 45_002))


# Files that are no tables


@pytest.mark.parametrize(
    ("content", "says"),
    [
        pytest.param("", "is empty", id="nothing"),
        pytest.param("\n\n", "is empty", id="blank lines"),
        pytest.param(" ,\n", "is empty", id="blank header"),
        pytest.param("a,b,a\n1,2,3\n", "'a' more than once", id="duplicated header"),
        pytest.param("a,b, a \n1,2,3\n", "'a' more than once", id="hidden by blanks"),
        pytest.param("__line__\n1\n", "may not be called", id="our own name"),
        pytest.param("a,,b\n1,2,3\n", "column 2 has no name", id="nameless column"),
        pytest.param(b"a\n1\n2\x00\n", "line 3: holds a NUL byte", id="NUL byte"),
    ],
)
def test_a_file_that_is_no_table_is_refused(
    tmp_path: Path, content: str | bytes, says: str
) -> None:
    with pytest.raises(InputError, match=says):
        read(csv(tmp_path, content))


def test_a_header_without_rows_is_an_empty_table(tmp_path: Path) -> None:
    text = read(csv(tmp_path, "a,b\n"))
    assert (text.columns, rows(text), text.faults) == (["a", "b"], [], ())


def test_columns_without_name_and_values_are_those_a_spreadsheet_leaves(
    tmp_path: Path,
) -> None:
    assert read(csv(tmp_path, "a,b,,\n1,2,,\n")).columns == ["a", "b"]


@pytest.mark.parametrize("end", [b"", b"\n"])
def test_a_line_of_a_gigabyte_is_refused_in_bounded_memory(
    tmp_path: Path, end: bytes
) -> None:
    """The file is sparse; a reader that took it whole would need the gigabyte."""
    path = csv(tmp_path, b"a\n")
    with path.open("r+b") as file:
        file.truncate(1 << 30)
    with pytest.raises(InputError, match="line 2: holds a NUL byte"):
        read(path)
    path.write_bytes(b"a\n" + b"x" * (MAX_LINE_BYTES + 1) + end)
    with pytest.raises(InputError, match="line of more than 1,048,576 bytes"):
        read(path)


# Files that cannot be opened


def test_a_folder_named_like_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.csv").mkdir()
    with pytest.raises(InputError, match=r"a\.csv: is not a file"):
        read(tmp_path / "a.csv")


def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.csv")
    with pytest.raises(InputError, match="is not a file"):
        read(tmp_path / "a.csv")


def test_a_file_that_vanished_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.symlink_to(tmp_path / "gone.csv")
    with pytest.raises(InputError, match=r"a\.csv: cannot be read \(No such file"):
        read(path)


def test_a_file_we_may_not_read_is_named() -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        path = csv(Path(folder), "a\n1\n")
        path.chmod(0)
        before = os.geteuid()
        if before == 0:  # root may read anything
            os.seteuid(65534)
        try:
            with pytest.raises(InputError, match=r"\(Permission denied\)"):
                read(path)
        finally:
            os.seteuid(before)


@pytest.mark.parametrize("name", ["a.txt", "a"])
def test_another_kind_of_file_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("a\n1\n")
    with pytest.raises(InputError, match=r"is not one of \.csv, \.xlsx, \.parquet"):
        read(tmp_path / name)


# Parquet


def test_parquet_values_become_the_text_an_officer_would_write(tmp_path: Path) -> None:
    pl.DataFrame(
        {
            "code": [91350203000112345, None],
            "zip": [10013.0, float("nan")],
            "score": [27.5, None],
            "day": [date(2025, 1, 31), None],
            "at": [datetime(2025, 1, 31, 8), None],  # noqa: DTZ001  as registers keep it
            "money": pl.Series(["1.50", None]).cast(pl.Decimal(10, 2)),
            "kind": pl.Series(["x", None], dtype=pl.Categorical()),
            "is_ok": [True, None],
        }
    ).write_parquet(tmp_path / "a.parquet")
    text = read(tmp_path / "a.parquet")
    assert rows(text) == [
        ("91350203000112345", "10013", "27.5", "2025-01-31",
         "2025-01-31 08:00:00.000000", "1.50", "x", "true"),
    ]  # fmt: skip
    assert faults(text) == [(3, "empty_row")]


def test_a_floating_code_too_long_for_its_type_is_marked(tmp_path: Path) -> None:
    pl.DataFrame({"code": [913502030001123456.0]}).write_parquet(tmp_path / "a.parquet")
    ((code,),) = rows(read(tmp_path / "a.parquet"))
    assert str(code).endswith(LOST)


def test_columns_that_hold_no_plain_values_are_named_not_read(tmp_path: Path) -> None:
    pl.DataFrame(
        {"a": ["1"], "tags": [["x", "y"]], "s": [{"k": 1}], "raw": [b"\xff"]}
    ).write_parquet(tmp_path / "a.parquet")
    text = read(tmp_path / "a.parquet")
    assert text.columns == ["a"]
    assert list(text.unsupported) == ["tags", "s", "raw"]


def test_a_file_of_nothing_but_lists_has_no_rows_to_give(tmp_path: Path) -> None:
    pl.DataFrame({"tags": [["x"]]}).write_parquet(tmp_path / "a.parquet")
    assert read(tmp_path / "a.parquet").columns == []


@pytest.mark.parametrize("share", [0.0, 0.3, 0.6, 0.99])
def test_parquet_cut_short_is_refused(tmp_path: Path, share: float) -> None:
    whole = tmp_path / "whole.parquet"
    pl.DataFrame({"a": [f"x{n}" for n in range(500)]}).write_parquet(whole)
    raw = whole.read_bytes()
    (tmp_path / "a.parquet").write_bytes(raw[: int(len(raw) * share)])
    with pytest.raises(InputError, match=r"a\.parquet: damaged or cut short"):
        read(tmp_path / "a.parquet")


def test_a_folder_that_looks_like_a_pattern_is_none(tmp_path: Path) -> None:
    folder = tmp_path / "city=nyc[1]"
    folder.mkdir()
    pl.DataFrame({"a": ["1"]}).write_parquet(folder / "a.parquet")
    assert read(folder / "a.parquet").columns == ["a"]


# XLSX


def test_workbook_cells_become_the_text_an_officer_sees(tmp_path: Path) -> None:
    day = date(2025, 1, 31)
    rows_ = [["编号", "日期", "数", "是否"], ["007", day, 1.5, True], ["x", "2025/2/1", 3, "否"]]  # fmt: skip
    text = read(workbook(tmp_path / "a.xlsx", rows_))
    assert rows(text) == [
        ("007", "2025-01-31 00:00:00", "1.5", "true"),
        ("x", "2025/2/1", "3", "否"),
    ]
    assert text.frame[LINE].to_list() == [2, 3]


def test_a_long_code_that_became_a_number_is_marked_wherever_it_stands(
    tmp_path: Path,
) -> None:
    """Between codes kept as text it would read as a complete code of 18 digits."""
    codes = ["913502030001234568", 913502030001234567, "91350203M0001QAY9B", 12345]
    text = read(workbook(tmp_path / "a.xlsx", [["code"], *([c] for c in codes)]))
    marked = [str(code).endswith(LOST) for (code,) in rows(text)]
    assert marked == [False, True, False, False]


def test_a_mixed_column_is_read_to_its_end(tmp_path: Path) -> None:
    """Guessing a type from the first thousand cells would empty the later ones."""
    values: list[list[object]] = [[n] for n in range(1500)]
    text = read(workbook(tmp_path / "a.xlsx", [["a"], *values, ["late"]]))
    assert rows(text)[-1] == ("late",)


def test_an_error_in_a_cell_stays_visible(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["a", "b"])
        sheet.write_string(1, 0, "x")
        sheet.write_formula(1, 1, "=1/0", None, "#DIV/0!")
        sheet.write_string(2, 0, "y")
        sheet.write_formula(2, 1, "=NA()", None, "#N/A")
    assert rows(read(path)) == [("x", "#DIV/0!"), ("y", "#N/A")]


def test_blank_rows_keep_the_lines_of_a_sheet(tmp_path: Path) -> None:
    text = read(workbook(tmp_path / "a.xlsx", [["a"], ["1"], [None], ["2"]]))
    assert text.frame.select("a", LINE).rows() == [("1", 2), ("2", 4)]
    assert faults(text) == [(3, "empty_row")]


@pytest.mark.parametrize("rows_", [[], [[None, None], ["late", "header"]]])
def test_a_sheet_that_does_not_begin_with_its_header_is_refused(
    tmp_path: Path, rows_: list[list[object]]
) -> None:
    with pytest.raises(InputError, match="is empty"):
        read(workbook(tmp_path / "a.xlsx", rows_))


def two_sheets(path: Path, *, hide: bool) -> Path:
    with xlsxwriter.Workbook(path) as book:
        first, second, empty = (book.add_worksheet(n) for n in ("选项", "数据", "空"))
        first.write_column(0, 0, ["a", "hidden"])
        second.write_column(0, 0, ["a", "shown"])
        empty.set_tab_color("red")
        second.activate()
        if hide:
            first.hide()
    return path


def test_a_hidden_sheet_is_not_what_is_meant(tmp_path: Path) -> None:
    assert rows(read(two_sheets(tmp_path / "a.xlsx", hide=True))) == [("shown",)]


def test_of_several_filled_sheets_none_is_chosen_by_us(tmp_path: Path) -> None:
    path = two_sheets(tmp_path / "a.xlsx", hide=False)
    with pytest.raises(InputError, match="several sheets: 选项, 数据"):
        read(path)
    assert rows(read(path, sheet="数据")) == [("shown",)]


def test_a_sheet_that_is_not_there_is_named(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [["a"], ["1"]])
    with pytest.raises(InputError, match=r"cannot be read as XLSX.*没有"):
        read(path, sheet="没有")


@pytest.mark.parametrize("share", [0.0, 0.5, 0.95])
def test_a_workbook_cut_short_is_refused(tmp_path: Path, share: float) -> None:
    raw = workbook(tmp_path / "whole.xlsx", [["a"], ["1"]]).read_bytes()
    (tmp_path / "a.xlsx").write_bytes(raw[: int(len(raw) * share)])
    with pytest.raises(InputError, match=r"a\.xlsx: cannot be read as XLSX"):
        read(tmp_path / "a.xlsx")
