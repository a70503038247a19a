"""The catering grade shown at the door (餐饮服务量化等级): a face a check, a letter a year.

It is computed from checks alone and by its own rule (国食药监食〔2012〕5号). The risk
grade, which allocates inspection and is not public, has no part in it.
"""

import polars as pl

from features.schema import Facts
from models.rules import RuleSet

# The level of a check, from the best, and the rule that says from which score on.
LEVELS: tuple[tuple[str, str], ...] = (
    ("excellent", "catering.excellent_from"),
    ("good", "catering.good_from"),
    ("fair", "catering.fair_from"),
)
LETTERS = {"excellent": "A", "good": "B", "fair": "C"}
# Why there is no grade, the weightiest first, and the rule that says so.
REASONS: dict[str, str] = {
    "incident": "catering.incident_months",
    "penalty": "catering.penalty_months",
    "new": "catering.new_months",
    "key_items": "catering.key_items_without_grade",
    "low_score": "catering.fair_from",
    "no_check": "catering.year_months",
}
# A check in several programmes counts; one that only looks whether something was
# mended does not.
_PURPOSES = ("routine", "random", "special", "system", "licensing")
_MOST = 10.0


def catering_grades(
    facts: Facts, businesses: pl.DataFrame, rules: RuleSet
) -> pl.DataFrame:
    """Grade the caterers and canteens among `businesses` from their scored checks.

    Columns: business_id; checked_on, score (0 to 10) and level of the last scored
    check; year_score, the mean of the last twelve months; letter A, B or C; and
    `without`, a key of REASONS where there is no grade.
    """
    checks = _checks(facts, rules)
    year = checks.filter(pl.col("checked_on") >= _since("catering.year_months", rules))
    return (
        businesses.select("business_id", "opened_on")
        .join(_last(checks), on="business_id", how="left")
        .join(
            year.group_by("business_id").agg(year_score=pl.col("score").mean()),
            on="business_id",
            how="left",
        )
        .with_columns(without=_without(facts, rules))
        .with_columns(
            level=pl.when(pl.col("without").is_null()).then(_level("score", rules)),
            letter=pl.when(pl.col("without").is_null()).then(
                _level("year_score", rules).replace(LETTERS)
            ),
        )
        .select(
            *("business_id", "checked_on", "score", "level"),
            *("year_score", "letter", "without"),
        )
        .sort("business_id")
    )


def _checks(facts: Facts, rules: RuleSet) -> pl.DataFrame:
    """Score every check known before the day from 0 to 10; more is better."""
    zero = rules.number("catering.points_for_nothing")
    return facts.inspection.filter(
        pl.col("recorded_at") < rules.day,
        pl.col("inspected_on") < rules.day,
        pl.col("purpose").is_in(_PURPOSES),
        pl.col("checklist_points").is_not_null(),
    ).select(
        "business_id",
        "inspection_id",
        checked_on="inspected_on",
        score=(_MOST * (1 - pl.col("checklist_points") / zero)).round(2),
        key_failed=pl.col("key_failed").fill_null(0),
    )


def _last(checks: pl.DataFrame) -> pl.DataFrame:
    return (
        checks.sort("business_id", "checked_on", "inspection_id")
        .unique("business_id", keep="last", maintain_order=True)
        .drop("inspection_id")
    )


def _level(score: str, rules: RuleSet) -> pl.Expr:
    """Give the best level whose lowest score is reached; below all there is none."""
    reached = [
        pl.when(pl.col(score) >= rules.number(rule_id)).then(pl.lit(level))
        for level, rule_id in LEVELS
    ]
    return pl.coalesce(*reached, pl.lit(None, pl.String))


def _without(facts: Facts, rules: RuleSet) -> pl.Expr:
    """Give the weightiest reason for which there is no grade, or null."""
    holds = {
        "incident": _among(_confirmed(facts.incident), "incident", rules),
        "penalty": _among(_beyond_warning(facts.penalty, rules), "penalty", rules),
        "new": pl.col("opened_on") > _since("catering.new_months", rules),
        "key_items": pl.col("key_failed")
        >= rules.number("catering.key_items_without_grade"),
        "low_score": pl.min_horizontal("score", "year_score")
        < rules.number("catering.fair_from"),
        "no_check": pl.col("year_score").is_null(),
    }
    said = [pl.when(holds[code]).then(pl.lit(code)) for code in REASONS]
    return pl.coalesce(*said, pl.lit(None, pl.String))


def _confirmed(incident: pl.DataFrame) -> pl.DataFrame:
    return incident.filter(pl.col("is_confirmed")).rename({"occurred_on": "happened"})


def _beyond_warning(penalty: pl.DataFrame, rules: RuleSet) -> pl.DataFrame:
    stands = pl.col("withdrawn_on").is_null() | (pl.col("withdrawn_on") > rules.day)
    beyond = penalty.filter(stands, pl.col("kinds") != "warning")
    return beyond.rename({"decided_on": "happened"})


def _among(events: pl.DataFrame, reason: str, rules: RuleSet) -> pl.Expr:
    """Tell whether a business is named by an event of the months the rule looks at."""
    since = _since(REASONS[reason], rules)
    recent = events.filter(
        pl.col("recorded_at") < rules.day,
        pl.col("happened").is_between(since, rules.day, closed="left"),
    )
    return pl.col("business_id").is_in(recent["business_id"].drop_nulls().implode())


def _since(rule_id: str, rules: RuleSet) -> pl.Expr:
    """Give the day so many months before, the end of a shorter month where it must be."""
    months = round(rules.number(rule_id))
    return pl.lit(rules.day).dt.offset_by(f"-{months}mo")
