"""What was loaded or invented, in the terminal."""

from pathlib import Path

from pipelines.console import Voice
from pipelines.load import LoadReport
from pipelines.settings import WAREHOUSE
from pipelines.simulate import Summary

_LOAD = {
    "zh": ("表", "读取", "新增", "更新", "未变", "隔离"),
    "en": ("table", "read", "loaded", "updated", "unchanged", "quarantined"),
}


def show_load(voice: Voice, report: LoadReport) -> None:
    """Show where the rows of every table went, and why some were set aside."""
    total = {voice.pick("合计", "total"): report.total}
    voice.table(
        ("装载结果", "What was loaded"),
        _LOAD[voice.lang],
        [
            (name, *vars(counts).values())
            for name, counts in {**report.tables, **total}.items()
        ],
    )
    if report.rules:
        voice.table(
            ("隔离的行（output.quarantine）", "Rows in quarantine (output.quarantine)"),
            (voice.pick("规则", "rule"), voice.pick("行数", "rows")),
            list(report.rules.items()),
        )
    _show_untouched(voice, report)


def _show_untouched(voice: Voice, report: LoadReport) -> None:
    """Say what the mapping does not look at, so that nothing is left out in silence."""
    between = voice.pick("、", ", ")
    for file, columns in report.extra_columns.items():
        names = between.join(columns)
        voice.say(f"{file}：未读取的列 {names}", f"{file}: columns not read: {names}")
    for table, rows in report.left_out.items():
        voice.say(
            f"{table}：按对照文件不属于本表的行 {rows:,}",
            f"{table}: rows the mapping does not mean for it: {rows:,}",
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
