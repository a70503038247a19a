"""What the plan is made from: the graded businesses and what was done at them before."""

from dataclasses import dataclass
from datetime import date

import polars as pl

from features.errors import NotFoundError
from features.labels import cohort
from features.profile import attributes_at, static_factors_on
from features.schema import Facts
from features.warehouse import Warehouse
from models.rules import RuleSet, load_rules
from models.supervision import with_supervision
from pipelines.runs import Run, read_run

HIGHER_LEVELS = ("city", "province", "nation")
# A licensing visit looks at plans and premises before trading, not at trade.
NO_CHECK = ("licensing",)
_ORDERED = "CORRECT_BY_DATE"
_SKILL = "skill_check"


@dataclass(frozen=True)
class Records:
    """What is known on the day of a plan: one row per business, and who may go.

    `staff` has inspector_id, office_id, joined_on, left_on, qualifications; `leave` and
    `conflicts` are as recorded.
    """

    run: Run
    facts: Facts
    law: RuleSet
    year: int
    businesses: pl.DataFrame
    staff: pl.DataFrame
    leave: pl.DataFrame
    conflicts: pl.DataFrame
    offices: pl.DataFrame

    @property
    def as_of(self) -> date:
        """Give the day before which the facts were recorded."""
        return self.run.as_of


def read_records(warehouse: Warehouse, year: int, run_id: str | None) -> Records:
    """Read what a plan of a year rests on, from a score run or the newest.

    Raises:
        NotFoundError: there is no score run, no inspector or no office.
    """
    run = read_run(warehouse, run_id=run_id)
    facts, as_of = warehouse.facts(), run.as_of
    staff = warehouse.table("mart.inspector").sort("inspector_id").collect()
    if staff.is_empty():
        message = f"{warehouse.path} holds no inspectors, so nobody can be sent; load the tables inspector and office with: shian load FOLDER --warehouse {warehouse.path}"
        raise NotFoundError(message)
    offices = warehouse.table("mart.office").sort("office_id").collect()
    if offices.is_empty():
        message = f"{warehouse.path} holds no offices, so no street has inspectors; load the table office with: shian load FOLDER --warehouse {warehouse.path}"
        raise NotFoundError(message)
    leave = warehouse.table("mart.inspector_leave").sort("inspector_id", "first_on")
    conflicts = warehouse.table("mart.conflict_of_interest")
    hands = Hands(
        staff=staff,
        offices=offices,
        leave=leave.filter(pl.col("recorded_at") < as_of).collect(),
        conflicts=conflicts.sort("business_id", "inspector_id").collect(),
    )
    return records_of(run, facts, hands, year)


@dataclass(frozen=True)
class Hands:
    """Who may go: the tables inspector, office, inspector_leave, conflict_of_interest."""

    staff: pl.DataFrame
    offices: pl.DataFrame
    leave: pl.DataFrame
    conflicts: pl.DataFrame


def records_of(run: Run, facts: Facts, hands: Hands, year: int) -> Records:
    """Put together what a plan of a year rests on."""
    law = load_rules().applied_to(max(run.as_of, date(year, 1, 1)))
    return Records(
        run=run,
        facts=facts,
        law=law,
        year=year,
        businesses=_businesses(facts, run, law, hands.offices, year),
        staff=hands.staff,
        leave=hands.leave,
        conflicts=hands.conflicts,
        offices=hands.offices,
    )


def _businesses(
    facts: Facts, run: Run, law: RuleSet, offices: pl.DataFrame, year: int
) -> pl.DataFrame:
    """Put beside each graded business its office and what was done there before."""
    as_of = run.as_of
    by_street = (
        offices.drop_nulls("street_code")
        .group_by("street_code")
        .agg(pl.col("office_id").min())
    )
    known = attributes_at(facts.business, cohort(facts, as_of)).select(
        *("business_id", "name", "subtype", "lon", "lat", "opened_on"),
        "is_special_food",
    )
    graded = run.scores.select(
        *("business_id", "business_type", "street_code", "risk_grade"),
        *("probability", "visits_per_year", "is_key_supervision", "is_new_business"),
    )
    joined = (
        graded.join(known, on="business_id", how="inner")
        .join(by_street, on="street_code", how="left")
        .join(_food_classes(facts, as_of), on="business_id", how="left")
        .join(_done(facts, as_of, year), on="business_id", how="left")
        .join(_skill_checked(facts, as_of), on="business_id", how="left")
    )
    article = with_supervision(joined.drop("visits_per_year"), law).select(
        "business_id", key_article="key_supervision_article"
    )
    return joined.join(article, on="business_id", how="left").sort("business_id")


def _food_classes(facts: Facts, as_of: date) -> pl.DataFrame:
    """List the food classes a producer makes: the first two digits of its categories."""
    return (
        static_factors_on(facts.static_factor, as_of)
        .filter(pl.col("factor") == "food_category")
        .group_by("business_id")
        .agg(food_classes=pl.col("value_code").str.slice(0, 2).unique().sort())
    )


def _done(facts: Facts, as_of: date, year: int) -> pl.DataFrame:
    """Find the last visits of each sort, and how many of this year count as made."""
    visit = facts.inspection.filter(pl.col("recorded_at") < as_of)
    is_check = ~pl.col("purpose").is_in(NO_CHECK)
    day = pl.col("inspected_on")
    counts = is_check & (pl.col("purpose") != "follow_up") & (day.dt.year() == year)
    return visit.group_by("business_id").agg(
        last_full=day.filter(pl.col("is_full_checklist").fill_null(value=False)).max(),
        last_check=day.filter(is_check).max(),
        last_regular=day.filter(is_check & (pl.col("purpose") != "follow_up")).max(),
        last_higher=day.filter(pl.col("level").is_in(HIGHER_LEVELS)).max(),
        last_order=day.filter(pl.col("result_code") == _ORDERED).max(),
        last_system=day.filter(pl.col("purpose") == "system").max(),
        made=counts.sum().cast(pl.Int64),
    )


def _skill_checked(facts: Facts, as_of: date) -> pl.DataFrame:
    return (
        facts.training_event.filter(
            pl.col("recorded_at") < as_of,
            pl.col("kind") == _SKILL,
            pl.col("business_id").is_not_null(),
        )
        .group_by("business_id")
        .agg(last_skill=pl.col("held_on").max())
    )
