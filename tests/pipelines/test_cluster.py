"""A real scheduler with two worker processes, one of which may not live to the end."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest
from distributed import Client

from features.errors import MachineError
from models.risk import fit
from pipelines.cluster import Cluster
from pipelines.engines import Spread
from tests.deadly import Task, do
from tests.drawn_training import DIRECTIONS, FEATURES, drawn_matrix, drawn_training
from tests.kept_model import kept_model
from tests.scored import differing, outcome

pytestmark = pytest.mark.slow

AT_HOME = ("--host", "127.0.0.1", "--dashboard-address", "127.0.0.1:0")


@dataclass(frozen=True)
class Running:
    """A scheduler and its workers, as processes."""

    address: str
    workers: list[subprocess.Popen[bytes]]


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    """Start a scheduler and two workers, and end whoever still lives."""
    with ExitStack() as stack:

        def start(*arguments: str) -> subprocess.Popen[bytes]:
            command = [sys.executable, "-m", "dask", *arguments, *AT_HOME]
            process = subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
            )
            stack.enter_context(process)
            stack.callback(process.kill)
            return process

        scheduler = start("scheduler", "--port", "0")
        address = said_by(scheduler)
        once = ("--nthreads", "1", "--no-nanny", "--local-directory", str(tmp_path))
        workers = [start("worker", address, *once) for _ in range(2)]
        with Client(address, set_as_default=False) as client:
            client.wait_for_workers(2)
        yield Running(address, workers)


def said_by(scheduler: subprocess.Popen[bytes]) -> str:
    """Read the address from what the scheduler says as it starts."""
    assert scheduler.stdout is not None
    for line in scheduler.stdout:
        words = line.decode().split()
        if "Scheduler" in words and words[-1].startswith("tcp://"):
            return words[-1]
    raise AssertionError(scheduler.args)


def test_a_run_on_a_cluster_is_the_same_bytes_though_a_worker_is_killed(
    running: Running, small_warehouse: Path, tmp_path: Path
) -> None:
    store = kept_model(tmp_path / "store")
    (tmp_path / "alone").mkdir()
    copies = [
        Path(shutil.copy(small_warehouse, tmp_path / name))
        for name in ("alone/small.duckdb", "small.duckdb")
    ]
    killed: list[int] = []

    def kill_one(stage: str, share: float) -> None:
        # As soon as the first of six shards has its grades.
        if stage == "grades" and share > 0.35 and not killed:
            running.workers[0].kill()
            killed.append(running.workers[0].wait())

    alone = outcome(copies[0], store, Spread())
    spread = Spread(Cluster(running.address), 6)
    shared = outcome(copies[1], store, spread, kill_one)
    assert differing(shared, alone) == []
    assert len(killed) == 1
    assert Cluster(running.address).workers == 1


def test_an_error_on_a_cluster_is_told_with_its_shard(
    running: Running, tmp_path: Path
) -> None:
    cluster = Cluster(running.address)
    assert cluster.workers == 2
    tasks = [Task("a", "well", tmp_path), Task("b", "raises", tmp_path)]
    ended = {task.name: error for task, error in cluster.run(do, tasks)}
    assert ended["a"] is None
    assert isinstance(ended["b"], ValueError)


def test_a_model_grown_on_a_cluster_keeps_its_directions(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("models.risk.ROUNDS", 8)
    monkeypatch.setattr("models.risk.RESAMPLE_ROUNDS", 2)
    cluster = Cluster(running.address)
    model = fit(drawn_training(), FEATURES, DIRECTIONS, resamples=2, grow=cluster.grow)
    assert "[monotone_constraints: 1,-1,0,1]" in model.text
    assert "[tree_learner: data]" in model.text
    assert model.text.count("Tree=") == 8
    row = drawn_matrix(1).with_columns(online=pl.lit(0.5, pl.Float32))
    for name, direction in zip(FEATURES, DIRECTIONS, strict=True):
        steps = pl.Series(name, [n / 10 for n in range(60)], pl.Float32)
        moved = pl.concat([row] * len(steps)).with_columns(steps)
        raw = pl.Series(model.raw(moved))
        assert raw.is_sorted(descending=direction < 0) or direction == 0
    assert len(set(model.raw(drawn_matrix(200)))) > 10


def test_no_scheduler_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.cluster._PATIENCE", "1s")
    with pytest.raises(MachineError, match="dask scheduler"):
        _ = Cluster("tcp://127.0.0.1:9").workers
