"""A score run and a backtest in the terminal, as an officer reads them."""

from pathlib import Path

import polars as pl

from features.schema import labels
from models.clauses import GRADES
from models.random_visits import ALL, DRAWN
from pipelines.backtest import BacktestReport
from pipelines.console import Voice
from pipelines.report import comparison, gains, trial_note
from pipelines.runs import Run, grades_by
from pipelines.score import ScoreReport
from pipelines.settings import TOP_ROWS


def show_run(voice: Voice, run: Run) -> None:
    """Show grades by street and type, and the highest risks with their first reason."""
    scores = run.scores
    voice.say(
        f"数据截止 {run.as_of}，在营经营者 {scores.height:,} 家，"
        f"重点监管 {scores['is_key_supervision'].sum():,} 家，"
        f"暂定 {scores['is_provisional'].sum():,} 家",
        f"As of {run.as_of}: {scores.height:,} businesses trading, "
        f"{scores['is_key_supervision'].sum():,} under key supervision, "
        f"{scores['is_provisional'].sum():,} provisional",
    )
    say_trial(voice, is_trial=run.is_trial)
    types = {
        code: voice.pick(*names) for code, names in labels("business_type").items()
    }
    _grades_by(
        voice,
        scores,
        "street",
        (
            "各街道风险等级（C、D级占比高的在前）",
            "Risk grades by street, most C and D first",
        ),
    )
    named = scores.with_columns(pl.col("business_type").replace(types))
    _grades_by(
        voice,
        named,
        "business_type",
        (
            "各业态风险等级（C、D级占比高的在前）",
            "Risk grades by type, most C and D first",
        ),
    )
    _highest(voice, scores)


def say_trial(voice: Voice, *, is_trial: bool) -> None:
    """Say that the model was not promoted, where it was not."""
    if is_trial:
        voice.say(f"注意：{trial_note('zh')}", f"Note: {trial_note('en')}")


def show_counts(voice: Voice, report: ScoreReport, file: Path) -> None:
    """Show how many businesses have which grade, where they are too many to list."""
    voice.table(
        (
            f"数据截止 {report.as_of}，在营经营者 {report.businesses:,} 家",
            f"As of {report.as_of}: {report.businesses:,} businesses trading",
        ),
        (*GRADES, voice.pick("重点监管", "key"), voice.pick("暂定", "provisional")),
        [(*report.grades.values(), report.key_supervision, report.provisional)],
    )
    say_trial(voice, is_trial=report.is_trial)
    voice.say(
        f"家数过多，不出电子表格和网页报告；全部结果：{file}",
        f"Too many for a spreadsheet or a page; every row: {file}",
    )


def show_backtest(voice: Voice, report: BacktestReport) -> None:
    """Show every ranker beside the model, with its interval and the model's gain."""
    voice.table(
        (
            f"模型可靠吗：回溯 {report.visits:,} 次检查，严重不合格 {report.serious_share:.1%}",
            f"Does it work: {report.visits:,} past visits, {report.serious_share:.1%} serious",
        ),
        _BACKTEST[voice.lang],
        [
            (row["label"], *(f"{c['value']} ({c['interval']})" for c in row["cells"]))
            for row in comparison(report, voice.lang)
        ],
    )
    voice.table(
        (
            "模型比各种简单排序好多少（配对95%区间）",
            "What the model gains over each naive ranker (paired 95% interval)",
        ),
        _GAINS[voice.lang],
        gains(report, voice.lang),
    )
    _random(voice, report.random)
    if report.skipped:
        days = ", ".join(f"{day:%Y-%m}" for day in report.skipped)
        voice.say(
            f"此前记录不足以训练而跳过的窗口 {len(report.skipped)} 个：{days}",
            f"Skipped for too little history before them: {len(report.skipped)} windows ({days})",
        )


def _random(voice: Voice, random: pl.DataFrame) -> None:
    """Show what visits drawn by lot say of everybody, beside all visits."""
    if random.is_empty():
        return
    cells = {
        (row["of"], row["metric"]): f"{row['value']:.3f} "
        f"({row['lower']:.3f}–{row['upper']:.3f})"
        for row in random.to_dicts()
    }
    counts = dict(random.select("of", "visits").unique().iter_rows())
    voice.table(
        (
            "对全体经营者说得准吗：双随机抽中的检查按入样概率加权（95%区间）",
            "True of everybody? Visits drawn by lot, weighted by their chance (95% interval)",
        ),
        (
            voice.pick("指标", "measure"),
            f"{voice.pick('全部检查', 'all visits')} ({counts[ALL]:,})",
            f"{voice.pick('随机检查', 'drawn by lot')} ({counts[DRAWN]:,})",
        ),
        [
            (voice.pick(*name), cells[ALL, metric], cells[DRAWN, metric])
            for metric, name in _RANDOM.items()
        ],
    )


_RANDOM = {
    "serious_share": ("严重不合格比例", "serious"),
    "stated_share": ("模型估计的比例", "stated by the model"),
    "auc": ("AUC", "AUC"),
    "calibration_error": ("校准误差", "calibration error"),
}
_BACKTEST = {
    "zh": ("排序依据", "AUC", "前10%命中率", "前半程发现", "净提前天数"),
    "en": ("ranked by", "AUC", "precision@10%", "first half", "net days earlier"),
}
_GAINS = {
    "zh": ("对比", "AUC", "净提前天数"),
    "en": ("against", "AUC", "net days earlier"),
}


def _grades_by(
    voice: Voice, scores: pl.DataFrame, column: str, title: tuple[str, str]
) -> None:
    rows = grades_by(scores, column).drop("share").rows()
    total = [sum(row[n] for row in rows) for n in range(1, len(GRADES) + 2)]
    name = (
        voice.pick("街道", "street")
        if column == "street"
        else voice.pick("业态", "type")
    )
    voice.table(
        title,
        (name, *GRADES, voice.pick("合计", "total")),
        [*rows, (voice.pick("全部", "all"), *total)],
    )


def _highest(voice: Voice, scores: pl.DataFrame) -> None:
    columns = ["business_id", "name", "street", "risk_grade", "total_points"]
    rows = [
        (*row[:-2], f"{row[-2]:.0%}", row[-1])
        for row in scores.head(TOP_ROWS)
        .select(*columns, "probability", f"reason_1_{voice.lang}")
        .iter_rows()
    ]
    header = {
        "zh": ("编号", "名称", "街道", "等级", "总分", "概率", "首要理由"),
        "en": ("number", "name", "street", "grade", "points", "chance", "first reason"),
    }
    title = f"风险最高的 {TOP_ROWS} 家", f"The {TOP_ROWS} highest risks"
    voice.table(title, header[voice.lang], rows)
