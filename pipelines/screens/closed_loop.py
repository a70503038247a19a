"""A study of policies in the terminal."""

from pipelines.closed_loop.measures import MEASURES
from pipelines.closed_loop.page import heads, rows
from pipelines.closed_loop.study import Study
from pipelines.console import Voice

# What fits a terminal; the page and the CSV hold all.
SHOWN = ("found", "days_to_detection", "harm_days", "coverage", "auc")


def show_study(voice: Voice, study: Study) -> None:
    """Show the means with their intervals, then the gains over the fixed schedule."""
    names = heads(voice.lang)
    kept = [0, *(names.index(name) for name in _shown(voice.lang))]
    laid_out = rows(study, voice.lang)
    voice.table(
        ("均值和95%区间", "Mean and 95% interval"),
        [names[n] for n in kept],
        [[row[n][0] for n in kept] for row in laid_out],
    )
    voice.table(
        (
            "与固定轮查的配对差值和95%区间",
            "Paired difference from the fixed schedule, 95% interval",
        ),
        [names[n] for n in kept],
        [[row[n][1] if n else row[n][0] for n in kept] for row in laid_out[1:]],
    )
    voice.say(
        "模拟数据：区间只含模拟区之间的差别，不含假定本身的不确定。",
        "Invented districts: the intervals hold how these differ, not what is assumed.",
    )


def _shown(lang: str) -> list[str]:
    return [MEASURES[name].label(lang) for name in SHOWN]
