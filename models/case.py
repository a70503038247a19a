"""A listing case as a list of recorded acts, and what follows from them.

Nothing is stored but acts: state, publicity, open duties and running terms are read off
them each time, under the rules in force when each was recorded.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from models.clauses import Rule
from models.procedure_clauses import (
    Clock,
    ListType,
    Procedure,
    Step,
    Words,
    step_id,
)
from models.rules import Rules
from models.workdays import Day, term_end

CANDIDATE = "candidate"
LISTED = frozenset({"listed", "published"})
# A case in these states asks nothing of anybody once nothing about it is public.
CLOSED = frozenset(
    {
        *("not_listed", "removed", "removed_early", "annulled", "listing_annulled"),
        *("repaired", "repair_refused", "repair_closed"),
    }
)


@dataclass(frozen=True, kw_only=True)
class Act:
    """Something a named person did in a case.

    `on` is the day it happened and runs the clocks; `recorded_on` the day it was
    entered. `day` is one the act fixes: the hearing, or the end of a longer restriction.
    """

    action: str
    on: date
    recorded_on: date
    actor: str
    role: str
    reason: str
    attachments: tuple[str, ...] = ()
    confirmed: tuple[str, ...] = ()
    day: date | None = None
    is_explained: bool = False


@dataclass(frozen=True, kw_only=True)
class Case:
    """A proposal to list one business on one list, with its ground and all acts."""

    case_id: str
    business_id: str
    list_type: str
    trigger: str
    penalties: tuple[str, ...]
    is_registered_elsewhere: bool = False
    acts: tuple[Act, ...] = ()

    def after(self, act: Act) -> "Case":
        """Give the case with one more act; asks nothing about whether it may."""
        return replace(self, acts=(*self.acts, act))

    def latest(self, actions: Iterable[str]) -> Act | None:
        """Find the last recorded act among some actions."""
        wanted = frozenset(actions)
        return next((a for a in reversed(self.acts) if a.action in wanted), None)


@dataclass(frozen=True)
class Running:
    """A term of a case: its rule and where it leads."""

    clock: Clock
    started_on: date
    ends: Day
    is_over: bool


def step_of(rules: Rules, action: str, day: date) -> Step | None:
    """Give the step of an action in force on a day."""
    return rules.in_force(day).find(Step, step_id(action))


def state(case: Case, rules: Rules) -> str:
    """Tell where the case stands."""
    reached = [step.to for _, step in _walk(case, rules) if step.to]
    return reached[-1] if reached else CANDIDATE


def is_public(case: Case, rules: Rules) -> bool:
    """Tell whether the listing can be seen by the public."""
    turns = [s.publicity for _, s in _walk(case, rules) if s.publicity != "none"]
    return bool(turns) and turns[-1] == "begins"


def open_duties(case: Case, rules: Rules) -> frozenset[str]:
    """Name the duties that an act opened and none has settled since."""
    duties: set[str] = set()
    for _, step in _walk(case, rules):
        duties -= set(step.settles)
        duties |= set(step.opens)
    return frozenset(duties)


def is_finished(case: Case, rules: Rules) -> bool:
    """Tell whether the case asks nothing of anybody any more.

    A duty that no step of the closed state can settle ended with the case.
    """
    now = state(case, rules)
    if now not in CLOSED or is_public(case, rules):
        return False
    duties = open_duties(case, rules)
    steps = rules.in_force(case.acts[-1].recorded_on).all(Step)
    return not any(now in step.states and duties & set(step.settles) for step in steps)


def procedure_of(case: Case, rules: Rules) -> Procedure:
    """Tell whether the case is about a listing or about the repair of a penalty."""
    types = (r for r in rules.rules if isinstance(r, ListType))
    known = (r.procedure for r in types if r.id == case.list_type)
    return next(known, "listing")


def running(case: Case, rules: Rules) -> tuple[Running, ...]:
    """Give every term that some act started, under the rule in force on its day.

    A term is over once one of the actions it concerns was recorded after its start.
    """
    terms = []
    for index, act in enumerate(case.acts):
        later = case.acts[index + 1 :]
        for clock in rules.in_force(act.on).all(Clock):
            is_latest = not any(a.action in clock.after for a in later)
            if act.action in clock.after and is_latest and _concerns(clock, case):
                is_over = any(a.action in clock.actions for a in later)
                terms.append(Running(clock, act.on, _end(clock, act), is_over))
    return tuple(terms)


def term(case: Case, rules: Rules, clock_id: str) -> Running | None:
    """Find one running term of the case."""
    return next((t for t in running(case, rules) if t.clock.id == clock_id), None)


def words(rules: Rules, kind: str) -> dict[str, tuple[str, str]]:
    """Give the Chinese and the English word of every code of a kind."""
    known = [r for r in rules.rules if isinstance(r, Words) and r.id == f"words.{kind}"]
    return {e.code: (e.zh, e.en) for rule in known for e in rule.entries}


def word(rules: Rules, kind: str, code: str) -> tuple[str, str]:
    """Give the Chinese and the English word of a code; an unknown code names itself."""
    return words(rules, kind).get(code, (code, code))


def step_words(rules: Rules, action: str) -> tuple[str, str]:
    """Give the Chinese and the English name of an action."""
    named: list[Rule] = [r for r in rules.rules if r.id == step_id(action)]
    return (named[-1].zh, named[-1].en) if named else (action, action)


def _walk(case: Case, rules: Rules) -> Iterator[tuple[Act, Step]]:
    for act in case.acts:
        step = step_of(rules, act.action, act.recorded_on)
        if step is not None:
            yield act, step


def _concerns(clock: Clock, case: Case) -> bool:
    home = "elsewhere" if case.is_registered_elsewhere else "here"
    return clock.home in {"any", home}


def _end(clock: Clock, act: Act) -> Day:
    """Find where the term leads; a later day that the act fixed takes its place."""
    end = term_end(act.on, clock.amount, clock.unit)
    return Day(act.day) if act.day is not None and act.day > end.date else end
