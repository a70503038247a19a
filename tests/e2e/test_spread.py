"""Scoring spread over processes, and what is said when it cannot be."""

import shutil
from pathlib import Path

import pytest

from features.errors import MachineError, UsageError
from tests.e2e.conftest import Demo, Shian

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def folder(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Path:
    copy = tmp_path_factory.mktemp("spread")
    shutil.copy(demo.folder / "warehouse.duckdb", copy)
    return copy


def test_processes_and_shards_change_nothing_in_the_list(
    shian: Shian, demo: Demo, folder: Path
) -> None:
    where = (
        "--warehouse",
        folder / "warehouse.duckdb",
        "--store",
        demo.folder / "models",
    )
    asked = ("--as-of", demo.facts["as_of"], "--out", folder / "out")
    spread = ("--workers", 2, "--shards", 3)
    done = shian("score", *where, *asked, *spread, "--json")
    assert done.code == 0, done.err
    assert done.facts["run_id"] == demo.facts["run_id"]
    name = "scores.parquet"
    assert (folder / "out" / name).read_bytes() == (demo.folder / name).read_bytes()


def test_too_many_for_a_list_are_counted_and_written_as_parquet(
    shian: Shian, demo: Demo, folder: Path
) -> None:
    where = (
        "--warehouse",
        folder / "warehouse.duckdb",
        "--store",
        demo.folder / "models",
    )
    asked = ("--as-of", demo.facts["as_of"], "--out", folder / "large")
    done = shian("score", *where, *asked, SHIAN_LISTED="100")
    assert done.code == 0, done.err
    assert [path.name for path in (folder / "large").iterdir()] == ["scores.parquet"]
    for words in ("家数过多", "重点监管", f"{demo.facts['businesses']:,} 家"):
        assert words in done.out


def test_a_cluster_and_processes_at_once_are_refused(shian: Shian) -> None:
    done = shian("score", "--workers", 2, "--cluster", "tcp://127.0.0.1:9")
    assert done.code == UsageError.exit_code
    assert "give one of them" in done.err


def test_a_scheduler_that_is_not_there_is_said(shian: Shian, demo: Demo) -> None:
    done = shian("train", *demo.where, "--cluster", "tcp://127.0.0.1:9")
    assert done.code == MachineError.exit_code
    assert "dask scheduler" in done.err
    assert len(done.err.splitlines()) == 1
