"""The one place that speaks to PostgreSQL: the same ledger for many offices.

A writer takes the server's advisory lock before it reads, so what it decides on is what
it appends to; a commit that was acknowledged has reached the server's disk. An officer
needs the right to select and insert, and no other.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import astuple, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg

from features.errors import RegisterError
from pipelines.register.chain import Entry, Head
from pipelines.register.sqlite import open_sqlite

SQL_FILE = Path(__file__).with_name("register.postgresql.sql")
# The lock that register.postgresql.sql takes too.
_LOCK = 1936220526
# Longer than any queue of officers; a writer holds the lock for milliseconds.
_PATIENCE = "60s"
_CONNECT_SECONDS = 10
_COLUMNS = ", ".join(field.name for field in fields(Entry))
_SELECT = f"select {_COLUMNS} from entry"  # noqa: S608
_INSERT = (
    f"insert into entry ({_COLUMNS}) values ({', '.join(['%s'] * len(fields(Entry)))})"  # noqa: S608
)
_TABLES = ("entry", "tally")
# What the file and the server must agree on: columns, constraints, indexes, triggers that
# are switched on, and the text of their functions.
_DEFINITIONS = """
with mine as (
    select c.oid, c.relname from pg_class c
    where c.relnamespace = %(schema)s::regnamespace and c.relname in ('entry', 'tally')
)
select m.relname || '.' || a.attname,
    format_type(a.atttypid, a.atttypmod) || case when a.attnotnull then ' not null' else '' end
