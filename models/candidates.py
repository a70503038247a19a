"""Which businesses there may be a legal ground to list, with the evidence for each.

A ground is a standing heavier penalty (order 44 article 2) for an act of articles 5 or
10. The risk probability puts the list in an order and does nothing else: who has no
ground is not on it, whatever the score, and who has one is, whatever the score.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

import polars as pl

from features.errors import UsageError
from features.schema import Facts
from models.case import LISTED, Case, procedure_of, state, word
from models.evidence import known_penalties
from models.gravity import any_of, articles, gravity_facts, kinds
from models.procedure_clauses import ListType, Trigger, Words
from models.rules import Rules, RuleSet

_CLOSED_AS = {
    "not_listed": "decided_not_listed",
    "removed": "listing_ended",
    "removed_early": "listing_ended",
    "listing_annulled": "listing_ended",
    "annulled": "annulled",
}
_EVIDENCE = {
    "business_id": pl.String(),
    "trigger": pl.String(),
    "penalty_id": pl.String(),
    "document_no": pl.String(),
    "decided_on": pl.Date(),
    "kinds": pl.String(),
    "discretion_grade": pl.String(),
    "law_article": pl.String(),
    "fine_yuan": pl.Float64(),
    "exclusion": pl.String(),
}


@dataclass(frozen=True)
class Candidates:
    """What `candidates` found on a day.

    `candidates` has a row per business, in the order to look at them; `evidence` a row
    per ground and penalty; `gravity` the checklist; `excluded` the penalties that would
    be grounds, with the reason why they are none.
    """

    list_type: str
    as_of: date
    is_text_supplied: bool
    note_zh: str
    note_en: str
    candidates: pl.DataFrame
    evidence: pl.DataFrame
    gravity: pl.DataFrame
    excluded: pl.DataFrame


def candidates(
    facts: Facts,
    rules: Rules,
    as_of: date,
    *,
    list_type: str = "SAMR44",
    cases: Iterable[Case] = (),
) -> Candidates:
    """Find the candidates for a list from what was recorded before a day.

    No score comes in here; `in_order_of` brings one to what was found.

    Raises:
        UsageError: no such list was in force on the day.
    """
    law = rules.in_force(as_of)
    lists = {r.id: r for r in law.all(ListType) if r.procedure == "listing"}
    listing = lists.get(list_type)
    if listing is None:
        known = ", ".join(lists) or "none"
        message = f"no list '{list_type}' was in force on {as_of}; there were: {known}"
        raise UsageError(message)
    grounds = _grounds(facts, rules, law, listing, tuple(cases))
    evidence = _cited(grounds.filter(pl.col("exclusion").is_null()), law)
    excluded = _explained(grounds.filter(pl.col("exclusion").is_not_null()), rules)
    standing = _standing(facts, law)
    who = evidence.select("business_id").unique()
    gravity = gravity_facts(facts, standing, law).join(
        who, on="business_id", how="semi", maintain_order="left"
    )
    note_zh, note_en = _note(listing)
    return Candidates(
        list_type=list_type,
        as_of=as_of,
        is_text_supplied=listing.is_text_supplied,
        note_zh=note_zh,
        note_en=note_en,
        candidates=_by_business(evidence, gravity, facts, as_of),
        evidence=evidence.drop("exclusion"),
        gravity=gravity,
        excluded=excluded,
    )


def in_order_of(found: Candidates, scores: pl.DataFrame) -> Candidates:
    """Put the candidates in the order of a score (business_id, probability).

    The same businesses, the likeliest next serious finding first.
    """
    known = scores.select("business_id", "probability").unique(
        "business_id", keep="any"
    )
    ordered = (
        found.candidates.drop("probability")
        .join(known, on="business_id", how="left")
        .sort("probability", "business_id", descending=[True, False], nulls_last=True)
    )
    return replace(found, candidates=ordered)


def _grounds(
    facts: Facts, rules: Rules, law: RuleSet, listing: ListType, cases: tuple[Case, ...]
) -> pl.DataFrame:
    """Give the heavier penalties for an act that a trigger names, excluded or not."""
    if not listing.is_text_supplied:
        return pl.DataFrame(schema=_EVIDENCE)
    heavier = any_of(kinds(), law.codes("heavier.kinds")) | (
        kinds().list.contains("fine")
        & pl.col("discretion_grade").is_in(list(law.codes("heavier.fine_discretion")))
    )
    named = (
        known_penalties(facts.penalty, law, date.min)
        .filter(heavier.fill_null(value=False))
        .with_columns(article=articles())
        .explode("article", empty_as_null=True)
        .join(_triggers(rules, law, listing), on="article")
        .filter(pl.col("decided_on") >= pl.col("since"))
        .unique(["penalty_id", "trigger"], keep="any")
    )
    return (
        named.with_columns(exclusion=_exclusion(law.day, rules, cases, listing.id))
        .select(pl.col(name).cast(dtype) for name, dtype in _EVIDENCE.items())
        .sort("business_id", "decided_on", "penalty_id", "trigger")
    )


def _triggers(rules: Rules, law: RuleSet, listing: ListType) -> pl.DataFrame:
    """List trigger and article, with the first day on which an act fell under it."""
    first: dict[str, date] = {}
    for rule in rules.rules:
        since = first.get(rule.id, rule.effective_from)
        first[rule.id] = min(since, rule.effective_from)
    return pl.DataFrame(
        [
            (rule.id, article, first[rule.id])
            for rule in law.all(Trigger)
            if rule.list_type == listing.id
            for article in rule.law_articles
        ],
        schema={"trigger": pl.String, "article": pl.String, "since": pl.Date},
        orient="row",
    )


def _exclusion(
    day: date, rules: Rules, cases: tuple[Case, ...], list_type: str
) -> pl.Expr:
    """Say why a penalty is no ground: the first reason of words.exclusion that holds.

    What another list says of it is no reason, but an annulment is, wherever it was
    recorded.
    """
    known = [
        case
        for c in cases
        if (case := _as_of(c, day)).acts and procedure_of(case, rules) == "listing"
    ]
    own = [case for case in known if case.list_type == list_type]
    listed = [c.business_id for c in own if state(c, rules) in LISTED]
    annulled = [c for c in known if state(c, rules) == "annulled"]
    settled = {
        penalty: _CLOSED_AS.get(state(case, rules), "case_open")
        for case in (*own, *annulled)
        for penalty in case.penalties
    }
    by_case = pl.col("penalty_id").replace_strict(
        settled, default=None, return_dtype=pl.String
    )
    return pl.coalesce(
        # An annulment counts on its own day: nobody is proposed on what is gone.
        pl.when(pl.col("withdrawn_on") <= day).then("withdrawal"),
        pl.when(by_case == "annulled").then(by_case),
        pl.when(~pl.col("is_intentional")).then(pl.lit("no_intent")),
        pl.when(pl.col("procedure") == "simple").then(pl.lit("simple_procedure")),
        pl.when(pl.col("business_id").is_in(listed)).then(pl.lit("already_listed")),
        by_case,
    )


def _as_of(case: Case, day: date) -> Case:
    """Give the case as it stood at the end of a day."""
    return replace(case, acts=tuple(a for a in case.acts if a.recorded_on <= day))


def _standing(facts: Facts, law: RuleSet) -> pl.DataFrame:
    return known_penalties(facts.penalty, law, date.min).filter(
        pl.col("withdrawn_on").is_null() | (pl.col("withdrawn_on") > law.day)
    )


def _cited(evidence: pl.DataFrame, law: RuleSet) -> pl.DataFrame:
    """Put the words of the ground and its article beside each penalty."""
    named = {rule.id: rule for rule in law.all(Trigger)}
    trigger = pl.col("trigger")
    return evidence.with_columns(
        ground_zh=trigger.replace_strict(
            {k: r.zh for k, r in named.items()}, return_dtype=pl.String
        ),
        ground_en=trigger.replace_strict(
            {k: r.en for k, r in named.items()}, return_dtype=pl.String
        ),
        article=trigger.replace_strict(
            {k: law.citation(k) for k in named}, return_dtype=pl.String
        ),
        article_en=trigger.replace_strict(
            {k: law.citation(k, "en") for k in named}, return_dtype=pl.String
        ),
    )


def _explained(excluded: pl.DataFrame, rules: Rules) -> pl.DataFrame:
    codes = [
        entry.code
        for rule in rules.rules
        if isinstance(rule, Words) and rule.id == "words.exclusion"
        for entry in rule.entries
    ]
    said = {code: word(rules, "exclusion", code) for code in codes}
    return excluded.with_columns(
        reason_zh=pl.col("exclusion").replace_strict(
            {c: zh for c, (zh, _) in said.items()}, return_dtype=pl.String
        ),
        reason_en=pl.col("exclusion").replace_strict(
            {c: en for c, (_, en) in said.items()}, return_dtype=pl.String
        ),
    )


def _by_business(
    evidence: pl.DataFrame, gravity: pl.DataFrame, facts: Facts, as_of: date
) -> pl.DataFrame:
    names = (
        facts.business.filter(pl.col("recorded_at") < as_of)
        .sort("business_id", "valid_from")
        .unique("business_id", keep="last", maintain_order=True)
        .select("business_id", "name", "street_code")
    )
    checklist = gravity.group_by("business_id").agg(
        gravity=pl.col("rule_id").unique().sort().str.join("+")
    )
    return (
        evidence.group_by("business_id")
        .agg(
            triggers=pl.col("trigger").unique().sort().str.join("+"),
            penalties=pl.col("penalty_id").unique().sort().str.join("+"),
            latest_penalty_on=pl.col("decided_on").max(),
        )
        .join(names, on="business_id", how="left")
        .join(checklist, on="business_id", how="left")
        .with_columns(probability=pl.lit(None, pl.Float64))
        .sort("business_id")
    )


def _note(listing: ListType) -> tuple[str, str]:
    if not listing.is_text_supplied:
        return (
            f"{listing.zh}：文本未提供，没有列入情形，不能产生线索",
            f"{listing.en}: text not supplied, so no triggers and no candidates",
        )
    return (
        "仅为线索：是否列入由具名人员依程序决定，应当与行政处罚决定一并作出（第十三条）",
        "leads only: named officers decide, in procedure, together with the penalty (art. 13)",
    )
