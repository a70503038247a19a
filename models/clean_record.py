"""Finds the businesses with three years of supervision record and no breach in it."""

from datetime import date

import polars as pl

from features.schema import Facts
from models.evidence import (
    confirmed_incidents,
    final_failures,
    known_visits,
    standing_penalties,
    years_before,
)
from models.rules import RuleSet

GROUND = "L31-1"


def clean_record(facts: Facts, rules: RuleSet) -> pl.DataFrame:
    """List businesses visited in each of the last years without any breach (31(1)).

    A business nobody visited has no record to be clean: policy P-18 asks for visits
    in every year. The last visit stands as evidence.
    """
    years = round(rules.number(f"{GROUND}.years"))
    start = years_before(rules, years)
    visits = known_visits(facts.inspection, rules, start)
    return (
        visits.join(_visited_every_year(visits, rules), on="business_id", how="semi")
        .join(_breaches(facts, rules, start), on="business_id", how="anti")
        .sort("business_id", "inspected_on", "inspection_id")
        .unique("business_id", keep="last", maintain_order=True)
        .select(
            "business_id",
            ground=pl.lit(GROUND),
            evidence_table=pl.lit("inspection"),
            evidence_id="inspection_id",
            happened_on="inspected_on",
        )
    )


def _visited_every_year(visits: pl.DataFrame, rules: RuleSet) -> pl.DataFrame:
    least = round(rules.number("policy.clean_record_visits_per_year"))
    years = range(round(rules.number(f"{GROUND}.years")))
    in_year = [
        pl.col("inspected_on")
        .is_between(
            years_before(rules, year + 1), years_before(rules, year), closed="left"
        )
        .sum()
        for year in years
    ]
    return (
        visits.group_by("business_id")
        .agg(fewest=pl.min_horizontal(*in_year))
        .filter(pl.col("fewest") >= least)
    )


def _breaches(facts: Facts, rules: RuleSet, since: date) -> pl.DataFrame:
    """List the businesses with anything on record that is not clean."""
    visits = known_visits(facts.inspection, rules, since)
    clean_results = list(rules.codes("policy.clean_record_results"))
    breaches = [
        standing_penalties(facts.penalty, rules, since),
        final_failures(facts.sampling_result, rules, since),
        confirmed_incidents(facts.incident, rules, since),
        visits.filter(
            pl.col("is_serious").fill_null(value=False)
            | pl.col("is_refused").fill_null(value=False)
            | ~pl.col("result_code").is_in(clean_results).fill_null(value=True)
        ),
    ]
    return pl.concat(breach.select("business_id") for breach in breaches)
