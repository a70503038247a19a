"""Score every trading business: points, grade, probability and reasons, with their origin.

The register is cut into shards that are worked on alone. What they must know of each other
is made first, as small tables; the rows are put together in one order at the end. So the
result is the same however many shards, workers or machines there were.
"""

import fcntl
import json
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

import polars as pl

from features.errors import InputError, ModelError
from features.shards import write_shards
from features.warehouse import Warehouse, open_warehouse
from models.clauses import GRADES
from models.registry import champion, is_promoted, scorecard_in_use
from models.risk import RiskModel
from models.rules import load_rules
from models.scorecard import Scorecard
from pipelines import settings
from pipelines.engines import Spread
from pipelines.provenance import code_version, run_name, warehouse_fingerprint
from pipelines.shards import CARD, FACTS, MODEL, Shard, as_output, scored_by
from pipelines.stages import WORKED, take_stages

Progress = Callable[[str, float], None]

_TRADING = """
    select count(distinct business_id) from mart.business
    where recorded_at < $1 and valid_from <= $1
    and coalesce(opened_on <= $1, true) and coalesce(closed_on > $1, true)
"""
_SCORES = """
    insert into output.score by name
    select * exclude (reasons) from read_parquet($1) order by business_id
"""
_REASONS = """
    insert into output.reason by name
    select run_id, business_id, reason.* from (
        select run_id, business_id, unnest(reasons) as reason from read_parquet($1)
    ) order by business_id, reason.rank
"""
_COUNTS = """
    select
        risk_grade,
        count(*) as businesses,
        count_if(is_provisional) as provisional,
        count_if(is_key_supervision) as key_supervision,
    from output.score where run_id = ? group by risk_grade
"""


@dataclass(frozen=True)
class ScoreReport:
    """What a score run did, in numbers."""

    run_id: str
    as_of: date
    businesses: int
    grades: dict[str, int]
    provisional: int
    key_supervision: int
    model_version: str
    law_version: str
    code_version: str
    data_fingerprint: str
    is_trial: bool

    def as_dict(self) -> dict[str, object]:
        """Give the report as plain values for a program."""
        return {**asdict(self), "as_of": self.as_of.isoformat()}


def score(
    warehouse: Path,
    *,
    as_of: date,
    store: Path,
    spread: Spread | None = None,
    progress: Progress | None = None,
) -> ScoreReport:
    """Score as of a day, into the warehouse; by default in this process.

    The same facts, model, rules and program give the same rows under the same run id,
    however the run is spread. A run that was interrupted goes on from what is finished.

    Raises:
        ModelError: there is no champion, or it does not fit the features.
        InputError: no business was trading on that day.
        ShianError: some shards failed; the message names them, the others are kept.
    """
    say = progress or (lambda _what, _share: None)
    say("facts", 0.0)
    with open_warehouse(warehouse, read_only=True) as opened:
        opened.limit_memory(settings.WAREHOUSE_MEMORY)
        trading = _trading(opened, as_of)
        run = _run(opened, as_of, store)
    spread = spread or Spread()
    of = spread.shards_for(trading)
    folder = _folder(warehouse) / f"{run.run_id}-{of}"
    with _alone_in(folder):
        with open_warehouse(warehouse, read_only=True) as opened:
            opened.limit_memory(settings.WAREHOUSE_MEMORY)
            write_shards(opened, folder / FACTS, of)
        run.save_models(folder)
        shards = [
            Shard(folder, number, of, run.run_id, as_of, code_version())
            for number in range(of)
        ]
        take_stages(shards, spread.engine, say)
        say("writing", WORKED)
        # Held for writing only now, so that readers are kept away for a moment and not
        # for the whole run.
        report = _write(warehouse, run, [scored_by(shard) for shard in shards])
    say("done", 1.0)
    return report


@dataclass(frozen=True)
class _Run:
    """What a run is made of, and the name that follows from it."""

    run_id: str
    as_of: date
    model: RiskModel
    card: Scorecard | None
    is_trial: bool
    law_version: str
    data_fingerprint: str

    def save_models(self, folder: Path) -> None:
        """Put the models where every worker of the run finds them."""
        self.model.save(folder / MODEL)
        if self.card is not None:
            self.card.save(folder / CARD)

    def row(self, businesses: int) -> pl.DataFrame:
        """Give the row of output.run."""
        row = {
            "run_id": self.run_id,
            "kind": "score",
            "as_of": self.as_of,
            "model_version": self.model.version,
            "law_version": self.law_version,
            "code_version": code_version(),
            "data_fingerprint": self.data_fingerprint,
            "businesses": businesses,
            "parameters": json.dumps(
                {
                    "trained_until": self.model.trained_until,
                    "visits": self.model.visits,
                    "scorecard": self.card.version if self.card else "",
                    "is_trial": self.is_trial,
                }
            ),
        }
        return as_output("output.run", pl.DataFrame([row]))


