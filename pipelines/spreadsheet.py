"""The spreadsheet an officer opens: the list, the counts, and where the numbers come from.

Every code is written as text, so no program rounds it or runs it as a formula.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import polars as pl
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from features.schema import labels, schema
from models.clauses import GRADES
from pipelines.dated_book import dated_book
from pipelines.runs import Run, grades_by

# A sheet holds 1,048,576 rows, one of them the header.
ROWS_A_SHEET = 1_000_000
_FILL = {"A": "#DCE9F3", "B": "#EEF5FA", "C": "#FBE3CC", "D": "#F0C4C1"}
_WIDTHS: Mapping[str, float] = {
    "business_id": 14,
    "name": 30,
    "street": 12,
    "subtype": 14,
    "usci": 21,
    "licence_no": 20,
    "address": 22,
}
_WIDE, _NARROW = 48, 11
# What the list shows: what an officer reads first, which is also what is printed, then
# the reasons and notes, then the rest.
_FIRST = (
    "business_id",
    "name",
    "street",
    "business_type",
    "subtype",
    "risk_grade",
    "total_points",
    "probability",
    "visits_per_year",
    "is_key_supervision",
    "is_provisional",
)
_REST = (
    "static_points",
    "dynamic_points",
    "basis",
    "checklist_points",
    "model_points",
    "probability_lower",
    "probability_upper",
    "is_near_edge",
    "is_new_business",
    "grade_by_points",
    "recommended_shift",
    "decided_shift",
    "credit_score",
    "credit_class",
    "credit_basis",
    "legal_form",
    "usci",
    "licence_no",
    "address",
)
_PRINTED_REASONS = 2
_CODES = ("business_type", "subtype", "basis", "credit_basis", "legal_form")
_ORIGIN = (
    "as_of",
    "run_id",
    "model_version",
    "law_version",
    "code_version",
    "data_fingerprint",
    "businesses",
)
_CAUTIONS: Mapping[str, Sequence[str]] = {
    "zh": (
        "风险等级用于配置检查力量，不是对经营者的信用评价，也不是列入严重违法失信名单的依据。",
        "“是否暂定”为“是”，表示等级所依据的某项规则或数值存疑或缺失，原因见“说明”栏。",
        "概率是下一次日常或双随机检查出现严重不合格的可能性，上下限为该户自身概率的90%区间；用模拟辖区的真值检验，各组实际覆盖87%至94%。",
    ),
    "en": (
        "A risk grade allocates inspection. It is no credit evaluation and never a "
        "ground for listing.",
        "Provisional: a rule or value behind the grade is uncertain or missing; the "
        "notes say which.",
        "Probability of a serious finding at the next daily or double-random visit, "
        "with a 90% interval of the business's own chance; against a simulated district's "
        "truth it holds 87% to 94%, group by group.",
    ),
}


def write_spreadsheet(run: Run, path: Path, lang: str) -> None:
    """Write the run as a workbook, the same bytes for the same run.

    Raises:
        OSError: the file cannot be written.
    """
    with dated_book(path, run.as_of) as book:
        _Book(book, lang).fill(run)


class _Book:
    """A workbook being written in a language."""

    def __init__(self, book: xlsxwriter.Workbook, lang: str) -> None:
        self._book = book
        self._lang = lang
        self._head = book.add_format(
            {"bold": True, "bg_color": "#E8EDF2", "text_wrap": True, "valign": "top"}
        )
        self._formats: Mapping[str, Format] = {
            "text": book.add_format({"num_format": "@", "valign": "top"}),
            "wrapped": book.add_format(
                {"num_format": "@", "text_wrap": True, "valign": "top"}
            ),
            "points": book.add_format({"num_format": "0.0", "valign": "top"}),
            "share": book.add_format({"num_format": "0.0%", "valign": "top"}),
            "count": book.add_format({"num_format": "#,##0", "valign": "top"}),
            "title": book.add_format({"bold": True, "font_size": 14}),
        }
        self._grades = {
            grade: book.add_format({"bg_color": fill, "bold": True})
            for grade, fill in _FILL.items()
        }

    def fill(self, run: Run) -> None:
        shown = self._shown(run.scores)
        for number, rows in enumerate(shown.iter_slices(ROWS_A_SHEET), start=1):
            name = self._pick("经营者", "businesses")
            more = f" {number}" if shown.height > ROWS_A_SHEET else ""
            self._list(self._sheet(f"{name}{more}"), rows)
        for column, zh, en in (
            ("street", "按街道", "by street"),
            ("business_type", "按业态", "by type"),
        ):
            self._counts(self._sheet(self._pick(zh, en)), shown, column)
        self._about(self._sheet(self._pick("说明", "about")), run)

    def _pick(self, zh: str, en: str) -> str:
        return zh if self._lang == "zh" else en

    def _sheet(self, name: str) -> Worksheet:
        sheet = self._book.add_worksheet(name)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        return sheet

    def _shown(self, scores: pl.DataFrame) -> pl.DataFrame:
        """Choose the columns of the language, and say codes in words."""
        reasons = [f"reason_{n}_{self._lang}" for n in range(1, 5)]
        notes = "notes" if self._lang == "zh" else "notes_en"
        words = [
            pl.col(c).replace({k: self._pick(*v) for k, v in labels(c).items()})
            for c in _CODES
        ]
        return scores.with_columns(words).select(*_FIRST, *reasons, notes, *_REST)

    def _list(self, sheet: Worksheet, rows: pl.DataFrame) -> None:
        for at, column in enumerate(rows.columns):
            sheet.write_string(0, at, self._label(column), self._head)
            style, width = self._style(column, rows.schema[column])
            sheet.set_column(at, at, width, style)
            self._column(sheet, at, rows[column])
        sheet.freeze_panes(1, 2)
        sheet.autofilter(0, 0, rows.height, rows.width - 1)
        sheet.print_area(0, 0, rows.height, len(_FIRST) + _PRINTED_REASONS - 1)
        self._colour(sheet, rows)

    def _column(self, sheet: Worksheet, at: int, values: pl.Series) -> None:
        if values.dtype == pl.Boolean:
            said = {True: self._pick("是", "yes"), False: ""}
            values = values.replace_strict(said, return_dtype=pl.String)
        is_number = values.dtype.is_numeric()
        if values.dtype.is_float():
            # What is left over from a sum of binary fractions says nothing.
            values = values.round(6)
        write = sheet.write_number if is_number else sheet.write_string
        for row, value in enumerate(values, start=1):
            if value is not None and value != "":
                write(row, at, value)

    def _colour(self, sheet: Worksheet, rows: pl.DataFrame) -> None:
        at = rows.columns.index("risk_grade")
        for grade, style in self._grades.items():
            rule = {"type": "cell", "criteria": "==", "value": f'"{grade}"'}
            sheet.conditional_format(
                1, at, max(rows.height, 1), at, {**rule, "format": style}
            )

    def _style(self, column: str, dtype: pl.DataType) -> tuple[Format, float]:
        if column.startswith(("reason_", "notes")):
            return self._formats["wrapped"], _WIDE
        if column.startswith("probability"):
            return self._formats["share"], _NARROW
        if dtype.is_integer() or column == "visits_per_year":
            return self._formats["count"], _NARROW
        kind = "points" if dtype.is_numeric() else "text"
        return self._formats[kind], _WIDTHS.get(column, _NARROW)

    def _label(self, column: str) -> str:
        if column.startswith("reason_"):
            number = column.split("_")[1]
            return self._pick(f"理由{number}", f"reason {number}")
        if column == "street":
            return self._pick("街道", "street")
        known = {
            **schema()["mart.business"].columns,
            **schema()["output.score"].columns,
        }
        words = column.removesuffix("_en").replace("_", " ")
        return self._pick(known[column].zh, words)

    def _counts(self, sheet: Worksheet, shown: pl.DataFrame, column: str) -> None:
        """Count by grade, the largest share of C and D first."""
        totals = (self._pick("合计", "total"), self._pick("C和D占比", "share of C, D"))
        header = [self._label(column), *GRADES, *totals]
        for at, text in enumerate(header):
            sheet.write_string(0, at, text, self._head)
        for row, values in enumerate(grades_by(shown, column).rows(), start=1):
            sheet.write_string(row, 0, str(values[0]), self._formats["text"])
            for at, number in enumerate(values[1:], start=1):
                kind = "share" if at == len(header) - 1 else "count"
                sheet.write_number(row, at, number, self._formats[kind])
        sheet.set_column(0, 0, 24)
        sheet.set_column(1, len(header) - 1, 12)
        sheet.freeze_panes(1, 1)

    def _about(self, sheet: Worksheet, run: Run) -> None:
        title = self._pick("食品经营者风险等级名单", "Risk grades of food businesses")
        sheet.write_string(0, 0, title, self._formats["title"])
        known = schema()["output.run"].columns
        for row, name in enumerate(_ORIGIN, start=2):
            label = self._pick(known[name].zh, name.replace("_", " "))
            sheet.write_string(row, 0, label, self._head)
            sheet.write_string(row, 1, str(run.record[name]), self._formats["text"])
        for row, caution in enumerate(_CAUTIONS[self._lang], start=len(_ORIGIN) + 3):
            sheet.write_string(row, 0, caution)
        sheet.set_column(0, 0, 24)
        sheet.set_column(1, 1, 40)
