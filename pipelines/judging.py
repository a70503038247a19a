"""What is made of some businesses on a day: features, probability, grade and reasons."""

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import polars as pl

from features.matrix import build
from features.neighbourhood import Background
from features.profile import attributes_at, static_factors_on
from features.schema import Facts
from models.credit import credit_standing
from models.dynamic_points import SCALE, last_checklist
from models.explain import MAX_REASONS, REASONS, model_reasons
from models.grading import grade, grade_parts
from models.grounds import find_grounds
from models.risk import RiskModel
from models.rules import Rules, RuleSet
from models.scorecard import Scorecard
from models.static_points import static_points
from pipelines.train import legal_life_days

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


def judge(
    facts: Facts,
    pairs: pl.DataFrame,
    *,
    model: RiskModel,
    rules: Rules,
    background: Background | None = None,
) -> Judged:
    """Grade businesses with reasons, all on one day, from what was recorded before it.

    Where the facts are only those of some businesses, the background tells of all.
    """
    found = assess(facts, pairs, model=model, rules=rules, background=background)
    contributions = model.contributions(found.matrix)
    by_model = model_reasons(found.matrix, contributions)
    parts = grade_parts(found.graded, found.static, found.law)
    return Judged(
        graded=found.graded,
        reason=_reasons(found.graded, by_model, parts, found.grounds),
        parts=parts,
        grounds=found.grounds,
        matrix=found.matrix,
        contributions=contributions,
    )


@dataclass(frozen=True)
class Assessed:
    """The grades of some businesses on a day, with what they rest on, and no reasons."""

    graded: pl.DataFrame
    matrix: pl.DataFrame
    static: pl.DataFrame
    grounds: pl.DataFrame
    law: RuleSet


def assess(
    facts: Facts,
    pairs: pl.DataFrame,
    *,
    model: RiskModel,
    rules: Rules,
    background: Background | None = None,
) -> Assessed:
    """Grade businesses as judge does; what asks for no reason need not pay for them."""
    as_of: date = pairs["as_of"][0]
    law = rules.applied_to(as_of)
    life = legal_life_days(rules, as_of)
    matrix = build(facts, pairs, legal_life_days=life, background=background)
    who = attributes_at(facts.business, pairs)
    static = static_points(who, static_factors_on(facts.static_factor, as_of), law)
    inputs = _inputs(who, static.points, facts, law).hstack(_probability(model, matrix))
    asked = pairs.select("business_id")
    grounds = find_grounds(facts, law).join(asked, on="business_id", how="semi")
    graded = grade(inputs, law, grounds=grounds, decisions=facts.grade_decision)
    return Assessed(graded, matrix, static.parts, grounds, law)


def with_credit(
    judged: Judged, facts: Facts, card: Scorecard | None, law: RuleSet
) -> Judged:
    """Put the credit of enterprises beside their grades, which it cannot reach."""
    standing = credit_standing(facts, judged.matrix, card, law)
    graded = judged.graded.join(
        standing, on="business_id", how="left", maintain_order="left"
    )
    return replace(judged, graded=graded)


def _inputs(
    who: pl.DataFrame, points: pl.DataFrame, facts: Facts, law: RuleSet
) -> pl.DataFrame:
    checklist = last_checklist(facts.inspection, law)
    return who.join(points, on="business_id", how="left", maintain_order="left").join(
        checklist, on="business_id", how="left", maintain_order="left"
    )


def _probability(model: RiskModel, matrix: pl.DataFrame) -> pl.DataFrame:
    """State the chance, how far the business may lie from it, and how well it is known."""
    own, stated = model.intervals(matrix)
    return pl.DataFrame(
        {
            "probability": model.predict(matrix),
            "probability_lower": own[0],
            "probability_upper": own[1],
            "stated_lower": stated[0],
            "stated_upper": stated[1],
        }
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
