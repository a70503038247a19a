"""A load that is killed, crowded out or short of disk leaves before or after, never between."""

import resource
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pytest

from features.errors import WarehouseError
from pipelines.load import load
from tests import ROOT
from tests.source_files import BUSINESS, INSPECTION, Books, businesses, lines, write

ROWS = 3_000
KILLS = 16
LOAD = """
import sys
from datetime import date
from pathlib import Path
from pipelines.load import load

print("ready", flush=True)
sys.stdin.readline()
load(Path(sys.argv[1]), mapping="shian", warehouse=Path(sys.argv[2]), loaded_on=date(2026, 1, 1))
print("done", flush=True)
"""
COUNTS = """
select (select count(*) from mart.business), (select count(*) from mart.inspection),
    (select count(*) from raw.business), (select count(*) from raw.inspection),
    (select count(*) from output.quarantine), (select count(*) from raw.batch),
    (select count(*) from raw.file)
"""


def big(folder: Path, wording: str = "店") -> Path:
    """Write a few thousand rows, some of them bad."""
    return write(
        folder,
        business=lines(
            BUSINESS,
            *(f"B{n},2020-01-01,2020-01-02,{wording}{n},catering" for n in range(ROWS)),
        ),
        inspection=lines(
            INSPECTION,
            *(f"V{n},B{n},2025-03-01,2025-03-02,routine" for n in range(ROWS + 50)),
        ),
    )


def start(source: Path, warehouse: Path) -> "subprocess.Popen[str]":
    """Start a load that has imported everything and waits for the word."""
    process = subprocess.Popen(
        [sys.executable, "-c", LOAD, str(source), str(warehouse)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def go(process: "subprocess.Popen[str]") -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


@pytest.mark.slow
def test_a_load_killed_at_any_moment_leaves_the_state_before_or_after(
    tmp_path: Path, books: Books
) -> None:
    """The second batch corrects every business: its rows must all change, or none."""
    books.load(big(tmp_path / "first"))
    before = books.ask(COUNTS)
    source = big(tmp_path / "second", wording="更名店")
    whole = books.copy(tmp_path / "whole.duckdb")
    process = start(source, whole.path)
    began = time.monotonic()
    go(process)
    assert process.stdout is not None
    assert process.stdout.readline() == "done\n"
    took = time.monotonic() - began
    process.communicate()
    after = whole.ask(COUNTS)
    assert after != before
    seen = []
    for kill in range(KILLS):
        own = books.copy(tmp_path / f"{kill}.duckdb")
        process = start(source, own.path)
        go(process)
        try:
            # From the first moment to a little past the whole duration.
            process.wait(timeout=took * 1.1 * kill / (KILLS - 1))
        except subprocess.TimeoutExpired:
            process.kill()
        process.communicate()
        renamed = own.ask("select count(*) from mart.business where name like '更名%'")
        seen.append(own.ask(COUNTS))
        assert (seen[-1], renamed) in [(before, [(0,)]), (after, [(ROWS,)])]
        assert own.load(source).total.quarantined == 50
        assert own.ask(COUNTS) == after
    assert seen[0] == before


@pytest.mark.slow
def test_a_first_load_killed_while_it_makes_the_warehouse_can_be_repeated(
    tmp_path: Path,
) -> None:
    source = write(tmp_path / "in", business=businesses("B1"))
    for kill in range(8):
        warehouse = tmp_path / f"{kill}.duckdb"
        process = start(source, warehouse)
        go(process)
        try:
            process.wait(timeout=0.15 * kill)
        except subprocess.TimeoutExpired:
            process.kill()
        process.communicate()
        assert Books(warehouse).load(source).total.read == 1
        assert Books(warehouse).ask("select count(*) from mart.business") == [(1,)]


def test_a_second_load_at_the_same_time_is_told_to_wait(
    tmp_path: Path, books: Books
) -> None:
    source = write(tmp_path / "in", business=businesses("B1"))
    holder = subprocess.Popen(
        [sys.executable, "-c",
         "import sys; from pathlib import Path; from features.warehouse import open_warehouse\n"
         "with open_warehouse(Path(sys.argv[1])): print('held', flush=True); sys.stdin.readline()",
         str(books.path)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT,
    )  # fmt: skip
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    with pytest.raises(WarehouseError, match="is in use by another process"):
        books.load(source)
    holder.communicate("\n")
    assert books.load(source).total.loaded == 1


def test_a_full_disk_is_named_and_changes_nothing(tmp_path: Path, books: Books) -> None:
    source = big(tmp_path / "in")
    before = books.ask(COUNTS)
    size = books.path.stat().st_size
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        with pytest.raises(
            WarehouseError, match="could not be written, and is as it was"
        ):
            load(
                source,
                mapping="shian",
                warehouse=books.path,
                loaded_on=date(2026, 1, 1),
            )
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert books.ask(COUNTS) == before
