"""Kills writers, fills the disk, cuts the file short, and lets many write at once.

What was acknowledged must be there afterwards, once; what was not may be sent again
under its key, and is then there, once.
"""

import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from shutil import copyfile

import pytest

from features.errors import RegisterError
from models.case import state
from pipelines.register.decisions import cases, create_register, open_case
from pipelines.register.ledger import open_ledger
from pipelines.register.verify import head, verify
from tests import ROOT
from tests.listing_acts import TO_PUBLISHED
from tests.register_requests import GROUND, RULES, recorded, request

# An officer's work as a process of its own: it says which request was acknowledged only
# after the register has said so.
OFFICER = """
import sys
from pathlib import Path
from tests.register_requests import recorded
path, first, last = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
for number in range(first, last):
    for entry in recorded(path, sys.argv[4:], business=f"b{number}"):
        print(entry.idempotency_key, flush=True)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    create_register(tmp_path / "register.sqlite")
    return tmp_path / "register.sqlite"


def officer(path: Path, first: int, last: int, *acts: str) -> "subprocess.Popen[str]":
    arguments = [sys.executable, "-c", OFFICER, str(path), str(first), str(last), *acts]
    return subprocess.Popen(arguments, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def keys(path: Path) -> list[str]:
    with open_ledger(path) as ledger:
        return [entry.idempotency_key for entry in ledger.entries()]


def test_officers_who_write_at_once_lose_nothing_and_do_nothing_twice(
    path: Path,
) -> None:
    # Two officers each work on the same three cases and on three of their own.
    officers = [officer(path, 0, 3, "NOTICE") for _ in range(2)]
    officers += [officer(path, 3 * n, 3 * n + 3, "NOTICE") for n in (1, 2)]
    said = [process.communicate()[0].split("\n")[:-1] for process in officers]
    assert [process.returncode for process in officers] == [0] * 4
    written = keys(path)
    assert sorted(written) == sorted({key for lines in said for key in lines})
    assert len(written) == 9 * 2
    assert verify(path, RULES).is_sound


def test_many_who_make_the_register_at_once_make_one(tmp_path: Path) -> None:
    path = tmp_path / "new.sqlite"
    code = (
        "import sys; from pathlib import Path;"
        "from pipelines.register.decisions import create_register;"
        "create_register(Path(sys.argv[1]))"
    )
    makers = [
        subprocess.Popen([sys.executable, "-c", code, str(path)], cwd=ROOT)
        for _ in range(4)
    ]
    assert [maker.wait() for maker in makers] == [0] * 4
    assert verify(path, RULES).is_sound


@pytest.mark.parametrize("acknowledged", [1, 2, 3, 4, 6, 9, 12, 15, 18, 21, 23])
def test_a_killed_writer_loses_no_decision_and_repeats_none(
    path: Path, acknowledged: int
) -> None:
    process = officer(path, 0, 3, "PUBLISHED")
    said = [line.strip() for line in first_lines(process, acknowledged)]
    process.send_signal(signal.SIGKILL)
    said += process.communicate()[0].split("\n")[:-1]
    assert verify(path, RULES).is_sound
    assert set(said) <= set(keys(path))
    # The officer sends everything again: what was done is not done twice.
    again = officer(path, 0, 3, "PUBLISHED")
    again.communicate()
    written = keys(path)
    assert len(written) == len(set(written)) == 3 * len(TO_PUBLISHED)
    assert {state(case, RULES) for case in cases(path).values()} == {"published"}
    assert verify(path, RULES).is_sound


def first_lines(process: "subprocess.Popen[str]", number: int) -> list[str]:
    assert process.stdout is not None
    return [process.stdout.readline() for _ in range(number)]


def crashed(path: Path, target: Path) -> Path:
    """Copy the files as a power cut would leave them: nothing closed, WAL and all."""
    target.mkdir(parents=True)
    for end in ("", "-wal"):
        copyfile(path.with_name(path.name + end), target / (path.name + end))
    return target / path.name


@pytest.fixture
def cut(path: Path, tmp_path: Path) -> Iterator[tuple[Path, list[int]]]:
    """Give a crashed register and the size of its WAL at each acknowledged entry."""
    sizes = []
    wal = path.with_name(f"{path.name}-wal")
    with open_ledger(path):  # held open, so that the last writer leaves the WAL behind
        for business in ("b", "c"):
            for number in range(1, len(TO_PUBLISHED) + 1):
                recorded(path, TO_PUBLISHED[:number], business=business)
                sizes.append(wal.stat().st_size)
        yield crashed(path, tmp_path / "cut"), sizes


def test_a_file_cut_short_keeps_every_decision_that_had_reached_it(
    cut: tuple[Path, list[int]], tmp_path: Path
) -> None:
    whole, sizes = cut
    length = (whole.with_name(f"{whole.name}-wal")).stat().st_size
    for number, keep in enumerate(cuts(sizes, length)):
        path = crashed(whole, tmp_path / f"cut{number}")
        os.truncate(path.with_name(f"{path.name}-wal"), keep)
        survived = sum(size <= keep for size in sizes)
        verified = verify(path, RULES)
        assert verified.is_sound
        assert verified.entries >= survived


def cuts(sizes: list[int], length: int) -> list[int]:
    """Choose where to cut: at, just before and just after each entry's end, and between."""
    edges = [size + d for size in sizes for d in (-1, 0, 1, -2000)]
    return sorted({edge for edge in edges if sizes[0] <= edge <= length})


def test_decisions_that_a_cut_took_show_against_an_exported_head(
    cut: tuple[Path, list[int]], tmp_path: Path
) -> None:
    whole, sizes = cut
    anchor = head(crashed(whole, tmp_path / "before"))
    path = crashed(whole, tmp_path / "after")
    os.truncate(path.with_name(f"{path.name}-wal"), sizes[9])
    (finding,) = verify(path, RULES, anchor=anchor).findings
    assert finding.text == "rows 11 to 16 were in the exported head and gone"


@pytest.mark.parametrize("kib", [0, 3, 20, 60])
def test_a_full_disk_refuses_what_it_cannot_keep_and_loses_nothing(
    path: Path, kib: int
) -> None:
    recorded(path, ["NOTICE"])
    before = keys(path)
    done = fill(path, kib)
    assert 0 <= done < 40
    written = keys(path)
    assert written[: len(before)] == before
    assert len(written) == len(before) + done
    assert verify(path, RULES).is_sound
    # With room again, the request that failed goes through under its own key.
    recorded(path, ["2026-03-02 Li file"], business=f"x{done}")
    assert len(keys(path)) == len(before) + done + 1


def fill(path: Path, kib: int) -> int:
    """File cases while no file may grow past a size; say how many were acknowledged."""
    filing = request("2026-03-02 Li file")
    with open_ledger(path):  # keeps the WAL, so that it is what grows
        size = path.stat().st_size + kib * 1024
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
        try:
            for number in range(40):
                asked = replace(filing, idempotency_key=f"x{number} 2026-03-02 Li file")
                ground = replace(
                    GROUND, business_id=f"x{number}", penalty_id=f"p-x{number}"
                )
                try:
                    open_case(path, ground, asked, RULES)
                except RegisterError:
                    return number
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    return 40
