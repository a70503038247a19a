"""What scoring a nation with explanations costs: CPU by stage, and the most memory held.

    make bench                                             300,000 businesses
    NATION_DISTRICTS=83 .venv/bin/python -m pytest -m bench -o addopts= -s \\
        tests/benchmarks/test_nation.py                    two million

The districts are invented one by one; a store and a warehouse are left where
NATION_FOLDER says, and used again.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests import ROOT
from tests.nation import add_district

pytestmark = pytest.mark.bench

DISTRICTS = int(os.environ.get("NATION_DISTRICTS", "12"))
WORKERS = 2
# A process holds one shard whatever the register holds; twice a district's gigabyte.
MOST_WORKER_GB = 2.0
# What the first pass holds of every business is its place and two sums.
MOST_MAIN_GB = 3.0
# Per row a nation may cost this much more than one district, and not more.
MOST_GROWTH = 1.5
CORES = (2, 64)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    given = os.environ.get("NATION_FOLDER")
    return Path(given) if given else tmp_path_factory.mktemp("nation")


def nation(folder: Path, districts: int) -> Path:
    """Give a warehouse of so many districts, made unless it is there."""
    warehouse = folder / f"nation{districts}.duckdb"
    if not warehouse.exists():
        draft = folder / f"draft{districts}.duckdb"
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("pipelines.simulate.noise.ERROR_SHARE", 0.0)
            patch.setattr("pipelines.simulate.noise.DUPLICATE_SHARE", 0.0)
            for number in range(districts):
                add_district(draft, number)
        draft.rename(warehouse)
    return warehouse


def trained(folder: Path) -> Path:
    """Give a store with a model of the first district."""
    store = folder / "models"
    if not store.exists():
        run(
            "train",
            "--as-of",
            "2026-01-01",
            "--warehouse",
            nation(folder, 1),
            "--store",
            store,
        )
    return store


def run(*arguments: str | Path) -> None:
    shian = Path(sys.executable).with_name("shian")
    subprocess.run([shian, *map(str, arguments), "--quiet"], check=True)


def measured(folder: Path, districts: int) -> dict[str, Any]:
    """Score in a process of its own, so that its peak is its own."""
    command = ("-m", "tests.nation", "score")
    asked = (nation(folder, districts), trained(folder), WORKERS)
    done = subprocess.run(
        [sys.executable, *command, *map(str, asked)],
        stdout=subprocess.PIPE,
        check=True,
        cwd=ROOT,
    )
    figures: dict[str, Any] = json.loads(done.stdout)
    return figures


def per_row(figures: dict[str, Any]) -> dict[str, float]:
    seconds = figures["cpu_seconds"]
    return {name: s / figures["businesses"] * 1e6 for name, s in seconds.items()}


def test_a_nation_costs_what_its_districts_cost_and_fits_in_memory(
    folder: Path,
) -> None:
    one, many = measured(folder, 1), measured(folder, DISTRICTS)
    print("\n\n| businesses | stage | CPU us a row |\n| ---: | --- | ---: |")
    for figures in (one, many):
        for stage, cost in per_row(figures).items():
            print(f"| {figures['businesses']:,} | {stage} | {cost:.0f} |")
    total = sum(per_row(many).values())
    print("\n| businesses | cores | hours, extrapolated |\n| ---: | ---: | ---: |")
    for businesses in (many["businesses"], 2_000_000, 20_000_000):
        for cores in CORES:
            print(
                f"| {businesses:,} | {cores} | {businesses * total / 3.6e9 / cores:.2f} |"
            )
    print(f"\npeak GB: main {many['main_gb']:.2f}, each worker {many['worker_gb']:.2f}")
    assert many["worker_gb"] < MOST_WORKER_GB
    assert many["main_gb"] < MOST_MAIN_GB
    assert total < MOST_GROWTH * sum(per_row(one).values())
