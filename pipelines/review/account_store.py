"""The one place that speaks to the SQLite file of accounts and sessions.

It keeps and gives back; what may be is decided by pipelines.review.signing. Each call
opens the file, does one thing and closes it: threads and processes share nothing.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, fields
from datetime import datetime
from pathlib import Path
from typing import Any

from features.errors import NotFoundError, RegisterError, UsageError

SQL_FILE = Path(__file__).with_name("accounts.sqlite.sql")
_APPLICATION, _VERSION = 1936220513, 1
# A writer holds the file for milliseconds.
_BUSY_SECONDS = 20.0


@dataclass(frozen=True, kw_only=True)
class Account:
    """Somebody who may sign in; `person` is the name that stands in the register.

    `is_initial` marks a password that an administrator gave and that opens nothing but
    the page to change it. `is_locked` is an administrator's lock, `locked_until` the
    one that wrong passwords put on.
    """

    login: str
    person: str
    person_key: str
    role: str
    office: str
    language: str
    password_hash: str
    is_initial: bool
    initial_until: datetime | None
    is_locked: bool
    failures: int
    locked_until: datetime | None
    created_at: datetime


@dataclass(frozen=True, kw_only=True)
class Session:
    """A browser that signed in; the token itself is only in the browser."""

    token_hash: str
    login: str
    csrf: str
    created_at: datetime
    seen_at: datetime


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened to an account, and by whom."""

    at: datetime
    login: str
    what: str
    by: str


_DAYS = {"initial_until", "locked_until", "created_at", "seen_at", "at"}
_FLAGS = {"is_initial", "is_locked"}


