"""Freezes what the system says about a business, for the decision it was shown with."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from features.catalogue import feature_names
from features.errors import NotFoundError
from features.profile import attributes_at
from features.rest import Rest, only
from features.schema import Facts
from features.warehouse import open_warehouse
from models.candidates import candidates
from models.registry import champion, kept_table
from models.rules import Rules, load_rules
from pipelines.dossier import doubts
from pipelines.history import history
from pipelines.judging import Assessed, Judged, assess, judge
from pipelines.provenance import code_version, fingerprint
from pipelines.reason_marks import marked, with_marks
from pipelines.scenarios import scenarios
from pipelines.similar import similar_to
from pipelines.training_tables import CASEBOOK

_GRADE = (
    "risk_grade",
    "total_points",
    "probability",
    "probability_lower",
    "probability_upper",
)
_WHO = ("name", "usci", "usci_flag", "address", "street_code", "legal_form")
_PART = ("zh", "en", "points", "article", "article_en")


def freeze(
    warehouse: Path, business_id: str, *, as_of: date, store: Path
) -> dict[str, Any]:
    """Give the explanation of a business on a day, to keep with an act in the register.

    Who it is, the grounds found with their penalties, every feature's contribution in
    log-odds (`base` is where all start), reasons, points, events with their rows, what
    would change, what speaks against it, and the versions of model, law, program and
    data. It illuminates; the ground of a listing is the penalty and its article.

    Raises:
        NotFoundError: the business was not known on the day.
        ModelError: there is no champion.
    """
    with open_warehouse(warehouse, read_only=True) as opened:
        facts = opened.facts()
    pairs = pl.DataFrame({"business_id": [business_id], "as_of": [as_of]})
    if not _is_known(facts, business_id, as_of):
        message = f"business {business_id} was not known before {as_of}; check the number and the day"
        raise NotFoundError(message)
    model, rules = champion(store), load_rules()
    book = kept_table(store, model.version, CASEBOOK)

    # What the others know changes with the day alone, and is made once.
    rest, own = Rest(facts, business_id), only(facts, business_id)

    def assessed_at(own: Facts, day: date) -> Assessed:
        asked, told = pairs.with_columns(as_of=pl.lit(day)), rest.background(own, day)
        return assess(own, asked, model=model, rules=rules, background=told)

    told = rest.background(own, as_of)
    judged = judge(own, pairs, model=model, rules=rules, background=told)
    who = attributes_at(facts.business, pairs).row(0, named=True)
    said = {
        "as_of": as_of,
        "business_id": business_id,
        "who": {name: who[name] for name in _WHO},
        **_judged(judged, with_marks(judged, model, rules.applied_to(as_of))),
        **_grounds(facts, rules, judged, business_id),
        "events": [vars(e) for e in history(facts, business_id, as_of)],
        "similar": _similar(facts, book, who, judged),
        "scenarios": [vars(s) for s in scenarios(own, business_id, as_of, assessed_at)],
        "model_version": model.version,
        "law_version": rules.version,
        "code_version": code_version(),
        "data_fingerprint": fingerprint(facts),
    }
    # Plain values, as the register will give them back: days as text, pairs as lists.
    plain: dict[str, Any] = json.loads(json.dumps(said, default=_plain))
    return plain


def _similar(
    facts: Facts, book: pl.DataFrame | None, who: dict[str, Any], judged: Judged
) -> dict[str, Any] | None:
    """Give past visits explained alike; None where the model kept no casebook."""
    alike = book is not None and similar_to(facts, book, who, judged.contributions)
    if not alike:
        return None
    words = {"zh": alike.words("zh"), "en": alike.words("en")}
    return {**words, "nearest": alike.as_dict()["nearest"]}


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else float(str(value))


def _is_known(facts: Facts, business_id: str, as_of: date) -> bool:
    known = facts.business.filter(
        pl.col("business_id") == business_id, pl.col("recorded_at") < as_of
    )
    return not known.is_empty()


def _judged(judged: Judged, reasons: list[dict[str, Any]]) -> dict[str, Any]:
    """Give grade, contributions, reasons, points and grounds for shifting the grade."""
    (row,) = judged.graded.rows(named=True)
    names = [*feature_names(), "base"]
    return {
        **{name: row[name] for name in _GRADE},
        "shap": dict(zip(names, judged.contributions[0].tolist(), strict=True)),
        # With its mark: nobody may read an unstable reason as one that would keep.
        "reasons": [
            [marked(reason, lang) for lang in ("zh", "en")] for reason in reasons
        ],
        "grounds": judged.grounds.select("article", "zh", "en").rows(),
        "parts": judged.parts.select(_PART).to_dicts(),
    }


def _grounds(
    facts: Facts, rules: Rules, judged: Judged, business_id: str
) -> dict[str, Any]:
    """Give the grounds of listing found, what is none and why, and the doubts."""
    (row,) = judged.graded.rows(named=True)
    as_of: date = judged.matrix["as_of"][0]
    mine = pl.col("business_id") == business_id
    found = candidates(facts, rules, as_of)
    evidence, excluded = found.evidence.filter(mine), found.excluded.filter(mine)
    relied_on = pl.concat([f["penalty_id"] for f in (evidence, excluded)]).unique()
    asked = doubts.Asked(business_id, as_of, row, tuple(relied_on.sort()))
    law, acts = rules.applied_to(as_of), facts.penalty.select("penalty_id", "act")
    return {
        "evidence": evidence.join(acts, on="penalty_id", how="left").to_dicts(),
        "excluded": excluded.join(acts, on="penalty_id", how="left").to_dicts(),
        "gravity": found.gravity.filter(mine).to_dicts(),
        "doubts": [vars(d) for d in doubts.doubts(facts, asked, law)],
    }
