"""What a training run leaves beside its model: how it was made, and small tables.

Plain files, so that explaining and comparing read them without mlflow, which keeps a
copy. A table carries its hash in the record: one that was changed since is refused.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from features.errors import ModelError

_RECORD = "record.json"


@dataclass(frozen=True)
class TrainingRun:
    """How a model was made: parameters, metrics, and the hash of every table kept."""

    parameters: Mapping[str, str]
    metrics: Mapping[str, float]
    tables: Mapping[str, str]

    @property
    def as_of(self) -> date:
        """Give the day before which everything it learned from was recorded."""
        return date.fromisoformat(self.parameters["as_of"])


def write_run(
    folder: Path,
    parameters: Mapping[str, str],
    metrics: Mapping[str, float],
    tables: Mapping[str, pl.DataFrame],
) -> None:
    """Write the record of a run with its tables; the record last, so it is never early."""
    folder.mkdir(parents=True, exist_ok=True)
    hashes = {}
    for name, table in tables.items():
        draft = _table(folder, name).with_suffix(".draft")
        table.write_parquet(draft, compression="zstd")
        hashes[name] = _hash(draft)
        draft.replace(_table(folder, name))
    run = {"parameters": dict(parameters), "metrics": dict(metrics), "tables": hashes}
    draft = folder / f"{_RECORD}.draft"
    draft.write_text(json.dumps(run, sort_keys=True, indent=1), "utf-8")
    draft.replace(folder / _RECORD)


def read_run(folder: Path) -> TrainingRun:
    """Read the record of a run.

    Raises:
        ModelError: there is none, or it cannot be read.
    """
    try:
        kept = json.loads((folder / _RECORD).read_text("utf-8"))
        return TrainingRun(**{name: kept[name] for name in TrainingRun.__annotations__})
    except (OSError, ValueError, LookupError, TypeError) as error:
        message = (
            f"{folder} holds no record of the training; train again with: shian train"
        )
        raise ModelError(message) from error


def read_table(folder: Path, name: str) -> pl.DataFrame | None:
    """Read a table of a run; None where the run kept none of that name.

    Raises:
        ModelError: the table was changed after it was kept.
    """
    if not (folder / _RECORD).exists():
        return None
    hashes = read_run(folder).tables
    if name not in hashes:
        return None
    path = _table(folder, name)
    if not path.exists() or _hash(path) != hashes[name]:
        message = f"{path} was changed after it was kept; train again with: shian train"
        raise ModelError(message)
    return pl.read_parquet(path)


def _table(folder: Path, name: str) -> Path:
    return folder / f"{name}.parquet"


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
