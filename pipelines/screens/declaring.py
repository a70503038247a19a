"""An analyst's own features in the terminal."""

from pathlib import Path

from pipelines.console import Voice
from pipelines.declaring import Made

_HEADER = {
    "zh": ("特征", "含义（单位）", "已知行数", "均值", "最小", "最大"),
    "en": ("feature", "meaning (unit)", "rows known", "mean", "least", "greatest"),
}


def facts(made: Made, out: Path) -> dict[str, object]:
    """Give a program what was made, and where."""
    return {
        "out": str(out),
        "rows": made.matrix.height,
        "columns": made.matrix.width - 2,
        "unknown": {f.name: made.matrix[f.name].null_count() for f in made.features},
    }


def show_features(voice: Voice, made: Made, out: Path) -> None:
    """Show each feature with its label, and how much of it is known."""
    voice.say(
        f"{made.matrix.height:,} 行，{made.matrix.width - 2} 列（含缺失标记）",
        f"{made.matrix.height:,} rows, {made.matrix.width - 2} columns with the flags",
    )
    rows = []
    for feature in made.features:
        column, (zh, _, en) = made.matrix[feature.name], feature.unit.partition("|")
        known = len(column) - column.null_count()
        rows.append(
            (
                feature.name,
                voice.pick(f"{feature.zh}（{zh}）", f"{feature.en} ({en})"),
                known,
                *(column.mean(), column.min(), column.max()),
            )
        )
    voice.table(("所声明的特征", "Features as declared"), _HEADER[voice.lang], rows)
    voice.say(f"文件：{out}", f"File: {out}")
