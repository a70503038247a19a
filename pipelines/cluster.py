"""The one place that speaks to dask: shards and training on the workers of a cluster.

Every worker needs this program and the folder of the warehouse under the same path. Whoever
reaches the scheduler can run anything on the workers: keep it on a closed network, or give
an address that begins with tls://.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from distributed import Client, KilledWorker, as_completed

from features.errors import MachineError

T = TypeVar("T")

# A scheduler on the same network answers at once, or is not there.
_PATIENCE = "10s"


@dataclass(frozen=True)
class Cluster:
    """Works on shards on the workers of a scheduler.

    A worker that is lost hands its shards to the others; dask gives up on a shard that
    was lost with several, and it is told apart.
    """

    address: str

    @cached_property
    def workers(self) -> int:
        """Count what the workers can do at once.

        Raises:
            MachineError: no scheduler answers, or it has no worker.
        """
        with self._client() as client:
            threads: int = sum(client.ncores().values())
        if not threads:
            message = f"the scheduler at {self.address} has no worker; start one with: dask worker {self.address} --nthreads 1"
            raise MachineError(message)
        return threads

    def run(
        self, work: Callable[[T], None], shards: Sequence[T]
    ) -> Iterator[tuple[T, BaseException | None]]:
        """Work on every shard and tell of each as it ends."""
        with self._client() as client:
            at_work = {
                client.submit(work, shard, pure=False): shard for shard in shards
            }
            for future in as_completed(at_work):
                error = future.exception()
                if isinstance(error, KilledWorker):
                    error = MachineError(
                        "several workers were lost with it, for want of memory perhaps; "
                        "cut the register into more shards with --shards"
                    )
                yield at_work[future], error

    @contextmanager
    def _client(self) -> Iterator[Client]:
        try:
            client = Client(self.address, timeout=_PATIENCE, set_as_default=False)
        except (OSError, ValueError) as error:
            message = f"no scheduler answers at {self.address}: {error}; start one with: dask scheduler"
            raise MachineError(message) from error
        with client:
            yield client
