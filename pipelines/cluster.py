"""The one place that speaks to dask: shards and training on the workers of a cluster.

Every worker needs this program and the folder of the warehouse under the same path. Whoever
reaches the scheduler can run anything on the workers: keep it on a closed network, or give
an address that begins with tls://.
"""

import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from threading import Lock
from typing import TypeVar

import dask.array as da
import numpy as np
from distributed import Client, KilledWorker, as_completed
from lightgbm.dask import DaskLGBMRegressor

from features.errors import MachineError
from models.risk import Growing
from pipelines.train import Grower

T = TypeVar("T")

# Workers that grow two boosters at once would wait for each other for ever: each tree
# needs all of them at the same time.
_ONE_BOOSTER = Lock()
# What several machines cannot keep to: LightGBM searches splits there under the plain
# monotone method alone, and the order of sums over the network decides near ties.
DISTRIBUTED = {
    "tree_learner": "data",
    "monotone_constraints_method": "basic",
    "deterministic": False,
}
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

    @property
    def grower(self) -> Grower:
        """Say how a model is grown here, for its record."""
        how = f"lightgbm.dask on {self.workers} workers, not repeatable to the byte"
        return Grower(how, self.grow, DISTRIBUTED)

    def grow(self, growing: Growing) -> str:
        """Grow a booster on all workers through LightGBM's own Dask interface.

        Monotone as declared; not the same bytes as one grown in one process, nor the
        same for another number of workers.
        """
        with (
            _ONE_BOOSTER,
            self._client() as client,
            warnings.catch_warnings(),
        ):
            # Its own regressor passes what it then warns of.
            warnings.filterwarnings("ignore", "Parameter n_jobs will be ignored")
            rows = -(-len(growing.target) // max(1, len(client.ncores())))

            def spread(values: np.ndarray) -> da.Array:
                array: da.Array = da.from_array(values, (rows, *values.shape[1:]))
                return array

            chosen = growing.parameters | DISTRIBUTED
            # Each worker takes the threads it was started with.
            del chosen["num_threads"]
            model = DaskLGBMRegressor(
                client=client, n_estimators=growing.rounds, **chosen
            )
            weight = growing.weight
            model.fit(
                spread(growing.inputs),
                spread(growing.target),
                sample_weight=None if weight is None else spread(weight),
                init_score=spread(growing.offsets),
                feature_name=list(growing.features),
            )
            text: str = model.booster_.model_to_string()
        return text

    @contextmanager
    def _client(self) -> Iterator[Client]:
        try:
            client = Client(self.address, timeout=_PATIENCE, set_as_default=False)
        except (OSError, ValueError) as error:
            message = f"no scheduler answers at {self.address}: {error}; start one with: dask scheduler"
            raise MachineError(message) from error
        # What waits, LightGBM too, asks for the client that is current.
        with client, client.as_current():
            yield client
