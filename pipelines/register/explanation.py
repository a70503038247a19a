"""Freezes what the system says about a business, for the decision it was shown with."""

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from features.catalogue import feature_names
from features.errors import NotFoundError
from features.warehouse import open_warehouse
from models.registry import champion
from models.rules import load_rules
from pipelines.judging import judge
from pipelines.provenance import code_version, fingerprint

_GRADE = (
    "risk_grade",
    "total_points",
    "probability",
    "probability_lower",
    "probability_upper",
)


def freeze(
    warehouse: Path, business_id: str, *, as_of: date, store: Path
) -> dict[str, Any]:
    """Give the explanation of a business on a day, to keep with an act in the register.

    Every feature's contribution in log-odds (`base` is where all start), reasons and
    grounds in words, and the versions of model, law, program and data. It illuminates;
    the ground of a listing is the penalty and its article.

    Raises:
        NotFoundError: the business was not known on the day.
        ModelError: there is no champion.
    """
    with open_warehouse(warehouse, read_only=True) as opened:
        facts = opened.facts()
    known = facts.business.filter(
        pl.col("business_id") == business_id, pl.col("recorded_at") < as_of
    )
    if known.is_empty():
        message = f"business {business_id} was not known before {as_of}; check the number and the day"
        raise NotFoundError(message)
    model, rules = champion(store), load_rules()
    pairs = pl.DataFrame({"business_id": [business_id], "as_of": [as_of]})
    judged = judge(facts, pairs, model=model, rules=rules)
    (row,) = judged.graded.rows(named=True)
    names = [*feature_names(), "base"]
    return {
        "as_of": as_of.isoformat(),
        "business_id": business_id,
        **{name: row[name] for name in _GRADE},
        "shap": dict(zip(names, judged.contributions[0].tolist(), strict=True)),
        "reasons": judged.reason.select("text_zh", "text_en").rows(),
        "grounds": judged.grounds.select("article", "zh", "en").rows(),
        "model_version": model.version,
        "law_version": rules.version,
        "code_version": code_version(),
        "data_fingerprint": fingerprint(facts),
    }
