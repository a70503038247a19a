"""Who goes: two different inspectors who may, who are there, and who have the time."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date

from pipelines.plan_checker.limits import Limits
from pipelines.plan_checker.violation import Violation
from pipelines.plan_checker.written import Book, Inspector, Visit

# Minutes are added up as floating numbers; what is over by less is rounding.
_HAIR = 1e-6


def pairs(book: Book, limits: Limits) -> Iterator[Violation]:
    """Find visits without enough different inspectors."""
    for visit in book.visits:
        if len(set(visit.inspectors)) < limits.inspectors_a_visit:
            yield Violation.at(
                visit,
                "two_inspectors",
                f"应有{limits.inspectors_a_visit}名不同的检查人员，计划为 {_names(visit)}",
                f"needs {limits.inspectors_a_visit} different inspectors, has {_names(visit)}",
            )


def eligibility(book: Book, limits: Limits) -> Iterator[Violation]:
    """Find inspectors of another office, unknown, not qualified or in conflict."""
    del limits
    for visit in book.visits:
        for number in visit.inspectors:
            inspector = book.records.inspectors.get(number)
            if inspector is None:
                yield Violation.at(
                    visit,
                    "unknown_inspector",
                    f"检查人员 {number} 不在名录库",
                    f"inspector {number} is not on the register",
                )
            else:
                yield from _office(visit, inspector)
                yield from _qualified(book, visit, inspector)
                yield from _impartial(book, visit, number)


def _office(visit: Visit, inspector: Inspector) -> Iterator[Violation]:
    if visit.office_id is not None and inspector.office_id != visit.office_id:
        yield Violation.at(
            visit,
            "inspector_office",
            f"{inspector.inspector_id} 属 {inspector.office_id}，检查由 {visit.office_id} 承担",
            f"{inspector.inspector_id} is of {inspector.office_id}, the visit of {visit.office_id}",
        )


def _qualified(book: Book, visit: Visit, inspector: Inspector) -> Iterator[Violation]:
    business = book.records.businesses.get(visit.business_id)
    if business and not inspector.may_inspect(business.business_type):
        yield Violation.at(
            visit,
            "qualification",
            f"{inspector.inspector_id} 无 {business.business_type} 检查资格（{inspector.qualifications}）",
            f"{inspector.inspector_id} is not qualified for {business.business_type} ({inspector.qualifications})",
        )


def _impartial(book: Book, visit: Visit, number: str) -> Iterator[Violation]:
    periods = book.records.conflicts.get((number, visit.business_id), ())
    if any(p.meets(visit.week_starting, visit.week_ends) for p in periods):
        yield Violation.at(
            visit,
            "conflict",
            f"{number} 应当回避该经营者",
            f"{number} must not inspect this business",
        )


def hours(book: Book, limits: Limits) -> Iterator[Violation]:
    """Find inspectors whose week holds more minutes than their days in it."""
    for (number, monday), visits in _by_week(book).items():
        inspector = book.records.inspectors.get(number)
        if inspector is None:
            continue
        days = book.free_days(inspector, monday)
        allowed = len(days) * limits.minutes_a_workday
        planned = sum(visit.minutes + visit.travel_minutes for visit in visits)
        if planned > allowed + _HAIR:
            yield Violation(
                rule="weekly_hours",
                visit_id=visits[-1].visit_id,
                business_id=visits[-1].business_id,
                zh=f"{number} 于 {monday} 当周 {len(visits)} 次共 {planned:.0f} 分钟，{len(days)} 个工作日只有 {allowed:.0f} 分钟",
                en=f"{number} has {len(visits)} visits of {planned:.0f} minutes in the week of {monday}, and {allowed:.0f} minutes in {len(days)} workdays",
            )


def _by_week(book: Book) -> Mapping[tuple[str, date], list[Visit]]:
    found: dict[tuple[str, date], list[Visit]] = defaultdict(list)
    for visit in book.visits:
        for number in set(visit.inspectors):
            found[number, visit.week_starting].append(visit)
    return found


def _names(visit: Visit) -> str:
    return "、".join(visit.inspectors) or "-"
