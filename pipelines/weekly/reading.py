"""What the warehouse knows about a week: planned, missed, told, new, and who is there."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import polars as pl

from features.errors import NotFoundError, UsageError
from features.schema import labels
from features.warehouse import Warehouse
from models.routing import Place
from models.rules import RuleSet
from models.workdays import is_workday
from pipelines.weekly.new_facts import new_facts
from pipelines.weekly.tasks import PLAN, Roster, Task, Told, Way

WEEK = 7
_MONDAY = 0

# The businesses that trade on a day, as they were known before it, with their office.
BUSINESSES = """
with known as (
    select * from mart.business
    where recorded_at < $1 and valid_from <= $1
    qualify row_number() over (
        partition by business_id order by valid_from desc, recorded_at desc
    ) = 1
),
office as (
    select street_code, min(office_id) as office_id from mart.office
    where street_code is not null group by street_code
)
select
    business_id, name, business_type, subtype, licence_no, usci, address,
    known.street_code, lon, lat, coalesce(office_id, '') as office_id,
from known left join office using (street_code)
where closed_on is null or closed_on > $1
order by business_id
"""
# A visit of the plan is made when an inspection bears its number, or the same business
# got one of the same purpose in its week or later.
_PLANNED = """
select plan.* from output.plan plan
where run_id = $1 and (week_starting = $2 or week_starting + 7 <= least($2, $3))
order by week_starting, visit_id
"""
# Two joins: with both ways in one condition every visit would meet every inspection.
MADE = """
select plan.visit_id from output.plan plan
semi join mart.inspection made
on made.inspection_id = plan.visit_id and made.recorded_at < $2
where run_id = $1
union
select plan.visit_id from output.plan plan
semi join mart.inspection made
on made.business_id = plan.business_id and made.purpose = plan.purpose
    and made.inspected_on >= plan.week_starting and made.recorded_at < $2
where run_id = $1
"""
_EARLIER = """
select worklist.* from output.worklist
join (
    select run_id from output.run
    where kind = 'worklist' and run_id <> $1 and as_of <= $2
        and json_extract_string(parameters, 'week') = $3
    order by as_of desc, rowid desc limit 1
) using (run_id)
order by visit_on, inspector_id, second_inspector_id, position
"""


@dataclass(frozen=True)
class Week:
    """A week and what is known about it before a day."""

    monday: date
    as_of: date
    plan_run: str
    score_run: str | None
    tasks: tuple[Task, ...]
    roster: Roster
    way: Way
    made: frozenset[str]


def read_week(warehouse: Warehouse, law: RuleSet, *, monday: date, as_of: date) -> Week:
    """Collect the tasks of a week and who can do them.

    Raises:
        UsageError: the day is no Monday, or its week is over.
        NotFoundError: no plan covers the week.
    """
    if monday.weekday() != _MONDAY:
        message = f"--week is a Monday such as {monday - timedelta(days=monday.weekday())}, not {monday}"
        raise UsageError(message)
    if as_of >= monday + timedelta(days=WEEK):
        # It would tell everybody that every visit of the week was put off.
        message = f"the week of {monday} is over by {as_of}; give a later --week, or an --as-of before {monday + timedelta(days=WEEK)}"
        raise UsageError(message)
    run = _plan(warehouse, monday)
    known = warehouse.sql(BUSINESSES, [as_of])
    made = _made(warehouse, run["run_id"], as_of)
    planned = warehouse.sql(_PLANNED, [run["run_id"], monday, as_of])
    trading = {row["business_id"]: row for row in known.iter_rows(named=True)}
    tasks = [
        _planned_task(row, trading[row["business_id"]], monday)
        for row in planned.iter_rows(named=True)
        if row["visit_id"] not in made and row["business_id"] in trading
    ]
    return Week(
        monday=monday,
        as_of=as_of,
        plan_run=run["run_id"],
        score_run=json.loads(run["parameters"]).get("score_run"),
        tasks=(*tasks, *new_facts(warehouse, law, trading, as_of)),
        roster=read_roster(warehouse, workdays(monday), as_of),
        way=read_way(warehouse, law),
        made=made,
    )


def workdays(monday: date) -> tuple[date, ...]:
    """List the workdays of a week, made-up Saturdays and Sundays among them."""
    days = (monday + timedelta(days=n) for n in range(WEEK))
    return tuple(day for day in days if is_workday(day))


def _plan(warehouse: Warehouse, monday: date) -> Mapping[str, Any]:
    years = {(monday + timedelta(days=n)).year for n in (0, WEEK - 1)}
    runs = warehouse.sql(
        "select * from output.run where kind = 'plan' order by as_of desc, rowid desc"
    )
    for run in runs.iter_rows(named=True):
        if json.loads(run["parameters"]).get("year") in years:
            return run
    message = f"{warehouse.path} holds no plan for {monday.year}; make one with: shian schedule --year {monday.year} --warehouse {warehouse.path}"
    raise NotFoundError(message)


def _made(warehouse: Warehouse, plan_run: str, as_of: date) -> frozenset[str]:
    by_plan = warehouse.sql(MADE, [plan_run, as_of])
    by_number = warehouse.sql(
        "select inspection_id as visit_id from mart.inspection "
        "semi join output.worklist on inspection_id = visit_id where recorded_at < ?",
        [as_of],
    )
    return frozenset(pl.concat([by_plan, by_number])["visit_id"])


def _planned_task(
    row: Mapping[str, Any], business: Mapping[str, Any], monday: date
) -> Task:
    zh, en = _reason(row, monday)
    return Task(
        visit_id=row["visit_id"],
        business_id=row["business_id"],
        business_type=business["business_type"],
        office_id=row["office_id"] or "",
        place=place_of(business),
        purpose=row["purpose"],
        source=PLAN,
        reason=zh,
        reason_en=en,
        legal_basis=row["legal_basis"],
        checklist=row["checklist"],
        due_on=row["due_on"],
        earliest_on=row["earliest_on"],
        planned_on=row["week_starting"],
        minutes=row["minutes"],
        pair=tuple(
            who for who in (row["inspector_id"], row["second_inspector_id"]) if who
        ),
        probability=row["probability"],
        inclusion_probability=row["inclusion_probability"],
    )


def _reason(row: Mapping[str, Any], monday: date) -> tuple[str, str]:
    names = labels("plan_requirement")
    serves = dict.fromkeys([row["requirement"], *row["serves"].split("+")])
    both = [names.get(code, (code, code)) for code in serves]
    zh, en = "；".join(zh for zh, _ in both), "; ".join(en for _, en in both)
    if "extra" in serves:
        risk, harm = f"{row['probability']:.1%}", f"{row['harm']:g}"
        zh += f"（严重问题概率 {risk} × 危害权重 {harm}，在有余力时居前）"
        en += f" (a serious finding at {risk} x harm {harm}, among the highest while there are hands to spare)"
    if row["week_starting"] < monday:
        zh += f"（原定 {row['week_starting']} 当周，未完成）"
        en += f" (was planned for the week of {row['week_starting']}, not done)"
    return zh, en


def place_of(business: Mapping[str, Any]) -> Place:
    """Give the place of a business."""
    return Place(business["business_id"], business["lon"], business["lat"])


def earlier(
    warehouse: Warehouse, monday: date, as_of: date, *, but: str
) -> pl.DataFrame:
    """Read the list of a week that people were told last, other than this run's own."""
    return warehouse.sql(_EARLIER, [but, as_of, monday.isoformat()])


