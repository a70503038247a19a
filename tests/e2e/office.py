"""An office at the command line: a warehouse, a register, and a clock the test turns."""

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from models.case import step_of
from models.rules import load_rules
from tests import ROOT


@dataclass(frozen=True)
class Called:
    """What a call of the command line gave back."""

    code: int
    out: str
    err: str

    @property
    def facts(self) -> Any:
        return json.loads(self.out)


@dataclass(frozen=True)
class Demo:
    folder: Path
    facts: dict[str, Any]

    @property
    def where(self) -> tuple[str, ...]:
        """Name the warehouse and the store, as a user would."""
        return (
            "--warehouse",
            str(self.folder / "warehouse.duckdb"),
            "--store",
            str(self.folder / "models"),
        )


LI, WANG, ZHAO = "李雷 case_officer", "王芳 legal_reviewer", "赵敏 approver"
FILED, SERVED, HEARD = "2026-03-02", "2026-03-03", "2026-03-11"
RULES = load_rules()
PENALTIES = """\
penalty_id,business_id,document_no,decided_on,recorded_at,law_article,kinds,fine_yuan,discretion_grade,procedure,is_intentional
L-1,{0},罚〔2026〕1号,2026-02-10,2026-02-11,fsl:123,fine,50000,heavier,ordinary,true
L-2,{1},罚〔2026〕2号,2026-02-10,2026-02-11,fsl:124,fine,60000,heavier,ordinary,true
L-3,{2},罚〔2026〕3号,2026-02-10,2026-02-11,fsl:124,fine,60000,heavier,ordinary,false
L-4,{3},罚〔2026〕4号,2026-02-10,2026-02-11,fsl:126,warning,0,ordinary,ordinary,true
"""


@dataclass(frozen=True)
class Office:
    """A warehouse with candidates, an empty register, and a clock the test turns."""

    folder: Path
    demo: Demo
    businesses: tuple[str, ...]

    @property
    def register(self) -> Path:
        return self.folder / "register.sqlite"

    @property
    def warehouse(self) -> Path:
        return self.folder / "own.duckdb"

    @property
    def where(self) -> tuple[object, ...]:
        return ("--register", self.register, "--warehouse", self.warehouse)

    @property
    def store(self) -> tuple[object, ...]:
        return ("--store", self.demo.folder / "models")

    def on(self, day: str, *arguments: object) -> Called:
        """Run the command line at nine o'clock of a day."""
        clocked = [sys.executable, ROOT / "tests/e2e/clocked.py", f"{day}T09:00+08:00"]
        done = subprocess.run(
            [*map(str, clocked), *map(str, arguments)],
            capture_output=True,
            text=True,
            check=False,
            cwd=ROOT,
        )
        return Called(done.returncode, done.stdout, done.stderr)

    def mark(self, day: str, asked: str) -> str:
        looked = self.on(
            day, "listing", "look", asked, *self.where, *self.store, "--json"
        )
        assert looked.code == 0, looked.err
        return str(looked.facts["mark"])

    def open(self, day: str, business: str, *more: object) -> Called:
        asked = ("listing", "open", business, "--actor", "李雷", "--reason", "情节严重")
        return self.on(
            day, *asked, *self.complete("file", day), *more, *self.where, *self.store
        )

    def act(self, day: str, who: str, action: str, *more: object) -> Called:
        """Do an act with everything the rules of the day ask for, but the mark."""
        actor, role = who.split()
        said = ("--actor", actor, "--role", role, "--reason", f"{action}的理由")
        asked = ("listing", "act", "2026-0001", action, *said)
        more = (*self.complete(action, day), *more)
        return self.on(day, *asked, *more, *self.where, *self.store)

    def complete(self, action: str, day: str) -> Sequence[object]:
        step = step_of(RULES, action, date.fromisoformat(day))
        if step is None:
            return ()
        document = self.folder / "document.pdf"
        document.write_text("signed", "utf-8")
        attached = [("--attach", f"{kind}={document}") for kind in step.attachments]
        confirmed = [("--confirm", code) for code in step.confirmations]
        return [word for pair in attached + confirmed for word in pair]

    def copy(self, folder: Path) -> "Office":
        """Give an office with a register of its own to go on in."""
        shutil.copytree(self.folder, folder, dirs_exist_ok=True)
        return replace(self, folder=folder)


def refused(called: Called, said: str, code: int = 8) -> None:
    assert called.code == code, called.err
    assert called.err.count("\n") == 1
    assert said in called.err
    assert called.out == ""
