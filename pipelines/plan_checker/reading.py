"""The written plan and the records, read from the warehouse as they were on its day."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import Any

import polars as pl

from features.errors import NotFoundError
from features.warehouse import Warehouse
from pipelines.plan_checker.written import (
    Book,
    Business,
    Inspector,
    Made,
    Period,
    Records,
    Short,
    visits_of,
)

# The version of a business that counts on a day: recorded before it, begun by it, and
# among several the one that began last; then only those that trade.
_BUSINESSES = """
with known as (
    select * from mart.business
    where recorded_at < $1 and valid_from <= $1
    qualify row_number() over (
        partition by business_id order by valid_from desc, recorded_at desc
    ) = 1
),
classes as (
    -- 0504 is the fourth food of class 05; the policy names classes.
    select business_id, list(distinct left(value_code, 2)) as food_classes
    from mart.static_factor
    where factor = 'food_category' and recorded_at < $1 and valid_from <= $1
    group by business_id
)
select
    known.business_id, known.business_type, known.subtype, known.street_code,
    known.opened_on, score.risk_grade,
    coalesce(score.is_key_supervision, false) as is_key_supervision,
    coalesce(known.is_special_food, false) as is_special_food,
    coalesce(classes.food_classes, []) as food_classes,
from known
left join classes using (business_id)
left join output.score on score.run_id = $2 and score.business_id = known.business_id
where (closed_on is null or closed_on > $1) and (opened_on is null or opened_on <= $1)
order by known.business_id
"""
_MADE = """
select business_id, inspected_on, purpose, level, is_full_checklist, result_code
from mart.inspection where recorded_at < ?
order by business_id, inspected_on, inspection_id
"""
_SKILL_CHECKS = """
select business_id, max(held_on) as held_on from mart.training_event
where kind = 'skill_check' and business_id is not null and recorded_at < ?
group by business_id
"""
_OFFICES = """
select street_code, min(office_id) as office_id from mart.office
where street_code is not null group by street_code
"""


def read_book(warehouse: Warehouse, run_id: str | None = None) -> Book:
    """Read a plan and everything its rules look at; without a number the newest.

    Raises:
        NotFoundError: there is no such plan.
    """
    run = _run(warehouse, run_id)
    stated = json.loads(run["parameters"])
    as_of: date = run["as_of"]
    number = run["run_id"]
    return Book(
        run_id=number,
        year=int(stated["year"]),
        as_of=as_of,
        visits=visits_of(_rows(warehouse.table("output.plan"), number)),
        shortage=tuple(
            Short(
                office_id=row["office_id"],
                month=row["month"],
                visits_dropped=row["visits_dropped"],
                requirement=row["requirement"],
            )
            for row in _rows(warehouse.table("output.plan_shortage"), number)
        ),
        records=read_records(warehouse, as_of, score_run=str(stated["score_run"])),
    )


def _run(warehouse: Warehouse, run_id: str | None) -> Mapping[str, Any]:
    found = warehouse.sql(
        "select * from output.run where kind = 'plan' "
        "and run_id = coalesce(?, run_id) order by as_of desc, rowid desc limit 1",
        [run_id],
    )
    if found.is_empty():
        which = f" {run_id}" if run_id else ""
        message = f"{warehouse.path} holds no plan{which}; make one with: shian schedule --year YEAR --warehouse {warehouse.path}"
        raise NotFoundError(message)
    return found.row(0, named=True)


def _rows(table: pl.LazyFrame, run_id: str) -> Iterable[Mapping[str, Any]]:
    return table.filter(pl.col("run_id") == run_id).collect().iter_rows(named=True)


def read_records(warehouse: Warehouse, as_of: date, *, score_run: str) -> Records:
    """Read what the warehouse knew before a day, with the grades of a score run."""
    return Records(
        businesses={
            row["business_id"]: Business(
                **{**row, "food_classes": frozenset(row["food_classes"])}
            )
            for row in warehouse.sql(_BUSINESSES, [as_of, score_run]).iter_rows(
                named=True
            )
        },
        inspectors={
            row["inspector_id"]: Inspector(**row)
            for row in warehouse.sql(
                "select inspector_id, office_id, joined_on, left_on, qualifications "
                "from mart.inspector order by inspector_id"
            ).iter_rows(named=True)
        },
        leave=_periods(
            warehouse.sql(
                "select inspector_id, first_on, last_on from mart.inspector_leave "
                "where recorded_at < ? order by all",
                [as_of],
            )
        ),
        conflicts={
            (row[0], row[1]): (Period(row[2], row[3]),)
            for row in warehouse.sql(
                "select inspector_id, business_id, valid_from, valid_to "
                "from mart.conflict_of_interest order by all"
            ).iter_rows()
        },
        made=_made(warehouse.sql(_MADE, [as_of])),
        skill_checks=dict(warehouse.sql(_SKILL_CHECKS, [as_of]).iter_rows()),
        offices=dict(warehouse.sql(_OFFICES).iter_rows()),
    )


def _periods(rows: pl.DataFrame) -> Mapping[str, Sequence[Period]]:
    held: dict[str, list[Period]] = {}
    for who, first, last in rows.iter_rows():
        held.setdefault(who, []).append(Period(first, last))
    return held


def _made(rows: pl.DataFrame) -> Mapping[str, Sequence[Made]]:
    return {
        business: tuple(Made(*row[1:]) for row in group)
        for business, group in groupby(rows.iter_rows(), key=lambda row: row[0])
    }
