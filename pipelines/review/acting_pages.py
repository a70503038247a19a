"""Forms that record in the register: filing a case, and every act in one.

Actor and role are those of the session. What the procedure refuses comes back with
what was typed, and nothing was recorded.
"""

import hashlib
import json
import secrets
from collections.abc import Mapping
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import Response

from features.errors import InputError, ProcedureError, ShianError, UsageError
from models.case import step_of
from models.procedure_clauses import Step
from pipelines.acting import Asked, act
from pipelines.case_files import find_case_file
from pipelines.filing import Wanted, file_case
from pipelines.register.chain import Attachment
from pipelines.register.decisions import FILE
from pipelines.review.case_view import Words, asked_for, ground, told
from pipelines.review.errors import status_of
from pipelines.review.pages import render
from pipelines.review.visit import Visit

ATTACHMENT = "attachment."
_NONCE_BYTES = 16
_NOT_FOUND = 404


def act_page(visit: Visit) -> Response:
    """Show the form of an action in a case, or do it."""
    reading, case_id = visit.bench.reading, visit.path("case_id")
    file = find_case_file(reading.places.register, case_id, today=visit.today)
    step = step_of(reading.rules, visit.path("action"), visit.today)
    if step is None or step.action == FILE:
        raise HTTPException(_NOT_FOUND)
    message, status = "", 200
    if visit.request.method == "POST":
        try:
            asked = _asked(visit, step, subject=case_id, about=file.case.business_id)
            act(reading.places, case_id, asked, explain=reading.explain)
            return visit.go(f"/cases/{case_id}")
        except ShianError as error:
            message, status = error.told(visit.lang), status_of(error)
    words = Words(reading.rules, visit.lang, reading.names())
    return render(
        visit,
        "act.html.j2",
        f"{words.pick(step.zh, step.en)} · {case_id}",
        status=status,
        message=message,
        case=file.case,
        name=words.name(file.case.business_id),
        ground=ground(words, file),
        said=[told(words, entry) for entry in reversed(file.entries)],
        back=f"/cases/{case_id}",
        explained_at=f"/cases/{case_id}/explanation",
        **_form(visit, words, step, file.case.business_id),
    )


def file_page(visit: Visit) -> Response:
    """Show the form to open a case on a candidate, or open it."""
    reading, business_id = visit.bench.reading, visit.path("business_id")
    step = step_of(reading.rules, FILE, visit.today)
    if step is None:
        raise HTTPException(_NOT_FOUND)
    message, status = "", 200
    if visit.request.method == "POST":
        try:
            entry = file_case(
                reading.places,
                _wanted(visit, business_id),
                _asked(visit, step, subject=business_id, about=business_id),
                explain=reading.explain,
            )
            return visit.go(f"/cases/{entry.case_id}")
        except ShianError as error:
            message, status = error.told(visit.lang), status_of(error)
    words = Words(reading.rules, visit.lang, reading.names())
    list_type = visit.said("list") or visit.form.text("list") or "SAMR44"
    found = reading.candidates(visit.today, list_type)
    rows = [r for r in found.evidence.to_dicts() if r["business_id"] == business_id]
    return render(
        visit,
        "file.html.j2",
        f"{words.pick(step.zh, step.en)} · {words.name(business_id)}",
        status=status,
        message=message,
        name=words.name(business_id),
        business_id=business_id,
        list_type=list_type,
        grounds=rows,
        back=f"/candidates/{business_id}",
        explained_at=f"/candidates/{business_id}",
        **_form(visit, words, step, business_id),
    )


def _form(visit: Visit, words: Words, step: Step, business_id: str) -> dict[str, Any]:
    """Give what the form asks for, and what was typed already."""
    return {
        "step": asked_for(words, step),
        "typed": visit.form,
        "nonce": visit.form.text("nonce") or secrets.token_hex(_NONCE_BYTES),
        "is_open": not step.is_explained or _seen(visit, step, business_id) is not None,
        "is_mine": visit.me.role in step.roles,
    }


def _wanted(visit: Visit, business_id: str) -> Wanted:
    penalty, _, trigger = visit.form.text("ground").partition(" ")
    return Wanted(
        business=business_id,
        penalty=penalty or None,
        trigger=trigger or None,
        list_type=visit.form.text("list") or "SAMR44",
        is_registered_elsewhere=visit.form.text("elsewhere") == "yes",
    )


def _asked(visit: Visit, step: Step, *, subject: str, about: str) -> Asked:
    """Put together what was asked, by whom the session says and at the clock's time.

    Documents are kept only once the role is right: who may not act must not fill the
    disk.
    """
    account, form = visit.me, visit.form
    if account.role not in step.roles:
        message = "您的角色不能办理（your role may not do this）"
        raise ProcedureError(message)
    if not form.text("reason").strip():
        message = "须写明理由（a reason must be given）"
        raise UsageError(message)
    asked = Asked(
        action=step.action,
        at=visit.at,
        actor=account.person,
        role=account.role,
        reason=form.text("reason").strip(),
        account=f"{account.login}@{account.office}"
        if account.office
        else account.login,
        kept=_kept(visit),
        confirmed=form.all("confirm"),
        happened_on=form.day("happened_on"),
        day=form.day("day"),
        seen=_seen(visit, step, about),
        key=None,
    )
    return Asked(**{**vars(asked), "key": _key(asked, form.text("nonce"), subject)})


def _seen(visit: Visit, step: Step, business_id: str) -> str | None:
    """Give the mark of what was opened today, for an act that asks for it."""
    if not step.is_explained:
        return None
    day = visit.today.isoformat()
    return visit.bench.accounts.opened(visit.me.login, business_id, day=day)


def _kept(visit: Visit) -> tuple[Attachment, ...]:
    """Keep the documents that came with the form."""
    known = visit.bench.reading.kinds()
    kept = []
    for name, upload in visit.form.files:
        kind = name.removeprefix(ATTACHMENT)
        if not name.startswith(ATTACHMENT) or kind not in known:
            message = f"没有附件种类{kind[:40]!r}（there is no such kind of document）"
            raise InputError(message)
        document = visit.bench.documents.keep(upload.file, upload.filename or "")
        kept.append(Attachment(kind=kind, sha256=document.sha256, name=document.name))
    return tuple(kept)


def _key(asked: Asked, nonce: str, subject: str) -> str:
    """Name a request by its form and everything that was said: sent again, it is one."""
    said: Mapping[str, Any] = {**vars(asked), "at": asked.today, "nonce": nonce}
    text = json.dumps({**said, "subject": subject}, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()
