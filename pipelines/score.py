"""Score every trading business: points, grade, probability and reasons, with their origin."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl

from features.errors import InputError, ModelError
from features.labels import cohort
from features.matrix import build
from features.profile import attributes_at, static_factors_on
from features.schema import Facts, schema
from features.warehouse import Warehouse, open_warehouse
from models.clauses import GRADES
from models.credit import credit_standing
from models.dynamic_points import SCALE, last_checklist
from models.explain import MAX_REASONS, REASONS, model_reasons
from models.grading import grade, grade_parts
from models.grounds import find_grounds
from models.registry import champion, scorecard_in_use
from models.risk import RiskModel
from models.rules import Rules, RuleSet, load_rules
from models.scorecard import Scorecard
from models.static_points import static_points
from pipelines import settings
from pipelines.provenance import code_version, fingerprint, run_name
from pipelines.train import legal_life_days

Progress = Callable[[str, float], None]
# What says most about a grade comes first: a legal ground, then the model's stories, and
# the largest part of the points to show what the business is.
_GROUND_PLACES, _PART_PLACES = 1, 1


@dataclass(frozen=True)
class Judged:
    """What was made of some businesses on a day.

    `graded` has one row per business, `reason` up to MAX_REASONS each in the columns of
    REASONS plus rank, `parts` every point with its article, `grounds` the facts that
    raise or lower; `contributions` belongs to `matrix` row by row.
    """

    graded: pl.DataFrame
    reason: pl.DataFrame
    parts: pl.DataFrame
    grounds: pl.DataFrame
    matrix: pl.DataFrame
    contributions: np.ndarray


@dataclass(frozen=True)
class ScoreReport:
    """What a score run did, in numbers."""

    run_id: str
    as_of: date
    businesses: int
    grades: dict[str, int]
    provisional: int
    key_supervision: int
    model_version: str
    law_version: str
    code_version: str
    data_fingerprint: str

    def as_dict(self) -> dict[str, object]:
        """Give the report as plain values for a program."""
        return {**asdict(self), "as_of": self.as_of.isoformat()}


def score(
    warehouse: Path,
    *,
    as_of: date,
    store: Path,
    progress: Progress | None = None,
) -> ScoreReport:
    """Score as of a day, into the warehouse.

    The same facts, model, rules and program give the same rows under the same run id.

    Raises:
        ModelError: there is no champion, or it does not fit the features.
        InputError: no business was trading on that day.
    """
    say = progress or (lambda _what, _share: None)
    say("facts", 0.0)
    with open_warehouse(warehouse, read_only=True) as opened:
        facts = opened.facts()
    pairs = cohort(facts, as_of)
    if pairs.is_empty():
        message = f"no business in the warehouse was trading on {as_of}; choose a later day or load the register"
        raise InputError(message)
    model, rules = _model_for(as_of, store), load_rules()
    judged = judge(facts, pairs, model=model, rules=rules, say=say)
    card = scorecard_in_use(store)
    judged = with_credit(judged, facts, card, rules.applied_to(as_of))
    run = _run(facts, (model, card), rules, as_of, pairs.height)
    say("writing", 0.9)
    # Held for writing only now, so that readers are kept away for a moment and not for
    # the whole run.
    with open_warehouse(warehouse, patience=settings.PATIENCE_SECONDS) as opened:
        _write(opened, run, judged)
    say("done", 1.0)
    return _report(run, judged.graded)


def _model_for(as_of: date, store: Path) -> RiskModel:
    """Give the champion; refuse one that has seen what came after the day."""
    model = champion(store)
    if as_of.isoformat() < model.trained_until:
        message = (
            f"the champion in {store} learned from visits of {model.trained_until} and "
            f"later, which nobody knew on {as_of}; train one with: shian train --as-of "
            f"{as_of} --store ANOTHER_FOLDER"
        )
        raise ModelError(message)
    return model


def judge(
    facts: Facts, pairs: pl.DataFrame, *, model: RiskModel, rules: Rules, say: Progress
) -> Judged:
    """Grade businesses, all on one day, from what was recorded before it."""
    as_of: date = pairs["as_of"][0]
    say("features", 0.1)
    law = rules.applied_to(as_of)
    matrix = build(facts, pairs, legal_life_days=legal_life_days(rules, as_of))
    say("probability", 0.3)
    who = attributes_at(facts.business, pairs)
    static = static_points(who, static_factors_on(facts.static_factor, as_of), law)
    inputs = _inputs(who, static.points, facts, law).hstack(_probability(model, matrix))
    say("grades", 0.6)
    asked = pairs.select("business_id")
    grounds = find_grounds(facts, law).join(asked, on="business_id", how="semi")
    graded = grade(inputs, law, grounds=grounds, decisions=facts.grade_decision)
    say("reasons", 0.7)
    contributions = model.contributions(matrix)
    parts = grade_parts(graded, static.parts, law)
    return Judged(
        graded=graded,
        reason=_reasons(graded, model_reasons(matrix, contributions), parts, grounds),
        parts=parts,
        grounds=grounds,
        matrix=matrix,
        contributions=contributions,
    )


def with_credit(
    judged: Judged, facts: Facts, card: Scorecard | None, law: RuleSet
) -> Judged:
    """Put the credit of enterprises beside their grades, which it cannot reach."""
    standing = credit_standing(facts, judged.matrix, card, law)
    graded = judged.graded.join(
        standing, on="business_id", how="left", maintain_order="left"
    )
    return replace(judged, graded=graded)


def _write(opened: Warehouse, run: pl.DataFrame, judged: Judged) -> None:
    """Write the run with its rows, or nothing of it."""
    run_id = run["run_id"].item()
    with opened.transaction():
        opened.replace_run("output.run", run, run_id)
        for table, rows in (
            ("output.score", judged.graded),
            ("output.reason", judged.reason),
        ):
            named = rows.with_columns(run_id=pl.lit(run_id))
            opened.replace_run(table, _as_output(table, named), run_id)


def _inputs(
    who: pl.DataFrame, points: pl.DataFrame, facts: Facts, law: RuleSet
) -> pl.DataFrame:
    checklist = last_checklist(facts.inspection, law)
    return who.join(points, on="business_id", how="left", maintain_order="left").join(
        checklist, on="business_id", how="left", maintain_order="left"
    )


def _probability(model: RiskModel, matrix: pl.DataFrame) -> pl.DataFrame:
    probability = model.predict(matrix)
    lower, upper = model.interval(matrix)
    return pl.DataFrame(
        {
            "probability": probability,
            "probability_lower": np.minimum(lower, probability),
            "probability_upper": np.maximum(upper, probability),
        }
    )


def _run(
    facts: Facts,
    models: tuple[RiskModel, Scorecard | None],
    rules: Rules,
    as_of: date,
    businesses: int,
) -> pl.DataFrame:
    model, card = models
    card_version = card.version if card else ""
    data, code = fingerprint(facts), code_version()
    made_of = (model.version, card_version, rules.version, code, data)
    row = {
        "run_id": run_name("score", as_of.isoformat(), *made_of),
        "kind": "score",
        "as_of": as_of,
        "model_version": model.version,
        "law_version": rules.version,
        "code_version": code,
        "data_fingerprint": data,
        "businesses": businesses,
        "parameters": json.dumps(
            {
                "trained_until": model.trained_until,
                "visits": model.visits,
                "scorecard": card_version,
            }
        ),
    }
    return _as_output("output.run", pl.DataFrame([row]))


def _as_output(table: str, frame: pl.DataFrame) -> pl.DataFrame:
    """Arrange a frame in the columns and types of an output table."""
    columns = schema()[table].columns.values()
    missing = [
        pl.lit(None, c.dtype).alias(c.name)
        for c in columns
        if c.name not in frame.columns
    ]
    return frame.with_columns(missing).select(
        pl.col(c.name).cast(c.dtype) for c in columns
    )


def _reasons(
    graded: pl.DataFrame,
    by_model: pl.DataFrame,
    parts: pl.DataFrame,
    grounds: pl.DataFrame,
) -> pl.DataFrame:
    """Choose up to four reasons per business from the law and the model.

    A grade of static points alone is told by them: the model had no say in it. The part
    that only restates the model's probability is told by the model's stories.
    """
    raising = grounds.filter(pl.col("direction") > 0)
    by_ground = _law_reasons(raising.with_columns(points=pl.lit(1.0)), "ground")
    by_part = _law_reasons(
        parts.filter(pl.col("rule_id") != SCALE).sort(
            "points", descending=True, maintain_order=True
        ),
        "rule_id",
    )
    alone = graded.filter(pl.col("basis") == "static_only").select("business_id")
    of_model = by_model.join(alone, on="business_id", how="anti", maintain_order="left")
    first_part = by_part.join(
        alone, on="business_id", how="anti", maintain_order="left"
    )
    told = (
        _first(by_ground, _GROUND_PLACES),
        by_part.join(alone, on="business_id", how="semi", maintain_order="left"),
        _first(of_model, MAX_REASONS - _PART_PLACES),
        _first(first_part, _PART_PLACES),
    )
    ordered = pl.concat(
        reasons.select(list(REASONS)).with_columns(place=pl.lit(place))
        for place, reasons in enumerate(told)
    ).sort("business_id", "place", maintain_order=True)
    return ordered.with_columns(
        rank=pl.int_range(1, pl.len() + 1).over("business_id")
    ).filter(pl.col("rank") <= MAX_REASONS)


def _first(reasons: pl.DataFrame, most: int) -> pl.DataFrame:
    return reasons.group_by("business_id", maintain_order=True).head(most)


def _law_reasons(parts: pl.DataFrame, code: str) -> pl.DataFrame:
    return parts.select(
        "business_id",
        source=pl.lit("law"),
        code=code,
        contribution="points",
        article="article",
        text_zh="zh",
        text_en="en",
    ).cast(REASONS)  # type: ignore[arg-type]


def _report(run_row: pl.DataFrame, graded: pl.DataFrame) -> ScoreReport:
    run = run_row.row(0, named=True)
    grades = dict(graded.group_by("risk_grade").len().iter_rows())
    return ScoreReport(
        run_id=run["run_id"],
        as_of=run["as_of"],
        businesses=graded.height,
        grades={g: grades.get(g, 0) for g in GRADES},
        provisional=int(graded["is_provisional"].sum()),
        key_supervision=int(graded["is_key_supervision"].sum()),
        model_version=run["model_version"],
        law_version=run["law_version"],
        code_version=run["code_version"],
        data_fingerprint=run["data_fingerprint"],
    )
