"""The report of a score run: one page that needs nothing but a browser."""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from features.schema import labels
from models.baselines import LABELS
from models.clauses import GRADES, GradeBands, Scale
from models.dynamic_points import SCALE
from models.grading import BANDS
from models.rules import load_rules
from pipelines import charts
from pipelines.backtest import BacktestReport
from pipelines.runs import Run, grades_by
from pipelines.settings import TOP_ROWS

_COLUMNS = ("auc", "precision_at_top", "first_half_share", "net_days_earlier")
_GAIN_COLUMNS = {"auc": "+.3f", "net_days_earlier": "+.1f"}
_CURVE_POINTS = 60
# More bars would not be read.
_MOST_BARS = 30


@cache
def pages() -> Environment:
    """Give the templates; a name a template does not know is an error."""
    folder = Path(__file__).with_name("templates")
    return Environment(
        loader=FileSystemLoader(folder), autoescape=True, undefined=StrictUndefined
    )


def report(run: Run, backtest: BacktestReport | None, lang: str) -> str:
    """Render the report in a language."""
    scores = run.scores
    counted = dict(scores.group_by("risk_grade").len().iter_rows())
    rules = load_rules().applied_to(run.as_of)
    bands, scale = rules.get(GradeBands, BANDS), rules.get(Scale, SCALE)
    view = {
        "lang": lang,
        "t": lambda zh, en: zh if lang == "zh" else en,
        "title": "食品经营者风险等级报告"
        if lang == "zh"
        else "Risk grades of food businesses",
        "run": run.record,
        "total": scores.height,
        "grades": {g: counted.get(g, 0) for g in GRADES},
        "key_supervision": int(scores["is_key_supervision"].sum()),
        "top": _top(scores, lang),
        "by_street": charts.stacked_bars(_counts(scores, "street")),
        "by_type": charts.stacked_bars(_by_type(scores, lang)),
        "spread": charts.histogram(
            scores["total_points"].to_list(),
            _edges(bands),
            "总分" if lang == "zh" else "total points",
        ),
        "notes": _notes(scores, lang),
        "scale": scale,
        "scale_article": rules.citation(SCALE, "zh" if lang == "zh" else "en"),
        "origin": _origin(run, lang),
        "backtest": backtest,
        **_backtest_view(backtest, lang),
    }
    return pages().get_template("report.html.j2").render(view)


def comparison(backtest: BacktestReport, lang: str) -> list[dict[str, Any]]:
    """Arrange the backtest as one row per ranker, its metrics as text."""
    rows = []
    for name in backtest.overall["ranker"].unique(maintain_order=True):
        mine = {
            r["metric"]: r
            for r in backtest.overall.filter(pl.col("ranker") == name).to_dicts()
        }
        rows.append(
            {
                "label": LABELS[name][lang == "en"],
                "name": name,
                "cells": [_cell(mine.get(m), m) for m in _COLUMNS],
            }
        )
    return rows


def gains(backtest: BacktestReport, lang: str) -> list[tuple[str, ...]]:
    """Say how far the model is ahead of every other ranker: (label, AUC, net days)."""
    rows = []
    for name in backtest.overall["ranker"].unique(maintain_order=True):
        mine = backtest.overall.filter(
            pl.col("ranker") == name, pl.col("gain").is_not_null()
        )
        by_metric = {row["metric"]: row for row in mine.to_dicts()}
        if by_metric:
            cells = (_gain(by_metric[m], f) for m, f in _GAIN_COLUMNS.items())
            rows.append((LABELS[name][lang == "en"], *cells))
    return rows


def _gain(row: dict[str, Any], form: str) -> str:
    low, high = row["gain_lower"], row["gain_upper"]
    return f"{row['gain']:{form}} ({low:{form}} – {high:{form}})"


