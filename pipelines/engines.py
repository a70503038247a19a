"""Where shards are worked on: in this process, in others beside it, or on a cluster.

An engine runs one function over shards and tells of each as it ends, with what went wrong
or None. What one shard does to its process never loses another shard.
"""

import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import (
    FIRST_COMPLETED,
    Future,
    ProcessPoolExecutor,
    wait,
)
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from features.errors import MachineError
from pipelines import settings

T = TypeVar("T")
Ended = Iterator[tuple[T, BaseException | None]]

# A worker that ends early takes over from one that does not.
_SHARDS_A_WORKER = 2
# Worker processes share the cores: each would else start a thread per core.
_THREADS = ("POLARS_MAX_THREADS", "OMP_NUM_THREADS", "NUMBA_NUM_THREADS")


class Engine(Protocol):
    """Runs a function over shards."""

    @property
    def workers(self) -> int:
        """Count the shards it can work on at once."""
        ...

    def run(self, work: Callable[[T], None], shards: Sequence[T]) -> Ended[T]:
        """Work on every shard and tell of each as it ends."""
        ...


@dataclass(frozen=True)
class Here:
    """Works on one shard after the other, in this process."""

    workers: int = 1

    def run(self, work: Callable[[T], None], shards: Sequence[T]) -> Ended[T]:
        """Work on every shard and tell of each as it ends."""
        for shard in shards:
            try:
                work(shard)
            except Exception as error:
                yield shard, error
            else:
                yield shard, None


@dataclass(frozen=True)
class Pool:
    """Works on shards in so many processes of this machine."""

    workers: int

    def run(self, work: Callable[[T], None], shards: Sequence[T]) -> Ended[T]:
        """Work on every shard and tell of each as it ends.

        When a process is killed, all that were at work are suspects. Each is then tried
        in a process of its own, and who kills that one too is told apart.
        """
        waiting = deque(shards)
        with _few_threads(self.workers):
            while waiting:
                at_once = _AtOnce(work, self.workers)
                yield from at_once.run(waiting)
                for shard in at_once.suspects:
                    yield from _alone(work, shard)


class _AtOnce(Generic[T]):
    """A pool until it breaks; gives it no more shards than it has processes."""

    def __init__(self, work: Callable[[T], None], workers: int) -> None:
        self._work = work
        self._workers = workers
        self.suspects: list[T] = []

    def run(self, waiting: deque[T]) -> Ended[T]:
        with _processes(self._workers) as pool:
            at_work: dict[Future[None], T] = {}
            while (waiting or at_work) and not self.suspects:
                while waiting and len(at_work) < self._workers:
                    shard = waiting.popleft()
                    at_work[pool.submit(self._work, shard)] = shard
                yield from self._ended(at_work)
            self.suspects += at_work.values()

    def _ended(self, at_work: dict[Future[None], T]) -> Ended[T]:
        done, _ = wait(at_work, return_when=FIRST_COMPLETED)
        for future in done:
            shard, error = at_work.pop(future), future.exception()
            if isinstance(error, BrokenProcessPool):
                self.suspects.append(shard)
            else:
                yield shard, error


def _alone(work: Callable[[T], None], shard: T) -> Ended[T]:
    with _processes(1) as pool:
        error = pool.submit(work, shard).exception()
    if isinstance(error, BrokenProcessPool):
        error = MachineError(
            "its process was killed twice, for want of memory perhaps; "
            "cut the register into more shards with --shards"
        )
    yield shard, error


def _processes(count: int) -> ProcessPoolExecutor:
    # A forked child would inherit locks that threads of Polars hold at that moment.
    return ProcessPoolExecutor(count, mp_context=multiprocessing.get_context("spawn"))


@contextmanager
def _few_threads(workers: int) -> Iterator[None]:
    """Let processes started meanwhile share the cores among them."""
    share = str(max(1, (os.cpu_count() or 1) // workers))
    before = {name: os.environ.get(name) for name in _THREADS}
    os.environ.update({name: value or share for name, value in before.items()})
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]


@dataclass(frozen=True)
class Spread:
    """How a run is spread: by which engine, and over how many shards.

    Left to itself it takes shards that fit in memory, and some for every worker.
    """

    engine: Engine = Here()
    shards: int | None = None

    def shards_for(self, businesses: int) -> int:
        """Choose how many shards so many businesses are cut into."""
        if self.shards is not None:
            return self.shards
        to_fit = -(-businesses // settings.SHARD_BUSINESSES)
        workers = self.engine.workers
        return max(1, to_fit, workers * _SHARDS_A_WORKER if workers > 1 else 1)
