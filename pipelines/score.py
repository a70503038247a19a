"""Score every trading business: points, grade, probability and reasons, with their origin."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl

from features.errors import InputError
from features.labels import cohort
from features.matrix import build
from features.profile import attributes_at
from features.schema import Facts, schema
from features.warehouse import open_warehouse
from models.dynamic_points import last_checklist
from models.explain import MAX_REASONS, REASONS, model_reasons
from models.grading import grade, grade_parts
from models.grounds import find_grounds
from models.registry import champion
from models.risk import RiskModel
from models.rules import Rules, RuleSet, load_rules
from models.static_points import static_points
from pipelines.provenance import code_version, fingerprint, run_name
from pipelines.train import legal_life_days

Progress = Callable[[str, float], None]
PARQUET = "scores.parquet"
# What says most about a grade comes first: a legal ground, then the model's stories, and
# the largest static part to show what the business is.
_GROUND_PLACES, _STATIC_PLACES = 1, 1


@dataclass(frozen=True)
class Scored:
    """A score run: its record, one row per business, the reasons and the law's parts."""

    run: pl.DataFrame
    score: pl.DataFrame
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
    out: Path | None = None,
    progress: Progress | None = None,
) -> ScoreReport:
    """Score as of a day, into the warehouse and, when given a folder, into scores.parquet.

    The same facts, model, rules and program give the same bytes.

    Raises:
        ModelError: there is no champion, or it does not fit the features.
        InputError: no business was trading on that day.
    """
    say = progress or (lambda _what, _share: None)
    with open_warehouse(warehouse) as opened:
        say("facts", 0.0)
        facts = opened.facts()
        scored = score_facts(facts, champion(store), load_rules(), as_of, say)
        say("writing", 0.9)
        run_id = scored.run["run_id"].item()
        with opened.transaction():
            opened.replace_run("output.run", scored.run, run_id)
            opened.replace_run("output.score", scored.score, run_id)
            opened.replace_run("output.reason", scored.reason, run_id)
    if out is not None:
        write_parquet(scored, out / PARQUET)
    say("done", 1.0)
    return _report(scored)


def score_facts(
    facts: Facts, model: RiskModel, rules: Rules, as_of: date, say: Progress
) -> Scored:
    """Score the businesses trading on a day from what was recorded before it."""
    pairs = cohort(facts, as_of)
    if pairs.is_empty():
        message = f"no business in the warehouse was trading on {as_of}; choose a later day or load the register"
        raise InputError(message)
    say("features", 0.1)
    law = rules.applied_to(as_of)
    matrix = build(facts, pairs, legal_life_days=legal_life_days(rules, as_of))
    say("probability", 0.3)
    who = attributes_at(facts.business, pairs)
    static = static_points(who, _factors(facts, as_of), law)
    inputs = _inputs(who, static.points, facts, law).hstack(_probability(model, matrix))
    say("grades", 0.6)
    grounds = find_grounds(facts, law)
    graded = grade(inputs, law, grounds=grounds, decisions=facts.grade_decision)
    parts = grade_parts(graded, static.parts, law)
    say("reasons", 0.7)
    contributions = model.contributions(matrix)
    run = _run(facts, model, rules, as_of, graded.height)
    run_id = run["run_id"].item()
    return Scored(
        run=run,
        score=_as_output("output.score", graded.with_columns(run_id=pl.lit(run_id))),
        reason=_reasons(run_id, matrix, contributions, static.parts, grounds),
        parts=parts,
        grounds=grounds,
        matrix=matrix,
        contributions=contributions,
    )


def write_parquet(scored: Scored, path: Path) -> None:
    """Write the score rows with their first reasons, the same bytes every time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with_reasons(scored.score, scored.reason).write_parquet(
        path, compression="zstd", statistics=True
    )


def with_reasons(scores: pl.DataFrame, reasons: pl.DataFrame) -> pl.DataFrame:
    """Put each business's reasons beside its score: reason_1 to reason_4, zh and en."""
    wide = scores.sort("business_id")
    for rank in range(1, MAX_REASONS + 1):
        nth = reasons.filter(pl.col("rank") == rank).select(
            "business_id",
            pl.col("text_zh").alias(f"reason_{rank}_zh"),
            pl.col("text_en").alias(f"reason_{rank}_en"),
        )
        wide = wide.join(nth, on="business_id", how="left", maintain_order="left")
    return wide


