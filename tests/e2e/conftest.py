"""One small demo district, made once through the real command line."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests import ROOT

SHIAN = Path(sys.executable).with_name("shian")
# Enough for a model with opinions, small enough for a test.
BUSINESSES = "1500"


@dataclass(frozen=True)
class Called:
    """What a call of the command line gave back."""

    code: int
    out: str
    err: str

    @property
    def facts(self) -> Any:
        return json.loads(self.out)


Shian = Callable[..., Called]


@pytest.fixture(scope="session")
def shian() -> Shian:
    def call(*arguments: object, **environment: str) -> Called:
        done = subprocess.run(
            [str(SHIAN), *map(str, arguments)],
            capture_output=True,
            text=True,
            check=False,
            cwd=ROOT,
            env={**os.environ, "COLUMNS": "200", **environment},
        )
        return Called(done.returncode, done.stdout, done.stderr)

    return call


@dataclass(frozen=True)
class Demo:
    folder: Path
    facts: dict[str, Any]

    @property
    def where(self) -> tuple[str, ...]:
        """Name the warehouse and the store, as a user would."""
        return (
            "--warehouse",
            str(self.folder / "warehouse.duckdb"),
            "--store",
            str(self.folder / "models"),
        )


@pytest.fixture(scope="session")
def demo(shian: Shian, tmp_path_factory: pytest.TempPathFactory) -> Demo:
    folder = tmp_path_factory.mktemp("demo") / "demo"
    called = shian("demo", "--out", folder, "--businesses", BUSINESSES, "--json")
    assert called.code == 0, called.err
    return Demo(folder, called.facts)
