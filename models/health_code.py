"""The colour of a caterer's health code (餐饮企业健康码): green, yellow, red, or none.

The city has named the colours and what goes into them and has published no thresholds.
Those used here are ours (G-2 to G-5), and every page that shows a colour says so.
"""

from datetime import timedelta

import polars as pl

from features.kitchens import days_online
from features.schema import Facts
from models.rules import RuleSet

# Why a code has its colour, the weightiest first: colour and the rule behind it.
REASONS: dict[str, tuple[str, str]] = {
    "incident": ("red", "health_code.red_days"),
    "serious": ("red", "health_code.red_days"),
    "correction": ("yellow", "health_code.yellow_days"),
    "fair": ("yellow", "health_code.yellow_days"),
    "offline": ("yellow", "health_code.online_share"),
    "sound": ("green", "health_code.seen_days"),
}
_CORRECTION = ("CORRECT_BY_DATE", "INVESTIGATE", "STOP_NOW")


def health_codes(facts: Facts, grades: pl.DataFrame, rules: RuleSet) -> pl.DataFrame:
    """Give everybody in `grades` a colour and the reason for it.

    `grades` are those of models.catering_grade. Columns: business_id, colour and
    reason; both are null where nobody has checked for too long.
    """
    joined = (
        grades.select("business_id", "level")
        .join(_last_check(facts, rules), on="business_id", how="left")
        .join(online_shares(facts, rules), on="business_id", how="left")
    )
    holds = {
        "incident": pl.col("business_id").is_in(_incidents(facts, rules)),
        "serious": _within("health_code.red_days", rules)
        & pl.col("is_serious").fill_null(value=False),
        "correction": _within("health_code.yellow_days", rules)
        & pl.col("result_code").is_in(_CORRECTION),
        "fair": _within("health_code.yellow_days", rules) & (pl.col("level") == "fair"),
        "offline": pl.col("online") < rules.number("health_code.online_share"),
        "sound": _within("health_code.seen_days", rules),
    }
    reason = pl.coalesce(
        *(pl.when(holds[code]).then(pl.lit(code)) for code in REASONS),
        pl.lit(None, pl.String),
    )
    colours = {code: colour for code, (colour, _) in REASONS.items()}
    return (
        joined.with_columns(reason=reason)
        .select("business_id", "reason", colour=pl.col("reason").replace(colours))
        .sort("business_id")
    )


def _last_check(facts: Facts, rules: RuleSet) -> pl.DataFrame:
    """Take the last check of any purpose: a passed follow-up ends what came before."""
    return (
        facts.inspection.filter(
            pl.col("recorded_at") < rules.day, pl.col("inspected_on") < rules.day
        )
        .sort("business_id", "inspected_on", "inspection_id")
        .unique("business_id", keep="last", maintain_order=True)
        .select("business_id", "inspected_on", "is_serious", "result_code")
    )


def online_shares(facts: Facts, rules: RuleSet) -> pl.DataFrame:
    """Give the share of business days a sunshine kitchen was online, of late.

    Whoever had no day of business in those days has no row.
    """
    known = facts.kitchen_connection.filter(pl.col("recorded_at") < rules.day)
    first = rules.day - timedelta(days=int(rules.number("health_code.online_days")))
    return days_online(known, first, rules.day).select(
        "business_id", online=pl.col("online_days") / pl.col("business_days")
    )


def _incidents(facts: Facts, rules: RuleSet) -> pl.Series:
    recent = facts.incident.filter(
        pl.col("is_confirmed"),
        pl.col("recorded_at") < rules.day,
        (pl.lit(rules.day) - pl.col("occurred_on")).dt.total_days()
        <= rules.number("health_code.red_days"),
    )
    return recent["business_id"].drop_nulls().implode()


def _within(rule_id: str, rules: RuleSet) -> pl.Expr:
    days = (pl.lit(rules.day) - pl.col("inspected_on")).dt.total_days()
    return days <= rules.number(rule_id)
