"""Renders the templates of the workbench, and the pages that say what went wrong."""

from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse, Response

from pipelines.review.roles import ACTORS, MANAGERS, READERS, ROLES
from pipelines.review.visit import Visit

TEMPLATES = Path(__file__).parent.parent / "templates"
# The dossier's own style is of paper; what follows it suits it to screens.
_STYLES = ("dossier.css", "review/review.css")
_VERSION_LENGTH = 12
_NOT_HERE = ("没有这个页面", "There is no such page")
_SAID: Mapping[int, tuple[str, str]] = {
    400: ("请求不完整或有误", "The request is incomplete or wrong"),
    403: (
        "无权办理，或页面已过期：请返回重新打开",
        "Not yours to do, or the page is out of date: go back and open it again",
    ),
    404: _NOT_HERE,
    405: _NOT_HERE,
    409: (
        "程序不允许，没有登记",
        "The procedure does not allow it; nothing was recorded",
    ),
    413: ("内容过大，没有登记", "Too large; nothing was recorded"),
    422: ("填写有误，没有登记", "Something is filled in wrongly; nothing was recorded"),
    429: ("操作过于频繁，请稍候再试", "Too many requests; wait a moment"),
    500: ("程序出错，没有登记", "Our own fault; nothing was recorded"),
    503: ("暂时不可用，没有登记", "Not available now; nothing was recorded"),
}


@cache
def templates() -> Environment:
    """Give the templates; a name a template does not know is an error."""
    return Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined
    )


@cache
def style() -> bytes:
    """Give the one style sheet."""
    return b"".join((TEMPLATES / name).read_bytes() for name in _STYLES)


@cache
def style_version() -> str:
    """Name the style by what it says, so that browsers may keep it for good."""
    return sha256(style()).hexdigest()[:_VERSION_LENGTH]


def render(
    visit: Visit, template: str, title: str, *, status: int = 200, **values: object
) -> Response:
    """Render a page for who asks."""
    text = (
        templates()
        .get_template(f"review/{template}")
        .render(
            **{
                "title": title,
                "lang": visit.lang,
                "t": visit.pick,
                "link": visit.link,
                "path": visit.request.url.path,
                "account": visit.account,
                "role": role_name(visit),
                "csrf": visit.session.csrf if visit.session else "",
                "style": f"/static/{style_version()}/review.css",
                "today": visit.today,
                "is_reader": _is(visit, READERS),
                "is_actor": _is(visit, ACTORS),
                "is_manager": _is(visit, MANAGERS),
                **values,
            }
        )
    )
    return HTMLResponse(text, status)


def role_name(visit: Visit) -> str:
    """Name the role of who asks."""
    return visit.pick(*ROLES[visit.account.role]) if visit.account else ""


def refusal(visit: Visit, status: int, message: str = "") -> Response:
    """Render what went wrong, in words for whoever can mend it."""
    title = visit.pick(*_SAID.get(status, _SAID[400]))
    return render(visit, "refused.html.j2", title, status=status, message=message)


def _is(visit: Visit, roles: frozenset[str]) -> bool:
    account = visit.account
    return account is not None and not account.is_initial and account.role in roles
