"""How the business behaved: penalties, incidents, certificates, policies, training."""

import polars as pl

from features.schema import Facts

# Kinds of penalty that stop the business or part of it.
CLOSING_KINDS = (
    "revocation",
    "stop_business",
    "closure",
    "restriction",
    "downgrade",
    "ban",
)
# An event counts from the day after it is known; a certificate counts on its first day.
_EVE = pl.col("valid_from").dt.offset_by("-1d")


def penalties(facts: Facts) -> pl.DataFrame:
    """List penalties as events that count until the eve of their end.

    A penalty that was annulled or repaired is gone on that very day: nobody may be held
    to it a day longer. A new fact counts from the day after it was recorded; dropping
    one on its day tells nothing of what is to come.
    """
    kinds = pl.col("kinds").str.split("+")
    return facts.penalty.select(
        "business_id",
        happened="decided_on",
        recorded="recorded_at",
        withdrawn=pl.col("withdrawn_on").dt.offset_by("-1d"),
        penalty=pl.lit(1.0),
        heavier=(pl.col("discretion_grade") == "heavier").cast(pl.Float64),
        closing=kinds.list.set_intersection(list(CLOSING_KINDS))
        .list.len()
        .gt(0)
        .cast(pl.Float64),
        fine_10k=(pl.col("fine_yuan").fill_null(0.0) / 10_000),
    )


def incidents(facts: Facts) -> pl.DataFrame:
    """List confirmed incidents of known businesses as events."""
    return (
        facts.incident.drop_nulls("business_id")
        .filter("is_confirmed")
        .select(
            "business_id",
            happened="occurred_on",
            recorded="recorded_at",
            incident=pl.lit(1.0),
            cases=pl.col("cases").cast(pl.Float64).fill_null(0.0),
        )
    )


def certificates(facts: Facts) -> pl.DataFrame:
    """List certificates as events that count on every day they are valid."""
    return facts.certificate.select(
        "business_id",
        happened=_EVE,
        recorded=pl.max_horizontal("recorded_at", _EVE),
        withdrawn="valid_to",
        certificate=pl.lit(1.0),
    )


def insurance(facts: Facts) -> pl.DataFrame:
    """List policies as events that count on every day of cover."""
    return facts.insurance_policy.select(
        "business_id",
        happened=_EVE,
        recorded=pl.max_horizontal("recorded_at", _EVE),
        withdrawn="valid_to",
        policy=pl.lit(1.0),
    )


def skill_checks(facts: Facts) -> pl.DataFrame:
    """List checks of the food safety manager with a result."""
    return (
        facts.training_event.drop_nulls("business_id")
        .filter(pl.col("kind") == "skill_check", pl.col("is_passed").is_not_null())
        .select(
            "business_id",
            happened="held_on",
            recorded="recorded_at",
            checked=pl.lit(1.0),
            failed_check=(~pl.col("is_passed")).cast(pl.Float64),
        )
    )
