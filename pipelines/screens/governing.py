"""A challenger's way through the gates, and the model in use, in the terminal."""

import polars as pl

from models.clauses import GRADES
from pipelines.column_names import label
from pipelines.console import Voice
from pipelines.model_card import ModelCard
from pipelines.model_card_page import METRICS, facts, fairness_rows, measured
from pipelines.monitor_page import checks
from pipelines.monitoring import Monitoring
from pipelines.promoting import Review, changed_share

# More would not be read.
SHIFTS_SHOWN = 6


def show_review(voice: Voice, found: Review) -> None:
    """Show every gate with what it found, and how many grades would change which way."""
    before = found.before or voice.pick("无", "none")
    voice.say(
        f"候选模型 {found.version}（数据截止 {found.as_of}），现行模型 {before}",
        f"Challenger {found.version} (as of {found.as_of}), champion {before}",
    )
    passed = {
        True: voice.pick("通过", "passed"),
        False: voice.pick("未通过", "REFUSED"),
    }
    voice.table(
        (
            "启用前检验（限值为系统默认，R-1至R-8）",
            "Gates (limits are our defaults, R-1 to R-8)",
        ),
        (voice.pick("关", "gate"), "", voice.pick("结果", "found")),
        [
            (gate.label(voice.lang), passed[gate.passed], gate.found(voice.lang))
            for gate in found.gates
        ],
    )
    if found.migration is not None:
        show_migration(voice, found.migration)


def show_migration(voice: Voice, migration: pl.DataFrame) -> None:
    """Show how many businesses go from which grade to which."""
    counted = {(a, b): n for a, b, n in migration.iter_rows()}
    voice.table(
        (
            f"等级变动：{changed_share(migration):.1%} 的经营者（行为原等级，列为新等级）",
            f"Grades that change: {changed_share(migration):.1%} (from row to column)",
        ),
        (voice.pick("原", "from"), *GRADES),
        [
            (before, *(f"{counted.get((before, after), 0):,}" for after in GRADES))
            for before in GRADES
        ],
    )


def show_monitoring(voice: Voice, found: Monitoring) -> None:
    """Show every check of the monitoring, and the columns that moved most."""
    voice.say(
        f"模型 {found.version}，{found.start} 至 {found.end}，{found.visits:,} 次检查",
        f"Model {found.version}, {found.start} to {found.end}, {found.visits:,} visits",
    )
    voice.table(
        ("模型监测", "Monitoring"),
        tuple(
            voice.pick(*names)
            for names in (("检查项", "what"), ("状态", ""), ("结果", "found"))
        ),
        [row[:3] for row in checks(found, voice.lang)],
    )
    voice.table(
        ("变化最大的特征", "Columns that moved most"),
        (voice.pick("特征", "feature"), "PSI", voice.pick("缺失", "missing")),
        [
            (
                label(row["column"], voice.lang),
                f"{row['psi']:.2f}",
                f"{row['missing_then']:.0%} → {row['missing_now']:.0%}",
            )
            for row in found.shifts.filter("is_judged").head(SHIFTS_SHOWN).to_dicts()
        ],
    )
    if not found.migration.is_empty():
        show_migration(voice, found.migration)


def show_card(voice: Voice, card: ModelCard) -> None:
    """Show what a model was made of, what it can do, and how groups are treated."""
    voice.table(
        (f"模型说明卡 {card.version}", f"Model card {card.version}"),
        (voice.pick("项目", "what"), voice.pick("值", "value")),
        facts(card, voice.pick),
    )
    voice.table(
        ("留出检查上的表现（95%区间）", "On visits held out (95% intervals)"),
        ("", *(voice.pick(*names) for names in METRICS.values())),
        [(name, *cells) for name, cells in measured(card.overall, voice.pick)],
    )
    voice.table(
        (
            "各组是否同等对待（每类第一行为参照组）",
            "Groups (the first of each is the reference)",
        ),
        tuple(
            voice.pick(*names)
            for names in (
                ("类", "by"),
                ("组", "group"),
                ("检查", "visits"),
                ("预测", "stated"),
                ("实际", "found"),
                ("每起所需检查", "visits per serious case"),
            )
        ),
        [
            (
                row["attribute"] if row["is_reference"] else "",
                *(
                    row[name]
                    for name in ("group", "visits", "stated", "found", "burden")
                ),
            )
            for row in fairness_rows(card.fairness, voice.pick)
        ],
    )
    if not card.migration.is_empty():
        show_migration(voice, card.migration)
