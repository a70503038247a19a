"""A small district, simulated and loaded once for every test that reads one."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from features.warehouse import create_warehouse
from pipelines.load import load
from pipelines.score import score
from pipelines.simulate import simulate
from pipelines.train import train
from tests.source_files import Books

# Small enough to load in seconds, large enough to train on and to back-test.
BUSINESSES, YEARS = 600, 3
UNTIL = date(2026, 1, 1)


@pytest.fixture(scope="session")
def small_source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the source files of a small district; copy them to change them."""
    folder = tmp_path_factory.mktemp("district")
    simulate(folder, businesses=BUSINESSES, years=YEARS, until=UNTIL)
    return folder / "source"


@pytest.fixture(scope="session")
def small_warehouse(
    small_source: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Give the warehouse of a small district to read; copy it to write to it."""
    path = tmp_path_factory.mktemp("warehouse") / "small.duckdb"
    load(small_source, mapping="shian", warehouse=path, loaded_on=UNTIL)
    return path


@pytest.fixture(scope="session")
def scored_warehouse(
    small_warehouse: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Give a small district graded on UNTIL to read; beside it `models`, its store."""
    path = tmp_path_factory.mktemp("scored") / "small.duckdb"
    shutil.copy(small_warehouse, path)
    train(path, as_of=UNTIL, store=path.parent / "models")
    score(path, as_of=UNTIL, store=path.parent / "models")
    return path


@pytest.fixture(scope="session")
def empty_warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a warehouse without rows; copy it to write to it."""
    path = tmp_path_factory.mktemp("empty") / "empty.duckdb"
    create_warehouse(path)
    return path


@pytest.fixture
def books(empty_warehouse: Path, tmp_path: Path) -> Books:
    """Give an empty warehouse of one's own."""
    return Books(empty_warehouse).copy(tmp_path / "books.duckdb")
