"""Fifty officers for two minutes at the review workbench of a scored district.

    pytest -m bench -o addopts="--import-mode=importlib" tests/benchmarks/test_review_load.py -s

Makes the demo district of 25,140 businesses (SHIAN_DEMO may name one that is there), a
register of 300 cases in every state, and fifty accounts; serves them by `shian review` in
a process of its own on loopback. Each officer keeps one connection and asks for a page
about once a second, after ten in which all sign in: mostly the worklist, then cases, candidates, and now and then an act
with a document. Nothing may fail, and 95 of 100 worklists must be there in 300 ms.
"""

import json
import os
import random
import shutil
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from features.warehouse import create_warehouse, open_warehouse
from pipelines.demo import demo
from pipelines.register.decisions import create_register
from pipelines.review.account_store import AccountStore
from pipelines.review.signing import Newcomer, add_account
from tests import ROOT
from tests.register_requests import recorded
from tests.review_office import HASH, NINE, PDF, Visitor

pytestmark = pytest.mark.bench

OFFICERS, SECONDS, CASES = 50, 120.0, 300
SLOWEST_WORKLIST, ARRIVAL = 0.3, 10.0
ROLES = ("case_officer", "legal_reviewer", "approver", "viewer")
# How far a case has come; a tenth of all asks is an act in one of the first.
WAYS = (("NOTICE",), ("NOTICE",), ("2026-03-02 Li file",), ("LISTED",), ("PUBLISHED",))
SHIAN = Path(sys.executable).with_name("shian")


@dataclass
class Tally:
    """Seconds of every page, and what failed."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    failed: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the district, its register and its accounts."""
    made = tmp_path_factory.mktemp("load")
    given = os.environ.get("SHIAN_DEMO")
    source = Path(given) if given else made / "demo"
    if not given:
        demo(source)
    warehouse = made / "warehouse.duckdb"
    shutil.copyfile(source / "warehouse.duckdb", warehouse)
    create_warehouse(warehouse)
    shutil.copytree(source / "models", made / "models")
    with open_warehouse(warehouse, read_only=True) as opened:
        known = opened.sql("select distinct business_id from mart.business order by 1")
    create_register(made / "register.sqlite")
    for number, business in enumerate(known["business_id"].to_list()[:CASES]):
        way = WAYS[number % len(WAYS)]
        recorded(made / "register.sqlite", way, business=business)
    store = AccountStore(made / "accounts.sqlite")
    for number in range(OFFICERS):
        role = ROLES[number % len(ROLES)]
        login, person = f"officer{number}", f"officer number {number}"
        who = Newcomer(login=login, person=person, role=role)
        add_account(store, who, by="bench", at=NINE)
        store.change(login, password_hash=HASH, is_initial=False, initial_until=None)
    return made


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Run `shian review` as an office would."""
    where = [
        *("--register", folder / "register.sqlite"),
        *("--warehouse", folder / "warehouse.duckdb"),
        *("--store", folder / "models"),
        *("--accounts", folder / "accounts.sqlite"),
        *("--documents", folder / "documents"),
    ]
    with (folder / "log.txt").open("w", encoding="utf-8") as log:
        process = subprocess.Popen(
            [SHIAN, "review", "--json", "--port", "0", *map(str, where)],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            cwd=ROOT,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        assert process.stdout is not None
        try:
            yield str(json.loads(process.stdout.readline())["url"]).rstrip("/")
        finally:
            process.terminate()
            process.wait()
            process.stdout.close()


def works(number: int, address: str, until: float, tally: Tally) -> None:
    """Sign in, then ask for a page about once a second until the time is over."""
    chance = random.Random(number)  # noqa: S311  no secret hangs on it
    visitor = Visitor(address)
    try:
        # An office does not sign in within the same second.
        time.sleep(chance.uniform(0, ARRIVAL))
        began = time.perf_counter()
        answer = visitor.sign_in(f"officer{number}")
        tally.seconds["sign in"].append(time.perf_counter() - began)
        if answer.status != 303:
            tally.failed.append(f"sign in {answer.status}")
        while time.perf_counter() < until:
            asks(visitor, chance, number, tally)
            time.sleep(chance.uniform(0.5, 1.5))
    except OSError as error:
        tally.failed.append(repr(error))
    finally:
        visitor.close()


def asks(visitor: Visitor, chance: random.Random, number: int, tally: Tally) -> None:
    """Ask for one page, or do one act."""
    case = f"2026-{chance.randrange(CASES) + 1:04d}"
    drawn = chance.random()
    what, path = (
        ("worklist", "/" if drawn < 0.4 else f"/?role=all&page={chance.randint(1, 6)}")
        if drawn < 0.7
        else ("case", f"/cases/{case}")
        if drawn < 0.85
        else ("candidates", "/candidates")
    )
    is_act = drawn > 0.97 and ROLES[number % len(ROLES)] == "case_officer"
    if is_act:
        # Cases of the first two ways stand at the notice.
        number = 5 * chance.randrange(CASES // 5) + 1
        what, path = "act", f"/cases/2026-{number:04d}/acts/record_defence"
    fields = {
        "csrf": visitor.csrf() if is_act else "",
        "nonce": str(chance.random()),
        "reason": "当事人提交陈述申辩",
    }
    began = time.perf_counter()
    if is_act:
        sent = [("attachment.defence", "defence.pdf", PDF * 1000)]
        answer = visitor.post(path, fields, sent)
    else:
        answer = visitor.get(path)
    tally.seconds[what].append(time.perf_counter() - began)
    if answer.status not in {200, 303}:
        tally.failed.append(f"{what} {answer.status} {answer.text[-300:]}")


def test_fifty_officers_work_two_minutes_without_an_error(folder: Path) -> None:
    tally = Tally()
    with served(folder) as address:
        # The server of an office has been asked before.
        first = Visitor(address)
        first.sign_in("officer0")
        for path in ("/", "/candidates", "/cases"):
            assert first.get(path).status == 200
        first.close()
        until = time.perf_counter() + SECONDS
        officers = [
            threading.Thread(target=works, args=(n, address, until, tally))
            for n in range(OFFICERS)
        ]
        for officer in officers:
            officer.start()
        for officer in officers:
            officer.join()
    count = sum(map(len, tally.seconds.values()))
    print(
        f"\n{OFFICERS} officers, {SECONDS:.0f} s, {count} requests, {len(tally.failed)} failed"
    )
    print(f"{'page':<12}{'asked':>8}{'p50 ms':>9}{'p95 ms':>9}{'max ms':>9}")
    for what, seconds in tally.seconds.items():
        p50, p95, most = np.quantile(seconds, (0.5, 0.95, 1.0)) * 1000
        print(f"{what:<12}{len(seconds):>8}{p50:>9.0f}{p95:>9.0f}{most:>9.0f}")
    log = (folder / "log.txt").read_text("utf-8")
    assert tally.failed == []
    assert "fault" not in log
    assert len(tally.seconds["act"]) > 0
    assert np.quantile(tally.seconds["worklist"], 0.95) < SLOWEST_WORKLIST
