"""The indicators on one page that needs nothing but a browser, for two minutes' reading."""

from typing import Any

import polars as pl

from features.schema import labels, schema
from models.citation import cite
from models.indicator_clauses import IndicatorBenchmark, StarRating
from models.indicators.assess import STARS
from pipelines import charts
from pipelines.indicators import words
from pipelines.indicators.running import Indicators, Judged
from pipelines.report import pages

# Rows of a gap list on the page; the whole list is in the workbook and gaps.csv.
GAP_ROWS = 15
# A pass rate below this is off the scale anyway.
_PASS_RATE_FROM = 90.0


def page(found: Indicators, lang: str) -> str:
    """Render the page in a language."""
    en = lang == "en"
    view = {
        "lang": lang,
        "t": lambda zh, english: english if en else zh,
        "title": "Indicators of the food safety plan" if en else "食品安全规划指标",
        "found": found,
        "headline": words.headline(found, lang),
        "cards": _cards(found, en=en),
        "rows": [_row(found, judged, lang) for judged in found.judged],
        "league": _league(found),
        "columns": [j.no for j in found.judged],
        "stars": _stars(found, en=en),
        "star_rule": found.law.citation(STARS, "en" if en else "zh"),
        "star_text": _rule_text(found.law.get(StarRating, STARS), en=en),
        "cautions": words.CAUTIONS[lang],
        "figures": _figures(found, en=en),
        "origin": _origin(found, en=en),
        "gap_rows": GAP_ROWS,
    }
    return pages().get_template("indicators.html.j2").render(view)


def _cards(found: Indicators, *, en: bool) -> list[tuple[str, str]]:
    states = [j.assessed.is_met for j in found.judged]
    binding = [j for j in found.judged if j.plan.target.attribute == "binding"]
    met = sum(j.assessed.is_met is True for j in binding)
    expected = [words.expected_to_be_met(j) for j in found.judged]
    applicable = len(states) - states.count(None)
    gaps = sum(j.assessed.gaps.height for j in found.judged)
    return [
        (f"{states.count(True)} / {applicable}", "met" if en else "达标"),
        (f"{met} / {len(binding)}", "binding met" if en else "约束性指标达标"),
        (
            str(expected.count(True)),
            "expected to be met at the end of the year" if en else "年末预计达标",
        ),
        (f"{gaps:,}", "rows of the gap lists" if en else "差距清单条数"),
    ]


def _row(found: Indicators, judged: Judged, lang: str) -> dict[str, Any]:
    """Give a line of the page: what the plan says, where we are, where it leads."""
    en, target, now = lang == "en", judged.plan.target, judged.assessed
    return {
        "no": judged.no,
        "short": target.short_en if en else target.short_zh,
        "name": target.en if en else target.zh,
        "attribute": words.ATTRIBUTES[target.attribute][en],
        "is_binding": target.attribute == "binding",
        "department": "、".join(target.departments_en if en else target.departments_zh),
        "value": words.value_text(judged),
        "target": words.target_text(judged, lang),
        "state": words.state(found, judged, lang),
        "is_met": now.is_met,
        "counted": f"{words.amount(now.numerator)} / {words.amount(now.denominator)}",
        "interval": words.interval_text(judged),
        "none": words.none_reason(found, judged, lang),
        "ahead": words.ahead_text(found, judged, lang),
        "bullet": _bullet(found, judged),
        "trend": charts.sparkline(
            [p.value for p in judged.trend],
            target.target,
            (_quarter(judged, 0), _quarter(judged, -1)),
        ),
        "missing": words.amount(now.missing),
        "gaps": _gap_rows(found, judged, en=en),
        "gap_count": now.gaps.height,
        **_definition(found, judged, en=en),
    }


def _definition(found: Indicators, judged: Judged, *, en: bool) -> dict[str, Any]:
    """Say how an indicator is counted, how else it might be, and what others reach."""
    target, definition = judged.plan.target, judged.plan.definition
    return {
        "numerator": definition.numerator_en if en else definition.numerator_zh,
        "denominator": definition.denominator_en if en else definition.denominator_zh,
        "note": definition.note if en else "",
        "target_rule": found.law.citation(target.id, "en" if en else "zh"),
        "rule": found.law.citation(definition.id, "en" if en else "zh"),
        "others": [
            (
                other.en if en else other.zh,
                words.number(other.value, target.unit_zh),
                words.STATES[other.is_met][en],
            )
            for other in judged.others
        ],
        "benchmarks": [_benchmark(found, b, en=en) for b in judged.plan.benchmarks],
        "inputs": [_table_name(f"mart.{name}", en=en) for name in definition.inputs],
        "is_typed": "reported_figure" in definition.inputs,
    }


