"""Signing in and staying signed in: lockout, expiry, revocation, and a trail of each."""

import hashlib
import re
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta

from features.errors import UsageError
from pipelines.review.account_store import Account, AccountStore, Event, Session
from pipelines.review.passwords import (
    check_password,
    hashed,
    initial_password,
    matches,
    nobodys,
)
from pipelines.review.roles import ROLES

# A password to guess needs more tries than an officer who mistypes: five, then a pause.
MOST_FAILURES, LOCKOUT = 5, timedelta(minutes=15)
# Left alone for half an hour, or open for a working day, a session ends.
IDLE, LONGEST_SESSION = timedelta(minutes=30), timedelta(hours=10)
# A first password is used in its week or given anew.
INITIAL_LIFE = timedelta(days=7)
# When a session was last used is written no more often than this.
_TOUCH = timedelta(minutes=1)
_LOGIN = re.compile(r"[a-z][a-z0-9._-]{1,31}")


@dataclass(frozen=True, kw_only=True)
class Newcomer:
    """Somebody to be given an account."""

    login: str
    person: str
    role: str
    office: str = ""
    language: str = "zh"


@dataclass(frozen=True)
class SignedIn:
    """A session, and the token that only the browser is given."""

    session: Session
    token: str


def add_account(store: AccountStore, who: Newcomer, *, by: str, at: datetime) -> str:
    """Make an account and give its first password, which is kept nowhere.

    Raises:
        UsageError: login, name or role cannot be, or there is such an account.
    """
    if not _LOGIN.fullmatch(who.login):
        message = f"a login is 2 to 32 of a-z, 0-9, '.', '_', '-', a letter first, not {who.login[:40]!r}"
        raise UsageError(message)
    if who.role not in ROLES:
        message = f"{who.role[:40]!r} is no role; there are: {', '.join(f'{r} {zh}' for r, (zh, _) in ROLES.items())}"
        raise UsageError(message)
    person = " ".join(who.person.split())
    if not person.isprintable() or not person:
        message = f"{who.person[:40]!r} is no name of a person"
        raise UsageError(message)
    password = initial_password()
    store.create()
    store.add(
        Account(
            login=who.login,
            person=person,
            person_key=person_key(person),
            role=who.role,
            office=who.office.strip(),
            language=who.language,
            password_hash=hashed(password),
            is_initial=True,
            initial_until=at + INITIAL_LIFE,
            is_locked=False,
            failures=0,
            locked_until=None,
            created_at=at,
        )
    )
    store.note(Event(at=at, login=who.login, what="added", by=by))
    return password


def person_key(person: str) -> str:
    """Tell people apart as the procedure does: one person has one account."""
    return "".join(unicodedata.normalize("NFKC", person).casefold().split())


def give_password(store: AccountStore, login: str, *, by: str, at: datetime) -> str:
    """Give an account a new first password; its sessions end.

    Raises:
        NotFoundError: there is no such account.
    """
    store.account(login)
    password = initial_password()
    store.change(
        login,
        password_hash=hashed(password),
        is_initial=True,
        initial_until=at + INITIAL_LIFE,
        failures=0,
        locked_until=None,
    )
    store.end_sessions(login)
    store.note(Event(at=at, login=login, what="password_given", by=by))
    return password


def change_password(
    store: AccountStore, account: Account, old: str, new: str, *, at: datetime
) -> None:
    """Change one's own password; every session ends, this one too.

    Raises:
        UsageError: the old one is wrong, or the new one is none to have.
    """
    if not matches(account.password_hash, old):
        if _count_failure(store, account, at):
            store.end_sessions(account.login)
        message = "原密码不对（the old password is wrong）"
        raise UsageError(message)
    if matches(account.password_hash, new):
        message = "新密码不能与原密码相同（the new password is the old one）"
        raise UsageError(message)
    check_password(new, login=account.login, person=account.person)
    store.change(
        account.login, password_hash=hashed(new), is_initial=False, initial_until=None
    )
    store.end_sessions(account.login)
    store.note(
        Event(at=at, login=account.login, what="password_changed", by=account.login)
    )


def set_locked(
    store: AccountStore, login: str, *, is_locked: bool, by: str, at: datetime
) -> None:
    """Lock an account out, its sessions with it, or let it in again.

    Raises:
        NotFoundError: there is no such account.
    """
    store.account(login)
    store.change(login, is_locked=is_locked, failures=0, locked_until=None)
    if is_locked:
        store.end_sessions(login)
    what = "locked" if is_locked else "unlocked"
    store.note(Event(at=at, login=login, what=what, by=by))


def revoke(store: AccountStore, login: str, *, by: str, at: datetime) -> int:
    """End every session of an account, and say how many there were.

    Raises:
        NotFoundError: there is no such account.
    """
    store.account(login)
    ended = store.end_sessions(login)
    store.note(Event(at=at, login=login, what="revoked", by=by))
    return ended


def sign_in(
    store: AccountStore, login: str, password: str, *, at: datetime
) -> SignedIn | None:
    """Begin a session, or give nothing, without a word on what was wrong.

    The password is checked even where nothing depends on it, so that time tells no
    more than the page does.
    """
    account = store.find(login)
    is_right = matches(account.password_hash if account else nobodys(), password)
    if account is None:
        return None
    if _is_shut(account, at):
        store.note(Event(at=at, login=login, what="refused_locked", by=login))
        return None
    if not is_right:
        _count_failure(store, account, at)
        return None
    store.change(login, failures=0, locked_until=None)
    return _begin(store, login, at)


def current(
    store: AccountStore, token: str, *, at: datetime
) -> tuple[Session, Account] | None:
    """Give the session of a token and its account, unless it ran out or was ended."""
    found = store.session(token_hash(token))
    if found is None:
        return None
    session, account = found
    is_over = at - session.seen_at >= IDLE or at - session.created_at >= LONGEST_SESSION
    if is_over or account.is_locked:
        store.end_session(session.token_hash)
        return None
    if at - session.seen_at >= _TOUCH:
        store.touch(session, at)
    return session, account


def sign_out(store: AccountStore, session: Session, *, at: datetime) -> None:
    """End a session."""
    store.end_session(session.token_hash)
    store.note(Event(at=at, login=session.login, what="signed_out", by=session.login))


def token_hash(token: str) -> str:
    """Hash a token; it is long and random, so no salt is needed."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def _is_shut(account: Account, at: datetime) -> bool:
    is_late = account.initial_until is not None and at >= account.initial_until
    is_paused = account.locked_until is not None and at < account.locked_until
    return account.is_locked or is_paused or (account.is_initial and is_late)


def _count_failure(store: AccountStore, account: Account, at: datetime) -> bool:
    """Count a wrong password, and tell whether the account is shut for a while now."""
    failures = store.count_failure(account.login)
    store.note(
        Event(at=at, login=account.login, what="wrong_password", by=account.login)
    )
    if failures < MOST_FAILURES:
        return False
    store.change(account.login, failures=0, locked_until=at + LOCKOUT)
    store.note(Event(at=at, login=account.login, what="locked_out", by=account.login))
    return True


def _begin(store: AccountStore, login: str, at: datetime) -> SignedIn:
    token = secrets.token_urlsafe(32)
    session = Session(
        token_hash=token_hash(token),
        login=login,
        csrf=secrets.token_urlsafe(32),
        created_at=at,
        seen_at=at,
    )
    store.begin_session(session)
    store.note(Event(at=at, login=login, what="signed_in", by=login))
    return SignedIn(session, token)
