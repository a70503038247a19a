"""Credit score and class of an enterprise: how far its next year can be trusted.

A scorecard on what was known of enterprises on past days, against what became of each in
the following year. It is no risk grade and feeds none, it is no ground for listing, and
an individual business gets neither score nor class: none is imputed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl

from features.catalogue import Feature, catalogue
from features.labels import cohort
from features.matrix import build
from features.profile import attributes_at
from features.schema import Facts
from models.bins import Column
from models.clauses import Codes
from models.credit_clauses import CreditClasses, IndexGroup, PointsScale
from models.metrics import Array
from models.rules import RuleSet
from models.scorecard import Scale, Scorecard

SCALE, CLASSES, FORMS = "credit.scale", "credit.classes", "credit.legal_forms"
# Fewer bad cases say more about chance than about enterprises.
MIN_BAD = 100
MIN_CASES = 400
# Before this much history every business looks as if it had none.
HISTORY_DAYS = 365
# More reasons would not be read.
MAX_REASONS = 4
# Why there is a score, or none; labelled in the code list credit_basis.
SCORED, INDIVIDUAL, OTHER_FORM, NO_CARD = (
    "scorecard",
    "individual",
    "other_form",
    "no_scorecard",
)


@dataclass(frozen=True)
class Cases:
    """Enterprises on past days with what became of them, row by row.

    `pairs` has business_id and as_of, `matrix` the features known that day, `bad` is 1
    for whoever was penalised or seriously non-compliant in the year that followed.
    """

    pairs: pl.DataFrame
    matrix: pl.DataFrame
    bad: Array

    def shortfall(self) -> str | None:
        """Say what is lacking for a scorecard, if anything is."""
        bad, cases = int(self.bad.sum()), len(self.bad)
        if cases >= MIN_CASES and MIN_BAD <= bad <= cases - MIN_BAD:
            return None
        return (
            f"no scorecard: {cases} enterprise years of which {bad} bad, at least "
            f"{MIN_CASES} and {MIN_BAD} of each kind are needed"
        )


def is_in_force(law: RuleSet) -> bool:
    """Tell whether credit evaluation had rules on the law day."""
    return law.find(CreditClasses, CLASSES) is not None


def card_columns(law: RuleSet) -> tuple[Column, ...]:
    """Choose the features of the index groups of which is known what is worse.

    A feature with no direction costs nobody points: an enterprise could not be told
    what to do better, and its bins would follow chance.
    """
    return tuple(
        Column(
            feature.name,
            direction,
            absent="never" if feature.metric == "days_since" else "unknown",
        )
        for feature in catalogue()
        if (direction := _direction(feature, law))
    )


def index_group(feature: Feature, law: RuleSet) -> IndexGroup | None:
    """Find the index group a feature stands for."""
    for group in law.all(IndexGroup):
        if feature.family in group.families and feature.story in group.stories:
            return group
    return None


def past_cases(
    facts: Facts, as_of: date, law: RuleSet, *, legal_life_days: int | None
) -> Cases:
    """Collect enterprises a year before the day, two years before, and so on.

    The years do not overlap, so no event makes two cases bad. Features use what was
    recorded before each index day, outcomes what was recorded before `as_of`.
    """
    days = index_days(facts, as_of, law)
    asked = [enterprises(facts, day, law) for day in days]
    pairs = pl.concat([enterprises(facts, as_of, law).clear(), *asked])
    known = outcomes(facts, pairs, as_of, law)
    seen = known.select("business_id", "as_of")
    matrix = build(facts, seen, legal_life_days=legal_life_days)
    return Cases(seen, matrix, known["is_bad"].cast(pl.Float64).to_numpy())


def index_days(facts: Facts, as_of: date, law: RuleSet) -> list[date]:
    """List the days whose following year had ended by `as_of`, latest first."""
    first = facts.inspection["inspected_on"].min()
    if not isinstance(first, date):
        return []
    horizon = timedelta(days=law.number("credit.horizon_days"))
    days, day = [], as_of - horizon
    while day >= first + timedelta(days=HISTORY_DAYS):
        days.append(day)
        day -= horizon
    return days


def enterprises(facts: Facts, day: date, law: RuleSet) -> pl.DataFrame:
    """List the businesses trading on a day whose legal form gets a class."""
    pairs = cohort(facts, day)
    form = attributes_at(facts.business, pairs)["legal_form"]
    is_asked = form.is_in(law.codes(FORMS)).fill_null(value=False)
    return pairs.filter(is_asked)


def outcomes(
    facts: Facts, pairs: pl.DataFrame, known_on: date, law: RuleSet
) -> pl.DataFrame:
    """Find what became of each pair in the following year, as known on a day.

    Columns: business_id, as_of, is_bad. A pair that nobody visited with a known result
    and nobody penalised has no row: whoever was not looked at is no good case either.
    """
    horizon = pl.duration(days=law.number("credit.horizon_days"))
    events = pl.concat([_findings(facts, known_on), _penalties(facts, known_on, law)])
    return (
        pairs.join(events, on="business_id", how="inner")
        .filter(
            pl.col("happened") >= pl.col("as_of"),
            pl.col("happened") < pl.col("as_of") + horizon,
        )
        .group_by("business_id", "as_of")
        .agg(is_bad=pl.col("is_bad").any())
        .sort("as_of", "business_id")
    )


def scale_of(law: RuleSet) -> Scale:
    """Give the scale in force."""
    scale = law.get(PointsScale, SCALE)
    return Scale(
        scale.base_points,
        scale.base_odds,
        scale.points_to_double,
        scale.smallest_span,
    )


def credit_standing(
    facts: Facts, matrix: pl.DataFrame, card: Scorecard | None, law: RuleSet
) -> pl.DataFrame:
    """Give credit_score, credit_class and credit_basis of each row of a matrix.

    Only enterprises get a score and class; for all others, and without a card, both are
    empty and the basis says why.
    """
    who = attributes_at(facts.business, matrix.select("business_id", "as_of"))
    basis = _basis(law, has_card=card is not None)
    standing = who.select("business_id", basis.alias("credit_basis"))
    score = (
        pl.lit(None, pl.Float64)
        if card is None
        else pl.when(pl.col("credit_basis") == SCORED).then(
            pl.Series(card.score(matrix)).cast(pl.Float64)
        )
    )
    return standing.with_columns(credit_score=score).with_columns(
        credit_class=credit_class(law)
    )


def credit_class(law: RuleSet) -> pl.Expr:
    """Turn the column credit_score into a class; no score gives none."""
    rule = law.find(CreditClasses, CLASSES)
    if rule is None:
        return pl.lit(None, pl.String)
    score = pl.col("credit_score")
    steps = [
        pl.when(score >= step.at_least).then(pl.lit(step.credit_class))
        for step in rule.steps
    ]
    return pl.coalesce(
        *steps, pl.when(score.is_not_null()).then(pl.lit(rule.otherwise))
    )


def credit_reasons(
    card: Scorecard, matrix: pl.DataFrame, law: RuleSet, *, most: int = MAX_REASONS
) -> pl.DataFrame:
    """Name the features that cost each row most points against their best bins.

    Columns: business_id, rank, feature, group_zh, group_en, zh, en, points_lost. Of
    features that tell one story only the costliest is named, with the points of all.
    """
    lost = card.points_lost(matrix)
    told = {f.name: f for f in catalogue()}
    features = [told[name] for name in card.columns]
    long = pl.DataFrame(
        {
            "business_id": np.repeat(matrix["business_id"].to_numpy(), lost.shape[1]),
            "feature": np.tile(np.array(card.columns, dtype=object), len(lost)),
            "points_lost": lost.ravel(),
        },
        schema_overrides={"feature": pl.String},
    )
    return (
        long.join(_words(features, law), on="feature", maintain_order="left")
        .sort(
            "business_id", "points_lost", descending=[False, True], maintain_order=True
        )
        .group_by("business_id", "story", maintain_order=True)
        .agg(
            pl.col("feature", "group_zh", "group_en", "zh", "en").first(),
            pl.col("points_lost").sum(),
        )
        .filter(pl.col("points_lost") > 0)
        .sort(
            "business_id", "points_lost", descending=[False, True], maintain_order=True
        )
        .group_by("business_id", maintain_order=True)
        .head(most)
        .with_columns(rank=pl.int_range(1, pl.len() + 1).over("business_id"))
        .drop("story")
    )


def _direction(feature: Feature, law: RuleSet) -> int:
    """Give the way a feature counts; 0 where it does not."""
    group = index_group(feature, law)
    if group is None:
        return 0
    said = {d.feature: d.direction for d in group.directions}
    return said.get(feature.name, feature.direction)


def _words(features: Sequence[Feature], law: RuleSet) -> pl.DataFrame:
    groups = [index_group(feature, law) for feature in features]
    return pl.DataFrame(
        {
            "feature": [f.name for f in features],
            "story": [f.story for f in features],
            "zh": [f.zh for f in features],
            "en": [f.en for f in features],
            "group_zh": [g.zh if g else "" for g in groups],
            "group_en": [g.en if g else "" for g in groups],
        }
    )


def _basis(law: RuleSet, *, has_card: bool) -> pl.Expr:
    rule = law.find(Codes, FORMS)
    forms = rule.values if rule else ()
    form = pl.col("legal_form")
    return (
        pl.when(form == INDIVIDUAL)
        .then(pl.lit(INDIVIDUAL))
        .when(~form.is_in(forms).fill_null(value=False))
        .then(pl.lit(OTHER_FORM))
        .otherwise(pl.lit(SCORED if has_card else NO_CARD))
    )


def _findings(facts: Facts, known_on: date) -> pl.DataFrame:
    """List inspections with a known result: a serious one is bad, the others good."""
    return facts.inspection.filter(
        pl.col("recorded_at") < known_on, pl.col("is_serious").is_not_null()
    ).select("business_id", happened="inspected_on", is_bad="is_serious")


def _penalties(facts: Facts, known_on: date, law: RuleSet) -> pl.DataFrame:
    """List penalties that are bad information and had not been annulled by the day."""
    procedure = pl.col("procedure").is_in(law.codes("credit.excluded_procedures"))
    annulled = (pl.col("withdrawal") == "annulled") & (
        pl.col("withdrawn_on") <= known_on
    )
    return facts.penalty.filter(
        pl.col("recorded_at") < known_on,
        ~procedure.fill_null(value=False),
        ~annulled.fill_null(value=False),
    ).select("business_id", happened="decided_on", is_bad=pl.lit(value=True))
