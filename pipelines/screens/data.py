"""What was loaded or invented, in the terminal."""

import shlex
from pathlib import Path

from features.schema import loadable
from pipelines.console import Voice
from pipelines.load import LoadReport
from pipelines.quarantine import RULES_ZH, Quarantine
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
_COUNTED = {"zh": ("表", "规则", "条数"), "en": ("table", "rule", "entries")}
# Rules that a row may break only because a row of another table was set aside.
_FOLLOWS = ("unknown_business", "unknown_inspection")


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
            f"另有 {more:,} 条；全部导出：shian quarantine --out 文件夹",
            f"and {more:,} more; write all of them: shian quarantine --out FOLDER",
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


def show_quarantine(voice: Voice, found: Quarantine, written: list[Path]) -> None:
    """Show how many entries wait by which rule of which table, and what was written."""
    if not found.entries.height:
        voice.say("隔离区为空", "Nothing is in quarantine")
        return
    voice.table(
        ("隔离区", "Quarantine"),
        _COUNTED[voice.lang],
        [
            (_table_name(voice, table), _rule_name(voice, rule), count)
            for table, rule, count in found.counts().iter_rows()
        ],
    )
    for path in written:
        voice.say(f"已写入 {path}", f"Written: {path}")
    if not written:
        voice.say(
            "逐条查看：加 --out 文件夹，写出电子表格和 CSV",
            "To read each of them add --out FOLDER, which writes a workbook and a CSV file",
        )
