"""Acting in a case as an officer asks for it: words, documents, and what was seen.

The register decides under its lock whether the act is allowed; here the words an
officer typed become the request it decides on.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from features.errors import InputError, ProcedureError, UsageError
from models.procedure_clauses import Step
from models.rules import Rules, load_rules
from pipelines.case_files import code_of, find_case
from pipelines.register.chain import Attachment, Entry, canonical
from pipelines.register.decisions import CHINA, Request, cases, record
from pipelines.register.ledger import is_there

# Enough that nobody guesses the mark of an explanation that was not opened.
MARK_LENGTH = 12
_SEPARATOR = "="


@dataclass(frozen=True, kw_only=True)
class Places:
    """Where register, warehouse and models are."""

    register: Path
    warehouse: Path
    store: Path


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What an officer asks to be recorded, as it was typed; `at` is the clock's.

    `attached` holds KIND=FILE; kinds, confirmations and role are codes or their
    Chinese words. `kept` are documents that somebody else has hashed already. `seen` is
    the mark of the explanation that was looked at.
    """

    action: str
    at: datetime
    actor: str
    role: str
    reason: str
    account: str = ""
    attached: tuple[str, ...] = ()
    kept: tuple[Attachment, ...] = ()
    confirmed: tuple[str, ...] = ()
    happened_on: date | None = None
    day: date | None = None
    seen: str | None = None
    key: str | None = None

    @property
    def today(self) -> date:
        """Give the day of the office."""
        return day_of(self.at)


@dataclass(frozen=True)
class Seen:
    """What the system says of a business on a day, and the mark that names it."""

    business_id: str
    explanation: Mapping[str, Any]
    mark: str
    is_of_case: bool


@dataclass(frozen=True)
class Subject:
    """What an act is about, in words that name the request, and the business."""

    text: str
    business_id: str


Explain = Callable[[Places, str, date], Mapping[str, Any]]
"""Gives the explanation of a business on a day; one who keeps it need not compute it."""


def day_of(at: datetime) -> date:
    """Give the day of the office at a time, wherever the machine's clock stands."""
    return at.astimezone(CHINA).date()


def explanation(places: Places, business_id: str, day: date) -> Mapping[str, Any]:
    """Compute what the system says of a business on a day."""
    # Seconds of loading model libraries, which most acts do not need.
    from pipelines.register.explanation import freeze  # noqa: PLC0415

    return freeze(places.warehouse, business_id, as_of=day, store=places.store)


def look(places: Places, asked: str, *, today: date) -> Seen:
    """Give what the system says today of a business, or of that of a case.

    An act that needs the explanation seen is given its mark, which nobody knows who
    has not opened it that day.

    Raises:
        NotFoundError: there is no such case or business.
        ModelError: there is no champion.
    """
    known = cases(places.register) if is_there(places.register) else {}
    if asked in known:
        business_id = known[asked].business_id
    else:
        business_id = business_named(places.warehouse, asked)
    said = explanation(places, business_id, today)
    return Seen(business_id, said, mark(said), asked in known)


def mark(explanation: Mapping[str, Any]) -> str:
    """Name an explanation by what it says.

    Not by the version of the program: one that says the same was seen all the same.
    """
    said = {name: v for name, v in explanation.items() if name != "code_version"}
    text = canonical(said) or ""
    return hashlib.sha256(text.encode()).hexdigest()[:MARK_LENGTH]


def act(
    places: Places, case_id: str, asked: Asked, *, explain: Explain = explanation
) -> Entry:
    """Do an action in a case.

    Raises:
        NotFoundError: there is no such case.
        ProcedureError: the procedure does not allow it, or the explanation that was
            seen is not the one of today.
    """
    rules = load_rules()
    case = find_case(places.register, case_id)
    subject = Subject(case_id, case.business_id)
    made = request(places, asked, rules, subject, explain=explain)
    return record(places.register, case_id, made, rules)


def business_named(warehouse: Path, asked: str) -> str:
    """Find a business by number, USCI, licence number or name.

    Raises:
        NotFoundError: nothing goes by that.
        UsageError: several businesses do.
    """
    # Only filing looks a business up; reading a case must not wait for the engine.
    from features.warehouse import open_warehouse  # noqa: PLC0415
    from pipelines.finding import find_business  # noqa: PLC0415

    with open_warehouse(warehouse, read_only=True) as opened:
        return find_business(opened, asked)


def request(
    places: Places,
    asked: Asked,
    rules: Rules,
    subject: Subject,
    *,
    explain: Explain = explanation,
) -> Request:
    """Make a request of what an officer typed.

    Without a key of its own, the same words on the same day are the same request.

    Raises:
        UsageError: a role, a kind of document or a confirmation is none that there is.
        InputError: a document cannot be read.
        ProcedureError: another explanation was seen than the one of today.
    """
    attachments = (*(_attachment(text, rules) for text in asked.attached), *asked.kept)
    confirmed = tuple(code_of(rules, "confirmation", text) for text in asked.confirmed)
    plain = Request(
        idempotency_key=asked.key or "",
        action=_action(rules, asked),
        at=asked.at,
        actor=asked.actor,
        role=code_of(rules, "role", asked.role),
        reason=asked.reason,
        happened_on=asked.happened_on,
        attachments=attachments,
        confirmed=confirmed,
        day=asked.day,
        account=asked.account,
    )
    return replace(
        plain,
        idempotency_key=asked.key or _key(plain, asked, subject.text),
        explanation=_seen(places, asked, subject.business_id, explain),
    )


def _key(plain: Request, asked: Asked, subject: str) -> str:
    """Name a request by the day and everything that was said."""
    said = {**vars(plain), "at": asked.today, "seen": asked.seen, "subject": subject}
    text = json.dumps(said, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def _seen(
    places: Places, asked: Asked, business_id: str, explain: Explain
) -> Mapping[str, Any] | None:
    """Freeze the explanation, if it is the one whose mark was given."""
    if asked.seen is None:
        return None
    said = explain(places, business_id, asked.today)
    if asked.seen == mark(said):
        return said
    message = (
        f"说明编号{asked.seen}不是今天的说明，请重新查看"
        f"（not the explanation of today: shian listing look {business_id}）"
    )
    raise ProcedureError(message)


def _attachment(text: str, rules: Rules) -> Attachment:
    kind, separator, name = text.partition(_SEPARATOR)
    if not separator or not name:
        message = f"a document is given as KIND=FILE, such as evidence=photos.zip, not {text!r}"
        raise UsageError(message)
    code, path = code_of(rules, "attachment", kind), Path(name)
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        message = f"{path}: the document cannot be read ({error.strerror}); nothing was recorded"
        raise InputError(message) from error
    return Attachment(kind=code, sha256=digest, name=path.name)


def _action(rules: Rules, asked: Asked) -> str:
    """Give the code of an action; the procedure refuses one that is not there."""
    steps = rules.in_force(asked.today).all(Step)
    named = (s.action for s in steps if asked.action in (s.action, s.zh, s.en))
    return next(named, asked.action)
