"""Starts a real PostgreSQL server for a test, or says that there is none to start."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

# Where Debian puts the programs of a server, the newest version last.
_PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
_FAST = "-c listen_addresses='' -c max_connections=60"


@dataclass(frozen=True)
class Server:
    """A running server in a folder of its own, reached by its socket."""

    folder: Path
    bin: Path

    def address(self, database: str, user: str = "postgres") -> Path:
        return Path(f"postgresql://{user}@localhost/{database}?host={self.folder}")

    def sql(self, database: str, text: str, user: str = "postgres") -> str:
        """Speak to the server past our own program, as somebody tampering would."""
        command = ["psql", "-h", str(self.folder), "-U", user, "-d", database, "-qAt"]
        done = subprocess.run(
            [*command, "-v", "ON_ERROR_STOP=1", "-c", text],
            capture_output=True,
            text=True,
            check=False,
        )
        return done.stdout.strip() if done.returncode == 0 else done.stderr.strip()

    def database(self, name: str) -> Path:
        """Make an empty database, and give its address."""
        self.sql("postgres", f"create database {name}")
        return self.address(name)

    def stop(self, how: str = "fast") -> None:
        """Stop it; `immediate` is what a power cut leaves behind."""
        self._control("-m", how, "stop")

    def start(self) -> None:
        self._control("-o", f"{_FAST} -k {self.folder}", "-l", str(self.log), "start")

    @property
    def log(self) -> Path:
        return self.folder / "log"

    def _control(self, *arguments: str) -> None:
        data = str(self.folder / "data")
        run([str(self.bin / "pg_ctl"), "-w", "-D", data, *arguments])


def run(command: list[str]) -> None:
    """Run a program of the server, which refuses to be the superuser."""
    if os.geteuid() == 0:
        command = [
            "setpriv",
            "--reuid=postgres",
            "--regid=postgres",
            "--clear-groups",
            *command,
        ]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/")
    assert done.returncode == 0, done.stderr


@contextmanager
def postgres() -> Iterator[Server]:
    """Start a server, and stop it at the end; skipped visibly where there is none."""
    if not _PROGRAMS or shutil.which("psql") is None:
        pytest.skip("no PostgreSQL server here (Debian: apt install postgresql)")
    # Not pytest's folder, which nobody but its owner may enter.
    folder = Path(tempfile.mkdtemp(prefix="shian-postgres-"))
    if os.geteuid() == 0:
        owner = pwd.getpwnam("postgres")
        os.chown(folder, owner.pw_uid, owner.pw_gid)
    server = Server(folder, _PROGRAMS[-1])
    try:
        initdb = [str(server.bin / "initdb"), "-D", str(folder / "data")]
        run(
            [
                *initdb,
                "-U",
                "postgres",
                "--auth=trust",
                "-E",
                "UTF8",
                "--locale=C.UTF-8",
            ]
        )
        server.start()
        try:
            yield server
        finally:
            server.stop("immediate")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
