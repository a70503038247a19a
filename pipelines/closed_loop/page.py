"""A study of policies as people read it: a table, and the picture of the trade."""

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from pipelines.closed_loop.loop import BEGIN
from pipelines.closed_loop.measures import MEASURES
from pipelines.closed_loop.study import AGAINST, Study
from pipelines.closed_loop.ways import POLICIES
from pipelines.report import pages
from pipelines.trade_off import Spread, trade_off
from pipelines.written import drafts

# Across and up in the picture: what is found now, and what is learned for later.
NOW, LATER = "found", "auc"


def heads(lang: str) -> list[str]:
    """Head the columns: the policy, then every measure."""
    first = "做法" if lang == "zh" else "policy"
    return [first, *(measure.label(lang) for measure in MEASURES.values())]


def name_of(policy: str, lang: str) -> str:
    """Name a policy."""
    found = POLICIES[policy]
    return found.label_zh if lang == "zh" else found.label_en


def rows(study: Study, lang: str) -> list[list[tuple[str, str]]]:
    """Lay out each policy: its mean with its interval, and its gain over the fixed one."""
    found = []
    for policy in study.table["policy"].unique(maintain_order=True):
        own = {r["measure"]: r for r in study.table.filter(policy=policy).to_dicts()}
        cells = [
            (
                _spanned(own[m], ("value", "lower", "upper"), f",.{measure.digits}f"),
                ""
                if policy == AGAINST
                else _spanned(
                    own[m],
                    ("gain_value", "gain_lower", "gain_upper"),
                    f"+,.{measure.digits}f",
                ),
            )
            for m, measure in MEASURES.items()
        ]
        found.append([(name_of(policy, lang), ""), *cells])
    return found


def _spanned(row: dict[str, float], names: Sequence[str], form: str) -> str:
    """Write a value with its interval; with one district there is none."""
    value, lower, upper = (row[name] for name in names)
    if lower != lower:  # noqa: PLR0124  NaN
        return f"{value:{form}}"
    return f"{value:{form}} ({lower:{form}}, {upper:{form}})"


def picture(study: Study, lang: str) -> str:
    """Draw what each policy gains over the fixed schedule: cases now, AUC for later."""
    gains = study.table.select("policy", "measure", "^gain_.*$")

    def gain(policy: str, measure: str) -> Spread:
        row = gains.row(
            by_predicate=(pl.col("policy") == policy) & (pl.col("measure") == measure)
        )
        value, lower, upper = row[2:]
        return value, lower, upper

    points = [
        (name_of(policy, lang), gain(policy, NOW), gain(policy, LATER))
        for policy in gains["policy"].unique(maintain_order=True)
    ]
    than = "，与固定轮查相比" if lang == "zh" else ", against the fixed schedule"
    captions = MEASURES[NOW].label(lang) + than, MEASURES[LATER].label(lang) + than
    return trade_off(points, captions)


def write_files(study: Study, out: Path) -> tuple[Path, Path, Path]:
    """Write the page in both languages, and every number as CSV."""
    made = (
        out / "closed_loop.html",
        out / "closed_loop.en.html",
        out / "closed_loop.csv",
    )
    with drafts(made) as written:
        for path, lang in zip(written, ("zh", "en"), strict=False):
            path.write_text(page(study, lang), "utf-8")
        study.table.write_csv(written[-1])
    return made


def page(study: Study, lang: str) -> str:
    """Render the page in a language."""
    view = {
        "lang": lang,
        "t": lambda zh, en: zh if lang == "zh" else en,
        "title": "闭环比较：怎样安排检查"
        if lang == "zh"
        else "Closed loop: ways to plan visits",
        "study": study,
        "start": BEGIN,
        "end": study.setting.end,
        "heads": heads(lang),
        "rows": rows(study, lang),
        "picture": picture(study, lang),
    }
    return pages().get_template("closed_loop.html.j2").render(view)
