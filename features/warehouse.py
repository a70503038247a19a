"""The one place that speaks to DuckDB.

DuckDB 2.0 rather than 1.5: the 1.5 line leaves support within months and cannot read
2.0 files, and nothing irreplaceable lives here, since the warehouse is rebuilt from
its sources and decisions are kept in a register of their own.

One process writes at a time. Readers that must not wait use a published snapshot.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import fields
from pathlib import Path
from time import sleep
from typing import Self

import duckdb
import polars as pl

from features.errors import NotFoundError, WarehouseError
from features.schema import Facts, PlanFacts, schema, schema_version, sql_text

# An ordinary mistake in a query must not stall on a download, and a regulator's
# machine has no business reaching out.
_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    # Only frames handed over by name may be read as tables: a variable that happens to
    # be called like a missing table must not answer for it.
    "python_enable_replacements": False,
}

# Errors that no statement of ours can cause: the machine's, or another writer's.
_BEYOND_US = (
    duckdb.FatalException,
    duckdb.IOException,
    duckdb.OutOfMemoryException,
    duckdb.TransactionException,
)


# Between two looks at a warehouse that another process holds.
_RETRY_SECONDS = 0.2
# A warehouse goes by its file's name inside DuckDB; what is attached beside it needs
# names that no file will have.
_OLDER, _SNAPSHOT = "shian_older_version", "shian_snapshot"
# A file of such a name would make mart.business mean two things.
_SCHEMAS = ("raw", "staging", "mart", "output", "temp", "system")


class Warehouse:
    """An open warehouse; use `open_warehouse`, which closes it again."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, path: Path) -> None:
        self._connection = connection
        self.path = path

    def execute(
        self,
        statement: str,
        parameters: Sequence[object] = (),
        **frames: pl.DataFrame,
    ) -> None:
        """Run a statement that returns nothing; frames can be read by their names."""
        with self._registered(frames):
            self._connection.execute(statement, parameters or None)

    def sql(
        self,
        query: str,
        parameters: Sequence[object] = (),
        **frames: pl.DataFrame,
    ) -> pl.DataFrame:
        """Run a query, in which each frame can be read as a table by its name."""
        with self._registered(frames):
            relation = self._connection.sql(query, params=parameters or None)
            frame: pl.DataFrame = relation.pl()
            return frame

    def table(self, name: str, *columns: str) -> pl.LazyFrame:
        """Read a table such as mart.inspection, whole or some of its columns.

        Raises:
            NotFoundError: the schema has no such table.
            WarehouseError: it was made before the schema had the table.
        """
        known = schema().get(name)
        if known is None:
            message = f"the warehouse has no table {name}"
            raise NotFoundError(message)
        wanted = columns or tuple(known.columns)
        try:
            frame = self.sql(f"select {', '.join(wanted)} from {name}")  # noqa: S608
        except duckdb.CatalogException as error:
            message = f"{self.path} was made before there was a table {name}; add it with: shian init --warehouse {self.path}"
            told = f"{self.path} 建于有数据表 {name} 之前，请先运行：shian init --warehouse {self.path}"
            raise WarehouseError(message, said=told) from error
        return frame.lazy().with_columns(
            pl.col(column).cast(known.columns[column].dtype) for column in wanted
        )

    def facts(self) -> Facts:
        """Read every mart table that features need, each sorted by its key."""
        return Facts(**self._tables(Facts))

    def plan_facts(self) -> PlanFacts:
        """Read every mart table that the indicators of the plan count."""
        return PlanFacts(**self._tables(PlanFacts))

    def in_order(self, name: str, rows: int) -> Iterator[pl.DataFrame]:
        """Read a table in the order of its key, so many rows at a time.

        No other query may run in between; memory does not grow with the table.
        """
        known = schema()[name]
        query = f"select {', '.join(known.columns)} from {name} order by {', '.join(known.key)}"  # noqa: S608
        for batch in self._connection.sql(query).to_arrow_reader(rows):
            frame = pl.DataFrame(batch)
            yield frame.select(
                pl.col(c.name).cast(c.dtype) for c in known.columns.values()
            )

    def limit_memory(self, most: str) -> None:
        """Take no more memory than so much, such as 2GB; what is larger uses the disk."""
        self.execute("set memory_limit = ?", [most])

    def insert(self, table: str, frame: pl.DataFrame) -> None:
        """Append the rows of a frame, matching columns by name."""
        self.execute(f"insert into {table} by name from incoming", incoming=frame)

    def replace_run(self, table: str, frame: pl.DataFrame, run_id: str) -> None:
        """Write what a run has to say in an output table, instead of what it said."""
        self.execute(f"delete from {table} where run_id = ?", [run_id])  # noqa: S608
        self.insert(table, frame)

    @contextmanager
    def transaction(self) -> Iterator[Self]:
        """Make everything inside happen, or nothing of it.

        Raises:
            WarehouseError: the disk is full, or another writer came between.
        """
        try:
            self._connection.begin()
            yield self
            self._connection.commit()
        except BaseException as error:
            # A fatal error has already ended the transaction.
            with suppress(duckdb.Error):
                self._connection.rollback()
            if not isinstance(error, _BEYOND_US):
                raise
            message = f"{self.path} could not be written, and is as it was before: {str(error).splitlines()[0]}"
            raise WarehouseError(message) from error

    def publish(self, snapshot: Path) -> None:
        """Write a copy for readers under a temporary name, then put it in place."""
        draft = snapshot.with_name(f"{snapshot.name}.draft")
        draft.unlink(missing_ok=True)
        source = self._connection.execute("select current_database()").fetchall()[0][0]
        self.execute(f"attach '{_quoted(draft)}' as {_SNAPSHOT}")
        try:
            self.execute(f'copy from database "{source}" to {_SNAPSHOT}')
        finally:
            self.execute(f"detach {_SNAPSHOT}")
        draft.replace(snapshot)

    def _tables(self, kind: type[Facts | PlanFacts]) -> dict[str, pl.DataFrame]:
        return {f.name: self._sorted(f"mart.{f.name}") for f in fields(kind)}

    def _sorted(self, name: str) -> pl.DataFrame:
        return self.table(name).sort(schema()[name].key).collect()

    @contextmanager
    def _registered(self, frames: dict[str, pl.DataFrame]) -> Iterator[None]:
        for name, frame in frames.items():
            self._connection.register(name, frame)
        try:
            yield
        finally:
            for name in frames:
                # An aborted transaction refuses this too, and would hide what aborted it.
                with suppress(duckdb.TransactionException):
                    self._connection.unregister(name)


