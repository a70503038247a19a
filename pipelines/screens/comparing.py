"""The comparison of models: in the terminal, and as a picture with its numbers."""

from pathlib import Path
from typing import Any

import polars as pl
from markupsafe import Markup

from features.catalogue import FAMILIES
from models.baselines import LABELS
from pipelines import charts
from pipelines.compare import ComparisonReport
from pipelines.console import Voice
from pipelines.report import pages
from pipelines.written import drafts

_METRICS = {
    "auc": ("AUC", "AUC", ".3f"),
    "auc_inside_inspectors": ("检查人员内AUC", "AUC inside inspectors", ".3f"),
    "net_days_earlier": ("净提前天数", "net days earlier", ".1f"),
}
_FAMILY_WORDS = {
    "profile": ("概况", "profile"),
    "inspections": ("检查", "inspections"),
    "complaints": ("投诉举报", "complaints"),
    "sampling": ("抽检", "sampling"),
    "conduct": ("守法", "conduct"),
    "neighbourhood": ("周边同类", "neighbourhood"),
}
NAMES = {
    **LABELS,
    "woe_logistic": ("证据权重逻辑回归", "logistic on weights of evidence"),
    "ebm": ("可解释提升机", "explainable boosting"),
    "ensemble": ("模型与逻辑回归的平均名次", "mean rank of model and logistic"),
    **{
        f"without_{family}": (f"去掉{_FAMILY_WORDS[family][0]}", f"without {family}")
        for family in FAMILIES
    },
    **{
        f"only_{family}": (f"只用{_FAMILY_WORDS[family][0]}", f"only {family}")
        for family in FAMILIES
    },
}


def rows(report: ComparisonReport, lang: str) -> list[tuple[str, ...]]:
    """Lay out every score, least regret first: regret, its worst window, and metrics."""
    found = {(row["ranker"], row["metric"]): row for row in report.overall.to_dicts()}
    return [
        (
            NAMES[row["ranker"]][lang == "en"],
            _spanned(row, ("regret", "lower", "upper"), ".3f"),
            f"{row['worst']:.3f}",
            f"{row['windows_best']}",
            *(
                _spanned(
                    found.get((row["ranker"], m)), ("value", "lower", "upper"), form
                )
                for m, (*_, form) in _METRICS.items()
            ),
            _spanned(
                found[row["ranker"], "auc"],
                ("gain", "gain_lower", "gain_upper"),
                "+.3f",
            ),
        )
        for row in report.regret.to_dicts()
    ]


def heads(lang: str) -> tuple[str, ...]:
    """Head the columns of `rows`."""
    pick = 1 if lang == "en" else 0
    return (
        ("排序依据", "ranked by")[pick],
        ("遗憾值", "regret")[pick],
        ("最差窗口", "worst window")[pick],
        ("最好窗口数", "windows best")[pick],
        *(names[pick] for names in _METRICS.values()),
        ("模型多出的AUC", "model's gain in AUC")[pick],
    )


def _spanned(row: dict[str, Any] | None, names: tuple[str, ...], form: str) -> str:
    """Write a value with its interval; a dash where it is not known."""
    if row is None or row[names[0]] is None:
        return "-"
    value, lower, upper = (format(row[name], form) for name in names)
    return f"{value} ({lower}, {upper})"


def show_comparison(voice: Voice, report: ComparisonReport) -> None:
    """Show every score by its regret, and what was left out."""
    count = report.windows["window"].n_unique()
    voice.table(
        (
            f"比较模型：{report.start} 至 {report.end}，{count} 个窗口，"
            f"{report.visits:,} 次检查（95%区间）",
            f"Models compared: {report.start} to {report.end}, {count} windows, "
            f"{report.visits:,} visits (95% intervals)",
        ),
        heads(voice.lang),
        rows(report, voice.lang),
    )
    if report.absent:
        names = ", ".join(report.absent)
        voice.say(
            f"未安装而未比较：{names}（安装 interpret-core 后可比较）",
            f"Not compared, not installed: {names} (install interpret-core)",
        )
    if report.skipped:
        days = ", ".join(f"{day:%Y-%m}" for day in report.skipped)
        voice.say(
            f"此前记录不足以训练而跳过的窗口：{days}",
            f"Skipped for too little history before them: {days}",
        )


def picture(report: ComparisonReport, lang: str) -> Markup:
    """Draw the regret of every score with its interval, least first."""
    spans = [
        (NAMES[row["ranker"]][lang == "en"], row["regret"], row["lower"], row["upper"])
        for row in report.regret.to_dicts()
    ]
    return charts.intervals(spans)


def page(report: ComparisonReport, lang: str) -> str:
    """Render the page in a language."""
    view = {
        "lang": lang,
        "t": lambda zh, en: zh if lang == "zh" else en,
        "title": "比较模型" if lang == "zh" else "Models compared",
        "report": report,
        "count": report.windows["window"].n_unique(),
        "heads": heads(lang),
        "rows": rows(report, lang),
        "picture": picture(report, lang),
    }
    return pages().get_template("compare.html.j2").render(view)


def write_files(report: ComparisonReport, out: Path) -> tuple[Path, ...]:
    """Write the page in both languages, and every number as CSV."""
    made = tuple(
        out / name
        for name in ("compare.html", "compare.en.html", "compare.csv", "regret.csv")
    )
    with drafts(made) as written:
        for path, lang in zip(written, ("zh", "en"), strict=False):
            path.write_text(page(report, lang), "utf-8")
        both = [
            report.overall.with_columns(window=pl.lit(None, pl.Date)),
            report.windows,
        ]
        pl.concat(both, how="diagonal").write_csv(written[2])
        report.regret.write_csv(written[3])
    return made
