"""The review workbench: pages rendered on the server, which record in the register."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from anyio import CapacityLimiter
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from features.errors import ShianError
from pipelines.acting import Places
from pipelines.review import account_pages as own
from pipelines.review import acting_pages as acts
from pipelines.review import case_pages as cases
from pipelines.review.account_store import AccountStore
from pipelines.review.documents import Documents
from pipelines.review.errors import status_of
from pipelines.review.limits import Buckets, Limits
from pipelines.review.pages import refusal, style
from pipelines.review.reading import Reading
from pipelines.review.roles import ACTORS, EVERYBODY, MANAGERS, READERS
from pipelines.review.shield import Shield, log_fault
from pipelines.review.visit import (
    Page,
    Visit,
    Workbench,
    language,
    open_to_all,
    served,
)

_NOTHING, _OUR_FAULT = 204, 500
_GET, _POST, _FORM = ["GET"], ["POST"], ["GET", "POST"]
# Path, page, who may see it, methods.
PAGES: Sequence[tuple[str, Page, frozenset[str], list[str]]] = (
    ("/", cases.worklist_page, EVERYBODY, _GET),
    ("/cases", cases.cases_page, READERS, _GET),
    ("/cases/{case_id}", cases.case_page, READERS, _GET),
    ("/cases/{case_id}/explanation", cases.case_explanation_page, READERS, _FORM),
    ("/cases/{case_id}/kept", cases.kept_page, READERS, _GET),
    ("/cases/{case_id}/dossier.pdf", cases.dossier_pdf, READERS, _GET),
    ("/cases/{case_id}/documents/{kind}.pdf", cases.document_pdf, READERS, _GET),
    ("/cases/{case_id}/acts/{action}", acts.act_page, ACTORS, _FORM),
    ("/candidates", cases.candidates_page, READERS, _GET),
    ("/candidates/{business_id}", cases.candidate_page, READERS, _FORM),
    ("/candidates/{business_id}/file", acts.file_page, ACTORS, _FORM),
    ("/documents/{sha256}", cases.document_page, READERS, _GET),
    ("/account", own.account_page, EVERYBODY, _FORM),
    ("/account/language", own.language_page, EVERYBODY, _POST),
    ("/account/sessions", own.end_sessions_page, EVERYBODY, _POST),
    ("/sign-out", own.sign_out_page, EVERYBODY, _POST),
    ("/accounts", own.accounts_page, MANAGERS, _GET),
    ("/accounts/{login}/{does}", own.manage_page, MANAGERS, _POST),
)


# Pages that compute for seconds, and how many of them may at once.
_SLOW = (
    cases.case_explanation_page,
    cases.candidate_page,
    cases.candidates_page,
    cases.dossier_pdf,
    cases.document_pdf,
)
_COMPUTING = 4


@dataclass(frozen=True, kw_only=True)
class Site:
    """Where everything is, under which names browsers ask, and how much is taken."""

    places: Places
    accounts: Path
    documents: Path
    hosts: Sequence[str] = ("127.0.0.1", "localhost")
    limits: Limits = field(default_factory=Limits)
    is_tls: bool = False


def create_app(site: Site, clock: Callable[[], datetime]) -> ASGIApp:
    """Make the application; `clock` is the only one that anything of it looks at."""
    line = CapacityLimiter(_COMPUTING)
    routes = [
        Route(path, served(page, may, line if page in _SLOW else None), methods=methods)
        for path, page, may, methods in PAGES
    ]
    routes += [
        Route("/sign-in", open_to_all(own.sign_in_page), methods=_FORM),
        Route("/static/{version}/review.css", _style),
        Route("/favicon.ico", _no_icon),
    ]
    app = Starlette(
        routes=routes,
        middleware=[
            Middleware(TrustedHostMiddleware, allowed_hosts=list(site.hosts)),
        ],
        exception_handlers={
            ShianError: _told,
            HTTPException: _refused,
            Exception: _fault,
        },
        max_body_size=site.limits.most_bytes,
    )
    limits = site.limits
    app.state.bench = Workbench(
        reading=Reading(site.places),
        accounts=AccountStore(site.accounts),
        documents=Documents(site.documents),
        clock=clock,
        requests=Buckets(limits.burst, limits.per_second),
        sign_ins=Buckets(limits.sign_in_burst, limits.sign_in_per_second),
    )
    return Shield(app, is_tls=site.is_tls)


async def _style(request: Request) -> Response:  # noqa: ARG001  starlette's signature
    kept = {"cache-control": "public, max-age=31536000, immutable"}
    return Response(style(), media_type="text/css", headers=kept)


async def _no_icon(request: Request) -> Response:  # noqa: ARG001  starlette's signature
    """Answer what every browser asks for unasked."""
    return Response(status_code=_NOTHING)


async def _told(request: Request, error: Exception) -> Response:
    """Tell an error that somebody can mend."""
    if not isinstance(error, ShianError):
        raise error
    visit = _visit(request)
    return refusal(visit, status_of(error), error.told(visit.lang))


async def _refused(request: Request, error: Exception) -> Response:
    """Tell that a page is not there, or not for who asks."""
    if not isinstance(error, HTTPException):
        raise error
    return refusal(_visit(request), error.status_code)


async def _fault(request: Request, error: Exception) -> Response:
    """Tell of our own fault by its number alone; the log says where it was."""
    number = request.scope.get("state", {}).get("number", "-")
    log_fault(number, error)
    return PlainTextResponse(
        f"程序出错，没有登记 internal error, nothing was recorded: {number}\n",
        _OUR_FAULT,
    )


def _visit(request: Request) -> Visit:
    """Give the visit as far as it was read, or one of nobody."""
    known = getattr(request.state, "visit", None)
    if isinstance(known, Visit):
        return known
    bench: Workbench = request.app.state.bench
    lang = language(request, "zh")
    return Visit(bench=bench, request=request, at=bench.clock(), lang=lang)
