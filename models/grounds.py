"""Finds the facts of articles 29 and 31 that raise or lower a grade, each with evidence.

Only what was recorded before the day counts; a withdrawn penalty, a sample that may
still be challenged, and a fact beyond its legal life do not.
"""

from collections.abc import Mapping

import polars as pl

from features.schema import Facts
from models.citation import Language
from models.clauses import Ground
from models.clean_record import clean_record
from models.evidence import (
    confirmed_incidents,
    evidence_from,
    final_failures,
    known_visits,
    standing_penalties,
)
from models.rules import RuleSet

FOUND = {
    "business_id": pl.String(),
    "ground": pl.String(),
    "evidence_table": pl.String(),
    "evidence_id": pl.String(),
    "happened_on": pl.Date(),
}
_TABLE_ZH: Mapping[str, str] = {
    "penalty": "行政处罚",
    "sampling_result": "抽检",
    "incident": "事件",
    "inspection": "检查",
    "certificate": "证书",
}


def find_grounds(facts: Facts, rules: RuleSet) -> pl.DataFrame:
    """List every ground found on rules.day with its evidence and article.

    R29-7 and L31-4, other grounds set by the province, are never found: an officer
    records them.
    """
    found = pl.concat(
        [
            pl.DataFrame(schema=FOUND),
            _penalties(facts.penalty, rules),
            _samples(facts.sampling_result, rules),
            _incidents(facts.incident, rules),
            _refusals(facts.inspection, rules),
            _certificates(facts, rules),
            clean_record(facts, rules),
        ]
    )
    return _cited(found, rules)


def _penalties(penalty: pl.DataFrame, rules: RuleSet) -> pl.DataFrame:
    kinds = list(rules.codes("R29-1.penalty_kinds"))
    named = pl.col("kinds").str.split("+").list.set_intersection(kinds).list.len() > 0
    grounds = {
        "R29-1": pl.col("is_intentional") & named,
        "R29-3": pl.col("has_bad_social_effect"),
    }
    standing = standing_penalties(penalty, rules, evidence_from(rules))
    return _each(standing, grounds, "penalty", on="decided_on")


def _samples(sampling_result: pl.DataFrame, rules: RuleSet) -> pl.DataFrame:
    levels = pl.col("level").is_in(list(rules.codes("R29-2.levels")))
    failed = final_failures(sampling_result, rules, evidence_from(rules))
    return _each(failed, {"R29-2": levels}, "sampling_result", on="final_on")


def _incidents(incident: pl.DataFrame, rules: RuleSet) -> pl.DataFrame:
    grounds = {
        "R29-4": pl.col("kind").is_in(list(rules.codes("policy.accident_kinds"))),
        "R29-5": pl.col("kind") == "recall_refused",
    }
    confirmed = confirmed_incidents(incident, rules, evidence_from(rules))
    return _each(confirmed, grounds, "incident", on="occurred_on")


def _refusals(inspection: pl.DataFrame, rules: RuleSet) -> pl.DataFrame:
    visits = known_visits(inspection, rules, evidence_from(rules))
    grounds = {"R29-6": pl.col("is_refused")}
    return _each(visits, grounds, "inspection", on="inspected_on")


def _certificates(facts: Facts, rules: RuleSet) -> pl.DataFrame:
    """Find certificates and awards valid on the day; special food gains by no HACCP."""
    valid = facts.certificate.filter(
        pl.col("recorded_at") < rules.day,
        pl.col("valid_from") <= rules.day,
        pl.col("valid_to").is_null() | (pl.col("valid_to") >= rules.day),
    )
    kind = pl.col("kind")
    grounds = {
        "L31-2": kind.is_in(list(rules.codes("L31-2.certificates")))
        & ~pl.col("business_id").is_in(_excluded(facts, rules).implode()),
        "L31-3": kind.is_in(list(rules.codes("L31-3.awards"))),
    }
    return _each(valid, grounds, "certificate", on="valid_from")


def _excluded(facts: Facts, rules: RuleSet) -> pl.Series:
    prefixes = rules.codes("L31-2.excluded_categories")
    is_excluded = pl.any_horizontal(
        pl.col("value_code").str.starts_with(prefix) for prefix in prefixes
    )
    return facts.static_factor.filter(
        pl.col("factor") == "food_category",
        pl.col("recorded_at") < rules.day,
        pl.col("valid_from") <= rules.day,
        is_excluded,
    )["business_id"].unique()


def _each(
    events: pl.DataFrame, grounds: Mapping[str, pl.Expr], table: str, *, on: str
) -> pl.DataFrame:
    """Give one row per event and ground that it meets."""
    key = {"sampling_result": "sample_id"}.get(table, f"{table}_id")
    return pl.concat(
        events.filter(meets.fill_null(value=False)).select(
            "business_id",
            ground=pl.lit(ground),
            evidence_table=pl.lit(table),
            evidence_id=key,
            happened_on=on,
        )
        for ground, meets in grounds.items()
    )


def _cited(found: pl.DataFrame, rules: RuleSet) -> pl.DataFrame:
    """Put direction, article and a sentence beside each ground."""
    ground = {rule.id: rule for rule in rules.all(Ground)}

    def said(lang: Language) -> dict[str, str]:
        return {rule_id: rules.citation(rule_id, lang) for rule_id in ground}

    evidence = [pl.col("evidence_id"), pl.col("happened_on")]
    table = pl.col("evidence_table")
    return found.sort(
        "business_id", "ground", "happened_on", "evidence_id"
    ).with_columns(
        direction=_by_ground({k: r.direction for k, r in ground.items()}, pl.Int8()),
        article=_by_ground(said("zh"), pl.String()),
        article_en=_by_ground(said("en"), pl.String()),
        zh=pl.format(
            "{}（{} {}，{}）",
            _by_ground({k: r.zh for k, r in ground.items()}, pl.String()),
            table.replace_strict(_TABLE_ZH, return_dtype=pl.String),
            *evidence,
        ),
        en=pl.format(
            "{} ({} {}, {})",
            _by_ground({k: r.en for k, r in ground.items()}, pl.String()),
            table.str.replace("_", " "),
            *evidence,
        ),
    )


def _by_ground(values: Mapping[str, object], dtype: pl.DataType) -> pl.Expr:
    return pl.col("ground").replace_strict(values, return_dtype=dtype)
