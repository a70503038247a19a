"""A nation of invented districts, each with records of its own, and what scoring it costs.

    python -m tests.nation add WAREHOUSE FIRST LAST

adds the districts of these numbers, without the slips of the pen that `load` is there to
find: what is measured on a nation is what comes after loading.

    python -m tests.nation score WAREHOUSE STORE WORKERS

scores it and tells, as JSON, CPU seconds by stage and the most that a process held.
"""

import json
import re
import resource
import shutil
import sys
import tempfile
import time
from dataclasses import fields
from datetime import date
from multiprocessing import active_children
from multiprocessing.process import BaseProcess
from pathlib import Path

import polars as pl

from features.schema import Facts, schema
from features.warehouse import open_warehouse
from pipelines.engines import Here, Pool, Spread
from pipelines.score import score
from pipelines.simulate import PLAN_TOTAL, SEED, noise, simulate

# Enough to fill every window but the longest, and quick to invent.
YEARS = 2
# Districts stand apart, ten in a row, as far as districts do.
DEGREES = 0.3
IN_A_ROW = 10
# What names something in a district only.
_NAMES = ("chain_code", "street_code")


def add_district(
    warehouse: Path, number: int, *, businesses: int = PLAN_TOTAL, years: int = YEARS
) -> None:
    """Invent the district of a number and put its records into the mart."""
    folder = Path(tempfile.mkdtemp(prefix="district"))
    try:
        simulate(folder, businesses=businesses, years=years, seed=SEED + number)
        with open_warehouse(warehouse) as opened, opened.transaction():
            for field in fields(Facts):
                path = folder / "source" / f"{field.name}.parquet"
                rows = as_recorded(pl.read_parquet(path), field.name)
                opened.insert(f"mart.{field.name}", placed(rows, number))
    finally:
        shutil.rmtree(folder)


def as_recorded(rows: pl.DataFrame, table: str) -> pl.DataFrame:
    """Take the columns of the mart, in its types."""
    columns = schema()[f"mart.{table}"].columns
    shared = [name for name in columns if name in rows.columns]
    return rows.select(pl.col(name).cast(columns[name].dtype) for name in shared)


def placed(rows: pl.DataFrame, number: int) -> pl.DataFrame:
    """Give the rows names of their own district, and its place."""
    names = [n for n in rows.columns if n in _NAMES or n.endswith("_id")]
    moves = {
        "lon": DEGREES * (number % IN_A_ROW),
        "lat": DEGREES * (number // IN_A_ROW),
    }
    return rows.with_columns(
        *(pl.concat_str(pl.lit(f"{number:03d}-"), name).alias(name) for name in names),
        *(pl.col(n) + move for n, move in moves.items() if n in rows.columns),
    )


def without_slips() -> None:
    """Invent records as they are, not as people type them."""
    noise.ERROR_SHARE = noise.DUPLICATE_SHARE = 0.0


class Meter:
    """CPU seconds by stage of a run, of this process and of those it started."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._worker_kib = 0
        self._stage, self._last = "start", cpu()
        self._began = time.perf_counter()

    def told(self, stage: str, _share: float) -> None:
        """Count what was used since to the stage told of before."""
        now = cpu()
        self._worker_kib = max(self._worker_kib, *map(peak, active_children()), 0)
        self.seconds[self._stage] = (
            self.seconds.get(self._stage, 0.0) + now - self._last
        )
        self._stage, self._last = stage, now

    def figures(self) -> dict[str, object]:
        """Give seconds and gigabytes; Linux counts memory in kibibytes."""
        return {
            "cpu_seconds": {s: round(n, 2) for s, n in self.seconds.items()},
            "wall_seconds": round(time.perf_counter() - self._began),
            "main_gb": used(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9,
            "worker_gb": self._worker_kib * 1024 / 1e9,
        }


def peak(worker: BaseProcess) -> int:
    """Give the most that a worker at work has held, in KiB; 0 of one that has ended.

    What Linux tells of ended children (ru_maxrss) holds the memory of the process that
    started them, 2.4 GB of a nation's, and not only their own.
    """
    try:
        status = Path(f"/proc/{worker.pid}/status").read_text()
    except OSError:
        return 0
    return int(dict(re.findall(r"(\w+):\s+(\d+) kB", status)).get("VmHWM", 0))


def used(who: int) -> resource.struct_rusage:
    return resource.getrusage(who)


def cpu() -> float:
    both = used(resource.RUSAGE_SELF), used(resource.RUSAGE_CHILDREN)
    return sum(one.ru_utime + one.ru_stime for one in both)


def measured(warehouse: Path, store: Path, workers: int) -> dict[str, object]:
    """Score a nation and tell what it cost."""
    meter = Meter()
    engine = Pool(workers) if workers > 1 else Here()
    report = score(
        warehouse,
        as_of=date(2026, 1, 1),
        store=store,
        spread=Spread(engine),
        progress=meter.told,
    )
    return {"businesses": report.businesses, "workers": workers, **meter.figures()}


def main(verb: str, warehouse: str, *more: str) -> None:
    if verb == "score":
        store, workers = more
        figures = measured(Path(warehouse), Path(store), int(workers))
        sys.stdout.write(json.dumps(figures) + "\n")
        return
    without_slips()
    first, last = more
    for district in range(int(first), int(last) + 1):
        add_district(Path(warehouse), district)


if __name__ == "__main__":
    main(*sys.argv[1:])
