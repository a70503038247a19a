"""The workbook of an office: what it prints, takes along, fills in and loads again.

The headers are in both languages whatever the language of the screen, because
pipelines/sources/worklist.toml reads the filled sheet back by them.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from features.schema import labels
from pipelines.dated_book import dated_book
from pipelines.weekly.view import Listing, word

SHEET = "检查任务 visits"
YES_NO = ("是", "否")
# Told columns: header, width, and whether they are printed. Filled ones: the same, and
# what may be entered. Codes stand at the end, unprinted, so that the sheet loads.
TOLD: Sequence[tuple[str, float]] = (
    ("检查日 day", 10.5),
    ("检查人员 pair", 8.5),
    ("顺序 no.", 4.5),
    ("经营者 business", 21),
    ("事由 reason", 18),
    ("依据 legal basis", 15),
    ("检查表 checklist", 8.5),
    ("最迟日 due", 10.5),
    ("前三条风险理由 risk reasons", 30),
)
FILLED: Sequence[tuple[str, float]] = (
    ("检查日期 inspected on", 10.5),
    ("结果 result", 9),
    ("全项目 all items", 6),
    ("检查项数 items", 6),
    ("重点不合格 key failed", 6),
    ("一般不合格 general failed", 6),
    ("轻微问题 minor", 6),
    ("拒绝检查 refused", 6),
    ("动态分 points", 6),
    ("备注 note", 10),
)
CODES: Sequence[tuple[str, float]] = (
    ("任务编号 visit_id", 18),
    ("经营者编号 business_id", 13),
    ("主检查员 inspector", 10),
    ("副检查员 second", 10),
    ("所 office", 8),
    ("检查类型 purpose", 10),
    ("抽取概率 chance", 12),
    ("统一社会信用代码 USCI", 21),
    ("许可证号 licence", 20),
)
_MOST_ITEMS = 999
# The scale of the dynamic table; the loader holds every row to it.
_MOST_POINTS = 60
_RED, _PINK = "#A8322D", "#FBE4E2"
_LATE: Mapping[str, object] = {"font_color": _RED, "bold": True, "bg_color": _PINK}
_OPEN: Mapping[str, object] = {"bg_color": "#FFF9DB", "locked": False}
_DAY = "yyyy-mm-dd"
_STYLES: Mapping[str, Mapping[str, object]] = {
    "head": {"bold": True, "bg_color": "#E8EDF2"},
    "text": {"num_format": "@"},
    "day": {"num_format": _DAY},
    "red": {"num_format": "@", **_LATE},
    "red day": {"num_format": _DAY, **_LATE},
    "fill": _OPEN,
    "fill day": {"num_format": _DAY, **_OPEN},
}
_RIGHTS = {
    "select_unlocked_cells": True,
    "format_columns": True,
    "format_rows": True,
    "sort": True,
    "autofilter": True,
}
_HOW = (
    "红色为已逾期，请先查。黄色各栏由检查人员填写；未检查的整行留空，不要填“否”或 0。",
    "填好后由所里执行：shian load 本文件 --mapping worklist。填错或漏填的行进入隔离区，改正后再装载即可。",
    "检查人员不得少于2人；遇应当回避的情形，请勿前往并立即报告。",
    "风险理由来自模型和规则，供检查时关注，不是结论。",
    "Red: overdue, go first. Inspectors fill the yellow columns; leave the whole row empty "
    "when no visit was made.",
    "Load the filled sheet with: shian load FILE --mapping worklist. Wrong or missing "
    "entries go to the quarantine; correct them and load again.",
)


def write_sheet(listing: Listing, path: Path) -> None:
    """Write the workbook of a list, the same bytes for the same list.

    Raises:
        OSError: the file cannot be written.
    """
    with dated_book(path, listing.as_of) as book:
        _Book(book, listing).fill()


class _Book:
    """A workbook being written for an office."""

    def __init__(self, book: xlsxwriter.Workbook, listing: Listing) -> None:
        self._book, self._listing = book, listing
        usual: dict[str, object] = {
            "valign": "top",
            "align": "left",
            "text_wrap": True,
            "border": 1,
            "font_size": 10,
        }
        usual["border_color"] = "#B9C2CC"
        self._formats: Mapping[str, Format] = {
            name: book.add_format({**usual, **more}) for name, more in _STYLES.items()
        }
        self._plain = book.add_format({"text_wrap": True, "valign": "top"})
        self._title = book.add_format({"bold": True, "font_size": 14})

    def fill(self) -> None:
        self._visits(self._sheet(SHEET))
        if self._listing.changes.height:
            self._changes(self._sheet("变动 changes"))
        self._about(self._sheet("说明 notes"))

    def _sheet(self, name: str) -> Worksheet:
        sheet = self._book.add_worksheet(name)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.set_margins(0.3, 0.3, 0.6, 0.5)
        sheet.fit_to_pages(1, 0)
        listing = self._listing
        offices = listing.rows["office"].drop_nulls().unique().sort()
        who = offices[0] if len(offices) == 1 else ""
        sheet.set_header(f"&L&B{who} {listing.title}&R{listing.first} — {listing.last}")
        sheet.set_footer(
            f"&L{listing.run_id} · 数据截止 {listing.as_of} · 内部资料&R&P / &N"
        )
        return sheet

    def _visits(self, sheet: Worksheet) -> None:
        columns = (*TOLD, *FILLED, *CODES)
        for at, (header, width) in enumerate(columns):
            sheet.write_string(0, at, header, self._formats["head"])
            sheet.set_column(at, at, width)
        sheet.set_row(0, 54)
        rows = list(self._listing.rows.iter_rows(named=True))
        for line, row in enumerate(rows, start=1):
            self._told(sheet, line, row)
            self._to_fill(sheet, line)
            self._codes(sheet, line, row)
            sheet.set_row(line, 78)
        last = max(len(rows), 1)
        sheet.freeze_panes(1, 4)
        sheet.autofilter(0, 0, last, len(columns) - 1)
        sheet.repeat_rows(0)
        sheet.print_area(0, 0, last, len(TOLD) + len(FILLED) - 1)
        self._rules(sheet, last)
        sheet.protect("", _RIGHTS)

    def _told(self, sheet: Worksheet, line: int, row: Mapping[str, Any]) -> None:
        red = "red" if row["is_overdue"] else "text"
        day = "red day" if row["is_overdue"] else "day"
        late = "已逾期 overdue\n" if row["is_overdue"] else ""
        written: Sequence[tuple[str | date, str]] = (
            (row["visit_on"], day),
            (f"{row['inspector_id']}\n{row['second_inspector_id']}", red),
            (str(row["position"]), red),
            (f"{row['name']}\n{row['address'] or ''}", red),
            (f"{late}{row['reason']}", red),
            (row["legal_basis"], "text"),
            (word("checklist", row["checklist"]), "text"),
            (row["due_on"], day),
            (row["why_zh"] or "", "text"),
        )
        for at, (value, style) in enumerate(written):
            if isinstance(value, date):
                sheet.write_datetime(
                    line, at, datetime.combine(value, time()), self._formats[style]
                )
            else:
                sheet.write_string(line, at, value, self._formats[style])

    def _to_fill(self, sheet: Worksheet, line: int) -> None:
        for at in range(len(FILLED)):
            style = "fill day" if at == 0 else "fill"
            sheet.write_blank(line, len(TOLD) + at, None, self._formats[style])

    def _codes(self, sheet: Worksheet, line: int, row: Mapping[str, Any]) -> None:
        chance = row["inclusion_probability"]
        codes = (
            row["visit_id"],
            row["business_id"],
            row["inspector_id"],
            row["second_inspector_id"],
            row["office_id"],
            row["purpose"],
            "" if chance is None else repr(chance),
            row["usci"],
            row["licence_no"],
        )
        first = len(TOLD) + len(FILLED)
        for at, code in enumerate(codes, start=first):
            sheet.write_string(line, at, code or "", self._formats["text"])

    def _rules(self, sheet: Worksheet, last: int) -> None:
        """Let only what can be meant be entered: a day, a result, yes or no, a count."""
        results = [zh for zh, _ in labels("result").values()]
        # A list is made ahead of its week; whoever goes early enters the real day.
        day = {
            "validate": "date",
            "criteria": ">=",
            "value": datetime.combine(self._listing.as_of, time()),
            "error_message": f"请填 {self._listing.as_of} 以后的日期，如 2026-03-09",
        }
        choice = {
            "validate": "list",
            "source": results,
            "error_message": "请从列表选择",
        }
        yes_no = {"validate": "list", "source": list(YES_NO)}
        count = {
            "validate": "integer",
            "criteria": "between",
            "minimum": 0,
            "maximum": _MOST_ITEMS,
            "error_message": "请填整数，没有的填 0",
        }
        points = {
            **count,
            "validate": "decimal",
            "maximum": _MOST_POINTS,
            "error_message": "可不填；按动态评分表 0 至 60 分",
        }
        rules = (day, choice, yes_no, *[count] * 4, yes_no, points)
        for at, rule in enumerate(rules, start=len(TOLD)):
            sheet.data_validation(1, at, last, at, rule)

    def _changes(self, sheet: Worksheet) -> None:
        header = (
            ("变动 change", 12),
            ("经营者 business", 34),
            ("原安排 before", 20),
            ("现安排 now", 20),
            ("原因 why", 44),
            ("任务编号 visit_id", 18),
        )
        for at, (text, width) in enumerate(header):
            sheet.write_string(0, at, text, self._formats["head"])
            sheet.set_column(at, at, width)
        for line, row in enumerate(
            self._listing.changes.iter_rows(named=True), start=1
        ):
            written = (
                word("worklist_change", row["change"]),
                row["name"] or row["business_id"],
                row["before"] or "",
                row["after"] or "",
                row["why"],
                row["visit_id"],
            )
            for at, text in enumerate(written):
                sheet.write_string(line, at, text, self._formats["text"])
        sheet.freeze_panes(1, 0)
        sheet.repeat_rows(0)

    def _about(self, sheet: Worksheet) -> None:
        listing = self._listing
        sheet.set_column(0, 0, 110, self._plain)
        sheet.write_string(0, 0, f"{listing.title} {listing.title_en}", self._title)
        late = int(listing.rows["is_overdue"].sum())
        count = f"共 {listing.rows.height} 次检查，其中逾期 {late} 次；变动 {listing.changes.height} 处"
        for line, text in enumerate((count, *_HOW), start=2):
            sheet.write_string(line, 0, text, self._plain)
