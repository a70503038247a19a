"""The closed loop of an alert: who owes what by when, and what may be recorded next.

An alert is nothing but how it was raised and the acts recorded since. It closes only with
its cause, evidence of control, and a recheck passed after that by somebody else; and each
term that passes unmet moves it one level up, to the owner of that level.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from models.alert_clauses import LEVELS, AlertLevel, AlertLevels
from models.rules import RuleSet

Action = Literal["take", "measure", "cause", "control", "recheck", "close"]
ACTIONS: tuple[Action, ...] = (
    "take",
    "measure",
    "cause",
    "control",
    "recheck",
    "close",
)
OUTCOMES = ("controlled", "no_hazard")
CLOSED = "closed"


@dataclass(frozen=True)
class Alert:
    """What was seen, where, and at which level it was raised."""

    alert_id: str
    kind: str
    level: str
    raised_at: datetime
    zh: str
    en: str
    street: str | None = None
    category: str | None = None
    businesses: tuple[str, ...] = ()


@dataclass(frozen=True)
class AlertAct:
    """One thing that was done about an alert; `passed` is of a recheck alone."""

    action: str
    at: datetime
    actor: str
    reason: str
    documents: int = 0
    passed: bool | None = None
    outcome: str | None = None
    level: str | None = None


@dataclass(frozen=True)
class Standing:
    """Where an alert stands at a moment: state, level and owner now, next term, lacks."""

    state: str
    level: AlertLevel
    owner: str | None
    due_at: datetime | None
    is_overdue: bool
    missing: tuple[str, ...]
    missed_terms: int


def raised_level(alert: Alert, acts: Sequence[AlertAct]) -> str:
    """Give the worst level at which it was signalled."""
    seen = [alert.level, *(a.level for a in acts if a.level)]
    return max(seen, key=LEVELS.index)


def missing(acts: Sequence[AlertAct], law: RuleSet) -> tuple[str, ...]:
    """List what an alert still lacks before it may close, in the order of the rule."""
    return tuple(
        need for need in law.codes("warning.close_needs") if not _has(acts, need)
    )


def _has(acts: Sequence[AlertAct], need: str) -> bool:
    if need == "recheck":
        return _is_rechecked(acts)
    return any(a.action == need for a in acts)


def _is_rechecked(acts: Sequence[AlertAct]) -> bool:
    """Tell whether the last recheck passed, and nothing was controlled anew since."""
    last = next((a for a in reversed(acts) if a.action in {"recheck", "control"}), None)
    return last is not None and last.action == "recheck" and bool(last.passed)


def refusal(acts: Sequence[AlertAct], new: AlertAct, law: RuleSet) -> str | None:
    """Say why an act may not be recorded, in both languages; None where it may."""
    if new.action not in ACTIONS:
        return f"没有此操作，可用：{'、'.join(ACTIONS)}（no such action; there are {', '.join(ACTIONS)}）"
    if any(a.action == "close" for a in acts):
        return "预警已闭环（the alert is closed）"
    if new.action != "take" and not any(a.action == "take" for a in acts):
        return "尚无人接办，先登记 take（nobody has taken it yet: record take first）"
    return _own_refusal(acts, new, law)


def _own_refusal(acts: Sequence[AlertAct], new: AlertAct, law: RuleSet) -> str | None:
    if new.action == "control" and not new.documents:
        return "控制措施须附证据（control needs evidence: attach a document）"
    if new.action == "recheck":
        return _recheck_refusal(acts, new)
    if new.action == "close":
        return _close_refusal(acts, new, law)
    return None


def _recheck_refusal(acts: Sequence[AlertAct], new: AlertAct) -> str | None:
    if new.passed is None:
        return (
            "复查须写明是否通过（say whether the recheck passed: --passed or --failed）"
        )
    controlled = next((a for a in reversed(acts) if a.action == "control"), None)
    if controlled is None:
        return (
            "尚无控制证据，不能复查（no control is recorded that could be rechecked）"
        )
    if controlled.actor == new.actor:
        return "复查人不得是实施控制的人（whoever controlled it may not recheck it）"
    return None


def _close_refusal(acts: Sequence[AlertAct], new: AlertAct, law: RuleSet) -> str | None:
    if new.outcome not in OUTCOMES:
        return f"须写明结果：{'、'.join(OUTCOMES)}（say the outcome: {' or '.join(OUTCOMES)}）"
    if lacks := missing(acts, law):
        return f"不能闭环，缺：{'、'.join(lacks)}（it may not close: {', '.join(lacks)} missing）"
    return None


def standing(
    alert: Alert, acts: Sequence[AlertAct], law: RuleSet, now: datetime
) -> Standing:
    """Give where an alert stands; what was not done in time has moved it up.

    A yellow one that nobody took in three workdays is orange; not closed in its sixty
    days either, it is red. Terms run from when it was raised, by the level it then had.
    """
    levels = law.get(AlertLevels, "warning.levels")
    level = levels.of(raised_level(alert, acts))
    taken = next((a for a in acts if a.action == "take"), None)
    closed = next((a for a in acts if a.action == "close"), None)
    respond, close = level.respond_by(alert.raised_at), level.close_by(alert.raised_at)
    missed = (taken.at if taken else now) > respond
    unclosed = (closed.at if closed else now) > close
    late = int(missed) + int(unclosed)
    current = levels.above(level.level, late)
    if closed:
        return Standing(CLOSED, current, _owner(taken), None, False, (), late)
    due = close if taken else respond
    return Standing(
        state="taken" if taken else "raised",
        level=current,
        owner=_owner(taken),
        due_at=due,
        is_overdue=now > due,
        missing=missing(acts, law),
        missed_terms=late,
    )


def _owner(taken: AlertAct | None) -> str | None:
    return taken.actor if taken else None