def told(tasks: Iterable[Task], rows: pl.DataFrame) -> tuple[Task, ...]:
    """Add to the tasks what people were told of them."""
    said = {
        row["visit_id"]: Told(
            row["visit_on"],
            tuple(w for w in (row["inspector_id"], row["second_inspector_id"]) if w),
            row["position"],
        )
        for row in rows.iter_rows(named=True)
    }
    return tuple(replace(task, told=said.get(task.visit_id)) for task in tasks)


def read_roster(warehouse: Warehouse, days: Sequence[date], as_of: date) -> Roster:
    """Read who is there on which of some days, and whom each may inspect."""
    inspectors = warehouse.table("mart.inspector").sort("inspector_id").collect()
    away = warehouse.sql(
        "select inspector_id, first_on, last_on from mart.inspector_leave "
        "where recorded_at < ?",
        [as_of],
    ).rows()
    conflicts = warehouse.sql(
        "select inspector_id, business_id from mart.conflict_of_interest "
        "where valid_from <= $2 and (valid_to is null or valid_to >= $1)",
        [min(days, default=as_of), max(days, default=as_of)],
    )
    rows = list(inspectors.iter_rows(named=True))
    leave = {
        (who, day) for who, first, last in away for day in days if first <= day <= last
    }
    return Roster(
        days=tuple(days),
        free={
            row["inspector_id"]: frozenset(
                day
                for day in days
                if _serves(row, day) and (row["inspector_id"], day) not in leave
            )
            for row in rows
        },
        office={row["inspector_id"]: row["office_id"] for row in rows},
        qualified={
            row["inspector_id"]: frozenset(row["qualifications"].split("+"))
            if row["qualifications"]
            else None
            for row in rows
        },
        conflicts=frozenset(conflicts.iter_rows()),
    )


def _serves(row: Mapping[str, Any], day: date) -> bool:
    joined, left = row["joined_on"], row["left_on"]
    return (joined is None or joined <= day) and (left is None or day < left)


def read_way(warehouse: Warehouse, law: RuleSet) -> Way:
    """Read how fast one gets about, and where the offices are: in their street."""
    offices = warehouse.sql(
        "select office_id, lon, lat from mart.office left join mart.street "
        "using (street_code) order by office_id"
    )
    return Way(
        kmh=law.number("plan.travel.speed_kmh"),
        stop_minutes=law.number("plan.travel.stop_minutes"),
        homes={row[0]: Place(*row) for row in offices.iter_rows()},
    )
