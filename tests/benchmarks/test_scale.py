"""Seconds and peak memory: the demo by stage, and simulations of growing size.

    make bench

Every stage is a command of its own in a process of its own, so that its peak is its own.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.bench

SHIAN = Path(sys.executable).with_name("shian")
AS_OF, BEFORE = "2026-01-01", "2025-01-01"
# Promised for two cores; the seconds, at most 240, depend on who else is at work there
# and are only told.
DEMO_GIGABYTES = 4
# Twice the businesses may cost this much more memory, not twice.
MEMORY_GROWTH = 1.25


def run(*arguments: str | Path) -> tuple[float, float]:
    """Run a command; give its seconds and the gigabytes it held at most."""
    start = time.perf_counter()
    with subprocess.Popen([SHIAN, *map(str, arguments), "--quiet"]) as process:
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    # Linux counts in kibibytes.
    return time.perf_counter() - start, used.ru_maxrss * 1024 / 1e9


def told(name: str, seconds: float, gigabytes: float) -> None:
    print(f"| {name} | {seconds:.0f} | {gigabytes:.2f} |")


def test_the_demo_keeps_its_promise_stage_by_stage(tmp_path: Path) -> None:
    warehouse, store = tmp_path / "demo.duckdb", tmp_path / "models"
    stages: dict[str, tuple[str | Path, ...]] = {
        "simulate": ("simulate", "--out", tmp_path),
        "load": ("load", tmp_path / "source", "-m", "shian", "--on", AS_OF),
        "train": ("train", "--as-of", AS_OF, "--store", store),
        "backtest": ("backtest", "--from", BEFORE, "--to", AS_OF),
        "score": ("score", "--as-of", AS_OF, "--store", store, "--out", tmp_path / "s"),
    }
    print("\n\n| stage | seconds | peak GB |\n| --- | --- | --- |")
    for name, arguments in stages.items():
        reads = () if name == "simulate" else ("--warehouse", warehouse)
        told(name, *run(*arguments, *reads))
    seconds, gigabytes = run("demo", "--out", tmp_path / "demo")
    told("demo, all in one", seconds, gigabytes)
    assert gigabytes < DEMO_GIGABYTES


def test_twice_the_businesses_need_hardly_more_memory(tmp_path: Path) -> None:
    print("\n\n| businesses | seconds | peak GB |\n| --- | --- | --- |")
    peaks = []
    for count in (200_000, 400_000):
        sized = ("--businesses", str(count), "--years", "2")
        seconds, gigabytes = run("simulate", *sized, "--out", tmp_path / str(count))
        told(f"{count:,}", seconds, gigabytes)
        peaks.append(gigabytes)
    assert peaks[1] < MEMORY_GROWTH * peaks[0]
