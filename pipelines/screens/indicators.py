"""The indicators of the plan in the terminal, and as facts for a program."""

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl
from rich.text import Text

from pipelines.console import Voice
from pipelines.indicators import words
from pipelines.indicators.running import Indicators, Judged
from pipelines.wording import several

# Rows of a gap list in the terminal; all of them are in gaps.csv.
SHOWN = 30
_HEADERS = {
    "zh": ("", "指标", "属性", "当前值", "目标", "状态", "分子/分母", "95%区间", "年末预测", "差距"),
    "en": ("", "indicator", "attribute", "value", "target", "state", "counted", "95% interval", "end of year", "gaps"),
}  # fmt: skip


def facts(found: Indicators, files: Sequence[Path], gap: int | None) -> dict[str, Any]:
    """Give the run as plain values; of gap lists the one asked for."""
    shown = {"gap": found.of(gap).assessed.gaps.to_dicts()} if gap else {}
    return {
        "run_id": found.record["run_id"],
        "as_of": found.as_of.isoformat(),
        "year": found.year,
        "indicators": [_facts_of(found, judged) for judged in found.judged],
        "streets": found.league.to_dicts(),
        "stars": found.stars.select("street_code", "points", "stars").to_dicts(),
        "stars_are_provisional": True,
        "files": list(files),
        **shown,
    }


def _facts_of(found: Indicators, judged: Judged) -> dict[str, Any]:
    now, target, ahead = judged.assessed, judged.plan.target, judged.forecast
    return {
        "no": target.no,
        "name": target.zh,
        "attribute": target.attribute,
        "departments": target.departments_zh,
        "numerator": now.numerator,
        "denominator": now.denominator,
        "value": now.value,
        "unit": target.unit_zh,
        "interval": None if now.lower is None else [now.lower, now.upper],
        "target": target.target,
        "comparison": target.comparison,
        "is_met": now.is_met,
        "not_applicable": words.none_reason(found, judged, "zh"),
        "missing": now.missing,
        "gaps": now.gaps.height,
        "forecast": None if ahead is None else [ahead.lower, ahead.value, ahead.upper],
        "status_of_definition": judged.plan.definition.status,
        "other_readings": [
            {"reading": o.zh, "value": o.value, "is_met": o.is_met}
            for o in judged.others
        ],
        "trend": [
            {"until": p.until.isoformat(), "value": p.value} for p in judged.trend
        ],
    }


def show_indicators(voice: Voice, found: Indicators) -> None:
    """Show the fourteen in one table, the streets that lead and trail, and the caution."""
    lang = voice.lang
    voice.say(words.headline(found, "zh"), words.headline(found, "en"))
    voice.table(
        (
            f"食品安全规划指标 {found.year}（数据截止 {found.as_of}）",
            f"Indicators of the plan {found.year}, as of {found.as_of}",
        ),
        _HEADERS[lang],
        [_row(found, judged, lang) for judged in found.judged],
    )
    voice.table(
        ("街道排名（达标项占比、差距条数）", "Streets by targets met, then gaps"),
        ("#", voice.pick("街道", "street"), voice.pick("达标", "met"), voice.pick("差距", "gaps")),
        [
            (s["rank"], s["name"], f"{s['met']}/{s['applicable']}", s["gaps"])
            for s in found.league.iter_rows(named=True)
        ],
    )  # fmt: skip
    voice.say(
        "\n".join(words.CAUTIONS["zh"]) + "\n基层食安办星级为暂定分值，见网页。",
        "\n".join(words.CAUTIONS["en"])
        + "\nStars of street offices are provisional: see the page.",
    )


def show_next(voice: Voice, found: Indicators, warehouse: Path) -> None:
    """Show how to read the gap list of the first indicator that has one."""
    short = (j.plan.target.no for j in found.judged if j.assessed.gaps.height)
    if (no := next(short, None)) is not None:
        following = (
            f"shian indicators --as-of {found.as_of} --year {found.year} --gap {no} "
            f"--warehouse {shlex.quote(str(warehouse))}"
        )
        voice.say(f"下一步：{following}", f"Next: {following}")


def show_gaps(voice: Voice, judged: Judged, gaps: pl.DataFrame) -> None:
    """Show who stands between an indicator and its target."""
    target, now = judged.plan.target, judged.assessed
    lacks = words.amount(now.missing)
    voice.table(
        (
            f"{target.no}. {target.short_zh} {words.value_text(judged)}，"
            f"目标 {words.target_text(judged, 'zh')}，距目标差 {lacks}，清单 {gaps.height:,} 条",
            f"{target.no}. {target.short_en} {words.value_text(judged)}, "
            f"target {words.target_text(judged, 'en')}, lacks {lacks}, {several(gaps.height, 'row')}",
        ),
        gaps.columns[2:],
        [row[2:] for row in gaps.head(SHOWN).iter_rows()],
    )
    if gaps.height > SHOWN:
        voice.say(
            f"以上为前 {SHOWN} 条，全部见 gaps.csv。",
            f"These are the first {SHOWN}; all are in gaps.csv.",
        )


def _row(found: Indicators, judged: Judged, lang: str) -> Sequence[object]:
    target, now = judged.plan.target, judged.assessed
    en = lang == "en"
    said = words.state(found, judged, lang)
    style = {True: "green", False: "bold red", None: ""}[now.is_met]
    none = words.none_reason(found, judged, lang)
    return (
        target.no,
        target.short_en if en else target.short_zh,
        words.ATTRIBUTES[target.attribute][en],
        words.value_text(judged),
        words.target_text(judged, lang),
        Text(said, style=style),
        none or f"{words.amount(now.numerator)} / {words.amount(now.denominator)}",
        words.interval_text(judged),
        words.ahead_text(found, judged, lang),
        now.gaps.height,
    )
