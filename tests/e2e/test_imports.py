"""What a command loads: none pays at its start for libraries that it does not use."""

from pathlib import Path

import pytest

from features.errors import NotFoundError
from features.warehouse import create_warehouse
from pipelines.register.decisions import create_register
from tests.register_requests import recorded
from tests.started import started

LIGHT = {
    "help": ("--help",),
    "help of a command that scores": ("score", "--help"),
    "help of a command that plans": ("schedule", "--help"),
    "help of a command that draws a page": ("backtest", "--help"),
    "register head": ("register", "head", "--register", "register.sqlite"),
    "verify": ("verify", "--register", "register.sqlite"),
    "a case": ("listing", "case", "2026-0001", "--register", "register.sqlite"),
}
WORKLIST = (
    *("listing", "worklist", "--register", "register.sqlite"),
    *("--warehouse", "warehouse.duckdb"),
)
TABLES = {"duckdb", "polars"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a warehouse without rows and a register with a case."""
    made = tmp_path_factory.mktemp("light")
    create_warehouse(made / "warehouse.duckdb")
    create_register(made / "register.sqlite")
    recorded(made / "register.sqlite", ["2026-03-02 Li file"])
    return made


@pytest.mark.parametrize("arguments", LIGHT.values(), ids=LIGHT)
def test_a_command_without_a_model_loads_nothing_heavy(
    arguments: tuple[str, ...], folder: Path
) -> None:
    run = started(arguments, folder)
    assert run.code == 0
    assert run.heavy == set()


@pytest.mark.parametrize("name", ["help", "register head", "verify", "a case"])
def test_what_reads_no_table_loads_no_engine_for_tables(
    name: str, folder: Path
) -> None:
    assert not started(LIGHT[name], folder).packages & TABLES


def test_what_reads_the_warehouse_loads_only_what_carries_its_rows(
    folder: Path,
) -> None:
    """DuckDB hands rows over through pyarrow."""
    run = started(WORKLIST, folder)
    assert run.code == 0
    assert run.heavy <= {"pyarrow"}


def test_an_unknown_business_is_told_before_any_model_is_loaded(folder: Path) -> None:
    run = started(("explain", "nobody", "-w", "warehouse.duckdb"), folder)
    assert run.code == NotFoundError.exit_code
    assert run.heavy <= {"pyarrow"}
