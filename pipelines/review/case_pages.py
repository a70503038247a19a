"""Pages that look: worklist, cases, a case, its explanation, candidates, documents."""

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, TypeVar

from starlette.responses import Response

from features.errors import NotFoundError, ProcedureError
from models.case import state
from models.rules import load_rules
from pipelines.acting import Seen
from pipelines.case_files import CaseFile, find_case_file
from pipelines.dossier.documents import KINDS, document_html
from pipelines.dossier.gathering import gather_kept, gather_seen, last_explained
from pipelines.dossier.printed import dossier_html
from pipelines.dossier.printing import pdf
from pipelines.dossier.view import sections
from pipelines.listing import DEFAULT_LIST
from pipelines.review.case_view import (
    Words,
    clock_row,
    ground,
    may_rows,
    told,
    work_row,
)
from pipelines.review.pages import render
from pipelines.review.roles import ACTORS, MANAGERS
from pipelines.review.visit import Visit

T = TypeVar("T")
# Rows of a list that a page shows; the rest is on the next.
PAGE_ROWS = 50
# Lists a candidate may be for.
LISTS = (DEFAULT_LIST, "ZJ_FOOD_DRUG")


def worklist_page(visit: Visit) -> Response:
    """Show what waits for one's role, overdue first; a viewer is shown everything.

    It is the first page: whoever keeps accounts is led to those.
    """
    if visit.me.role in MANAGERS:
        return visit.go("/accounts")
    words, me = _words(visit), visit.me
    asked, own = visit.said("role"), me.role if me.role in ACTORS else "all"
    role = asked if asked in {*ACTORS, "all"} else own
    items = visit.bench.reading.waiting(
        visit.today,
        role=None if role == "all" else role,
        actor=me.person if role == me.role else None,
    )
    streets = visit.bench.reading.streets(me.office)
    is_own = bool(streets) and visit.said("office") == "own"
    if is_own:
        items = tuple(i for i in items if words.street(i.business_id) in streets)
    return render(
        visit,
        "worklist.html.j2",
        visit.pick("待办", "To do"),
        role_shown=role,
        roles=[
            ("all", visit.pick("全部", "all")),
            *((r, words.roles([r])) for r in sorted(ACTORS)),
        ],
        count=len(items),
        late=sum(item.is_overdue for item in items),
        is_named=bool(words.names),
        has_office=bool(streets),
        is_own=is_own,
        **_paged(
            visit,
            [work_row(words, i, visit.today) for i in _page(visit, items)],
            len(items),
        ),
    )


def cases_page(visit: Visit) -> Response:
    """List every case, the newest first."""
    words, reading = _words(visit), visit.bench.reading
    known = sorted(reading.cases().values(), key=lambda c: c.case_id, reverse=True)
    rows = [
        {
            "case_id": case.case_id,
            "name": words.name(case.business_id),
            "list": case.list_type,
            "state": words.of("state", state(case, reading.rules)),
            "filed_on": case.acts[0].on,
            "latest": words.step(case.acts[-1].action),
        }
        for case in _page(visit, known)
    ]
    title = visit.pick("案件", "Cases")
    return render(visit, "cases.html.j2", title, **_paged(visit, rows, len(known)))


def case_page(visit: Visit) -> Response:
    """Show where a case stands, what may be done, every clock, and its history."""
    words, reading = _words(visit), visit.bench.reading
    file = find_case_file(
        reading.places.register, visit.path("case_id"), today=visit.today
    )
    case = file.case
    return render(
        visit,
        "case.html.j2",
        f"{words.name(case.business_id)} · {case.case_id}",
        case=case,
        name=words.name(case.business_id),
        state=words.of("state", file.state),
        is_public=file.is_public,
        ground=ground(words, file),
        waiting=[work_row(words, i, visit.today) for i in file.waiting],
        may=may_rows(words, file, visit.me),
        clocks=[clock_row(words, t, visit.today) for t in file.terms],
        history=[told(words, e) for e in reversed(file.entries)],
        is_open=_opened(visit, case.business_id) is not None,
        printed=_printed(words, file) if last_explained(file) else [],
    )


def case_explanation_page(visit: Visit) -> Response:
    """Show what the system says of a case's business, or record that it was opened."""
    reading, case_id = visit.bench.reading, visit.path("case_id")
    file = find_case_file(reading.places.register, case_id, today=visit.today)
    return _explained(visit, file.case.business_id, case_id=case_id)


def kept_page(visit: Visit) -> Response:
    """Show a case as it was seen with the last act an explanation was frozen with."""
    reading, case_id = visit.bench.reading, visit.path("case_id")
    dossier = gather_kept(reading.places, case_id, today=visit.today)
    told = sections(dossier, visit.lang)
    title = f"{told['head']['name']} · {case_id}"
    back = f"/cases/{case_id}"
    return render(visit, "kept.html.j2", title, d=told, back=back)


def dossier_pdf(visit: Visit) -> Response:
    """Print a case with the explanation that was kept with its last act."""
    case_id = visit.path("case_id")
    dossier = gather_kept(visit.bench.reading.places, case_id, today=visit.today)
    return _pdf(visit, dossier_html(dossier, visit.lang), f"{case_id}.pdf")