def gain_points(scored: pl.DataFrame, ranker: str) -> list[tuple[float, float]]:
    """Follow a ranker through the visits of all windows: (share visited, share found)."""
    found = np.zeros(_CURVE_POINTS + 1)
    shares = np.linspace(0, 1, _CURVE_POINTS + 1)
    for _, window in scored.group_by("window", maintain_order=True):
        order = np.argsort(-window[ranker].to_numpy(), kind="stable")
        hits = np.r_[0.0, np.cumsum(window["is_serious"].to_numpy()[order])]
        found += np.interp(shares, np.linspace(0, 1, len(hits)), hits)
    return list(zip(shares.tolist(), (found / max(found[-1], 1)).tolist(), strict=True))


def _backtest_view(backtest: BacktestReport | None, lang: str) -> dict[str, Any]:
    if backtest is None:
        return {"comparison": [], "calibration": "", "gain": ""}
    names = backtest.overall["ranker"].unique(maintain_order=True)
    curves = {LABELS[n][lang == "en"]: gain_points(backtest.scored, n) for n in names}
    stated = ("预测概率", "实际比例") if lang == "zh" else ("stated", "found")
    shares = (
        ("已检查比例", "已发现比例")
        if lang == "zh"
        else ("share visited", "share found")
    )
    return {
        "comparison": comparison(backtest, lang),
        "calibration": charts.calibration(backtest.calibration.rows(), stated),
        "gain": charts.gain_curves(curves, shares),
    }


def _cell(row: dict[str, Any] | None, metric: str) -> dict[str, str]:
    if row is None:
        return {"value": "-", "interval": ""}
    form = (
        "{:.1f}"
        if metric == "net_days_earlier"
        else "{:.3f}"
        if metric == "auc"
        else "{:.1%}"
    )
    return {
        "value": form.format(row["value"]),
        "interval": f"{form.format(row['lower'])}–{form.format(row['upper'])}",
    }


def _top(scores: pl.DataFrame, lang: str) -> list[dict[str, Any]]:
    return (
        scores.head(TOP_ROWS)
        .with_columns(reason=pl.col(f"reason_1_{lang}").fill_null("-"))
        .to_dicts()
    )


def _counts(scores: pl.DataFrame, column: str) -> list[tuple[str, Mapping[str, int]]]:
    counted = grades_by(scores, column).head(_MOST_BARS)
    return [
        (row[column], {g: row[g] for g in GRADES})
        for row in counted.iter_rows(named=True)
    ]


def _by_type(scores: pl.DataFrame, lang: str) -> list[tuple[str, Mapping[str, int]]]:
    names = labels("business_type")
    return [
        (names[code][lang == "en"], counts)
        for code, counts in _counts(scores, "business_type")
    ]


def _edges(bands: GradeBands) -> Sequence[float]:
    return [band.up_to for band in bands.bands[:-1]]


def _notes(scores: pl.DataFrame, lang: str) -> list[tuple[str, int]]:
    column, separator = ("notes", "；") if lang == "zh" else ("notes_en", "; ")
    notes = (
        scores.select(pl.col(column).str.split(separator).alias("note"))
        .explode("note")
        .filter(pl.col("note") != "")
    )
    counted = notes.group_by("note").len().sort("len", "note", descending=[True, False])
    if counted.is_empty():
        return [("无" if lang == "zh" else "none", 0)]
    return [(note, count) for note, count in counted.iter_rows()]


def trial_note(lang: str) -> str:
    """Say that no model was promoted yet."""
    if lang == "zh":
        return "由未经批准的候选模型试评：尚无模型经 shian promote 启用，等级仅供试用"
    return (
        "graded on trial by a challenger that nobody has promoted yet (shian promote): "
        "not for use"
    )


def _origin(run: Run, lang: str) -> list[tuple[str, str]]:
    names = {
        "run_id": ("运行编号", "run"),
        "model_version": ("模型版本", "model"),
        "law_version": ("规则版本", "rules"),
        "code_version": ("程序版本", "program"),
        "data_fingerprint": ("数据指纹", "facts"),
    }
    origin = [(names[key][lang == "en"], str(run.record[key])) for key in names]
    return origin + (
        [("状态" if lang == "zh" else "standing", trial_note(lang))]
        if run.is_trial
        else []
    )
