"""How often a graded business is visited, and whether it is under key supervision."""

import polars as pl

from models.citation import Language
from models.clauses import Frequency, KeySupervision, Number
from models.rules import RuleSet

_FULL_CHECKLIST = "visits.full_checklist_every_years"
_FIRST_CHECK = "small.first_check_months"


def with_supervision(graded: pl.DataFrame, rules: RuleSet) -> pl.DataFrame:
    """Add visits_per_year, key supervision with its article, and the first check.

    Who makes special food is told by the register or by the recorded food categories.
    """
    if "makes_special_food" not in graded.columns:
        graded = graded.with_columns(makes_special_food=pl.lit(None, pl.Boolean))
    return graded.with_columns(
        visits_per_year=_visits(rules),
        key_supervision_article=_key_article(rules, "zh"),
        key_supervision_article_en=_key_article(rules, "en"),
        first_check_by=_first_check(rules),
    ).with_columns(is_key_supervision=pl.col("key_supervision_article").is_not_null())


def _visits(rules: RuleSet) -> pl.Expr:
    """Give the policy's visits, never below what the Measures and order 49 require."""
    by_grade = [
        pl.col("risk_grade").replace_strict(rule.by_grade(), return_dtype=pl.Float64)
        for rule in rules.all(Frequency)
        if rule.kind != "benchmark"
    ]
    full = rules.find(Number, _FULL_CHECKLIST)
    floor = pl.lit(1.0 / full.value if full else 0.0)
    return pl.max_horizontal(floor, *by_grade)


def _key_article(rules: RuleSet, lang: Language) -> pl.Expr:
    """Cite the first group of article 22 that fits, or null."""
    colon = "：" if lang == "zh" else ": "
    groups = [
        pl.when(_fits(rule)).then(
            pl.lit(f"{rules.citation(rule.id, lang)}{colon}{getattr(rule, lang)}")
        )
        for rule in rules.all(KeySupervision)
    ]
    return pl.coalesce(*groups, pl.lit(None, pl.String))


def _fits(rule: KeySupervision) -> pl.Expr:
    named = {
        "business_type": rule.business_types,
        "subtype": rule.subtypes,
        "risk_grade": rule.grades,
    }
    conditions = [
        pl.col(column).is_in(list(codes)) for column, codes in named.items() if codes
    ]
    if rule.special_food_only:
        conditions.append(pl.col("is_special_food") | pl.col("makes_special_food"))
    return pl.all_horizontal(
        condition.fill_null(value=False) for condition in conditions
    )


def _first_check(rules: RuleSet) -> pl.Expr:
    """Give the day by which a new small business is first checked (Zhejiang art. 17)."""
    months = rules.find(Number, _FIRST_CHECK)
    if months is None:
        return pl.lit(None, pl.Date)
    is_small = pl.col("subtype").is_in(list(rules.codes("small.subtypes")))
    return pl.when(is_small & pl.col("is_new_business")).then(
        pl.col("opened_on").dt.offset_by(f"{months.value:.0f}mo")
    )
