"""Records what officers decide, and refuses what the procedure does not allow.

Each function opens the register, does one thing and closes it. Time and people are
arguments. The same request under the same key is done once, however often it is sent.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

from features.errors import NotFoundError, ProcedureError, RegisterError
from models.case import LISTED, Case, is_finished, procedure_of, state
from models.listing import perform
from models.rules import Rules
from models.worklist import Item
from models.worklist import worklist as to_do_list
from pipelines.register.chain import (
    Attachment,
    Entry,
    canonical,
    cases_of,
    entry_hash,
    opened,
)
from pipelines.register.ledger import Ledger, open_ledger

# Days are those of the office, wherever the machine's clock stands.
CHINA = timezone(timedelta(hours=8))
FILE = "file"
# What a reviewer saw, frozen with the act: nothing may be missing, though it may be empty.
EXPLANATION = frozenset(
    {"shap", "reasons", "model_version", "law_version", "data_fingerprint"}
)
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, kw_only=True)
class Ground:
    """The legal ground of a case: one penalty of one business under one trigger."""

    business_id: str
    list_type: str
    trigger: str
    penalty_id: str
    is_registered_elsewhere: bool = False


@dataclass(frozen=True, kw_only=True)
class Request:
    """What somebody asks to be recorded; `happened_on` is the day of `at` by default.

    `account` is that of the machine or program that asked in the actor's name.
    """

    idempotency_key: str
    action: str
    at: datetime
    actor: str
    role: str
    reason: str
    happened_on: date | None = None
    attachments: tuple[Attachment, ...] = ()
    confirmed: tuple[str, ...] = ()
    day: date | None = None
    explanation: Mapping[str, object] | None = None
    account: str = ""


def create_register(path: Path) -> None:
    """Make an empty register; one that is there already is left as it is."""
    with open_ledger(path, create=True):
        pass


def open_case(path: Path, ground: Ground, request: Request, rules: Rules) -> Entry:
    """File a case on a ground; the entry names the case.

    Raises:
        ProcedureError: the procedure does not allow it, or the business is listed or in
            procedure for that penalty already.
        RegisterError: the register cannot be used, or the key was used for another act.
    """

    def decide(ledger: Ledger) -> Entry:
        known = cases_of(ledger.entries())
        number = f"{_recorded_at(request).year}-{len(known) + 1:04d}"
        draft = _entry(ledger, number, request, ground)
        if done := _done_before(ledger, draft, is_new_case=True):
            return done
        _refuse_twice(known.values(), ground, rules)
        perform(opened(draft), draft.act(), rules)
        return draft

    with open_ledger(path) as ledger:
        return ledger.append(decide)


def record(path: Path, case_id: str, request: Request, rules: Rules) -> Entry:
    """Record an act in a case.

    Raises:
        NotFoundError: there is no such case.
        ProcedureError: the procedure does not allow it; the message says why.
        RegisterError: the register cannot be used, or the key was used for another act.
    """

    def decide(ledger: Ledger) -> Entry:
        draft = _entry(ledger, case_id, request)
        if done := _done_before(ledger, draft):
            return done
        perform(_case(ledger, case_id), draft.act(), rules)
        return draft

    with open_ledger(path) as ledger:
        return ledger.append(decide)


def cases(path: Path) -> dict[str, Case]:
    """Read all cases by their number."""
    with open_ledger(path) as ledger:
        return cases_of(ledger.entries())


def history(path: Path, case_id: str) -> list[Entry]:
    """Read every entry of a case, the first first."""
    with open_ledger(path) as ledger:
        return ledger.entries(case_id)


def worklist(
    path: Path, rules: Rules, today: date, *, role: str | None = None
) -> tuple[Item, ...]:
    """List what waits for a role, or for anybody, the most urgent first."""
    return to_do_list(cases(path).values(), rules, today, role=role)


def _case(ledger: Ledger, case_id: str) -> Case:
    entries = ledger.entries(case_id)
    if not entries:
        message = (
            f"the register holds no case {case_id}; open one with: shian listing open"
        )
        raise NotFoundError(message)
    return cases_of(entries)[case_id]


def _entry(
    ledger: Ledger, case_id: str, request: Request, ground: Ground | None = None
) -> Entry:
    """Draw the entry that would follow the last one."""
    tally = ledger.tally()
    recorded_at = _recorded_at(request)
    happened_on = request.happened_on or recorded_at.date()
    columns = (
        tally.entries + 1,
        request.idempotency_key,
        case_id,
        request.action,
        happened_on.isoformat(),
        recorded_at.isoformat(),
        request.actor,
        request.role,
        request.reason,
        _body(request, ground),
        _explanation(request),
        tally.hash,
    )
    return Entry(*columns, entry_hash(*columns))


def _body(request: Request, ground: Ground | None) -> str:
    for attached in request.attachments:
        if not _SHA256.fullmatch(attached.sha256):
            message = f"attachment {attached.kind}: '{attached.sha256[:80]}' is no SHA-256; hash the file"
            raise RegisterError(message)
    body: dict[str, object] = {
        "account": request.account,
        "attachments": [vars(attached) for attached in request.attachments],
        "confirmed": list(request.confirmed),
        "day": None if request.day is None else request.day.isoformat(),
    }
    if ground is not None:
        body["ground"] = {
            "business_id": ground.business_id,
            "list_type": ground.list_type,
            "trigger": ground.trigger,
            "penalties": [ground.penalty_id] if ground.penalty_id else [],
            "is_registered_elsewhere": ground.is_registered_elsewhere,
        }
    return canonical(body) or ""


def _explanation(request: Request) -> str | None:
    """Freeze what was seen, complete or not at all."""
    seen = request.explanation
    if seen is not None and (missing := EXPLANATION - set(seen)):
        message = f"the explanation lacks {', '.join(sorted(missing))}"
        raise RegisterError(message)
    return canonical(seen)


def _recorded_at(request: Request) -> datetime:
    if request.at.tzinfo is None:
        message = f"{request.at} has no time zone; give the time with its offset"
        raise RegisterError(message)
    return request.at.astimezone(CHINA)


def _done_before(
    ledger: Ledger, draft: Entry, *, is_new_case: bool = False
) -> Entry | None:
    """Find the entry of the same request, and refuse another one under its key."""
    done = ledger.with_key(draft.idempotency_key)
    if done is None or done.says_the_same(draft, but_for_case=is_new_case):
        return done
    message = f"key '{draft.idempotency_key}' was used for another act, entry {done.seq}; nothing was recorded"
    raise RegisterError(message)


def _refuse_twice(known: Iterable[Case], ground: Ground, rules: Rules) -> None:
    """Refuse a second case on a penalty, and anybody who is on the list already.

    Nothing is repaired for a business that is on any list; two lists are two matters.
    """
    asks_for_repair = procedure_of(_drawn(ground), rules) == "repair"
    for case in known:
        if case.business_id != ground.business_id:
            continue
        is_own = ground.list_type == case.list_type
        is_same = is_own and ground.penalty_id in case.penalties
        if state(case, rules) in LISTED and (is_own or asks_for_repair):
            message = f"已在名单中，见{case.case_id}（the business is listed already, see case {case.case_id}）"
            raise ProcedureError(message)
        if is_same and not is_finished(case, rules):
            message = f"该处罚已立案，见{case.case_id}（a case on this penalty is open: {case.case_id}）"
            raise ProcedureError(message)


def _drawn(ground: Ground) -> Case:
    """Draw the case that a ground would open, before it has a number."""
    return Case(
        case_id="",
        business_id=ground.business_id,
        list_type=ground.list_type,
        trigger=ground.trigger,
        penalties=(ground.penalty_id,),
    )