def document_pdf(visit: Visit) -> Response:
    """Print a document of a case, with what no record says marked to be filled in."""
    case_id, kind = visit.path("case_id"), visit.path("kind")
    dossier = gather_kept(visit.bench.reading.places, case_id, today=visit.today)
    return _pdf(visit, document_html(dossier, kind, {}), f"{case_id}-{kind}.pdf")


def candidate_page(visit: Visit) -> Response:
    """Show a candidate, or record that its explanation was opened."""
    return _explained(visit, visit.path("business_id"), case_id=None)


def candidates_page(visit: Visit) -> Response:
    """List whom there may be a ground to list; a score only orders them."""
    words, asked = _words(visit), visit.said("list")
    list_type = asked if asked in LISTS else DEFAULT_LIST
    found = visit.bench.reading.candidates(visit.today, list_type)
    rows = found.candidates.to_dicts()
    grounds: dict[str, list[dict[str, Any]]] = {}
    for row in found.evidence.to_dicts():
        grounds.setdefault(row["business_id"], []).append(row)
    return render(
        visit,
        "candidates.html.j2",
        visit.pick("列入线索", "Candidates"),
        list_type=list_type,
        lists=LISTS,
        note=visit.pick(found.note_zh, found.note_en),
        is_text_supplied=found.is_text_supplied,
        grounds=grounds,
        excluded=found.excluded.height,
        words=words,
        **_paged(visit, list(_page(visit, rows)), len(rows)),
    )


def document_page(visit: Visit) -> Response:
    """Give back a document that some act holds, to be saved and never to be shown."""
    sha256 = visit.path("sha256")
    entries = (e for e in visit.bench.reading.entries() if sha256 in e.body)
    names = (
        a["name"]
        for entry in entries
        for a in json.loads(entry.body)["attachments"]
        if a["sha256"] == sha256
    )
    name = next(names, None)
    if name is None:
        message = "没有这个附件（no act holds such a document）"
        raise NotFoundError(message)
    content = visit.bench.documents.read(sha256)
    # The name is ours to give: one that was uploaded could say anything.
    ending = name.rpartition(".")[2]
    ending = ending.lower() if ending.isalnum() and ending.isascii() else "bin"
    held = f'attachment; filename="{sha256[:12]}.{ending}"'
    headers = {"content-disposition": held}
    return Response(content, media_type="application/octet-stream", headers=headers)


def _pdf(visit: Visit, html: str, name: str) -> Response:
    """Print a page; one at a time, for each takes a processor for a second."""
    with visit.bench.printing:
        content = pdf(html)
    held = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type="application/pdf", headers=held)


def _printed(words: Words, file: CaseFile) -> list[tuple[str, str]]:
    """Name the documents that the case stands for now, or whose act it holds."""
    done = {act.action for act in file.case.acts}
    possible = done | {allowed.step.action for allowed in file.allowed}
    return [
        (code, words.pick(kind.zh, kind.en))
        for code, kind in KINDS.items()
        if possible.intersection(kind.actions)
    ]


def _explained(visit: Visit, business_id: str, *, case_id: str | None) -> Response:
    reading = visit.bench.reading
    seen = reading.seen(business_id, visit.today)
    business_id = seen.business_id
    if visit.request.method == "POST":
        return _opens(visit, seen, case_id)
    asked, is_of_case = case_id or business_id, case_id is not None
    seen = replace(seen, is_of_case=is_of_case)
    dossier = gather_seen(reading.places, asked, seen, today=visit.today)
    told = sections(dossier, visit.lang)
    return render(
        visit,
        "explanation.html.j2",
        told["head"]["name"],
        d=told,
        business_id=business_id,
        case_id=case_id,
        mark=seen.mark,
        is_open=_opened(visit, business_id) == seen.mark,
    )


def _opens(visit: Visit, seen: Seen, case_id: str | None) -> Response:
    """Record that somebody had this explanation open, and go on to what they may do."""
    if visit.form.text("mark") != seen.mark:
        message = "说明已更新，请重新查看（the explanation has changed: read it again）"
        raise ProcedureError(message)
    day, who = visit.today.isoformat(), visit.me.login
    visit.bench.accounts.remember_opened(
        who, seen.business_id, seen.mark, visit.at, day=day
    )
    filing = f"/candidates/{seen.business_id}/file"
    mine = filing if visit.me.role in ACTORS else f"/candidates/{seen.business_id}"
    return visit.go(f"/cases/{case_id}" if case_id else mine)


def _opened(visit: Visit, business_id: str) -> str | None:
    day = visit.today.isoformat()
    return visit.bench.accounts.opened(visit.me.login, business_id, day=day)


def _words(visit: Visit) -> Words:
    return Words(load_rules(), visit.lang, visit.bench.reading.names())


def _number(visit: Visit) -> int:
    """Give the number of the page of a list that was asked for."""
    asked = re.fullmatch(r"[1-9][0-9]{0,4}", visit.said("page"))
    return int(asked[0]) if asked else 1


def _page(visit: Visit, rows: Sequence[T]) -> Sequence[T]:
    first = (_number(visit) - 1) * PAGE_ROWS
    return rows[first : first + PAGE_ROWS]


def _paged(visit: Visit, rows: list[Any], count: int) -> dict[str, Any]:
    pages = max(-(-count // PAGE_ROWS), 1)
    return {"rows": rows, "number": _number(visit), "pages": pages, "total": count}
