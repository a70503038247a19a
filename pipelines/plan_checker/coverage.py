"""What must be visited: every duty is met by a visit of the plan, or declared dropped.

A duty lists what would meet it. The plan may drop duties when hands are short, but must
say how many visits of an office it dropped; a duty that is neither met nor declared is
a violation. A business lacks at least the most visits that one of its duties lacks.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil

from models.workdays import term_end
from pipelines.plan_checker.limits import (
    FOLLOW_UP,
    FULL_CHECKLISTS,
    SCHOOL_TERM,
    Limits,
    Window,
)
from pipelines.plan_checker.violation import Violation
from pipelines.plan_checker.written import Book, Business, Made, Visit

_ORDERED = "CORRECT_BY_DATE"
# A licensing visit looks at plans and premises before trading, not at trade.
_NO_CHECK = frozenset({"licensing"})


@dataclass(frozen=True)
class Duty:
    """So many visits to a business in a stretch of days, with these checklists."""

    business: Business
    requirement: str
    first: date
    last: date
    visits: int = 1
    checklists: frozenset[str] | None = None
    serving: str | None = None

    def is_met_by(self, visit: Visit, book: Book) -> bool:
        """Tell whether a visit counts: some workday of its week lies in the days."""
        if self.checklists is not None and visit.checklist not in self.checklists:
            return False
        if self.serving is not None and self.serving not in visit.requirements:
            return False
        return any(
            self.first <= day <= self.last for day in book.workdays(visit.week_starting)
        )

    def lacks(self, book: Book) -> int:
        """Count the visits that are missing."""
        visits = book.by_business.get(self.business.business_id, ())
        return max(0, self.visits - sum(self.is_met_by(v, book) for v in visits))


def duties(book: Book, limits: Limits) -> Iterator[Duty]:
    """List what the law and the policy want of each business in the year."""
    for business in book.records.businesses.values():
        made = book.records.made.get(business.business_id, ())
        yield from _legal_floor(business, made, book, limits)
        yield from _new_small(business, made, book, limits)
        yield from _follow_up(business, made, book, limits)
        yield from _frequency(business, made, book, limits)
        yield from _system_inspection(business, made, book, limits)
        yield from _skill_check(business, book, limits)
        for window in limits.windows:
            if window.requirement == SCHOOL_TERM and window.targets(business):
                yield from _before_term(business, window, book)


def _days(book: Book) -> tuple[date, date]:
    return max(book.as_of, date(book.year, 1, 1)), date(book.year, 12, 31)


def _by(due: date, book: Book, limits: Limits) -> date | None:
    """Give the last day for a duty due on a day: overdue ones have some weeks left."""
    first, last = _days(book)
    if due > last:
        return None
    notice = timedelta(days=limits.law.number("plan.notice_days"))
    if due < first + notice:
        return first + timedelta(weeks=limits.law.number("plan.overdue_weeks"))
    return due


def _legal_floor(
    business: Business, made: Sequence[Made], book: Book, limits: Limits
) -> Iterator[Duty]:
    full = [m.inspected_on for m in made if m.is_full_checklist]
    begun = max(full, default=business.opened_on or book.as_of)
    due = term_end(begun, limits.floor_years, "year").date
    if last := _by(due, book, limits):
        first, _ = _days(book)
        yield Duty(business, "legal_floor", first, last, checklists=FULL_CHECKLISTS)


def _new_small(
    business: Business, made: Sequence[Made], book: Book, limits: Limits
) -> Iterator[Duty]:
    opened = business.opened_on
    if business.subtype not in limits.small_subtypes or opened is None:
        return
    if any(m.inspected_on >= opened and m.purpose not in _NO_CHECK for m in made):
        return
    months = int(limits.law.number("small.first_check_months"))
    last = _by(term_end(opened, months, "month").date, book, limits)
    if last:
        yield Duty(business, "new_small", _days(book)[0], last)


def _follow_up(
    business: Business, made: Sequence[Made], book: Book, limits: Limits
) -> Iterator[Duty]:
    """Want a visit after the last order to correct, unless one was made or it lapsed."""
    ordered = [m.inspected_on for m in made if m.result_code == _ORDERED]
    if not ordered or any(
        m.inspected_on > max(ordered) and m.purpose not in _NO_CHECK for m in made
    ):
        return
    lapses = timedelta(days=limits.law.number("plan.follow_up_lapses_days"))
    if max(ordered) + lapses < _days(book)[0]:
        return
    due = max(ordered) + timedelta(days=limits.law.number("plan.follow_up_days"))
    if last := _by(due, book, limits):
        yield Duty(business, FOLLOW_UP, _days(book)[0], last)


def _frequency(
    business: Business, made: Sequence[Made], book: Book, limits: Limits
) -> Iterator[Duty]:
    """Want the visits of the grade and of key supervision, less those made this year."""
    first, last = _days(book)
    done = sum(
        m.inspected_on.year == book.year and m.purpose not in {*_NO_CHECK, FOLLOW_UP}
        for m in made
    )
    wanted = {}
    if business.risk_grade:
        visits = limits.visits_by_grade[business.risk_grade]
        wanted[f"grade_{business.risk_grade.lower()}"] = int(visits)
    if business.is_key_supervision:
        wanted["key_supervision"] = int(limits.law.number("plan.key_visits"))
    for requirement, visits in wanted.items():
        if visits > done:
            yield Duty(
                *(business, requirement, first, last, visits - done),
                checklists=FULL_CHECKLISTS | {"system"},
            )


def _system_inspection(
    business: Business, made: Sequence[Made], book: Book, limits: Limits
) -> Iterator[Duty]:
    is_high = business.is_special_food or bool(
        business.food_classes & limits.system_food_classes
    )
    if business.business_type != "producer" or not is_high:
        return
    years = int(limits.law.number("plan.system_every_years"))
    held = [m.inspected_on for m in made if m.purpose == "system"]
    begun = max(held, default=None)
    due = term_end(begun, years, "year").date if begun else _days(book)[1]
    if due <= _days(book)[1]:
        yield Duty(
            *(business, "system_inspection", *_days(book)),
            checklists=frozenset({"system"}),
        )


def _skill_check(business: Business, book: Book, limits: Limits) -> Iterator[Duty]:
    if not {business.business_type, business.subtype} & limits.skill_subjects:
        return
    months = int(limits.law.number("plan.skill_every_months"))
    held = book.records.skill_checks.get(business.business_id)
    due = term_end(held, months, "month").date if held else _days(book)[1]
    if due <= _days(book)[1]:
        yield Duty(business, "skill_check", *_days(book), serving="skill_check")


def _before_term(business: Business, window: Window, book: Book) -> Iterator[Duty]:
    if window.last >= book.as_of:
        first = max(window.first, book.as_of)
        yield Duty(business, SCHOOL_TERM, first, window.last)


def covered(book: Book, limits: Limits) -> Iterator[Violation]:
    """Find duties that are neither planned nor declared among the dropped."""
    lacking: dict[str, list[tuple[Duty, int]]] = defaultdict(list)
    for duty in duties(book, limits):
        if missing := duty.lacks(book):
            office = book.records.office_of(duty.business) or ""
            lacking[office].append((duty, missing))
    for office, found in sorted(lacking.items()):
        dropped = sum(s.visits_dropped for s in book.shortage if s.office_id == office)
        least = _least_missing(found)
        if least > dropped:
            yield from (_undeclared(d, n, least, dropped) for d, n in found)
        else:
            yield from _too_weighty(office, found, book, limits)


def _least_missing(found: Iterable[tuple[Duty, int]]) -> int:
    """Count the fewest visits that would meet them: one may meet several duties."""
    most: dict[str, int] = defaultdict(int)
    for duty, missing in found:
        number = duty.business.business_id
        most[number] = max(most[number], missing)
    return sum(most.values())


def _undeclared(duty: Duty, missing: int, least: int, dropped: int) -> Violation:
    return Violation.lacking(
        duty.business.business_id,
        duty.requirement,
        f"{duty.first} 至 {duty.last} 缺 {missing} 次检查；该所至少缺 {least} 次，只申报 {dropped} 次",
        f"lacks {missing} visits from {duty.first} to {duty.last}; the office lacks at least {least}, of which {dropped} are declared",
    )


def _too_weighty(
    office: str, found: Iterable[tuple[Duty, int]], book: Book, limits: Limits
) -> Iterator[Violation]:
    """Find duties dropped that weigh more than any the office says it drops."""
    order = {name: rank for rank, name in enumerate(limits.priority)}
    declared = [
        order[s.requirement]
        for s in book.shortage
        if s.office_id == office and s.requirement in order
    ]
    weightiest = min(declared, default=len(order))
    for duty, missing in found:
        if order.get(duty.requirement, len(order)) < weightiest:
            yield Violation.lacking(
                duty.business.business_id,
                duty.requirement,
                f"缺 {missing} 次，但缺口表未申报此类要求",
                f"lacks {missing} visits, and the shortage names no such requirement",
            )


def campaigns(book: Book, limits: Limits) -> Iterator[Violation]:
    """Find campaigns that reach a smaller share of their group than they must."""
    dropped = sum(s.visits_dropped for s in book.shortage)
    for window in limits.windows:
        if window.requirement == SCHOOL_TERM or window.last < book.as_of:
            continue
        group = [b for b in book.records.businesses.values() if window.targets(b)]
        wanted = ceil(window.campaign.coverage * len(group) - 1e-9)
        reached = sum(_is_reached(b, window, book) for b in group)
        if reached + dropped < wanted:
            yield Violation(
                rule="campaign",
                visit_id=None,
                business_id=None,
                zh=f"{window.campaign.zh}：须检查 {wanted} 家，只安排 {reached} 家",
                en=f"{window.campaign.en}: {wanted} must be visited, {reached} are planned",
            )


def _is_reached(business: Business, window: Window, book: Book) -> bool:
    duty = Duty(business, "campaign", window.first, window.last)
    return duty.lacks(book) == 0


def rows(book: Book, limits: Limits) -> Iterator[Violation]:
    """Find rows that contradict themselves or what they are about."""
    seen: set[str] = set()
    for visit in book.visits:
        if visit.visit_id in seen:
            yield Violation.at(visit, "repeated_row", "任务编号重复", "number repeated")
        seen.add(visit.visit_id)
        yield from _row(visit, book, limits)


def _row(visit: Visit, book: Book, limits: Limits) -> Iterator[Violation]:
    business = book.records.businesses.get(visit.business_id)
    if business is None:
        yield Violation.at(
            *(visit, "unknown_business", "不是在营的经营者", "is no trading business")
        )
        return
    if visit.office_id != book.records.office_of(business):
        yield Violation.at(
            *(visit, "business_office", f"不属 {visit.office_id} 辖区"),
            f"does not lie in the area of {visit.office_id}",
        )
    if "legal_floor" in visit.requirements and visit.checklist not in FULL_CHECKLISTS:
        yield Violation.at(
            *(visit, "full_checklist", f"须全项目检查，计划用 {visit.checklist}"),
            f"needs the full checklist, has {visit.checklist}",
        )
    least = limits.full_minutes(business)
    if visit.checklist in FULL_CHECKLISTS and visit.minutes < least:
        yield Violation.at(
            *(visit, "minutes", f"{visit.minutes:.0f} 分钟少于 {least:.0f} 分钟"),
            f"{visit.minutes:.0f} minutes, fewer than {least:.0f}",
        )
    chance = visit.inclusion_probability
    if visit.is_random and not (chance is not None and 0 < chance <= 1):
        yield Violation.at(
            *(visit, "random", "随机检查无抽取概率", "a random visit without a chance")
        )


def random_share(book: Book, limits: Limits) -> Iterator[Violation]:
    """Find a plan in which chance alone chose fewer visits than the policy wants."""
    share = limits.law.number("plan.random_share")
    random = sum(v.is_random for v in book.visits)
    dropped = sum(s.visits_dropped for s in book.shortage)
    # Rounded by office; a plan short of hands may have dropped random ones.
    slack = len(set(book.records.offices.values())) + dropped
    if random + slack < share * len(book.visits):
        yield Violation(
            rule="random",
            visit_id=None,
            business_id=None,
            zh=f"随机检查 {random} 次，不足全部 {len(book.visits)} 次的 {share:.0%}",
            en=f"{random} random visits of {len(book.visits)}, fewer than {share:.0%}",
        )


def by_requirement(found: Iterable[Duty]) -> Mapping[str, int]:
    """Count duties, for whoever wants to see how much was verified."""
    counts: dict[str, int] = defaultdict(int)
    for duty in found:
        counts[duty.requirement] += duty.visits
    return dict(sorted(counts.items()))
