"""The main job end to end on an invented district, in one folder of its own."""

import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from features.errors import UsageError
from pipelines.backtest import BacktestReport, backtest
from pipelines.export import PARQUET, REPORTS, SPREADSHEET, export
from pipelines.load import load
from pipelines.promoting import Person, Review, confirm, review
from pipelines.runs import Run
from pipelines.score import score
from pipelines.simulate import FOLDERS, PLAN_TOTAL, simulate
from pipelines.train import train

Progress = Callable[[str, float], None]

# The invented records end here; the backtest covers the year before.
AS_OF = date(2026, 1, 1)
BACKTEST_FROM = date(2025, 1, 1)
# In a folder that carries this file the next demo takes the place of the last.
MARKER = ".shian-demo"
# Nobody's decision: the day is the district's, for the same demo leaves the same bytes.
DEMO_PERSON = Person(
    "demo", "演示，非真实决定 / a demo, no decision", "2026-01-01", "demo"
)
WAREHOUSE, STORE = "warehouse.duckdb", "models"
# All that a demo writes, and the pages made from it as its last words propose.
WRITTEN = (
    *(*FOLDERS, STORE, "pages"),
    *(WAREHOUSE, f"{WAREHOUSE}.wal", f"{WAREHOUSE}.shards"),
    *(PARQUET, SPREADSHEET, *REPORTS.values()),
)


@dataclass(frozen=True)
class Demo:
    """What the demo made: the run, the backtest, the files, and seconds by stage."""

    folder: Path
    run: Run
    backtest: BacktestReport
    review: Review
    quarantined: int
    files: list[Path]
    seconds: dict[str, float]

    def as_dict(self) -> dict[str, Any]:
        """Give the demo as plain values for a program."""
        counts = self.run.scores.group_by("risk_grade").len().sort("risk_grade")
        return {
            "as_of": self.run.as_of.isoformat(),
            "run_id": self.run.record["run_id"],
            "businesses": self.run.scores.height,
            "grades": dict(counts.iter_rows()),
            "quarantined": self.quarantined,
            "review": self.review.as_dict(),
            "backtest": self.backtest.overall.to_dicts(),
            "files": self.files,
            "seconds": self.seconds,
        }


def demo(
    out: Path,
    *,
    businesses: int = PLAN_TOTAL,
    lang: str = "zh",
    progress: Progress | None = None,
) -> Demo:
    """Simulate, load, train, backtest, score and report, each by its own verb.

    Raises:
        UsageError: it is no folder, or one of files that no demo was made among.
    """
    say = progress or (lambda _what, _share: None)
    _clear(out)
    clock = _Clock()
    warehouse, store = out / WAREHOUSE, out / STORE
    say("simulate", 0.0)
    simulate(out, businesses=businesses, until=AS_OF)
    clock.lap("simulate")
    say("load", 0.05)
    loaded = load(out / "source", mapping="shian", warehouse=warehouse, loaded_on=AS_OF)
    clock.lap("load")
    say("train", 0.15)
    train(warehouse, as_of=AS_OF, store=store)
    clock.lap("train")
    reviewed = _promoted(warehouse, store, say)
    clock.lap("promote")
    say("backtest", 0.45)
    tested = backtest(
        warehouse,
        start=BACKTEST_FROM,
        end=AS_OF,
        progress=lambda what, share: say(what, 0.45 + 0.4 * share),
    )
    clock.lap("backtest")
    say("score", 0.88)
    scored = score(warehouse, as_of=AS_OF, store=store)
    clock.lap("score")
    say("writing", 0.96)
    run, files = export(
        warehouse, out, run_id=scored.run_id, lang=lang, backtest=tested
    )
    clock.lap("export")
    spoilt = loaded.total.quarantined
    return Demo(out, run, tested, reviewed, spoilt, files, clock.seconds)


def _promoted(warehouse: Path, store: Path, say: Progress) -> Review:
    """Bring the demo's model into use in the name of DEMO_PERSON, if the gates let it.

    Refused, it grades on trial, as any model does that nobody has promoted.
    """
    say("promote", 0.4)
    found = review(warehouse, store=store)
    if not found.refused_by:
        confirm(found, DEMO_PERSON, store=store)
    return found


def _clear(out: Path) -> None:
    """Remove what a former demo wrote; refuse any other folder that is not empty.

    Whatever else was put beside it since is somebody's own and stays.
    """
    if out.exists() and not out.is_dir():
        message = f"{out} is no folder; give an empty folder with --out"
        raise UsageError(message)
    marker = out / MARKER
    if out.exists() and any(out.iterdir()) and not marker.exists():
        message = f"{out} holds files that are not the demo's; give an empty folder with --out"
        raise UsageError(message)
    for name in WRITTEN:
        _remove(out / name)
    # Where a link leads to nothing yet, the folder is made there.
    out.resolve().mkdir(parents=True, exist_ok=True)
    marker.touch()


def _remove(path: Path) -> None:
    """Remove a file, a folder, or a link without what it leads to."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


class _Clock:
    """Seconds by stage, for the summary; nothing computed depends on it."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._last = time.perf_counter()

    def lap(self, stage: str) -> None:
        now = time.perf_counter()
        self.seconds[stage] = round(now - self._last, 1)
        self._last = now
