"""What holds for every answer: its headers, whose host it is, and one line in the log.

The log says what was asked of which page, how it ended and how long it took. No name,
no address, no query and no form is in it; of an error of ours the places in the code.
"""

import logging
import secrets
import traceback
from collections.abc import Mapping
from time import monotonic
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOG = logging.getLogger("shian.review")
_HEADERS: Mapping[str, str] = {
    "content-security-policy": "default-src 'none'; style-src 'self'; img-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    # Not no-referrer: browsers would then send forms with the origin null.
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}
_NO_STORE = ("cache-control", "no-store")
_STRICT_TRANSPORT = ("strict-transport-security", "max-age=31536000")
_NUMBER_BYTES = 4


class Shield:
    """Wraps the whole application, what Starlette answers by itself too."""

    def __init__(self, app: ASGIApp, *, is_tls: bool) -> None:
        self.app = app
        self.fixed = [*_HEADERS.items(), *([_STRICT_TRANSPORT] if is_tls else [])]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began, status = monotonic(), 0
        scope.setdefault("state", {})["number"] = secrets.token_hex(_NUMBER_BYTES)

        async def sent(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = self._headers(message["headers"])
            await send(message)

        try:
            await self.app(scope, receive, sent)
        except Exception:
            # The application answered and logged it; the server would log the message
            # too, which may name somebody.
            if not status:
                raise
        finally:
            spent = (monotonic() - began) * 1000
            LOG.info("%s %s %d %.0f ms", scope["method"], _page(scope), status, spent)

    def _headers(self, given: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        held = {name for name, _ in given}
        added = [(n.encode(), v.encode()) for n, v in (*self.fixed, _NO_STORE)]
        return [*given, *((n, v) for n, v in added if n not in held)]


def log_fault(number: str, error: Exception) -> None:
    """Tell where in the code an error of ours arose, and nothing of what it was about."""
    places = traceback.extract_tb(error.__traceback__)
    where = " < ".join(
        f"{p.filename.rpartition('/')[2]}:{p.lineno}" for p in reversed(places)
    )
    LOG.error("fault %s: %s at %s", number, type(error).__name__, where)


def _page(scope: Scope) -> str:
    """Name the page by its pattern: the address itself holds numbers of cases."""
    route: Any = scope.get("route")
    return getattr(route, "path", "-")
