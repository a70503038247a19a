"""One business's dossier: why it has its grade, and what would change it.

Everything is computed again from the facts by the same functions that scored the
district, so a page can show every point and contribution, not only the stored ones.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from features.errors import NotFoundError
from features.profile import attributes_at
from features.rest import Rest, only
from features.schema import Facts
from features.warehouse import open_warehouse
from models.clauses import GradeBands
from models.credit import credit_reasons
from models.explain import STORIES, story_contributions
from models.grading import BANDS
from models.registry import champion, kept_table, scorecard_in_use
from models.rules import RuleSet, load_rules
from pipelines.finding import find_business
from pipelines.history import Event, history
from pipelines.judging import Assessed, Judged, assess, judge
from pipelines.reason_marks import with_marks
from pipelines.runs import Run, read_run
from pipelines.scenarios import Scenario, scenarios
from pipelines.similar import SimilarCases, similar_to
from pipelines.training_tables import CASEBOOK

Progress = Callable[[str, float], None]
_CREDIT = ("credit_score", "credit_class", "credit_basis")


@dataclass(frozen=True)
class Dossier:
    """What there is to say about the grade of one business on a day.

    `who` holds the attributes known that day, `grade` the columns of output.score,
    `parts` and `grounds` rows with article and sentence in both languages, `decisions`
    what officers decided on the grade, known by the day, for its year; `stories`
    (Chinese, English, log-odds moved) from the largest, `reasons` rows of output.reason
    with `recurs`, the share of resamples that gives the reason again, and `is_stable`, `is_stored` whether the newest
    score run of that day came to the same points. `credit` is what that run says of
    credit, a thing apart that no grade rests on; None when the business is not in it.
    Its `lost` names where an enterprise lost most points, if the card in use gave them.
    `similar` tells of past visits explained alike; None where no casebook was kept.
    `is_trial` marks a run of a model that nobody has promoted.
    """

    as_of: date
    who: dict[str, Any]
    grade: dict[str, Any]
    parts: list[dict[str, Any]]
    grounds: list[dict[str, Any]]
    decisions: list[dict[str, Any]]
    reasons: list[dict[str, Any]]
    base: float
    stories: list[tuple[str, str, float]]
    bands: GradeBands
    scenarios: list[Scenario]
    events: list[Event]
    is_trading: bool
    is_stored: bool
    credit: dict[str, Any] | None
    similar: SimilarCases | None = None
    is_trial: bool = False

    @property
    def log_odds(self) -> float:
        """Give the calibrated log-odds that base and stories add up to."""
        return self.base + sum(moved for _, _, moved in self.stories)

    def as_dict(self) -> dict[str, Any]:
        """Give the dossier as plain values for a program."""
        plain = {
            name: getattr(self, name)
            for name in (
                "who",
                "grade",
                "parts",
                "grounds",
                "decisions",
                "reasons",
                "is_stored",
                "credit",
            )
        }
        return {
            "as_of": self.as_of.isoformat(),
            **plain,
            "base_log_odds": self.base,
            "contributions": [
                {"story": zh, "story_en": en, "log_odds": moved}
                for zh, en, moved in self.stories
            ],
            "scenarios": [vars(s) for s in self.scenarios],
            "events": [vars(e) for e in self.events],
            "similar": self.similar.as_dict() if self.similar else None,
        }


def explain(
    warehouse: Path,
    business: str,
    *,
    store: Path,
    as_of: date | None = None,
    progress: Progress | None = None,
) -> Dossier:
    """Explain the grade of a business, by default on the day of the newest score run.

    Raises:
        NotFoundError: there is no such business or no score run, or it was not known.
        UsageError: several businesses go by that name.
        ModelError: there is no champion.
    """
    say = progress or (lambda _what, _share: None)
    say("facts", 0.0)
    with open_warehouse(warehouse, read_only=True) as opened:
        business_id = find_business(opened, business)
        run = read_run(opened, as_of=as_of)
        facts = opened.facts()
    model, rules = champion(store), load_rules()

    # What the others know changes with the day alone, and is made once.
    rest, own = Rest(facts, business_id), only(facts, business_id)

    def assessed_at(own: Facts, day: date) -> Assessed:
        told, asked = rest.background(own, day), _pair(business_id, day)
        return assess(own, asked, model=model, rules=rules, background=told)

    say("reasons", 0.2)
    who = _known_at(facts, business_id, run.as_of)
    law = rules.applied_to(run.as_of)
    told = rest.background(own, run.as_of)
    asked = _pair(business_id, run.as_of)
    judged = judge(own, asked, model=model, rules=rules, background=told)
    dossier = _dossier(facts, run, who, judged, law.get(GradeBands, BANDS))
    credit = _with_lost(dossier.credit, store, judged.matrix, law)
    marks = with_marks(judged, model, law)
    dossier = replace(dossier, reasons=marks, credit=credit)
    say("similar", 0.4)
    book = kept_table(store, model.version, CASEBOOK)
    alike = book is not None and similar_to(facts, book, who, judged.contributions)
    say("scenarios", 0.5)
    tried = scenarios(own, business_id, run.as_of, assessed_at)
    say("done", 1.0)
    return replace(dossier, scenarios=tried, similar=alike or None)


def _pair(business_id: str, day: date) -> pl.DataFrame:
    return pl.DataFrame({"business_id": [business_id], "as_of": [day]})


def _known_at(facts: Facts, business_id: str, day: date) -> dict[str, Any]:
    """Give the attributes known on a day; refuse a business nobody knew of by then."""
    who = attributes_at(facts.business, _pair(business_id, day)).row(0, named=True)
    if who["name"] is None:
        message = f"{business_id} was not known before {day}; score a later day first"
        raise NotFoundError(message)
    return who


def _dossier(
    facts: Facts, run: Run, who: dict[str, Any], judged: Judged, bands: GradeBands
) -> Dossier:
    """Put together what is known of the business on the day of the run."""
    business_id = who["business_id"]
    grade = judged.graded.row(0, named=True)
    stored = run.scores.filter(pl.col("business_id") == business_id)
    return Dossier(
        as_of=run.as_of,
        who=who,
        grade=grade,
        parts=judged.parts.to_dicts(),
        grounds=judged.grounds.to_dicts(),
        decisions=_decisions(facts, business_id, run.as_of),
        reasons=judged.reason.to_dicts(),
        base=float(judged.contributions[0, -1]),
        stories=_stories(judged.contributions),
        bands=bands,
        scenarios=[],
        events=history(facts, business_id, run.as_of),
        is_trial=run.is_trial,
        is_trading=not stored.is_empty(),
        is_stored=stored["total_points"].to_list() == [grade["total_points"]],
        credit=next(stored.select(_CREDIT).iter_rows(named=True), None),
    )


def _with_lost(
    credit: dict[str, Any] | None, store: Path, matrix: pl.DataFrame, law: RuleSet
) -> dict[str, Any] | None:
    """Say where an enterprise lost its points; another card's score has no reasons here."""
    if credit is None or credit["credit_score"] is None:
        return credit
    card = scorecard_in_use(store)
    if card is None or float(card.score(matrix)[0]) != credit["credit_score"]:
        return credit
    return {**credit, "lost": credit_reasons(card, matrix, law).to_dicts()}


def _decisions(facts: Facts, business_id: str, day: date) -> list[dict[str, Any]]:
    return (
        facts.grade_decision.filter(
            pl.col("business_id") == business_id,
            pl.col("recorded_at") < day,
            pl.col("grade_year") == day.year,
        )
        .sort("decided_on", "ground")
        .to_dicts()
    )


def _stories(contributions: np.ndarray) -> list[tuple[str, str, float]]:
    sums = story_contributions(contributions)[0]
    told = [
        (zh, en, float(m)) for (zh, en), m in zip(STORIES.values(), sums, strict=True)
    ]
    return sorted(told, key=lambda story: -abs(story[2]))
