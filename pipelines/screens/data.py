"""What was loaded or invented, in the terminal."""

import shlex
from collections.abc import Mapping
from pathlib import Path

from features.schema import loadable
from pipelines.console import Voice
from pipelines.load import LoadReport
from pipelines.settings import WAREHOUSE
from pipelines.simulate import Summary

_LOAD = {
    "zh": ("表", "读取", "新增", "更新", "未变", "隔离"),
    "en": ("table", "read", "loaded", "updated", "unchanged", "quarantined"),
}
_EXAMPLE = {
    "zh": ("表", "文件", "行", "规则", "列", "取值"),
    "en": ("table", "file", "line", "rule", "column", "value"),
}
# Rules that a row may break only because a row of another table was set aside.
_FOLLOWS = ("unknown_business", "unknown_inspection")
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
    "online_within_business_days": "在线天数为负或超过营业天数，或营业天数超过 31",
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


def show_new_warehouse(voice: Voice, warehouse: Path) -> None:
    """Say that a warehouse was made: where one was meant to be, the path has a slip."""
    voice.say(
        f"此前没有数据仓库 {warehouse}，已新建；若本应已有，请核对 --warehouse",
        f"There was no warehouse {warehouse}, so a new one was made; check --warehouse if there should have been",
    )


def show_load(voice: Voice, report: LoadReport) -> None:
    """Show where the rows of every table went, and why some were set aside."""
    total = {voice.pick("合计", "total"): report.total}
    voice.table(
        ("装载结果", "What was loaded"),
        _LOAD[voice.lang],
        [
            (_table_name(voice, name), *vars(counts).values())
            for name, counts in {**report.tables, **total}.items()
        ],
    )
    if report.rules:
        _show_quarantine(voice, report)
        _warn_of_lost_tables(voice, report)
        _tell_what_follows(voice, report)
    _show_untouched(voice, report)


def show_next(voice: Voice, report: LoadReport, warehouse: Path) -> None:
    """Show the command that comes next; what is not loaded cannot be learned from."""
    if report.left_out and not report.total.read:
        voice.say(
            "没有可装入的行：未填写的任务单等不算。下一步：填写或核对文件后重新装载",
            "No row to load: sheets nobody filled in, say. Next: fill in or check the files and load again",
        )
        return
    if report.total.read == report.total.quarantined:
        voice.say(
            "没有装入任何行。下一步：改正来源文件后重新装载",
            "No row was loaded. Next: mend the source and load it again",
        )
        return
    where = shlex.quote(str(warehouse))
    following = f"shian train --as-of {report.loaded_on} --warehouse {where}"
    voice.say(f"下一步：{following}", f"Next: {following}")


def _show_quarantine(voice: Voice, report: LoadReport) -> None:
    """Show by which rules rows were set aside, and where the first of them stand."""
    voice.table(
        ("隔离的行（output.quarantine）", "Rows in quarantine (output.quarantine)"),
        (voice.pick("规则", "rule"), voice.pick("行数", "rows")),
        [(_rule_name(voice, rule), rows) for rule, rows in report.rules.items()],
    )
    voice.table(
        ("隔离在何处", "Where they stand"),
        _EXAMPLE[voice.lang],
        [
            (
                _table_name(voice, entry["table"]),
                entry["file"],
                str(entry["line"]),
                _rule_name(voice, entry["rule"]),
                _column_name(voice, entry["table"], entry["column"]),
                entry["value"],
            )
            for entry in report.examples
        ],
    )
    if more := report.quarantine_entries - len(report.examples):
        voice.say(
            f"另有 {more:,} 条，见 output.quarantine",
            f"and {more:,} more in output.quarantine",
        )


def _warn_of_lost_tables(voice: Voice, report: LoadReport) -> None:
    for table, counts in report.tables.items():
        if counts.quarantined and counts.quarantined == counts.read:
            name = _table_name(voice, table)
            voice.say(
                f"警告：{name} 的 {counts.read:,} 行全部被隔离，一行也没有装入",
                f"Warning: all {counts.read:,} rows of {name} are in quarantine; none was loaded",
            )


def _tell_what_follows(voice: Voice, report: LoadReport) -> None:
    """Point at the business rows first: what hangs on them is not wrong in itself."""
    waiting = sum(report.rules.get(rule, 0) for rule in _FOLLOWS)
    parents = report.tables.get("business")
    if waiting and parents and parents.quarantined:
        rules = " ".join(_FOLLOWS)
        voice.say(
            f"有 {waiting:,} 行因经营者或检查未入库而被隔离（{rules}），经营者表有 "
            f"{parents.quarantined:,} 行在隔离区：先改正经营者表后重新装载，这些行会自动装入",
            f"{waiting:,} rows lack a business or an inspection that was loaded ({rules}), and "
            f"{parents.quarantined:,} business rows are in quarantine: mend the business "
            "table first and load again, and the rows that belong to it come in by themselves",
        )


def _table_name(voice: Voice, name: str) -> str:
    table = loadable().get(name)
    return voice.pick(f"{table.grain_zh} {name}", name) if table else name


def _rule_name(voice: Voice, rule: str) -> str:
    return voice.pick(f"{RULES_ZH[rule]} {rule}", rule)


def _column_name(voice: Voice, table: str, column: str) -> str:
    """Name a column; none where the row as a whole is at fault."""
    if not column:
        return ""
    label = loadable()[table].columns[column].zh.split("（")[0]
    return voice.pick(f"{label} {column}", column)


def _show_untouched(voice: Voice, report: LoadReport) -> None:
    """Say what the mapping does not look at, so that nothing is left out in silence."""
    between = voice.pick("、", ", ")
    for file, columns in report.extra_columns.items():
        names = between.join(columns)
        voice.say(f"{file}：未读取的列 {names}", f"{file}: columns not read: {names}")
    for table, rows in report.left_out.items():
        voice.say(
            f"{table}：按对照文件未取的行（未填写或不属于本表）{rows:,}",
            f"{table}: rows the mapping leaves out (not filled in, or not of this table): {rows:,}",
        )
    if report.unused_files:
        names = between.join(report.unused_files)
        voice.say(f"未读取的文件：{names}", f"Files not read: {names}")


def show_simulated(voice: Voice, summary: Summary, out: Path) -> None:
    """Show what was invented, and how to load it."""
    voice.table(
        ("模拟的记录", "Invented records"),
        (voice.pick("表", "table"), voice.pick("行数", "rows")),
        list(summary.rows.items()),
    )
    following = f"shian load {out}/source --on {summary.until} --warehouse {WAREHOUSE}"
    voice.say(
        f"文件在 {out}/source，真值在 {out}/truth（不参与任何计算）\n下一步：{following}",
        f"Files in {out}/source; the truth in {out}/truth (no computation reads it)\n"
        f"Next: {following}",
    )
