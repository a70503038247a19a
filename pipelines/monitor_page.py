"""What the monitoring found, as a page that needs nothing but a browser."""

from collections.abc import Mapping
from pathlib import Path

import polars as pl
from markupsafe import Markup

from models.clauses import GRADES
from models.rules import load_rules
from pipelines import charts
from pipelines.column_names import label
from pipelines.limit_chart import limited_bars
from pipelines.monitoring import Monitoring
from pipelines.report import pages
from pipelines.written import write_text

CHECKS: Mapping[str, tuple[str, str]] = {
    "psi": ("特征漂移（PSI）", "drift of features (PSI)"),
    "auc": ("随机检查的排序能力（AUC）", "AUC on random visits"),
    "calibration": ("校准", "calibration"),
    "provisional": ("暂定等级占比", "share of provisional grades"),
    "migration": ("等级变动", "grades that change"),
    "credit": ("企业信用分（PSI、CSI）", "credit scores (PSI, CSI)"),
}
HOLDS: Mapping[bool | None, tuple[str, str]] = {
    True: ("正常", "holds"),
    False: ("超限", "CROSSED"),
    None: ("无法测量", "not measurable"),
}
# More bars would not be read.
SHOWN_COLUMNS = 20


def write_monitoring(found: Monitoring, path: Path, lang: str) -> Path:
    """Write the page and give its path."""
    return write_text(path, monitoring_page(found, lang))


def monitoring_page(found: Monitoring, lang: str) -> str:
    """Render the page in a language."""

    def pick(zh: str, en: str) -> str:
        return zh if lang == "zh" else en

    return (
        pages()
        .get_template("monitor.html.j2")
        .render(
            lang=lang,
            t=pick,
            title=pick("模型监测", "Monitoring of the model"),
            found=found,
            checks=checks(found, lang),
            psi=_psi(found, lang),
            calibration=charts.calibration(
                list(found.bands.iter_rows()),
                (pick("预测比例", "stated share"), pick("实际比例", "found share")),
            ),
            characteristics=[
                (label(name, lang), f"{csi:.3f}", f"{-points:+.1f}")
                for name, csi, points in found.characteristics.iter_rows()
            ],
            grades=GRADES,
            moves=matrix(found.migration),
        )
    )


def checks(found: Monitoring, lang: str) -> list[tuple[str, str, str, str]]:
    """Lay out every check: what, how it stands, what was found, the rule it rests on."""
    law = load_rules().applied_to(found.end)
    at = 0 if lang == "zh" else 1
    return [
        (
            CHECKS[check.name][at],
            HOLDS[check.holds][at],
            check.found(lang),
            law.citation(check.rule, "zh" if lang == "zh" else "en"),
        )
        for check in found.checks
    ]


def matrix(migration: pl.DataFrame) -> list[tuple[str, list[int]]]:
    """Lay moves out, one row per grade before, one number per grade after."""
    counted = {(a, b): n for a, b, n in migration.iter_rows()}
    return [(a, [counted.get((a, b), 0) for b in GRADES]) for a in GRADES]


def _psi(found: Monitoring, lang: str) -> Markup:
    limit = load_rules().applied_to(found.end).number("monitor.psi_limit")
    rows = [
        (
            label(row["column"], lang),
            row["psi"],
            "up" if row["psi"] > limit else "down",
        )
        for row in found.shifts.filter("is_judged").head(SHOWN_COLUMNS).to_dicts()
    ]
    return limited_bars(rows, limit)
