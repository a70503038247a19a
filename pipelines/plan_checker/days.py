"""When: a week of the plan is lawful when some workday of it is.

The conditions are tried one after the other; the first that leaves no day is named.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from itertools import pairwise

from models.workdays import term_end
from pipelines.plan_checker.limits import (
    DATED,
    FULL_CHECKLISTS,
    HIGHER_LEVELS,
    SCHOOL_TERM,
    Limits,
)
from pipelines.plan_checker.violation import Violation
from pipelines.plan_checker.written import Book, Visit

_MONDAY = 0

Condition = Callable[[Book, Visit, Limits, date], bool]


def weeks(book: Book, limits: Limits) -> Iterator[Violation]:
    """Find visits planned for a week in which no day is lawful for them."""
    for visit in book.visits:
        if visit.week_starting.weekday() != _MONDAY:
            yield Violation.at(
                visit,
                "week_begins_monday",
                f"{visit.week_starting} 不是周一",
                f"{visit.week_starting} is no Monday",
            )
            continue
        if broken := first_broken(book, visit, limits):
            yield Violation.at(visit, *_said(broken, visit))


def lawful_days(book: Book, visit: Visit, limits: Limits) -> Sequence[date]:
    """List the days of the planned week on which the visit may be made."""
    week = (visit.week_starting + timedelta(days=n) for n in range(7))
    return [
        day
        for day in week
        if all(may(book, visit, limits, day) for may in CONDITIONS.values())
    ]


def first_broken(book: Book, visit: Visit, limits: Limits) -> str | None:
    """Name the condition that leaves no day of the week, if one does."""
    days = [visit.week_starting + timedelta(days=n) for n in range(7)]
    for rule, may in CONDITIONS.items():
        days = [day for day in days if may(book, visit, limits, day)]
        if not days:
            return rule
    return None


def _is_workday(book: Book, visit: Visit, _limits: Limits, day: date) -> bool:
    return day in book.workdays(visit.week_starting)


def _is_not_early(_book: Book, visit: Visit, _limits: Limits, day: date) -> bool:
    return day >= visit.earliest_on


def _is_not_late(_book: Book, visit: Visit, _limits: Limits, day: date) -> bool:
    return day <= visit.due_on


def _in_service(book: Book, visit: Visit, _limits: Limits, day: date) -> bool:
    known = book.records.inspectors
    return all(known[n].serves(day) for n in visit.inspectors if n in known)


def _not_on_leave(book: Book, visit: Visit, _limits: Limits, day: date) -> bool:
    away = book.records.leave
    return not any(p.holds(day) for n in visit.inspectors for p in away.get(n, ()))


def _long_after_higher_level(
    book: Book, visit: Visit, limits: Limits, day: date
) -> bool:
    """Keep the items a higher level inspected alone for three months (article 42).

    A follow-up and a system inspection look at other items. The article says "in
    principle": where a dated duty ends inside the three months, the duty comes first.
    """
    if visit.checklist not in FULL_CHECKLISTS:
        return True
    ends = [
        term_end(made.inspected_on, limits.no_repeat_months, "month").date
        for made in book.records.made.get(visit.business_id, ())
        if made.level in HIGHER_LEVELS and made.inspected_on < day
    ]
    cannot_wait = bool(visit.requirements & DATED)
    return all(day > end or (cannot_wait and visit.due_on <= end) for end in ends)


def _not_closed(book: Book, visit: Visit, limits: Limits, day: date) -> bool:
    business = book.records.businesses.get(visit.business_id)
    if business is None or SCHOOL_TERM in visit.requirements:
        return True
    return not limits.is_closed(business, day)


CONDITIONS: "dict[str, Condition]" = {
    "workday": _is_workday,
    "earliest": _is_not_early,
    "due_date": _is_not_late,
    "service": _in_service,
    "leave": _not_on_leave,
    "higher_level": _long_after_higher_level,
    "closed_season": _not_closed,
}


def _said(rule: str, visit: Visit) -> tuple[str, str, str]:
    monday, who = visit.week_starting, "、".join(visit.inspectors)
    zh, en = {
        "workday": ("当周没有计划年度内的工作日", "holds no workday of the plan"),
        "earliest": (
            f"当周早于最早可检查日 {visit.earliest_on}",
            f"lies before {visit.earliest_on}, the earliest day",
        ),
        "due_date": (
            f"当周晚于期限 {visit.due_on}",
            f"lies after {visit.due_on}, the last lawful day",
        ),
        "service": (f"{who} 不同时在岗", f"{who} are not both in service"),
        "leave": (f"{who} 因休假无共同工作日", f"{who}: leave lets them share no day"),
        "higher_level": (
            "上级检查后未满三个月重复检查",
            "repeats a higher-level inspection too soon",
        ),
        "closed_season": ("经营者当周不营业", "the business is closed"),
    }[rule]
    return rule, f"{monday} 当周：{zh}", f"week of {monday}: {en}"


def gaps(book: Book, limits: Limits) -> Iterator[Violation]:
    """Find visits to one business that follow each other too closely."""
    for visits in book.by_business.values():
        for earlier, later in pairwise(visits):
            apart = (later.week_starting - earlier.week_starting).days
            if apart < limits.gap_days(earlier.requirement, later.requirement):
                yield Violation.at(
                    later,
                    "minimum_gap",
                    f"与 {earlier.week_starting} 当周的检查只隔 {apart} 天",
                    f"only {apart} days after the visit of the week of {earlier.week_starting}",
                )