from mine m join pg_attribute a on a.attrelid = m.oid where a.attnum > 0 and not a.attisdropped
union all
select m.relname || ' ' || c.conname, pg_get_constraintdef(c.oid)
from mine m join pg_constraint c on c.conrelid = m.oid
union all
select m.relname || ' ' || i.relname, pg_get_indexdef(i.oid)
from mine m join pg_index x on x.indrelid = m.oid join pg_class i on i.oid = x.indexrelid
union all
select m.relname || ' ' || t.tgname, pg_get_triggerdef(t.oid) || ' enabled ' || t.tgenabled::text
from mine m join pg_trigger t on t.tgrelid = m.oid where not t.tgisinternal
union all
select 'function ' || p.proname, p.prosrc || p.prosecdef::text
from pg_proc p where p.pronamespace = %(schema)s::regnamespace
"""


class PostgresLedger:
    """A register on a server; use `open_ledger`, which closes it again."""

    def __init__(self, connection: psycopg.Connection[Any], name: str) -> None:
        self._connection = connection
        self.path = Path(name)

    def entries(
        self, case_id: str | None = None, *, after: int | None = None
    ) -> list[Entry]:
        """Read the entries in their order: all, those after a row, or those of a case."""
        if case_id is not None:
            rows = self._rows(f"{_SELECT} where case_id = %s order by seq", case_id)
        elif after is not None:
            rows = self._rows(f"{_SELECT} where seq > %s order by seq", after)
        else:
            rows = self._rows(f"{_SELECT} order by seq")
        return [Entry(*row) for row in rows]

    def with_key(self, idempotency_key: str) -> Entry | None:
        """Find the entry that a key was used for."""
        rows = self._rows(f"{_SELECT} where idempotency_key = %s", idempotency_key)
        return next((Entry(*row) for row in rows), None)

    def tally(self) -> Head:
        """Read how many entries were counted and the hash of the last."""
        ((entries, head),) = self._rows("select entries, head from tally") or [(0, "")]
        return Head(entries, head)

    def definitions(self) -> dict[str, str]:
        """Read tables, indexes, triggers and functions as the server has them."""
        ((schema,),) = self._rows(
            "select relnamespace::regnamespace::text from pg_class "
            "where oid = 'entry'::regclass"
        )
        return self._defined(schema)

    def expected(self) -> dict[str, str]:
        """Give the same as this program defines them, made anew for a moment beside."""
        with _said(self.path.name), self._connection.transaction(force_rollback=True):
            # Temporary tables need no right that an officer lacks.
            self._connection.execute("set local search_path = pg_temp")
            self._connection.execute(_temporary(_script()))
            ((schema,),) = self._rows("select pg_my_temp_schema()::regnamespace::text")
            return self._defined(schema)

    def _defined(self, schema: str) -> dict[str, str]:
        rows = self._connection.execute(_DEFINITIONS, {"schema": schema}).fetchall()
        owner = re.compile(rf"\b(?:{re.escape(schema)}|pg_temp(?:_\d+)?)\.")
        return {name: owner.sub("", text) for name, text in rows}

    def damage(self) -> list[str]:
        """Say which settings of the server would let an acknowledged entry be lost."""
        wanted = ("fsync", "full_page_writes", "synchronous_commit")
        found = {name: self._rows(f"show {name}")[0][0] for name in wanted}
        return [
            f"PostgreSQL: {name} is off: an acknowledged entry may be lost in a power cut"
            for name, value in found.items()
            if value == "off"
        ]

    def append(self, decide: Callable[["PostgresLedger"], Entry]) -> Entry:
        """Append the entry that `decide` gives under the write lock.

        An entry that is there already is given back and not appended again.

        Raises:
            RegisterError: the server is busy, gone or refuses the entry. Where the line
                broke while committing, only sending the request again tells.
        """
        with _said(self.path.name), self._connection.transaction():
            self._rows("select pg_advisory_xact_lock(%s)", _LOCK)
            entry = decide(self)
            if self.with_key(entry.idempotency_key) is None:
                self._connection.execute(_INSERT, astuple(entry))
        return entry

    def fill(self, entries: Iterable[Entry]) -> None:
        """Write the entries of another ledger into an empty one, all or none."""
        with _said(self.path.name), self._connection.transaction():
            for entry in entries:
                self._connection.execute(_INSERT, astuple(entry))

    def copy_to(self, target: Path) -> None:
        """Write a copy as a register file, which any office can read and verify."""
        draft = target.with_name(f"{target.name}.draft")
        draft.unlink(missing_ok=True)
        with open_sqlite(draft, create=True) as copy:
            copy.fill(self.entries())
            copy.copy_to(target)
        for end in ("", "-wal", "-shm"):
            draft.with_name(draft.name + end).unlink(missing_ok=True)

    def _rows(self, query: str, *parameters: object) -> list[tuple[Any, ...]]:
        with _said(self.path.name):
            cursor = self._connection.execute(query, parameters)
            return cursor.fetchall()


@contextmanager
def open_postgres(address: str, *, create: bool = False) -> Iterator[PostgresLedger]:
    """Open the register of a server by its address.

    Raises:
        RegisterError: the server cannot be reached, or holds no register.
    """
    name = _named(address)
    with _said(name):
        connection = psycopg.connect(
            address, autocommit=True, connect_timeout=_CONNECT_SECONDS
        )
    with connection:
        with _said(name):
            # Locks wait so long, and an acknowledged commit is on the server's disk.
            connection.execute(f"set lock_timeout = '{_PATIENCE}'")
            connection.execute("set synchronous_commit = on")
            if create:
                _create(connection)
        ledger = PostgresLedger(connection, name)
        _check(ledger, name)
        yield ledger


def _create(connection: psycopg.Connection[Any]) -> None:
    """Make the tables once, however many ask at the same time."""
    with connection.transaction():
        connection.execute("select pg_advisory_xact_lock(%s)", (_LOCK,))
        ((known,),) = connection.execute("select to_regclass('entry')").fetchall()
        if known is None:
            connection.execute(_script())


def _check(ledger: PostgresLedger, name: str) -> None:
    if ledger._rows("select to_regclass('entry'), to_regclass('tally')") == [
        (None, None)
    ]:
        message = f"there is no register at {name}; make one with: shian register init"
        raise RegisterError(message)


def _script() -> str:
    return SQL_FILE.read_text(encoding="utf-8")


def _temporary(script: str) -> str:
    """Make the script one for temporary tables; their functions must be named in full."""
    own = re.sub(r"(create function|execute function) ", r"\1 pg_temp.", script)
    return own.replace("create table", "create temp table")


def _named(address: str) -> str:
    """Name a server without the user and password of its address."""
    parts = urlsplit(address)
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.hostname or 'local'}{port}{parts.path}"


@contextmanager
def _said(name: str) -> Iterator[None]:
    """Say in one line what the server could not do, and never its address in full."""
    try:
        yield
    except psycopg.Error as error:
        # A refused connection has no diagnosis of the server; libpq names no password.
        text = " ".join((error.diag.message_primary or str(error)).split())
        message = f"the register at {name} could not be used: {text}; nothing was recorded unless the line broke: send the request again"
        raise RegisterError(message) from error
