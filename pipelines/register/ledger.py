"""The door to a ledger, wherever it is kept: a file of its own, or a PostgreSQL server.

Appended and never changed; whoever appends decides under the write lock, on exactly what
the entry will follow.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from pipelines.register.chain import Entry, Head
from pipelines.register.sqlite import open_sqlite

_PASSWORD = re.compile(r"^(postgresql://[^/:@]*):[^@]*@")
# A path has one slash where the address has two.
_SCHEMES = ("postgresql:/", "postgres:/")


class Ledger(Protocol):
    """An open ledger; use `open_ledger`, which closes it again."""

    path: Path

    def entries(
        self, case_id: str | None = None, *, after: int | None = None
    ) -> list[Entry]:
        """Read the entries in their order: all, those after a row, or those of a case."""

    def with_key(self, idempotency_key: str) -> Entry | None:
        """Find the entry that a key was used for."""

    def tally(self) -> Head:
        """Read how many entries were counted and the hash of the last."""

    def definitions(self) -> dict[str, str]:
        """Read tables and triggers as they are defined where the ledger is kept."""

    def expected(self) -> dict[str, str]:
        """Give tables and triggers as this program defines them."""

    def damage(self) -> list[str]:
        """Say what is wrong with the store itself."""

    def append(self, decide: Callable[[Any], Entry]) -> Entry:
        """Append the entry that `decide` gives under the write lock, once."""

    def fill(self, entries: Iterable[Entry]) -> None:
        """Write the entries of another ledger into an empty one, all or none."""

    def copy_to(self, target: Path) -> None:
        """Write a copy as a file of its own."""


def address_of(path: Path) -> str | None:
    """Give the address of a server, or None for a file.

    >>> address_of(Path("postgresql://clerk@db.office/shian"))
    'postgresql://clerk@db.office/shian'
    >>> address_of(Path("var/register.sqlite"))
    """
    text = str(path)
    scheme = next((s for s in _SCHEMES if text.startswith(s)), None)
    if scheme is None:
        return None
    return f"postgresql://{text[len(scheme) :].lstrip('/')}"


def shown(path: Path) -> str:
    """Name a ledger on a screen or in a message: never with the password of its address.

    >>> shown(Path("postgresql://clerk:secret@db.office:5433/shian?host=/run"))
    'postgresql://clerk@db.office:5433/shian?host=/run'
    >>> shown(Path("var/register.sqlite"))
    'var/register.sqlite'
    """
    return _PASSWORD.sub(r"\1@", address_of(path) or str(path))


def is_there(path: Path) -> bool:
    """Tell whether there is a ledger to read; a server is taken to be there."""
    return address_of(path) is not None or path.exists()


@contextmanager
def open_ledger(path: Path, *, create: bool = False) -> Iterator[Ledger]:
    """Open a ledger in a file, or on a server where the path is its address.

    Raises:
        RegisterError: it is missing, held by others for too long, or no ledger.
    """
    address = address_of(path)
    if address is None:
        with open_sqlite(path, create=create) as ledger:
            yield ledger
        return
    # Loading the driver costs every other command a fifth of a second.
    from pipelines.register.postgres import open_postgres  # noqa: PLC0415

    with open_postgres(address, create=create) as ledger:
        yield ledger