class AccountStore:
    """Accounts, sessions and what happened to them, in one file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def create(self) -> None:
        """Make the file; one that is there already is left as it is."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with _said(self.path), closing(_connect(self.path)) as connection:
            connection.execute("begin immediate")
            is_empty = not connection.execute("select 1 from sqlite_schema").fetchone()
            connection.execute("commit")
            if is_empty:
                connection.executescript(SQL_FILE.read_text(encoding="utf-8"))
                connection.execute("pragma journal_mode = wal")
        # Hashes are no secret to give away lightly.
        self.path.chmod(0o600)

    def add(self, account: Account) -> None:
        """Keep a new account.

        Raises:
            UsageError: login or person has an account already.
        """
        row = {f.name: _written(getattr(account, f.name)) for f in fields(Account)}
        names = ", ".join(row)
        marks = ", ".join(f":{name}" for name in row)
        try:
            with self._open() as connection:
                connection.execute(
                    f"insert into account ({names}) values ({marks})",  # noqa: S608
                    row,
                )
        except sqlite3.IntegrityError as error:
            message = f"{account.login} or {account.person} has an account already; see: shian review user list"
            raise UsageError(message) from error

    def accounts(self) -> list[Account]:
        """Give every account by login."""
        return [_account(r) for r in self._rows("select * from account order by login")]

    def find(self, login: str) -> Account | None:
        """Find an account."""
        rows = self._rows("select * from account where login = ?", login)
        return next((_account(row) for row in rows), None)

    def account(self, login: str) -> Account:
        """Give an account.

        Raises:
            NotFoundError: there is none of that name.
        """
        found = self.find(login)
        if found is None:
            message = f"no account {login[:40]!r}; see: shian review user list"
            raise NotFoundError(message)
        return found

    def change(self, login: str, **columns: object) -> None:
        """Change columns of an account."""
        setting = ", ".join(f"{name} = :{name}" for name in columns)
        values = {name: _written(value) for name, value in columns.items()}
        self._do(f"update account set {setting} where login = :login", login, values)  # noqa: S608

    def count_failure(self, login: str) -> int:
        """Count one wrong password more; two at once are two."""
        with self._open() as connection:
            connection.execute(
                "update account set failures = failures + 1 where login = ?", (login,)
            )
            row = connection.execute(
                "select failures from account where login = ?", (login,)
            ).fetchone()
        return int(row[0])

    def begin_session(self, session: Session) -> None:
        """Keep a session."""
        with self._open() as connection:
            connection.execute(
                "insert into session (token_hash, login, csrf, created_at, seen_at) "
                "values (?, ?, ?, ?, ?)",
                [_written(getattr(session, f.name)) for f in fields(Session)],
            )

    def session(self, token_hash: str) -> tuple[Session, Account] | None:
        """Find a session with its account."""
        rows = self._rows("select * from session where token_hash = ?", token_hash)
        if not rows:
            return None
        session = Session(**_read(rows[0]))
        return session, self.account(session.login)

    def sessions(self) -> dict[str, int]:
        """Count the sessions of each login."""
        rows = self._rows("select login, count(*) from session group by login")
        return {login: count for login, count in rows}  # noqa: C416  a row is no pair

    def touch(self, session: Session, at: datetime) -> None:
        """Remember when a session was last used."""
        with self._open() as connection:
            connection.execute(
                "update session set seen_at = ? where token_hash = ?",
                (_written(at), session.token_hash),
            )

    def end_session(self, token_hash: str) -> None:
        """Forget a session."""
        with self._open() as connection:
            connection.execute(
                "delete from session where token_hash = ?", (token_hash,)
            )

    def end_sessions(self, login: str) -> int:
        """Forget every session of an account, and say how many there were."""
        with self._open() as connection:
            done = connection.execute("delete from session where login = ?", (login,))
            return done.rowcount

    def remember_opened(
        self, login: str, business_id: str, mark: str, at: datetime, *, day: str
    ) -> None:
        """Remember which explanation somebody had open on a day, the latest of them."""
        with self._open() as connection:
            connection.execute(
                "insert or replace into opened values (?, ?, ?, ?, ?)",
                (login, business_id, day, mark, _written(at)),
            )

    def opened(self, login: str, business_id: str, *, day: str) -> str | None:
        """Give the mark of the explanation that somebody had open on a day."""
        rows = self._rows(
            "select mark from opened where login = ? and business_id = ? and day = ?",
            *(login, business_id, day),
        )
        return next((str(row["mark"]) for row in rows), None)

    def note(self, event: Event) -> None:
        """Append what happened."""
        with self._open() as connection:
            connection.execute(
                "insert into event (at, login, what, by) values (?, ?, ?, ?)",
                [_written(getattr(event, f.name)) for f in fields(Event)],
            )

    def events(self, login: str | None = None, *, most: int = 200) -> list[Event]:
        """Give what happened last, the latest first."""
        wanted = "" if login is None else "where login = :login"
        rows = self._rows(
            f"select at, login, what, by from event {wanted} order by seq desc limit :most",  # noqa: S608
            {"login": login, "most": most},
        )
        return [Event(**_read(row)) for row in rows]

    def _do(self, statement: str, login: str, values: dict[str, Any]) -> None:
        with self._open() as connection:
            connection.execute(statement, {**values, "login": login})

    def _rows(self, query: str, *parameters: object) -> list[sqlite3.Row]:
        named = (
            parameters[0] if parameters and isinstance(parameters[0], dict) else None
        )
        with self._open() as connection:
            return connection.execute(query, named or parameters).fetchall()

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        if not self.path.exists():
            message = f"there are no accounts at {self.path}; make the first with: shian review user add"
            raise RegisterError(message)
        with _said(self.path), closing(_connect(self.path)) as connection:
            _check(connection, self.path)
            yield connection


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None)
    connection.row_factory = sqlite3.Row
    connection.execute("pragma foreign_keys = on")
    # A session lost to a power cut is signed in again; nothing here is a decision.
    connection.execute("pragma synchronous = normal")
    return connection


def _check(connection: sqlite3.Connection, path: Path) -> None:
    (application,) = connection.execute("pragma application_id").fetchone()
    (version,) = connection.execute("pragma user_version").fetchone()
    if (application, version) != (_APPLICATION, _VERSION):
        message = f"{path} holds no accounts of version {_VERSION}; choose another path"
        raise RegisterError(message)


def _account(row: sqlite3.Row) -> Account:
    return Account(**_read(row))


def _read(row: sqlite3.Row) -> dict[str, Any]:
    read: dict[str, Any] = {}
    for name in row.keys():  # noqa: SIM118  iterating a row gives its values
        value = row[name]
        if name in _DAYS and value is not None:
            value = datetime.fromisoformat(value)
        read[name] = bool(value) if name in _FLAGS else value
    return read


def _written(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    return int(value) if isinstance(value, bool) else value


@contextmanager
def _said(path: Path) -> Iterator[None]:
    """Say in one line what SQLite could not do; a broken constraint is the caller's."""
    try:
        yield
    except sqlite3.IntegrityError:
        raise
    except sqlite3.Error as error:
        message = f"the accounts {path.name} could not be used: {error}"
        raise RegisterError(message) from error
