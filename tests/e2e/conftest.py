"""One small demo district, made once through the real command line."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl
import pytest
from playwright.sync_api import Browser

from tests import ROOT
from tests.browsers import opened_browser
from tests.e2e.office import (
    FILED,
    HEARD,
    LI,
    PENALTIES,
    SERVED,
    WANG,
    ZHAO,
    Called,
    Demo,
    Office,
)

SHIAN = Path(sys.executable).with_name("shian")
# Enough for a model with opinions, small enough for a test.
BUSINESSES = "1500"


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


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with opened_browser() as browser:
        yield browser


@pytest.fixture(scope="session")
def demo(shian: Shian, tmp_path_factory: pytest.TempPathFactory) -> Demo:
    folder = tmp_path_factory.mktemp("demo") / "demo"
    called = shian("demo", "--out", folder, "--businesses", BUSINESSES, "--json")
    assert called.code == 0, called.err
    return Demo(folder, called.facts)


@pytest.fixture(scope="module")
def empty(shian: Shian, demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Office:
    """Give an office whose records hold two candidates, one excluded and one other."""
    folder = tmp_path_factory.mktemp("office")
    scores = pl.read_parquet(demo.folder / "scores.parquet").sort("probability")
    quiet = scores.head(4)["business_id"].to_list()
    office = Office(folder, demo, tuple(quiet))
    shutil.copyfile(demo.folder / "warehouse.duckdb", office.warehouse)
    (folder / "new").mkdir()
    (folder / "new" / "penalty.csv").write_text(PENALTIES.format(*quiet), "utf-8")
    where = ("--warehouse", office.warehouse)
    loaded = shian("load", folder / "new", "--on", "2026-02-20", *where, "--json")
    assert loaded.facts["total"]["loaded"] == 4, loaded.err
    made = shian("register", "init", "--register", office.register)
    assert made.code == 0, made.err
    return office


@pytest.fixture(scope="module")
def filed(empty: Office, tmp_path_factory: pytest.TempPathFactory) -> Office:
    office = empty.copy(tmp_path_factory.mktemp("filed"))
    seen = office.mark(FILED, office.businesses[0])
    opened = office.open(FILED, office.businesses[0], "--seen", seen)
    assert opened.code == 0, opened.err
    assert "2026-0001" in opened.out
    return office


@pytest.fixture(scope="module")
def listed(filed: Office, tmp_path_factory: pytest.TempPathFactory) -> Office:
    """Lead the case to its listing, by three people and their clocks."""
    office = filed.copy(tmp_path_factory.mktemp("listed"))
    for day, who, action in (
        (SERVED, LI, "serve_notice"),
        (HEARD, WANG, "legal_review"),
        ("2026-03-12", ZHAO, "discuss"),
        ("2026-03-13", LI, "consent"),
        ("2026-03-16", ZHAO, "decide_listed"),
    ):
        is_explained = action in {"legal_review", "decide_listed"}
        seen = ("--seen", office.mark(day, "2026-0001")) if is_explained else ()
        done = office.act(day, who, action, *seen)
        assert done.code == 0, done.err
    return office
