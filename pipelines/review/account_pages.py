"""Signing in and out, one's own account, and the accounts an administrator keeps."""

import secrets

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from features.errors import ShianError
from pipelines.console import LANGUAGES
from pipelines.register.decisions import CHINA
from pipelines.review.errors import status_of
from pipelines.review.pages import render
from pipelines.review.roles import MANAGERS, ROLES
from pipelines.review.signing import (
    LONGEST_SESSION,
    change_password,
    revoke,
    set_locked,
    sign_in,
    sign_out,
)
from pipelines.review.visit import COOKIE, FORM_COOKIE, SEE_OTHER, Visit

_WRONG, _NOT_FOUND = 403, 404
_HAPPENED = {
    "added": ("新建账号", "account made"),
    "signed_in": ("登录", "signed in"),
    "signed_out": ("退出", "signed out"),
    "wrong_password": ("密码错误", "wrong password"),
    "locked_out": ("多次输错，暂停登录", "paused after wrong passwords"),
    "refused_locked": ("锁定期间尝试登录", "tried while locked"),
    "password_changed": ("修改密码", "password changed"),
    "password_given": ("重设密码", "new first password"),
    "locked": ("锁定", "locked"),
    "unlocked": ("解锁", "let in again"),
    "revoked": ("结束全部会话", "sessions ended"),
}


def sign_in_page(visit: Visit) -> Response:
    """Show the form to sign in, or begin a session."""
    message, status = "", 200
    if visit.request.method == "POST":
        login = visit.form.text("login").strip().lower()
        password = visit.form.text("password")
        done = sign_in(visit.bench.accounts, login, password, at=visit.at)
        if done is not None:
            answer = RedirectResponse(visit.link("/"), SEE_OTHER)
            _set(answer, COOKIE, done.token, int(LONGEST_SESSION.total_seconds()))
            answer.delete_cookie(FORM_COOKIE, secure=True, httponly=True)
            return answer
        status = _WRONG
        message = visit.pick(
            "账号或密码不对，或账号已锁定：连续输错后请15分钟后再试，或联系管理员",
            "Wrong login or password, or the account is locked: after several wrong "
            "tries wait 15 minutes, or ask an administrator",
        )
    token = secrets.token_urlsafe(32)
    title = visit.pick("登录", "Sign in")
    page = render(
        visit, "sign_in.html.j2", title, status=status, message=message, token=token
    )
    _set(page, FORM_COOKIE, token, None)
    return page


def sign_out_page(visit: Visit) -> Response:
    """End the session."""
    sign_out(visit.bench.accounts, visit.signed, at=visit.at)
    answer = RedirectResponse(visit.link("/sign-in"), SEE_OTHER)
    answer.delete_cookie(COOKIE, secure=True, httponly=True)
    return answer


def account_page(visit: Visit) -> Response:
    """Show one's account, or change its password."""
    message, status = "", 200
    if visit.request.method == "POST":
        form = visit.form
        try:
            change_password(
                visit.bench.accounts,
                visit.me,
                form.text("old"),
                form.text("new"),
                at=visit.at,
            )
            return RedirectResponse(visit.link("/sign-in"), SEE_OTHER)
        except ShianError as error:
            message, status = error.told(visit.lang), status_of(error)
    return render(
        visit,
        "account.html.j2",
        visit.pick("我的账号", "My account"),
        status=status,
        message=message,
        events=_events(visit, visit.me.login, 20),
    )


def language_page(visit: Visit) -> Response:
    """Change the language of one's pages."""
    asked = visit.form.text("language")
    if asked in LANGUAGES:
        visit.bench.accounts.change(visit.me.login, language=asked)
    return RedirectResponse("/account", SEE_OTHER)


def end_sessions_page(visit: Visit) -> Response:
    """End every session of one's own, on every machine."""
    login = visit.me.login
    revoke(visit.bench.accounts, login, by=login, at=visit.at)
    return RedirectResponse(visit.link("/sign-in"), SEE_OTHER)


def accounts_page(visit: Visit) -> Response:
    """List the accounts."""
    store = visit.bench.accounts
    return render(
        visit,
        "accounts.html.j2",
        visit.pick("账号管理", "Accounts"),
        accounts=store.accounts(),
        sessions=store.sessions(),
        events=_events(visit, None, 50),
        role_names={code: visit.pick(*said) for code, said in ROLES.items()},
        at=visit.at,
    )


def manage_page(visit: Visit) -> Response:
    """Lock an account, let it in again, or end its sessions."""
    store, login, me = visit.bench.accounts, visit.path("login"), visit.me
    does, at = visit.path("does"), visit.at
    if me.role not in MANAGERS:
        raise HTTPException(_WRONG)
    if does == "lock":
        set_locked(store, login, is_locked=True, by=me.login, at=at)
    elif does == "unlock":
        set_locked(store, login, is_locked=False, by=me.login, at=at)
    elif does == "revoke":
        revoke(store, login, by=me.login, at=at)
    else:
        raise HTTPException(_NOT_FOUND)
    return visit.go("/accounts")


def _events(visit: Visit, login: str | None, most: int) -> list[tuple[str, ...]]:
    """Tell what happened to accounts, in the time of the office."""
    return [
        (
            f"{event.at.astimezone(CHINA):%Y-%m-%d %H:%M}",
            event.login,
            visit.pick(*_HAPPENED[event.what]),
            event.by,
        )
        for event in visit.bench.accounts.events(login, most=most)
    ]


def _set(answer: Response, name: str, value: str, seconds: int | None) -> None:
    answer.set_cookie(
        name,
        value,
        max_age=seconds,
        secure=True,
        httponly=True,
        samesite="strict",
        path="/",
    )
