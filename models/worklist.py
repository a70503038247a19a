"""What waits for whom, and until when: every case that is not finished is on it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from models.case import (
    CLOSED,
    Case,
    Running,
    is_finished,
    is_public,
    open_duties,
    procedure_of,
    running,
    state,
)
from models.listing import no_ground
from models.procedure_clauses import Step
from models.rules import Rules

# A case without any term is listed after all that have one.
_LAST = date.max


@dataclass(frozen=True, kw_only=True)
class Item:
    """One thing to do in a case: any one of some actions settles it."""

    case_id: str
    business_id: str
    actions: tuple[str, ...]
    roles: tuple[str, ...]
    zh: str
    en: str
    due: date | None = None
    is_provisional: bool = False
    opens_on: date | None = None
    basis_zh: str = ""
    basis_en: str = ""
    is_overdue: bool = False


def worklist(
    cases: Iterable[Case], rules: Rules, today: date, *, role: str | None = None
) -> tuple[Item, ...]:
    """List what waits for a role, or for anybody, the most urgent first."""
    found = (item for case in cases for item in to_do(case, rules, today))
    return in_order(item for item in found if role is None or role in item.roles)


def in_order(items: Iterable[Item]) -> tuple[Item, ...]:
    """Put items in the order of their terms, the most urgent first."""
    return tuple(sorted(items, key=_urgency))


def to_do(case: Case, rules: Rules, today: date) -> tuple[Item, ...]:
    """List what waits in a case, each with the term that presses most."""
    if is_finished(case, rules):
        return ()
    items = _steps_waiting(case, rules, today)
    for duty in live_duties(case, rules, today):
        items = _pressed(items, duty, rules, today)
    return items


def live_duties(case: Case, rules: Rules, today: date) -> tuple[Running, ...]:
    """Give the terms by whose end somebody must have acted.

    Once a case is closed, only those count that what is left to do can fulfil.
    """
    is_closed = state(case, rules) in CLOSED
    possible = {step.action for step in _fitting(case, rules, today)}
    return tuple(
        term
        for term in running(case, rules)
        if term.clock.counts in {"duty", "term"}
        and not term.is_over
        and (not is_closed or possible.intersection(term.clock.actions))
    )


def _steps_waiting(case: Case, rules: Rules, today: date) -> tuple[Item, ...]:
    """Give one item per open duty and per onward step, or else the ways to end it."""
    duties = open_duties(case, rules)
    steps = _fitting(case, rules, today)
    settling = [[s for s in steps if duty in s.settles] for duty in sorted(duties)]
    onward = [
        [s] for s in steps if s.is_onward and not duties.intersection(s.after_settling)
    ]
    ending = [[s] for s in steps if s.to in CLOSED and not s.recorded_later]
    groups = [group for group in settling + onward if group] or ending
    return tuple(_item(case, group, rules) for group in groups)


def _fitting(case: Case, rules: Rules, today: date) -> list[Step]:
    now, public = state(case, rules), is_public(case, rules)
    home = "elsewhere" if case.is_registered_elsewhere else "here"
    procedure = procedure_of(case, rules)
    has_ground = no_ground(case, rules, today) is None
    return [
        step
        for step in rules.in_force(today).all(Step)
        if step.procedure == procedure
        and now in step.states
        and step.home in {"any", home}
        and (step.publicity != "ends" or public)
        and (has_ground or not step.needs_ground)
    ]


def _item(case: Case, steps: Sequence[Step], rules: Rules) -> Item:
    roles = dict.fromkeys(role for step in steps for role in step.roles)
    return Item(
        case_id=case.case_id,
        business_id=case.business_id,
        actions=tuple(step.action for step in steps),
        roles=tuple(roles),
        zh="或".join(step.zh for step in steps),
        en=" or ".join(step.en for step in steps),
        opens_on=_opens_on(case, steps, rules),
    )


def _opens_on(case: Case, steps: Sequence[Step], rules: Rules) -> date | None:
    """Find the first day on which the item may be done, when it must wait."""
    days = []
    for term in running(case, rules):
        for step in steps:
            if term.clock.id in step.waits_out:
                days.append(term.ends.date + timedelta(days=1))
            waits = term.clock.counts in {"wait", "term"}
            if waits and step.action in term.clock.actions:
                days.append(term.ends.date)
    return max(days, default=None)


def _pressed(
    items: tuple[Item, ...], duty: Running, rules: Rules, today: date
) -> tuple[Item, ...]:
    """Put a term on the items that fulfil it, or on those that come before them."""
    fulfilling = [i for i in items if set(i.actions) & set(duty.clock.actions)]
    due = duty.ends.date
    leading = [i for i in items if i.opens_on is None or i.opens_on <= due]
    pressed = fulfilling or leading or items
    return tuple(
        _sooner(item, duty, rules, today) if item in pressed else item for item in items
    )


def _sooner(item: Item, duty: Running, rules: Rules, today: date) -> Item:
    if item.due is not None and item.due <= duty.ends.date:
        return item
    law = rules.in_force(duty.started_on)
    return replace(
        item,
        due=duty.ends.date,
        is_provisional=duty.ends.is_provisional,
        basis_zh=law.citation(duty.clock.id),
        basis_en=law.citation(duty.clock.id, "en"),
        is_overdue=today > duty.ends.date,
    )


def _urgency(item: Item) -> tuple[date, str, tuple[str, ...]]:
    return item.due or _LAST, item.case_id, item.actions
