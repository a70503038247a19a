"""The book of alerts: raised and acted on, appended and never changed.

It is a file of its own in the form of the register of decisions: alerts are internal and
many officers act on them, decisions are legal acts of a few. The same ledger appends,
counts and chains both.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from features.errors import NotFoundError, ProcedureError, RegisterError
from models.alert_clauses import LEVELS
from models.alert_loop import Alert, AlertAct, raised_level, refusal
from models.rules import RuleSet
from pipelines.alerts.signals import Signal
from pipelines.register.chain import Attachment, Entry, canonical, entry_hash
from pipelines.register.decisions import CHINA
from pipelines.register.ledger import Ledger, open_ledger

RAISE, SIGNAL = "raise", "signal"
# Who records what the program saw.
PROGRAM = "shian alerts"
# So many days after its last signal, a cell above its bar is another outbreak.
SAME_OUTBREAK_DAYS = 28


@dataclass(frozen=True)
class Known:
    """An alert with the acts on it so far, and when it was last signalled."""

    alert: Alert
    acts: tuple[AlertAct, ...] = ()
    signalled_at: datetime | None = None

    @property
    def is_closed(self) -> bool:
        """Tell whether it is closed."""
        return any(act.action == "close" for act in self.acts)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What somebody asks to be recorded about an alert."""

    action: str
    actor: str
    role: str
    reason: str
    at: datetime
    account: str = ""
    documents: tuple[Attachment, ...] = ()
    passed: bool | None = None
    outcome: str | None = None


def read_book(path: Path) -> dict[str, Known]:
    """Read every alert of the book; a book that was not begun holds none.

    Raises:
        RegisterError: an entry is not as it was written.
    """
    if not path.exists():
        return {}
    with open_ledger(path) as ledger:
        return _known(ledger.entries())


def raise_alerts(
    path: Path, signals: Sequence[Signal], at: datetime
) -> tuple[list[str], list[str]]:
    """Record new signals: those that raise an alert, and those of one that is open.

    A signal that was recorded already is left alone. Gives the numbers of both.
    """
    raised: list[str] = []
    added: list[str] = []
    with open_ledger(path, create=True) as ledger:
        for signal in signals:
            known = _known(ledger.entries())
            open_id = _same_outbreak(known, signal, at)
            if signal.alert_id in known or _was_signalled(ledger, signal):
                continue
            alert_id = open_id or signal.alert_id
            action = SIGNAL if open_id else RAISE
            body = {"alert": _as_body(signal)}
            _append(ledger, alert_id, (action, PROGRAM, "program", signal.zh), at, body)
            (added if open_id else raised).append(alert_id)
    return raised, added


def act(path: Path, alert_id: str, asked: Asked, law: RuleSet) -> Known:
    """Record an act on an alert, and give the alert as it stands with it.

    Raises:
        NotFoundError: there is no such alert.
        ProcedureError: it may not be recorded now; the message says why.
    """
    with open_ledger(path) as ledger:
        known = _known(ledger.entries()).get(alert_id)
        if known is None:
            told = f"没有预警 {alert_id}，请用 shian alerts 查看编号"
            message = f"the book holds no alert {alert_id}; see them with: shian alerts"
            raise NotFoundError(message, said=told)
        new = AlertAct(
            action=asked.action,
            at=asked.at,
            actor=asked.actor,
            reason=asked.reason,
            documents=len(asked.documents),
            passed=asked.passed,
            outcome=asked.outcome,
        )
        if why := refusal(known.acts, new, law):
            raise ProcedureError(why)
        body = {
            "account": asked.account,
            "documents": [vars(document) for document in asked.documents],
            "passed": asked.passed,
            "outcome": asked.outcome,
        }
        who = (asked.action, asked.actor, asked.role, asked.reason)
        _append(ledger, alert_id, who, asked.at, body)
        return _known(ledger.entries())[alert_id]


def _same_outbreak(
    known: Mapping[str, Known], signal: Signal, at: datetime
) -> str | None:
    """Find the open alert that a cluster goes on: same street, same category."""
    if signal.category is None:
        return None
    for alert_id, one in known.items():
        same = (one.alert.street, one.alert.category) == (
            signal.street,
            signal.category,
        )
        age = (at - (one.signalled_at or one.alert.raised_at)).days
        if same and not one.is_closed and age <= SAME_OUTBREAK_DAYS:
            return alert_id
    return None


def _was_signalled(ledger: Ledger, signal: Signal) -> bool:
    return any(
        json.loads(entry.body).get("alert", {}).get("alert_id") == signal.alert_id
        for entry in ledger.entries()
        if entry.action in {RAISE, SIGNAL}
    )


def _as_body(signal: Signal) -> dict[str, object]:
    return {
        **vars(signal),
        "alert_id": signal.alert_id,
        "businesses": list(signal.businesses),
    }


def _append(
    ledger: Ledger,
    alert_id: str,
    who: tuple[str, str, str, str],
    at: datetime,
    body: Mapping[str, object],
) -> None:
    action, actor, role, reason = who
    if at.tzinfo is None:
        message = f"{at} has no time zone; give the time with its offset"
        raise RegisterError(message)
    moment = at.astimezone(CHINA)

    def decide(held: Ledger) -> Entry:
        tally = held.tally()
        columns = (
            tally.entries + 1,
            f"alert-{tally.entries + 1}-{tally.hash[:16]}",
            alert_id,
            action,
            moment.date().isoformat(),
            moment.isoformat(),
            actor,
            role,
            reason,
            canonical(body),
            None,
            tally.hash,
        )
        return Entry(*columns, entry_hash(*columns))  # type: ignore[arg-type]

    ledger.append(decide)


def _known(entries: Sequence[Entry]) -> dict[str, Known]:
    known: dict[str, Known] = {}
    for entry in entries:
        if not entry.is_whole():
            message = (
                f"entry {entry.seq} of the book of alerts is not as it was written"
            )
            raise RegisterError(message)
        at, body = datetime.fromisoformat(entry.recorded_at), json.loads(entry.body)
        if entry.action == RAISE:
            known[entry.case_id] = Known(_alert(entry.case_id, body["alert"], at))
        else:
            before = known[entry.case_id]
            acts = (*before.acts, _act(entry, body, at))
            last = at if entry.action == SIGNAL else before.signalled_at
            known[entry.case_id] = Known(before.alert, acts, last)
    return known


def _alert(alert_id: str, body: Mapping[str, Any], at: datetime) -> Alert:
    return Alert(
        alert_id=alert_id,
        kind=body["kind"],
        level=body["level"],
        raised_at=at,
        zh=body["zh"],
        en=body["en"],
        street=body["street"],
        category=body["category"],
        businesses=tuple(body["businesses"]),
    )


def _act(entry: Entry, body: Mapping[str, Any], at: datetime) -> AlertAct:
    signal = body.get("alert", {})
    return AlertAct(
        action=entry.action,
        at=at,
        actor=entry.actor,
        reason=entry.reason,
        documents=len(body.get("documents", ())),
        passed=body.get("passed"),
        outcome=body.get("outcome"),
        level=signal.get("level"),
    )


def worst_first(known: Mapping[str, Known]) -> list[Known]:
    """Order alerts by level, the worst first, and then by when they were raised."""
    return sorted(
        known.values(),
        key=lambda k: (
            -LEVELS.index(raised_level(k.alert, k.acts)),
            k.alert.raised_at,
            k.alert.alert_id,
        ),
    )
