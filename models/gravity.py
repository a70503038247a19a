"""Facts that a machine can check and that may make a breach grave: a checklist.

实施条例 article 67 and its neighbours. Each fact comes with its evidence and article;
they are never added up, and an officer judges what they weigh.
"""

from collections.abc import Iterator

import polars as pl

from features.schema import Facts
from models.evidence import confirmed_incidents, known_visits
from models.rules import RuleSet

GRAVITY = {
    "business_id": pl.String(),
    "rule_id": pl.String(),
    "evidence_table": pl.String(),
    "evidence_id": pl.String(),
    "happened_on": pl.Date(),
}
# Cited law is written fsl:123 or fsl_reg:68; a penalty may name several.
_ARTICLE = r"[a-z_0-9]+:\d+"


def articles() -> pl.Expr:
    """Give the articles a penalty cites, as a list of codes."""
    return pl.col("law_article").fill_null("").str.extract_all(_ARTICLE)


def kinds() -> pl.Expr:
    """Give the kinds of a penalty as a list of codes."""
    return pl.col("kinds").str.split("+")


def any_of(codes: pl.Expr, wanted: tuple[str, ...]) -> pl.Expr:
    """Tell whether a list of codes holds any of some."""
    return codes.list.set_intersection(list(wanted)).list.len() > 0


def gravity_facts(facts: Facts, standing: pl.DataFrame, law: RuleSet) -> pl.DataFrame:
    """List the grave circumstances on record, given the penalties that stand."""
    found = [*_from_penalties(standing, law), *_from_events(facts, law)]
    return _cited(pl.concat(found).unique().sort(list(GRAVITY)), law)


def _from_penalties(standing: pl.DataFrame, law: RuleSet) -> Iterator[pl.DataFrame]:
    grave = standing.filter(any_of(articles(), law.codes("gravity.applies_to")))
    for rule_id, column in [
        ("gravity.goods_value_yuan", "goods_value_yuan"),
        ("gravity.duration_days", "duration_days"),
    ]:
        reached = grave.filter(pl.col(column) >= law.number(rule_id))
        yield _facts(reached, rule_id, "penalty", "decided_on")
    rule_id = "gravity.city_level_fine_yuan"
    high = standing.filter(pl.col("fine_yuan") >= law.number(rule_id))
    yield _facts(high, rule_id, "penalty", "decided_on")
    revoked = standing.filter(kinds().list.contains("revocation"))
    yield _facts(revoked, "gravity.revocation_ban_years", "penalty", "decided_on")
    refusals = standing.filter(any_of(articles(), law.codes("gravity.refusal")))
    yield _facts(refusals, "gravity.refusal", "penalty", "decided_on")
    yield _repeated(standing, law)
    yield _many(standing, law)


def _from_events(facts: Facts, law: RuleSet) -> Iterator[pl.DataFrame]:
    ill = confirmed_incidents(facts.incident, law, law.day.min)
    for rule_id, column in [
        ("gravity.illness_cases", "cases"),
        ("gravity.illness_deaths", "deaths"),
    ]:
        reached = ill.filter(pl.col(column) >= law.number(rule_id))
        yield _facts(reached, rule_id, "incident", "occurred_on")
    refused = known_visits(facts.inspection, law, law.day.min).filter("is_refused")
    yield _facts(refused, "gravity.refusal", "inspection", "inspected_on")


def _repeated(standing: pl.DataFrame, law: RuleSet) -> pl.DataFrame:
    """Find penalties that follow one under the same article within the term."""
    term = f"{law.number('gravity.repeat_years'):.0f}y"
    each = standing.with_columns(article=articles()).explode("article")
    pairs = each.join(
        each.select("business_id", "article", earlier="decided_on"),
        on=["business_id", "article"],
    ).filter(
        pl.col("decided_on") > pl.col("earlier"),
        pl.col("decided_on") <= pl.col("earlier").dt.offset_by(term),
    )
    return _facts(pairs, "gravity.repeat_years", "penalty", "decided_on")


def _many(standing: pl.DataFrame, law: RuleSet) -> pl.DataFrame:
    """Find penalties that make up the number within a year."""
    rule_id = "gravity.penalties_in_a_year"
    closing = law.codes("gravity.not_counted_kinds")
    counted = standing.filter(~any_of(kinds(), closing))
    pairs = counted.join(
        counted.select("business_id", other="decided_on", other_id="penalty_id"),
        on="business_id",
    ).filter(
        pl.col("other") <= pl.col("decided_on"),
        pl.col("decided_on") < pl.col("other").dt.offset_by("1y"),
    )
    counts = pairs.group_by("business_id", "penalty_id", "decided_on").agg(
        within=pl.col("other_id").n_unique()
    )
    reached = counts.filter(pl.col("within") >= law.number(rule_id))
    return _facts(reached, rule_id, "penalty", "decided_on")


def _facts(
    events: pl.DataFrame, rule_id: str, table: str, happened: str
) -> pl.DataFrame:
    return events.select(
        "business_id",
        rule_id=pl.lit(rule_id),
        evidence_table=pl.lit(table),
        evidence_id=f"{table}_id",
        happened_on=happened,
    )


def _cited(found: pl.DataFrame, law: RuleSet) -> pl.DataFrame:
    named = {rule_id: law.rules[rule_id] for rule_id in found["rule_id"].unique()}
    return found.with_columns(
        zh=_by_rule({k: rule.zh for k, rule in named.items()}),
        en=_by_rule({k: rule.en for k, rule in named.items()}),
        article=_by_rule({k: law.citation(k) for k in named}),
        article_en=_by_rule({k: law.citation(k, "en") for k in named}),
    )


def _by_rule(values: dict[str, str]) -> pl.Expr:
    return pl.col("rule_id").replace_strict(values, return_dtype=pl.String)
