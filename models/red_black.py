"""The draft of a red and black list (餐饮红黑榜): who stood out in the checks of a period.

A draft names nobody in public: an issue appears only once a named person has approved
it (pipelines.public). Being on it is publicity of a check, no penalty, and has nothing
to do with the list of serious breaches.
"""

from datetime import timedelta

import polars as pl

from features.schema import Facts
from models.health_code import online_shares
from models.rules import RuleSet

RED, BLACK, CORRECTED = "red", "black", "corrected"
# Why a shop is on the list, the weightiest first, and the rule that says so.
REASONS: dict[str, tuple[str, str]] = {
    "serious": (BLACK, "red_black.period_days"),
    "many_items": (BLACK, "red_black.black_general_items"),
    "corrected": (CORRECTED, "red_black.period_days"),
    "clean_and_online": (RED, "red_black.red_key_items"),
    "clean": (RED, "red_black.red_key_items"),
}
_FAILED = ("key_failed", "general_failed", "minor_failed")


def red_black(facts: Facts, codes: pl.DataFrame, rules: RuleSet) -> pl.DataFrame:
    """List who is proposed for the red or the black list by the last full check.

    `codes` are those of models.health_code: whoever's code is red or yellow is never
    on the red list. Columns: business_id, checked_on, list and reason.
    """
    last = (
        _checks(facts, rules, periods_ago=0)
        .sort("business_id", "inspected_on", "inspection_id")
        .unique("business_id", keep="last", maintain_order=True)
        .join(codes.select("business_id", "colour"), on="business_id")
        .join(online_shares(facts, rules), on="business_id", how="left")
        .join(_black_before(facts, rules), on="business_id", how="left")
    )
    holds = _holds(rules)
    lists = {code: which for code, (which, _) in REASONS.items()}
    return (
        last.with_columns(
            reason=pl.coalesce(
                *(pl.when(holds[code]).then(pl.lit(code)) for code in REASONS),
                pl.lit(None, pl.String),
            )
        )
        .filter(pl.col("reason").is_not_null())
        .select(
            "business_id",
            "reason",
            checked_on="inspected_on",
            list=pl.col("reason").replace(lists),
        )
        .sort("list", "checked_on", "business_id")
    )


def _checks(facts: Facts, rules: RuleSet, *, periods_ago: int) -> pl.DataFrame:
    """Give the checks of a period before the day, and known on it."""
    period = timedelta(days=round(rules.number("red_black.period_days")))
    until = rules.day - periods_ago * period
    return facts.inspection.filter(
        pl.col("recorded_at") < rules.day,
        pl.col("inspected_on").is_between(until - period, until, closed="left"),
    )


def _black_before(facts: Facts, rules: RuleSet) -> pl.DataFrame:
    """List whom the period before had on the black list."""
    before = _checks(facts, rules, periods_ago=1)
    return before.filter(_is_serious() | _has_many_items(rules)).select(
        pl.col("business_id").unique(), was_black=pl.lit(value=True)
    )


def _is_serious() -> pl.Expr:
    return pl.col("is_serious").fill_null(value=False)


def _has_many_items(rules: RuleSet) -> pl.Expr:
    most = rules.number("red_black.black_general_items")
    return pl.col("general_failed").fill_null(0) >= most


def _holds(rules: RuleSet) -> dict[str, pl.Expr]:
    failed = pl.sum_horizontal(pl.col(c).fill_null(0) for c in _FAILED)
    is_clean = (
        pl.col("is_full_checklist").fill_null(value=False)
        & (failed <= rules.number("red_black.red_key_items"))
        & (pl.col("colour") == "green")
    )
    return {
        "serious": _is_serious(),
        "many_items": _has_many_items(rules),
        # Whoever was named is named again once it is mended.
        "corrected": pl.col("was_black").fill_null(value=False)
        & (pl.col("purpose") == "follow_up"),
        "clean_and_online": is_clean
        & (pl.col("online") >= rules.number("health_code.online_share")),
        "clean": is_clean,
    }
