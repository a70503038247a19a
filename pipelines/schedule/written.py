"""A plan as rows of the warehouse: its visits, and what it is short of."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from datetime import date

import polars as pl

from features.schema import schema
from pipelines.schedule.planning import OfficePlan
from pipelines.schedule.policy import Policy
from pipelines.schedule.sending import Dropped, Sent
from pipelines.schedule.weeks import PlanWeeks

PLAN, SHORTAGE = "output.plan", "output.plan_shortage"


def plan_rows(
    plans: Iterable[OfficePlan], policy: Policy, weeks: PlanWeeks, run_id: str
) -> pl.DataFrame:
    """List every visit that is planned, by its number."""
    rows = [
        _visit(sent, plan, policy, weeks) | {"run_id": run_id}
        for plan in plans
        for sent in plan.sent
    ]
    empty = schema()[PLAN].empty()
    return pl.DataFrame(rows, schema=empty.schema).sort("visit_id")


def visit_id(year: int, business_id: str, requirement: str, visit_no: int) -> str:
    """Number a visit by what it is, so that every run calls it the same."""
    text = f"{year}\n{business_id}\n{requirement}\n{visit_no}"
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _visit(
    sent: Sent, plan: OfficePlan, policy: Policy, weeks: PlanWeeks
) -> dict[str, object]:
    row, demand, number = sent.case.business, sent.demand, sent.number + 1
    name = row["business_id"]
    first, second = sorted(sent.inspectors)
    return {
        "visit_id": visit_id(policy.year, name, demand.requirement, number),
        "business_id": name,
        "visit_no": number,
        "requirement": demand.requirement,
        "serves": "+".join(demand.serves),
        "campaign": demand.campaign,
        "purpose": demand.purpose,
        "legal_basis": policy.basis(demand.requirement, row, demand.campaign),
        "checklist": demand.checklist,
        "week_starting": weeks.mondays[sent.week],
        "earliest_on": demand.earliest,
        "due_on": demand.due,
        "office_id": plan.office.office_id,
        "street_code": row["street_code"],
        "inspector_id": first,
        "second_inspector_id": second,
        "minutes": demand.minutes,
        "travel_minutes": plan.travel[row["street_code"] or ""],
        "probability": row["probability"],
        "harm": sent.case.harm,
        "is_random": demand.chance is not None,
        "inclusion_probability": demand.chance,
    }


def shortage_rows(
    plans: Iterable[OfficePlan], policy: Policy, weeks: PlanWeeks, run_id: str
) -> pl.DataFrame:
    """Say for every office and month what it needs, has and misses, in person-days."""
    rows = [
        row | {"run_id": run_id}
        for plan in plans
        for row in _months(plan, policy, weeks)
    ]
    empty = schema()[SHORTAGE].empty()
    return pl.DataFrame(rows, schema=empty.schema).sort("office_id", "month")


def _months(
    plan: OfficePlan, policy: Policy, weeks: PlanWeeks
) -> Iterable[dict[str, object]]:
    a_day = policy.law.number("plan.minutes_a_day")
    planned = _planned(plan, weeks)
    missing = _missing(plan, weeks)
    has = _available(plan, policy)
    short: dict[date, list[Dropped]] = defaultdict(list)
    for visit in plan.dropped:
        short[visit.demand.due.replace(day=1)].append(visit)
    ranks = policy.ranks
    for month in sorted({d.replace(day=1) for held in weeks.workdays for d in held}):
        dropped = [v.demand.requirement for v in short[month]]
        yield {
            "office_id": plan.office.office_id,
            "month": month,
            "person_days_needed": (planned[month] + missing[month]) / a_day,
            "person_days_available": has[month] / a_day,
            "person_days_missing": missing[month] / a_day,
            "visits_dropped": len(dropped),
            "requirement": min(dropped, key=lambda r: ranks.get(r, 99), default=None),
        }


def _planned(plan: OfficePlan, weeks: PlanWeeks) -> dict[date, float]:
    """Spread the person-minutes of the visits planned over the workdays of their week.

    A week of two months must not fill the one and leave the other empty: what there are
    hands for is counted by day too.
    """
    found: dict[date, float] = defaultdict(float)
    for sent in plan.sent:
        days = weeks.workdays[sent.week]
        for day in days:
            found[day.replace(day=1)] += 2 * _minutes(plan, sent) / len(days)
    return found


def _missing(plan: OfficePlan, weeks: PlanWeeks) -> dict[date, float]:
    """Spread the person-minutes of the visits dropped evenly over their lawful days."""
    found: dict[date, float] = defaultdict(float)
    for visit in plan.dropped:
        demand = visit.demand
        days = [
            d for held in weeks.workdays[demand.first : demand.last + 1] for d in held
        ]
        for day in days:
            found[day.replace(day=1)] += 2 * _minutes(plan, visit) / len(days)
    return found


def _available(plan: OfficePlan, policy: Policy) -> dict[date, float]:
    """Add up what the inspectors have for the plan: no leave, and no reserve."""
    share = 1 - policy.law.number("plan.reserve")
    found: dict[date, float] = defaultdict(float)
    for officer in plan.office.officers:
        for held in officer.days:
            for day in held:
                found[day.replace(day=1)] += share * policy.minutes_a_workday
    return found


def _minutes(plan: OfficePlan, visit: Sent | Dropped) -> float:
    street = visit.case.business["street_code"] or ""
    return visit.demand.minutes + plan.travel[street]