def _trading(opened: Warehouse, as_of: date) -> int:
    """Count the businesses that may have been trading, some of them closed since."""
    trading = int(opened.sql(_TRADING, [as_of]).item())
    if not trading:
        raise _nobody(as_of)
    return trading


def _nobody(as_of: date) -> InputError:
    return InputError(
        f"no business in the warehouse was trading on {as_of}; "
        "choose a later day or load the register"
    )


def _run(opened: Warehouse, as_of: date, store: Path) -> _Run:
    model, card, rules = _model_for(as_of, store), scorecard_in_use(store), load_rules()
    data = warehouse_fingerprint(opened)
    card_version = card.version if card else ""
    is_trial = not is_promoted(store)
    made_of = (model.version, card_version, rules.version, code_version(), data)
    standing = ("on trial",) if is_trial else ()
    run_id = run_name("score", as_of.isoformat(), *made_of, *standing)
    return _Run(run_id, as_of, model, card, is_trial, rules.version, data)


def _model_for(as_of: date, store: Path) -> RiskModel:
    """Give the champion; refuse one that has seen what came after the day."""
    model = champion(store)
    if as_of.isoformat() < model.trained_until:
        message = (
            f"the champion in {store} learned from visits of {model.trained_until} and "
            f"later, which nobody knew on {as_of}; train one with: shian train --as-of "
            f"{as_of} --store ANOTHER_FOLDER"
        )
        raise ModelError(message)
    return model


def _folder(warehouse: Path) -> Path:
    """Give the folder beside the warehouse in which its runs keep what is finished."""
    return warehouse.absolute().with_name(f"{warehouse.name}.shards")


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Let one process at a time score a warehouse; the lock ends with the process.

    Of the folder that all runs of a warehouse share nothing stays when the last is done.
    """
    shared = folder.parent
    while True:
        folder.mkdir(parents=True, exist_ok=True)
        lock = os.open(shared, os.O_RDONLY)
        fcntl.flock(lock, fcntl.LOCK_EX)
        # Whoever held it before may have removed the folder that was waited for.
        if shared.exists() and _is(shared, lock):
            break
        os.close(lock)
    try:
        yield
        shutil.rmtree(folder)
        with suppress(OSError):
            shared.rmdir()
    finally:
        os.close(lock)


def _is(folder: Path, opened: int) -> bool:
    """Tell whether a folder is the one that was opened."""
    return os.path.samestat(folder.stat(), os.fstat(opened))


def _write(warehouse: Path, run: _Run, scored: Sequence[Path]) -> ScoreReport:
    """Write the run with its rows, in the order of the businesses, or nothing of it."""
    files = [str(path) for path in scored]
    patience = settings.PATIENCE_SECONDS
    with open_warehouse(warehouse, patience=patience) as opened, opened.transaction():
        opened.limit_memory(settings.WAREHOUSE_MEMORY)
        for table, statement in (
            ("output.score", _SCORES),
            ("output.reason", _REASONS),
        ):
            opened.execute(f"delete from {table} where run_id = ?", [run.run_id])  # noqa: S608
            opened.execute(statement, [files])
        counts = opened.sql(_COUNTS, [run.run_id])
        if counts.is_empty():
            raise _nobody(run.as_of)
        row = run.row(int(counts["businesses"].sum()))
        opened.replace_run("output.run", row, run.run_id)
    return _report(row, counts)


def _report(run_row: pl.DataFrame, counts: pl.DataFrame) -> ScoreReport:
    run = run_row.row(0, named=True)
    grades = dict(counts.select("risk_grade", "businesses").iter_rows())
    return ScoreReport(
        run_id=run["run_id"],
        as_of=run["as_of"],
        businesses=run["businesses"],
        grades={g: grades.get(g, 0) for g in GRADES},
        provisional=int(counts["provisional"].sum()),
        key_supervision=int(counts["key_supervision"].sum()),
        model_version=run["model_version"],
        law_version=run["law_version"],
        code_version=run["code_version"],
        data_fingerprint=run["data_fingerprint"],
        is_trial=json.loads(run["parameters"])["is_trial"],
    )
