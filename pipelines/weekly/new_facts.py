"""What became known since the plan and brings somebody to the door, with its clock."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from features.schema import labels
from features.warehouse import Warehouse
from models.procedure_clauses import Term
from models.routing import Place
from models.rules import RuleSet
from models.workdays import Day, term_end
from pipelines.weekly.tasks import INCIDENT, REPORT, SAMPLE, Task

_REPORTS = """
select complaint_id as number, business_id, received_on as began_on, category as detail
from mart.complaint
where list_contains($3, kind) and is_verified is null and verified_on is null
    and recorded_at < $1 and received_on >= $2 and business_id is not null
order by received_on, complaint_id
"""
# The clock runs from the day the failure was reported. A failure that was overturned
# is none, one in re-inspection is not final; risk monitoring tells no failure in law.
_SAMPLES = """
select
    sample_id as number, business_id, coalesce(final_on, recorded_at) as began_on,
    concat_ws(' ', food_name, failed_item) as detail,
from mart.sampling_result
where is_failed and disposed_on is null and recorded_at < $1
    and coalesce(final_on, recorded_at) >= $2 and len($3) = 0
    and programme <> 'monitoring'
    and coalesce(reinspection, 'none') not in ('pending', 'overturned')
order by began_on, sample_id
"""
_INCIDENTS = """
select incident_id as number, business_id, recorded_at as began_on, kind as detail
from mart.incident
where business_id is not null and coalesce(is_confirmed, true)
    and recorded_at < $1 and recorded_at >= $2 and len($3) = 0
order by recorded_at, incident_id
"""
# An inspection that bears the number settles the fact, and so does a visit on the
# ground of complaints after a report, or any visit after an incident.
_SETTLED = """
select inspection_id, business_id, inspected_on, purpose from mart.inspection
where recorded_at < $1 and inspected_on >= $2
"""

_SOURCES: Mapping[str, tuple[str, str, str, str]] = {
    REPORT: (_REPORTS, "worklist.report", "complaint", "report"),
    SAMPLE: (_SAMPLES, "sampling.dispose", "other", "disposal"),
    INCIDENT: (_INCIDENTS, "worklist.incident", "other", "incident"),
}
_DETAILS = {REPORT: "complaint_category", INCIDENT: "incident_kind"}


def new_facts(
    warehouse: Warehouse,
    law: RuleSet,
    trading: Mapping[str, Mapping[str, Any]],
    as_of: date,
) -> Iterator[Task]:
    """List the facts known before a day that nobody has looked into yet."""
    since = as_of - timedelta(days=law.get(Term, "worklist.look_back").amount)
    visits = warehouse.sql(_SETTLED, [as_of, since])
    made = frozenset(visits.to_series(0))
    by_business: dict[str, list[tuple[date, str]]] = defaultdict(list)
    for _, business, day, purpose in visits.iter_rows():
        by_business[business].append((day, purpose))
    for source, (query, *_) in _SOURCES.items():
        kinds = list(law.codes("worklist.report_kinds")) if source == REPORT else []
        rows = warehouse.sql(query, [as_of, since, kinds])
        for row in rows.iter_rows(named=True):
            number = visit_number(source, row["number"])
            business = row["business_id"]
            if number in made or business not in trading:
                continue
            if not _is_settled(source, row["began_on"], by_business[business]):
                yield _task(source, row, trading[business], law)


def visit_number(source: str, fact: str) -> str:
    """Number the visit that a fact asks for; always the same for the same fact."""
    return hashlib.sha256(f"{source}\n{fact}".encode()).hexdigest()[:16]


def _is_settled(source: str, began: date, visits: Iterable[tuple[date, str]]) -> bool:
    """Tell whether a visit to the same business looked into it since."""
    return any(
        day >= began
        and (source == INCIDENT or (source == REPORT and purpose == "complaint"))
        for day, purpose in visits
    )


def _task(
    source: str, row: Mapping[str, Any], business: Mapping[str, Any], law: RuleSet
) -> Task:
    _, rule, purpose, checklist = _SOURCES[source]
    term = law.get(Term, rule)
    due = term_end(row["began_on"], term.amount, term.unit)
    zh, en = _reason(source, row, due)
    return Task(
        visit_id=visit_number(source, row["number"]),
        business_id=row["business_id"],
        business_type=business["business_type"],
        office_id=business["office_id"],
        place=Place(row["business_id"], business["lon"], business["lat"]),
        purpose=purpose,
        source=source,
        reason=zh,
        reason_en=en,
        legal_basis=law.citation(rule),
        checklist=checklist,
        due_on=due.date,
        minutes=law.number(f"worklist.minutes.{source}"),
        probability=1.0,
    )


def _reason(source: str, row: Mapping[str, Any], due: Day) -> tuple[str, str]:
    """Say what is known, since when and until when; the number leads to the record."""
    zh, en = labels("worklist_source")[source]
    known = labels(_DETAILS[source]) if source in _DETAILS else {}
    detail = row["detail"] or ""
    detail_zh, detail_en = known.get(detail, (detail, detail))
    provisional = (
        ("（节假日未公布，暂定）", " (provisional)") if due.is_provisional else ("", "")
    )
    return (
        f"{zh}：{detail_zh}（{row['number']}，{row['began_on']} 起，"
        f"{due.date} 前办结{provisional[0]}）",
        f"{en}: {detail_en} ({row['number']}, since {row['began_on']}, by "
        f"{due.date}{provisional[1]})",
    )