def _table_name(name: str, *, en: bool) -> str:
    """Name a table as its reader does, and as the data dictionary lists it."""
    return name if en else f"{schema()[name].grain_zh}（{name}）"


def _bullet(found: Indicators, judged: Judged) -> Any:  # noqa: ANN401  markup
    now, target, ahead = judged.assessed, judged.plan.target, judged.forecast
    values = [now.value or 0.0, target.target, ahead.upper if ahead else 0.0]
    end = 100.0 if judged.plan.is_share else max(values) * 1.15
    is_over = found.until == found.forecast_day
    has_interval = now.lower is not None and now.upper is not None
    return charts.bullet(
        now.value,
        target.target,
        start=_PASS_RATE_FROM if judged.plan.definition.is_sample else 0.0,
        end=end,
        interval=(now.lower or 0.0, now.upper or 0.0) if has_interval else None,
        ahead=(ahead.value, ahead.lower, ahead.upper)
        if ahead and not is_over
        else None,
        tip=f"{words.value_text(judged)} {words.target_text(judged, 'zh')}",
    )


def _quarter(judged: Judged, place: int) -> str:
    """Name the last month before a point: up to 2026-01-01 is 2025-12."""
    until = judged.trend[place].until
    last = until.replace(day=1) if until.day > 1 else until
    year, month = divmod(last.year * 12 + last.month - (2 if until.day == 1 else 1), 12)
    return f"{year}-{month + 1:02d}"


def _gap_rows(found: Indicators, judged: Judged, *, en: bool) -> list[dict[str, Any]]:
    names = dict(found.league.select("street_code", "name").iter_rows())
    return [
        {
            "unit_id": row["unit_id"],
            "name": row["name"],
            "street": names.get(row["street_code"], "-"),
            "missing": words.amount(row["missing"]),
            "why": row["why_en"] if en else row["why_zh"],
        }
        for row in judged.assessed.gaps.head(GAP_ROWS).iter_rows(named=True)
    ]


def _benchmark(
    found: Indicators, benchmark: IndicatorBenchmark, *, en: bool
) -> tuple[str, str, str]:
    unit = benchmark.unit_en if en else benchmark.unit_zh
    after = "" if unit == "%" else f" {unit}"
    value = f"{words.number(benchmark.value, unit)}{after}"
    said = cite(benchmark, found.law.sources[benchmark.source], "en" if en else "zh")
    return _rule_text(benchmark, en=en), value, said


def _rule_text(rule: IndicatorBenchmark | StarRating, *, en: bool) -> str:
    return rule.en if en else rule.zh


def _league(found: Indicators) -> list[dict[str, Any]]:
    """Give each street its values, marked where they meet the target."""
    rows = []
    for street in found.league.iter_rows(named=True):
        cells = []
        for judged in found.judged:
            value, target = street[f"i{judged.no}"], judged.plan.target
            is_met = None if value is None else target.is_met_by(value)
            cells.append((words.number(value), is_met))
        rows.append({**street, "cells": cells})
    return rows


def _stars(found: Indicators, *, en: bool) -> list[dict[str, Any]]:
    names = {code: n[en] for code, n in labels("office_dimension").items()}
    ranked = found.stars.sort("stars", "points", descending=True, nulls_last=True)
    return [
        {
            "name": row["name"],
            "stars": "★" * row["stars"] if row["points"] is not None else "-",
            "points": words.number(row["points"]),
            "lowest": names.get(row["lowest"], "-"),
        }
        for row in ranked.iter_rows(named=True)
    ]


def _figures(found: Indicators, *, en: bool) -> list[dict[str, Any]]:
    """Show what was typed by others, the newest year of each, beside its benchmarks."""
    names = {code: n[en] for code, n in labels("reported_figure").items()}
    newest = (
        found.figures.filter(pl.col("year") <= found.year)
        .sort("figure", "area", "year")
        .unique(["figure", "area"], keep="last", maintain_order=True)
    )
    beside = [b for b in found.law.all(IndicatorBenchmark) if b.no == 0]
    satisfaction = "；".join(
        f"{_rule_text(b, en=en)} {words.number(b.value)}" for b in beside
    )
    return [
        {
            **row,
            "figure_name": names.get(row["figure"], row["figure"]),
            "amount": words.number(row["amount"]),
            "beside": satisfaction if row["figure"] == "satisfaction" else "",
        }
        for row in newest.iter_rows(named=True)
    ]


def _origin(found: Indicators, *, en: bool) -> list[tuple[str, str]]:
    names = {
        "run_id": ("运行编号", "run"),
        "law_version": ("规则版本", "rules"),
        "code_version": ("程序版本", "program"),
        "data_fingerprint": ("数据指纹", "facts"),
    }
    return [(both[en], str(found.record[key])) for key, both in names.items()]
