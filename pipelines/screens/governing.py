"""A challenger's way through the gates, in the terminal."""

import polars as pl

from models.clauses import GRADES
from pipelines.console import Voice
from pipelines.promoting import Review, changed_share


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