@contextmanager
def open_warehouse(
    path: Path, *, read_only: bool = False, patience: float = 0.0
) -> Iterator[Warehouse]:
    """Open the warehouse, making it first when it is to be written and is missing.

    While another process holds it, try again for so many seconds of patience.

    Raises:
        WarehouseError: it is missing, held by another process, damaged, or made by
            another version of the schema.
    """
    if read_only and not path.exists():
        message = f"there is no warehouse at {path}; make one with: shian init --warehouse {path}"
        told = f"没有数据仓库 {path}，请先运行：shian init --warehouse {path}"
        raise WarehouseError(message, said=told)
    if not path.exists():
        _make(path)
    connection = _connected(path, read_only=read_only, patience=patience)
    try:
        warehouse = Warehouse(connection, path)
        _check_version(warehouse)
        yield warehouse
    finally:
        connection.close()


def _make(path: Path) -> None:
    """Make an empty warehouse under another name, then put it in place complete.

    A process killed half-way would else leave a file that is no warehouse and that no
    later call could replace.
    """
    draft = path.with_name(f"{path.name}.new{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with closing(_connect(draft, read_only=False)) as connection:
            warehouse = Warehouse(connection, draft)
            with warehouse.transaction():
                warehouse.execute(sql_text())
            # Closing does this too, but says nothing when the disk is full.
            warehouse.execute("checkpoint")
        # Unlike a renaming, a link never takes the place of what another process made.
        with suppress(FileExistsError):
            path.hardlink_to(draft)
    except (OSError, *_BEYOND_US) as error:
        message = f"{path} cannot be made: {str(error).splitlines()[0]}"
        raise WarehouseError(message) from error
    finally:
        for left in (draft, draft.with_name(f"{draft.name}.wal")):
            with suppress(OSError):
                left.unlink()


def create_warehouse(path: Path) -> None:
    """Make the warehouse, or bring an older one up to this schema; keep all rows.

    An older version is copied into a new file, which takes its place only when it is
    complete; the old file stays beside it, with its version in the name.

    Raises:
        WarehouseError: it was made by a newer program, or a column that is now
            required has no value in the old rows.
    """
    if path.exists() and (found := _version(path)) < schema_version():
        _rebuild(path, found)
    with open_warehouse(path) as warehouse, warehouse.transaction():
        warehouse.execute(sql_text())


def _version(path: Path) -> int:
    with closing(_connect(path, read_only=True)) as connection:
        return _found_version(Warehouse(connection, path))


def _rebuild(path: Path, found: int) -> None:
    draft = path.with_name(f"{path.name}.rebuild")
    draft.unlink(missing_ok=True)
    with open_warehouse(draft) as warehouse:
        warehouse.execute(f"attach '{_quoted(path)}' as {_OLDER} (read_only)")
        try:
            with warehouse.transaction():
                for table in _tables_to_keep(warehouse):
                    _copy_rows(warehouse, table)
        except duckdb.ConstraintException as error:
            message = (
                f"{path} (schema version {found}) cannot be carried over: {error}; "
                "make a new warehouse and load your sources again"
            )
            raise WarehouseError(message) from error
    path.replace(path.with_name(f"{path.name}.version{found}"))
    draft.replace(path)


def _tables_to_keep(warehouse: Warehouse) -> list[str]:
    """List the tables both versions have; codes and version are the new file's own."""
    return warehouse.sql(
        "select distinct new.schema_name || '.' || new.table_name as name "
        "from duckdb_tables() new join duckdb_tables() old "
        "on old.database_name = $1 and new.database_name <> $1 "
        "and old.schema_name = new.schema_name and old.table_name = new.table_name "
        "where new.table_name not in ('code', 'schema_version') order by name",
        [_OLDER],
    )["name"].to_list()


def _copy_rows(warehouse: Warehouse, table: str) -> None:
    shared = warehouse.sql(
        "select column_name as name from duckdb_columns() "
        "where schema_name || '.' || table_name = ? "
        "group by column_name having count(distinct database_name) = 2 order by name",
        [table],
    )["name"].to_list()
    columns = ", ".join(shared)
    warehouse.execute(
        f"insert into {table} ({columns}) select {columns} from {_OLDER}.{table}"  # noqa: S608
    )


def _connected(
    path: Path, *, read_only: bool, patience: float
) -> duckdb.DuckDBPyConnection:
    for _ in range(round(patience / _RETRY_SECONDS)):
        try:
            return _connect(path, read_only=read_only)
        except _BusyError:
            sleep(_RETRY_SECONDS)
    return _connect(path, read_only=read_only)


class _BusyError(WarehouseError):
    """Another process holds the warehouse just now."""


def _connect(path: Path, *, read_only: bool) -> duckdb.DuckDBPyConnection:
    if path.name.split(".")[0] in _SCHEMAS:
        message = f"{path} has the name of one of its own schemas; call the file otherwise, for instance shian.duckdb"
        raise WarehouseError(message)
    try:
        return duckdb.connect(path, read_only=read_only, config=_CONFIG)
    except duckdb.IOException as error:
        if "lock" in str(error):
            message = f"{path} is in use by another process; wait for it, or read a published snapshot"
            told = f"{path} 正被另一个程序使用，请等它结束，或读取已发布的快照"
            raise _BusyError(message, said=told) from error
        message = (
            f"{path} cannot be opened as a warehouse: {str(error).splitlines()[0]}"
        )
        raise WarehouseError(message) from error
    except duckdb.Error as error:
        message = f"{path} is not a Shian warehouse: {str(error).splitlines()[0]}"
        raise WarehouseError(message) from error


def _check_version(warehouse: Warehouse) -> None:
    """Refuse a warehouse of another schema version, saying how to go on."""
    found = _found_version(warehouse)
    if found < schema_version():
        message = (
            f"{warehouse.path} has the older schema version {found}; bring it up to "
            f"{schema_version()} with: shian init --warehouse {warehouse.path}"
        )
        told = f"{warehouse.path} 是旧版本（{found}），请先升级：shian init --warehouse {warehouse.path}"
        raise WarehouseError(message, said=told)
    if found > schema_version():
        message = (
            f"{warehouse.path} has schema version {found}, newer than this program's "
            f"{schema_version()}; use the program that made it, or a newer one"
        )
        raise WarehouseError(message)


def _found_version(warehouse: Warehouse) -> int:
    try:
        return int(warehouse.sql("select version from mart.schema_version").item())
    except duckdb.CatalogException as error:
        message = f"{warehouse.path} is a DuckDB file but not a Shian warehouse; choose another path"
        raise WarehouseError(message) from error


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
