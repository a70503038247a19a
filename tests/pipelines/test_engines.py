"""Whatever a shard does to its process, every other shard is worked on."""

import os
from pathlib import Path

import pytest

from features.errors import MachineError
from pipelines.engines import Engine, Here, Pool, Spread
from tests.deadly import Task, do

GOOD = ("a", "b", "c", "d")


def tasks(folder: Path, **how: str) -> list[Task]:
    return [Task(name, "well", folder) for name in GOOD[:2]] + [
        *(Task(name, end.replace("_", " "), folder) for name, end in how.items()),
        *(Task(name, "well", folder) for name in GOOD[2:]),
    ]


def ended(engine: Engine, work: list[Task]) -> dict[str, BaseException | None]:
    return {task.name: error for task, error in engine.run(do, work)}


@pytest.mark.parametrize("engine", [Here(), Pool(2)], ids=["here", "pool"])
def test_an_error_is_told_with_its_shard_and_loses_no_other(
    engine: Engine, tmp_path: Path
) -> None:
    found = ended(engine, tasks(tmp_path, bad="raises"))
    assert isinstance(found.pop("bad"), ValueError)
    assert found == dict.fromkeys(GOOD)
    assert all((tmp_path / name).exists() for name in GOOD)


def test_a_pool_works_in_other_processes(tmp_path: Path) -> None:
    ended(Pool(2), tasks(tmp_path))
    workers = {(tmp_path / name).read_text() for name in GOOD}
    assert str(os.getpid()) not in workers
    assert 1 <= len(workers) <= 2


def test_a_shard_that_kills_its_process_is_told_and_loses_no_other(
    tmp_path: Path,
) -> None:
    found = ended(Pool(2), tasks(tmp_path, bad="kills"))
    assert isinstance(found["bad"], MachineError)
    assert "--shards" in str(found.pop("bad"))
    assert found == dict.fromkeys(GOOD)


def test_a_process_killed_by_chance_is_worked_for_again(tmp_path: Path) -> None:
    found = ended(Pool(2), tasks(tmp_path, bad="kills_once"))
    assert found == dict.fromkeys((*GOOD, "bad"))


def test_processes_leave_the_settings_of_this_one_alone(tmp_path: Path) -> None:
    before = dict(os.environ)
    ended(Pool(2), tasks(tmp_path)[:1])
    assert dict(os.environ) == before


@pytest.mark.parametrize(
    ("spread", "businesses", "shards"),
    [
        (Spread(), 25_140, 1),
        (Spread(), 50_001, 2),
        (Spread(), 2_000_000, 40),
        (Spread(Pool(2)), 600, 4),
        (Spread(Pool(2)), 2_000_000, 40),
        (Spread(Here(), 7), 25_140, 7),
    ],
)
def test_shards_fit_in_memory_and_keep_every_worker_busy(
    spread: Spread, businesses: int, shards: int
) -> None:
    assert spread.shards_for(businesses) == shards
