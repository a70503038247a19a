"""The reasons of one business, each with how often the model would give it again.

Whoever reads a reason before acting on it sees in the same sentence whether it hangs on
chance: on the business's page, on the workbench and in the dossier alike.
"""

from collections.abc import Mapping
from typing import Any

from features.catalogue import catalogue
from models.reason_stability import recurrence_of
from models.risk import RiskModel
from models.rules import RuleSet
from pipelines.judging import Judged

LEAST = "release.stable_share"
# Of a reason that would keep, and of one that hangs on chance.
_MARKS = {
    "zh": (
        "（重抽样重训后{:.0%}仍为理由）",
        "（不稳定：重抽样重训后仅{:.0%}仍为理由）",
    ),
    "en": (
        " (a reason again in {:.0%} of resamples)",
        " (unstable: a reason again in {:.0%} of resamples)",
    ),
}


def with_marks(judged: Judged, model: RiskModel, law: RuleSet) -> list[dict[str, Any]]:
    """Say of each reason of the model how often it recurs, and whether that is enough.

    A reason of the law rests on facts and not on a model: both are None for it.
    """
    shares = recurrence_of(model, judged.matrix, judged.contributions)
    story = {feature.name: feature.story for feature in catalogue()}
    least = law.number(LEAST)
    rows = judged.reason.to_dicts()
    for row in rows:
        share = shares.get(story[row["code"]]) if row["source"] == "model" else None
        row["recurs"] = share
        row["is_stable"] = None if share is None else share >= least
    return rows


def marked(row: Mapping[str, Any], lang: str) -> str:
    """Tell a reason with its mark.

    Of 8 resamples, a reason that 4 give again is unstable at 50%, one that 7 give is
    stable at 88%; the limit is R-6.
    """
    text: str = row[f"text_{lang}"]
    share = row["recurs"]
    if share is None:
        return text
    stable, unstable = _MARKS[lang]
    return text + (stable if row["is_stable"] else unstable).format(share)
