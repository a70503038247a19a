"""The rows that were set aside: where each stands, by which rule, with which value."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from features.schema import loadable
from features.warehouse import Warehouse
from pipelines.dated_book import dated_book
from pipelines.plain_text import plain_column
from pipelines.written import drafts

WORKBOOK, LIST = "quarantine.xlsx", "quarantine.csv"
# A sheet holds 1,048,576 rows, one of them the header; the list holds all.
SHEET_ROWS = 1_000_000
_COLUMNS: Mapping[str, str] = {
    "loaded_on": "装载日",
    "file": "文件",
    "line": "行",
    "table": "表",
    "column": "列",
    "value": "取值",
    "rule": "规则",
    "meaning": "规则含义",
}
_WIDTHS = {"file": 24, "value": 40, "rule": 28, "meaning": 36}
_WIDTH = 12
# Every rule by which the loader sets a row aside; a test holds the list complete.
RULES_ZH: Mapping[str, str] = {
    # a row that cannot be read
    "empty_row": "空行",
    "wrong_field_count": "字段数与表头不符",
    "bad_quoting": "引号不成对",
    "cannot_be_computed": "对照文件的算式无法计算",
    # a value
    "control_character": "含有控制字符",
    "digits_lost_in_spreadsheet": "编号在电子表格中丢失末位数字",
    "cell_error": "单元格公式出错",
    "personal_number": "编号中含有电话或身份证号码",
    "missing_value": "必填项为空",
    "bad_date": "日期无法识别",
    "bad_yes_or_no": "是否无法识别",
    "bad_number": "数字无法识别",
    "unknown_code": "不是代码表中的代码或名称",
    # a row, beside the day of loading and what is known already
    "after_load_day": "日期晚于装载日",
    "absurd_amount": "数值过大，不合常理",
    "coordinates_swapped": "经度和纬度颠倒",
    "unknown_business": "经营者未入库",
    "unknown_inspection": "检查未入库",
    "after_business_closed": "晚于经营者注销或停业",
    # a row in itself
    "valid_period_positive": "有效期止不晚于有效期起",
    "closed_after_opened": "注销或停业早于开业",
    "declared_risk_in_range": "来源自报风险类别不在 1 至 9",
    "lon_in_range": "经度不在 -180 至 180",
    "lat_in_range": "纬度不在 -90 至 90",
    "coordinates_complete": "经度和纬度缺一",
    "value_not_negative": "取值为负数",
    "inspected_not_after_record": "检查日晚于记录日",
    "counts_not_negative": "项目数为负数",
    "checklist_points_in_range": "动态风险分（检查表）不在 0 至 60",
    "inclusion_probability_in_range": "抽取概率不大于 0 或超过 1",
    "two_different_inspectors": "主检查员和副检查员是同一人",
    "occurrences_positive": "次数小于 1",
    "received_not_after_record": "收到日晚于记录日",
    "verified_after_received": "核查日早于收到日",
    "sampled_not_after_record": "抽样日晚于记录日",
    "final_after_sampled": "结论确定日早于抽样日",
    "disposed_after_sampled": "核查处置完成日早于抽样日",
    "decided_not_after_record": "决定日晚于记录日",
    "amounts_not_negative": "金额或天数为负数",
    "withdrawn_after_decided": "撤销或修复日早于决定日",
    "withdrawal_is_dated": "撤销或修复与撤销或修复日缺一",
    "occurred_not_after_record": "发生日晚于记录日",
    "cases_not_negative": "病例数或死亡人数为负数",
    "certificate_period_positive": "有效期止早于有效期起",
    "month_is_first_day": "月份不是当月第一天",
    "span_within_a_month": "末日早于首日，或一段超过 31 天",
    "span_recorded_when_over": "记录日早于该段末日",
    "policy_period_positive": "终保日早于起保日",
    "held_not_after_record": "举办日晚于记录日",
    "left_after_joined": "离岗日早于入职日",
    "conflict_period_positive": "回避止日早于起日",
    "population_not_negative": "人口为负数",
    "shift_in_range": "调整级数不在 -1 至 2",
    # a row of what the plan's indicators rest on
    "handled_period_positive": "经营品种的止日不晚于起日",
    "roster_period_positive": "名册的止日不晚于起日",
    "unit_period_positive": "单位的止日不晚于起日",
    "leave_period_positive": "请假的末日早于首日",
    "batches_not_negative": "上传批次数为负数",
    "amount_not_negative": "名册数量为负数",
    "figure_not_negative": "报送的数字为负数",
    "size_not_negative": "单位规模为负数",
    "hours_not_negative": "报告用时为负数",
    "lessons_positive": "课次小于 1",
    "points_in_range": "评价得分不在 0 至 100",
    "found_not_after_record": "发现日晚于记录日",
    "filed_after_found": "立案日早于发现日",
    "closed_after_filed": "办结日早于立案日或未立案",
    "reported_not_after_record": "报告日晚于记录日",
    "assessed_not_after_record": "评价日晚于记录日",
}


@dataclass(frozen=True)
class Quarantine:
    """What waits in quarantine, the latest load first, then as it stands in the files.

    `entries`: loaded_on, file, line (the header is 1), table, column (empty where the
    row as a whole is at fault), value (cut to 200 characters), rule.
    """

    entries: pl.DataFrame

    def counts(self) -> pl.DataFrame:
        """Count entries by table and rule, the most first; a row may break several."""
        return (
            self.entries.group_by("table", "rule")
            .len("entries")
            .sort("entries", "table", "rule", descending=[True, False, False])
        )

    def last_loaded_on(self) -> date:
        """Give the day of the latest load that set something aside."""
        latest: date = max(self.entries["loaded_on"].to_list())
        return latest

    def as_dict(self) -> dict[str, Any]:
        """Give what a program asks for."""
        return {"entries": self.entries.height, "counts": self.counts().to_dicts()}


def read_quarantine(warehouse: Warehouse) -> Quarantine:
    """Read every entry, under the name its file had when it was last loaded."""
    entries = warehouse.sql(
        """
        with named as (
            select file_id, table_name, max_by(path, batch_id) as path
            from raw.file group by all
        )
        select
            loaded_on, path as file, line, table_name as "table", column_name as "column",
            offending_value as "value", rule
        from output.quarantine
        join named using (file_id, table_name)
        join raw.batch using (batch_id)
        order by batch_id desc, path, line, rule, column_name
        """
    )
    return Quarantine(entries)


def write_quarantine(found: Quarantine, folder: Path, lang: str) -> list[Path]:
    """Write quarantine.xlsx and quarantine.csv, for whoever mends the files.

    Raises:
        OSError: a file cannot be written.
    """
    shown = _named(found.entries, lang)
    paths = [folder / WORKBOOK, folder / LIST]
    with drafts(paths) as (workbook, listed):
        _write_workbook(shown, workbook, found.last_loaded_on())
        shown.with_columns(
            plain_column(n) for n, t in shown.schema.items() if t == pl.String
        ).write_csv(listed, include_bom=True)
    return paths


def _named(entries: pl.DataFrame, lang: str) -> pl.DataFrame:
    """Name tables, columns and rules in the words of the data dictionary."""
    if lang == "en":
        return entries.select(n for n in _COLUMNS if n in entries.columns)
    tables = {name: table.grain_zh for name, table in loadable().items()}
    labels = {
        f"{name}.{column}": known.zh
        for name, table in loadable().items()
        for column, known in table.columns.items()
    }
    return entries.with_columns(
        pl.col("table").replace(tables),
        column=pl.concat_str("table", "column", separator=".").replace_strict(
            labels, default=pl.col("column"), return_dtype=pl.String
        ),
        meaning=pl.col("rule").replace_strict(RULES_ZH, default=None),
    ).select(pl.col(name).alias(zh) for name, zh in _COLUMNS.items())


def _write_workbook(shown: pl.DataFrame, path: Path, on: date) -> None:
    with dated_book(path, on) as book:
        head = book.add_format({"bold": True, "bg_color": "#E8EDF2"})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet = book.add_worksheet("隔离区")
        sheet.freeze_panes(1, 0)
        for at, name in enumerate(shown.columns):
            sheet.set_column(at, at, _width(name))
            sheet.write_string(0, at, name, head)
        for row, values in enumerate(shown.head(SHEET_ROWS).iter_rows(), start=1):
            for at, value in enumerate(values):
                sheet.write(row, at, value, day if isinstance(value, date) else None)
        sheet.autofilter(0, 0, min(shown.height, SHEET_ROWS), shown.width - 1)


def _width(name: str) -> int:
    english = {zh: en for en, zh in _COLUMNS.items()}
    return _WIDTHS.get(english.get(name, name), _WIDTH)
