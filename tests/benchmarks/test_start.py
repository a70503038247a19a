"""CPU seconds from the prompt to the answer of commands that need no model.

    pytest -m bench -o addopts="--import-mode=importlib" tests/benchmarks/test_start.py -s

User and system time of a process of its own, the least of five: what others do on the
machine only ever adds to it.
"""

from pathlib import Path

import pytest

from pipelines.register.decisions import create_register
from tests.register_requests import recorded
from tests.started import started

pytestmark = pytest.mark.bench
COMMANDS = {
    "shian --help": ("--help",),
    "shian listing case 2026-0001": ("listing", "case", "2026-0001"),
    "shian register head": ("register", "head"),
    "shian verify": ("verify",),
}
AIM, TRIES = 0.6, 5


def test_a_command_without_a_model_starts_at_once(tmp_path: Path) -> None:
    (tmp_path / "var").mkdir()
    create_register(tmp_path / "var" / "register.sqlite")
    recorded(tmp_path / "var" / "register.sqlite", ["2026-03-02 Li file"])
    print("\n\n| command | CPU s |\n|---|---|")
    costs = {}
    for name, arguments in COMMANDS.items():
        runs = [started(arguments, tmp_path) for _ in range(TRIES)]
        assert {run.code for run in runs} == {0}
        costs[name] = min(run.cpu for run in runs)
        print(f"| `{name}` | {costs[name]:.2f} |")
    assert max(costs.values()) < AIM
