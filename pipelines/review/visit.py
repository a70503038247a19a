"""One request of a signed-in person: who asks, when, in which language, with what."""

import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

from anyio import CapacityLimiter, to_thread
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pipelines.acting import day_of
from pipelines.console import LANGUAGES
from pipelines.review.account_store import Account, AccountStore, Session
from pipelines.review.documents import Documents
from pipelines.review.forms import (
    MOST_FIELD_BYTES,
    MOST_FIELDS,
    MOST_FILES,
    Form,
    read_form,
)
from pipelines.review.limits import Buckets
from pipelines.review.reading import Reading
from pipelines.review.signing import current

# The prefix makes browsers refuse the cookie unless it is Secure, of this host alone
# and of every path.
COOKIE = "__Host-shian"
FORM_COOKIE = "__Host-shian-form"
# What a first password opens: the page to change it, and the way out.
_OPEN_TO_INITIAL = frozenset({"/account", "/account/language", "/sign-out"})
FORBIDDEN, TOO_MANY, SEE_OTHER = 403, 429, 303


@dataclass(frozen=True, kw_only=True)
class Workbench:
    """Everything the pages work with; `clock` is the command's."""

    reading: Reading
    accounts: AccountStore
    documents: Documents
    clock: Callable[[], datetime]
    requests: Buckets
    sign_ins: Buckets
    printing: Lock = field(default_factory=Lock)


@dataclass(frozen=True, kw_only=True)
class Visit:
    """A request, read and checked; without an account nobody is signed in."""

    bench: Workbench
    request: Request
    at: datetime
    lang: str
    account: Account | None = None
    session: Session | None = None
    form: Form = field(default_factory=Form)

    @property
    def today(self) -> date:
        """Give the day of the office."""
        return day_of(self.at)

    @property
    def me(self) -> Account:
        """Give who asks."""
        if self.account is None:
            raise HTTPException(FORBIDDEN)
        return self.account

    @property
    def signed(self) -> Session:
        """Give the session of who asks."""
        if self.session is None:
            raise HTTPException(FORBIDDEN)
        return self.session

    def path(self, name: str) -> str:
        """Give a part of the address."""
        return str(self.request.path_params[name])

    def said(self, name: str) -> str:
        """Give what the address says after its question mark."""
        return self.request.query_params.get(name, "")

    def link(self, path: str) -> str:
        """Write the address of a page, in the language that was asked for."""
        asked = self.said("lang")
        if asked not in LANGUAGES:
            return path
        return f"{path}{'&' if '?' in path else '?'}lang={asked}"

    def go(self, path: str) -> Response:
        """Send the browser to another page, to be read anew."""
        return RedirectResponse(self.link(path), SEE_OTHER)

    def pick(self, zh: str, en: str) -> str:
        """Choose the text in the language."""
        return zh if self.lang == "zh" else en


Page = Callable[[Visit], Response]
Endpoint = Callable[[Request], Awaitable[Response]]


def served(
    page: Page, may: frozenset[str], line: CapacityLimiter | None = None
) -> Endpoint:
    """Serve a page to those whose role may see it, and take no form that is not ours.

    A first password opens nothing but the page to change it. Pages that compute for
    seconds share a line of their own, so that a worklist never waits behind them.
    """

    async def answer(request: Request) -> Response:
        bench: Workbench = request.app.state.bench
        at = bench.clock()
        found = await run_in_threadpool(_signed_in, bench, request, at)
        if found is None:
            return RedirectResponse("/sign-in", SEE_OTHER)
        session, account = found
        if not bench.requests.takes(session.token_hash, at.timestamp()):
            raise HTTPException(TOO_MANY)
        if account.is_initial and request.url.path not in _OPEN_TO_INITIAL:
            return RedirectResponse("/account", SEE_OTHER)
        visit = Visit(
            bench=bench,
            request=request,
            at=at,
            lang=language(request, account.language),
            account=account,
            session=session,
        )
        request.state.visit = visit
        if account.role not in may:
            raise HTTPException(FORBIDDEN)
        form = await form_of(request)
        if request.method == "POST":
            check_form(request, form, session.csrf)
        return await to_thread.run_sync(page, replace(visit, form=form), limiter=line)

    return _closing(answer)


def open_to_all(page: Page) -> Endpoint:
    """Serve a page before anybody signed in: the one to sign in on."""

    async def answer(request: Request) -> Response:
        bench: Workbench = request.app.state.bench
        at, lang = bench.clock(), language(request, "zh")
        form = await form_of(request)
        if request.method == "POST":
            if not bench.sign_ins.takes(_address(request), at.timestamp()):
                raise HTTPException(TOO_MANY)
            check_form(request, form, request.cookies.get(FORM_COOKIE, ""))
        visit = Visit(bench=bench, request=request, at=at, lang=lang, form=form)
        return await run_in_threadpool(page, visit)

    return _closing(answer)


def _closing(answer: Endpoint) -> Endpoint:
    """Let go of the files that came with a request, however it ended."""

    async def endpoint(request: Request) -> Response:
        try:
            return await answer(request)
        finally:
            await request.close()

    return endpoint


async def form_of(request: Request) -> Form:
    """Read the form of a request; none but a POST has one."""
    if request.method != "POST":
        return Form()
    data = await request.form(
        max_files=MOST_FILES, max_fields=MOST_FIELDS, max_part_size=MOST_FIELD_BYTES
    )
    return read_form(data)


def check_form(request: Request, form: Form, token: str) -> None:
    """Take a form only from a page of ours, by its token and by what the browser says.

    Raises:
        HTTPException: 403, without a word on which of the two was missing.
    """
    said = form.text("csrf")
    is_ours = bool(token) and hmac.compare_digest(said.encode(), token.encode())
    if not (is_ours and _is_same_origin(request)):
        raise HTTPException(FORBIDDEN)


def language(request: Request, own: str) -> str:
    """Choose the language: the one asked for, or one's own."""
    asked = request.query_params.get("lang", own)
    return asked if asked in LANGUAGES else own


def _is_same_origin(request: Request) -> bool:
    if request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
        return False
    origin = request.headers.get("origin")
    if origin is None:
        return True
    return urlsplit(origin)[:2] == (request.url.scheme, request.headers.get("host"))


def _signed_in(
    bench: Workbench, request: Request, at: datetime
) -> tuple[Session, Account] | None:
    token = request.cookies.get(COOKIE)
    return current(bench.accounts, token, at=at) if token else None


def _address(request: Request) -> str:
    client: Any = request.client
    return str(client.host) if client else ""