def _factors(facts: Facts, as_of: date) -> pl.DataFrame:
    """Give the latest value of each static factor known on the day."""
    return (
        facts.static_factor.filter(
            pl.col("recorded_at") < as_of, pl.col("valid_from") <= as_of
        )
        .sort("business_id", "factor", "value_code", "valid_from", "recorded_at")
        .unique(
            ["business_id", "factor", "value_code"], keep="last", maintain_order=True
        )
    )


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
    facts: Facts, model: RiskModel, rules: Rules, as_of: date, businesses: int
) -> pl.DataFrame:
    data, code = fingerprint(facts), code_version()
    row = {
        "run_id": run_name(
            "score", as_of.isoformat(), model.version, rules.version, code, data
        ),
        "kind": "score",
        "as_of": as_of,
        "model_version": model.version,
        "law_version": rules.version,
        "code_version": code,
        "data_fingerprint": data,
        "businesses": businesses,
        "parameters": json.dumps(
            {"trained_until": model.trained_until, "visits": model.visits}
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
    run_id: str,
    matrix: pl.DataFrame,
    contributions: np.ndarray,
    static_parts: pl.DataFrame,
    grounds: pl.DataFrame,
) -> pl.DataFrame:
    """Choose up to four reasons per business from the law and the model."""
    cohort_ids = matrix.select("business_id")
    raising = grounds.filter(pl.col("direction") > 0).join(
        cohort_ids, on="business_id", how="semi"
    )
    by_ground = _law_reasons(
        raising.with_columns(points=pl.lit(1.0)), "ground", _GROUND_PLACES
    )
    by_static = _law_reasons(
        static_parts.sort("points", descending=True, maintain_order=True),
        "rule_id",
        _STATIC_PLACES,
    )
    by_model = model_reasons(matrix, contributions)
    ordered = pl.concat(
        [
            by_ground.with_columns(place=pl.lit(0)),
            by_model.group_by("business_id", maintain_order=True)
            .head(MAX_REASONS - 1)
            .with_columns(place=pl.lit(1))
            .select([*REASONS, "place"]),
            by_static.with_columns(place=pl.lit(2)),
        ]
    ).sort("business_id", "place", maintain_order=True)
    ranked = ordered.with_columns(
        rank=pl.int_range(1, pl.len() + 1).over("business_id"), run_id=pl.lit(run_id)
    ).filter(pl.col("rank") <= MAX_REASONS)
    return _as_output("output.reason", ranked)


def _law_reasons(parts: pl.DataFrame, code: str, most: int) -> pl.DataFrame:
    return (
        parts.group_by("business_id", maintain_order=True)
        .head(most)
        .select(
            "business_id",
            source=pl.lit("law"),
            code=code,
            contribution="points",
            article="article",
            text_zh="zh",
            text_en="en",
        )
        .cast(REASONS)  # type: ignore[arg-type]
    )


def _report(scored: Scored) -> ScoreReport:
    run = scored.run.row(0, named=True)
    grades = dict(
        scored.score.group_by("risk_grade").len().sort("risk_grade").iter_rows()
    )
    return ScoreReport(
        run_id=run["run_id"],
        as_of=run["as_of"],
        businesses=scored.score.height,
        grades={g: grades.get(g, 0) for g in "ABCD"},
        provisional=int(scored.score["is_provisional"].sum()),
        key_supervision=int(scored.score["is_key_supervision"].sum()),
        model_version=run["model_version"],
        law_version=run["law_version"],
        code_version=run["code_version"],
        data_fingerprint=run["data_fingerprint"],
    )
