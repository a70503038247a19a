"""The one place that speaks to SQLite: append, read, copy; nothing is ever changed.

WAL with synchronous=FULL: an entry that was acknowledged has reached the disk. A writer
takes the write lock before it reads, so what it decides on is what it appends to.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import astuple, fields
from functools import cache
from pathlib import Path

from features.errors import RegisterError
from pipelines.register.chain import Entry, Head, entry_hash

SQL_FILE = Path(__file__).with_name("register.sqlite.sql")
_VERSION = 1
_APPLICATION = 1936220526
# Longer than any queue of officers; a writer holds the lock for milliseconds.
_BUSY_SECONDS = 60.0
_COLUMNS = tuple(field.name for field in fields(Entry))
_INSERT = (
    f"insert into entry ({', '.join(_COLUMNS)}) "  # noqa: S608
    f"values ({', '.join('?' * len(_COLUMNS))})"
)


class SqliteLedger:
    """A register in a file of its own; use `open_ledger`, which closes it again."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self.path = path

    def entries(
        self, case_id: str | None = None, *, after: int | None = None
    ) -> list[Entry]:
        """Read the entries in their order: all, those after a row, or those of a case."""
        query = f"select {', '.join(_COLUMNS)} from entry"  # noqa: S608
        if case_id is not None:
            rows = self._rows(f"{query} where case_id = ? order by seq", case_id)
        elif after is not None:
            rows = self._rows(f"{query} where seq > ? order by seq", after)
        else:
            # Without a bound: a forged row may stand before the first.
            rows = self._rows(f"{query} order by seq")
        return [Entry(*row) for row in rows]

    def with_key(self, idempotency_key: str) -> Entry | None:
        """Find the entry that a key was used for."""
        query = f"select {', '.join(_COLUMNS)} from entry where idempotency_key = ?"  # noqa: S608
        return next((Entry(*row) for row in self._rows(query, idempotency_key)), None)

    def tally(self) -> Head:
        """Read how many entries were counted and the hash of the last."""
        ((entries, head),) = self._rows("select entries, head from tally") or ((0, ""),)
        return Head(entries, head)

    def definitions(self) -> dict[str, str]:
        """Read tables, indexes and triggers as they are defined in the file."""
        return dict(
            self._rows("select name, sql from sqlite_schema where sql not null")
        )

    def expected(self) -> dict[str, str]:
        """Give tables, indexes and triggers as this program defines them."""
        return definitions()

    def damage(self) -> list[str]:
        """Ask SQLite whether the file itself is sound."""
        found = [row[0] for row in self._rows("pragma integrity_check")]
        return [] if found == ["ok"] else [f"SQLite: {said}" for said in found]

    def append(self, decide: Callable[["SqliteLedger"], Entry]) -> Entry:
        """Append the entry that `decide` gives under the write lock.

        An entry that is there already is given back and not appended again.

        Raises:
            RegisterError: the file is busy, full or refuses the entry; nothing of it
                was written.
        """
        with self._written("begin immediate"):
            entry = decide(self)
            if self.with_key(entry.idempotency_key) is None:
                self._connection.execute(_INSERT, astuple(entry))
        return entry

    def fill(self, entries: Iterable[Entry]) -> None:
        """Write the entries of another ledger into an empty one, all or none."""
        with self._written("begin immediate"):
            self._connection.executemany(_INSERT, map(astuple, entries))

    def copy_to(self, target: Path) -> None:
        """Write a copy under a temporary name, then put it in place."""
        draft = target.with_name(f"{target.name}.draft")
        draft.unlink(missing_ok=True)
        with _said(target), closing(sqlite3.connect(draft)) as copy:
            self._connection.backup(copy)
            # A copy is one file: readers must not need a WAL that was left behind.
            copy.execute("pragma journal_mode = delete")
        draft.replace(target)

    @contextmanager
    def _written(self, begin: str) -> Iterator[None]:
        with _said(self.path):
            self._connection.execute(begin)
            try:
                yield
                self._connection.execute("commit")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("rollback")
                raise

    def _rows(self, query: str, *parameters: object) -> list[tuple]:  # type: ignore[type-arg]
        with _said(self.path):
            return self._connection.execute(query, parameters).fetchall()


@contextmanager
def open_sqlite(path: Path, *, create: bool = False) -> Iterator[SqliteLedger]:
    """Open a register file.

    Raises:
        RegisterError: it is missing, held by others for too long, or no register.
    """
    if not create and not path.exists():
        message = f"there is no register at {path}; make one with: shian register init"
        raise RegisterError(message)
    path.parent.mkdir(parents=True, exist_ok=True)
    with _said(path), closing(_connect(path)) as connection:
        if create:
            _create(connection)
        _check_version(connection, path)
        if create:
            # Only now: another program's file must not be touched.
            connection.execute("pragma journal_mode = wal")
        yield SqliteLedger(connection, path)


@cache
def definitions() -> dict[str, str]:
    """Give tables, indexes and triggers as this program defines them."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(SQL_FILE.read_text(encoding="utf-8"))
        return SqliteLedger(connection, Path(":memory:")).definitions()


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None)
    connection.execute("pragma synchronous = full")
    connection.execute("pragma foreign_keys = on")
    arguments = len(_COLUMNS) - 1
    connection.create_function("shian_hash", arguments, entry_hash, deterministic=True)
    return connection


def _create(connection: sqlite3.Connection) -> None:
    """Make the tables once, however many ask at the same time."""
    connection.execute("begin immediate")
    try:
        if not connection.execute("select 1 from sqlite_schema").fetchone():
            for statement in _statements():
                connection.execute(statement)
        connection.execute("commit")
    except BaseException:
        connection.execute("rollback")
        raise


def _statements() -> Iterator[str]:
    """Cut the script into statements; executescript would end our transaction."""
    statement = ""
    for line in SQL_FILE.read_text(encoding="utf-8").splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def _check_version(connection: sqlite3.Connection, path: Path) -> None:
    (application,) = connection.execute("pragma application_id").fetchone()
    (version,) = connection.execute("pragma user_version").fetchone()
    if (application, version) != (_APPLICATION, _VERSION):
        message = f"{path} is no register of version {_VERSION}; choose another path"
        raise RegisterError(message)


@contextmanager
def _said(path: Path) -> Iterator[None]:
    """Say in one line what SQLite could not do."""
    try:
        yield
    except sqlite3.Error as error:
        message = (
            f"the register {path.name} could not be used: {error}; nothing was recorded"
        )
        raise RegisterError(message) from error
