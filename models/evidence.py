"""Which recorded facts stand on a day: known, final, not withdrawn, not too old."""

from datetime import date, timedelta

import polars as pl

from features.sampling import NOT_FAILED
from models.clauses import Number
from models.rules import RuleSet

LEGAL_LIFE = "credit.bad_information_years"


def evidence_from(rules: RuleSet) -> date:
    """Give the first day of the evidence for raising: a year, within legal life."""
    start = rules.day - timedelta(days=rules.number("policy.evidence_days"))
    return max(start, _end_of_life(rules))


def years_before(rules: RuleSet, years: int) -> date:
    """Give the same day years earlier; 29 February falls back to the 28th."""
    day = rules.day
    is_leap_day = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year - years, day=28 if is_leap_day else day.day)


def known_penalties(penalty: pl.DataFrame, rules: RuleSet, since: date) -> pl.DataFrame:
    """Keep penalties known before the day, withdrawn or not."""
    return _known(penalty, rules, "decided_on", since)


def standing_penalties(
    penalty: pl.DataFrame, rules: RuleSet, since: date
) -> pl.DataFrame:
    """Keep penalties known before the day and not withdrawn by it.

    One annulled or repaired on the day itself is gone: see `features.conduct.penalties`.
    """
    return known_penalties(penalty, rules, since).filter(
        pl.col("withdrawn_on").is_null() | (pl.col("withdrawn_on") > rules.day)
    )


def final_failures(
    sampling_result: pl.DataFrame, rules: RuleSet, since: date
) -> pl.DataFrame:
    """Keep failed supervision samples that are final, neither challenged nor overturned.

    The fact arises on the day the result becomes final, not when the food was taken.
    """
    return _known(sampling_result, rules, "final_on", since).filter(
        pl.col("is_failed"),
        pl.col("programme").is_in(list(rules.codes("R29-2.programmes"))),
        ~pl.col("reinspection").fill_null("none").is_in(NOT_FAILED),
    )


def confirmed_incidents(
    incident: pl.DataFrame, rules: RuleSet, since: date
) -> pl.DataFrame:
    """Keep confirmed incidents for which a business is held responsible."""
    return _known(incident, rules, "occurred_on", since).filter(
        pl.col("is_confirmed"), pl.col("business_id").is_not_null()
    )


def known_visits(inspection: pl.DataFrame, rules: RuleSet, since: date) -> pl.DataFrame:
    """Keep the inspections known on the day."""
    return _known(inspection, rules, "inspected_on", since)


def _known(events: pl.DataFrame, rules: RuleSet, on: str, since: date) -> pl.DataFrame:
    first = max(since, _end_of_life(rules))
    return events.filter(
        pl.col("recorded_at") < rules.day,
        pl.col(on).is_between(first, rules.day, closed="left"),
    )


def _end_of_life(rules: RuleSet) -> date:
    life = rules.find(Number, LEGAL_LIFE)
    return date.min if life is None else years_before(rules, round(life.value))
