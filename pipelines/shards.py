"""What is done with one shard of a score run, and the files that keep what was done.

Each function takes a shard and leaves files in the folder of the run, named by number and
content: whoever runs it, wherever and however often, they are the same files. A file is
written under another name and then renamed, so it is there whole or not at all; one that
was damaged since no longer has the content that its name tells of, and is made again.
"""

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

import polars as pl

from features.background import Part, all_groups, near_each, part_of
from features.errors import MachineError
from features.inspections import Expectation, daily_outcomes
from features.labels import cohort
from features.neighbourhood import Background
from features.schema import schema
from features.shards import read_shard
from models.risk import RiskModel
from models.rules import load_rules
from models.scorecard import Scorecard
from pipelines.judging import judge, with_credit
from pipelines.provenance import code_version

# What a run keeps, one folder each: the facts; the models; what each shard tells the
# others, and is told of them; what was made of it.
FACTS, MODEL, CARD = "facts", "model", "card"
DAILY, EVERYONE, OWN = "daily", "everyone", "own"
GROUPS, PLACES, ALL_GROUPS, NEAR = "groups", "places", "all_groups", "near"
SCORED = "scored"
# The number of what is the same for all shards.
_ALL = 0
_DIGITS = 16


@dataclass(frozen=True)
class Shard:
    """A part of a score run: which one, of how many, and in which folder."""

    folder: Path
    number: int
    of: int
    run_id: str
    as_of: date
    code_version: str

    def __str__(self) -> str:
        """Name the shard to a person."""
        return f"shard {self.number} of {self.of}"


def count_outcomes(shard: Shard) -> None:
    """Count what each inspector found on each day, at the businesses of the shard."""
    _check_program(shard)
    facts = read_shard(shard.folder / FACTS, shard.number, "inspection")
    daily = daily_outcomes(facts.inspection).sort("inspector_id", "recorded")
    keep(daily, shard.folder / DAILY, shard.number)


def expect(shards: Sequence[Shard]) -> None:
    """Add up the counts of all shards, and give each what its own visits need."""
    folder = shards[0].folder
    daily = [_kept(folder / DAILY, shard) for shard in shards]
    expectation = Expectation.of(pl.concat(daily))
    keep(expectation.everyone, folder / EVERYONE, _ALL)
    for shard, mine in zip(shards, daily, strict=True):
        own = expectation.for_visits(mine).own.sort("inspector_id", "recorded")
        keep(own, folder / OWN, shard.number)


def tell_others(shard: Shard) -> None:
    """Sum by street, type and chain, and by place, what the other shards must know."""
    tables = ("business", "inspection", "inspection_item")
    facts = read_shard(shard.folder / FACTS, shard.number, *tables)
    part = part_of(facts, shard.as_of, _expectation(shard))
    keep(part.groups.sort(pl.all()), shard.folder / GROUPS, shard.number)
    keep(part.places, shard.folder / PLACES, shard.number)


def tell_each(shards: Sequence[Shard]) -> None:
    """Add up what all shards told, and give each what is near to its businesses."""
    folder = shards[0].folder
    parts = [
        Part(_kept(folder / GROUPS, shard), _kept(folder / PLACES, shard))
        for shard in shards
    ]
    keep(all_groups(parts).sort(pl.all()), folder / ALL_GROUPS, _ALL)
    for shard, near in zip(shards, near_each(parts), strict=True):
        keep(near, folder / NEAR, shard.number)


def judge_shard(shard: Shard) -> None:
    """Grade the businesses of a shard, with their reasons.

    Keeps rows of output.score with a list of rows of output.reason in each.
    """
    _check_program(shard)
    facts = read_shard(shard.folder / FACTS, shard.number)
    pairs = cohort(facts, shard.as_of)
    scored = schema()["output.score"].empty().with_columns(reasons=_no_reasons())
    if not pairs.is_empty():
        model, card = _models(shard.folder)
        rules = load_rules()
        judged = judge(
            facts, pairs, model=model, rules=rules, background=_background(shard)
        )
        judged = with_credit(judged, facts, card, rules.applied_to(shard.as_of))
        scored = _with_reasons(judged.graded, judged.reason, shard.run_id)
    keep(scored, shard.folder / SCORED, shard.number)


def scored_by(shard: Shard) -> Path:
    """Give the file that judge_shard kept."""
    return _path(shard.folder / SCORED, shard)


def keep(frame: pl.DataFrame, folder: Path, number: int) -> None:
    """Write a frame as a file named by its number and content."""
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f".{number:05d}.{os.getpid()}.draft"
    frame.write_parquet(draft, compression="zstd")
    draft.replace(folder / f"{number:05d}-{_digest(draft)}.parquet")


def find(folder: Path, number: int) -> Path | None:
    """Find the file kept under a number; remove one that is not what it was."""
    for path in sorted(folder.glob(f"{number:05d}-*.parquet")):
        if path.stem.partition("-")[2] == _digest(path):
            return path
        path.unlink()
    return None


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:_DIGITS]


def _kept(folder: Path, shard: Shard, number: int | None = None) -> pl.DataFrame:
    """Read what was kept for a shard, or under a number for all of them."""
    return pl.read_parquet(_path(folder, shard, number))


def _path(folder: Path, shard: Shard, number: int | None = None) -> Path:
    path = find(folder, shard.number if number is None else number)
    if path is None:
        message = f"{folder} lost the file of {shard}; score again to make it anew"
        raise MachineError(message)
    return path


def _expectation(shard: Shard) -> Expectation:
    everyone = _kept(shard.folder / EVERYONE, shard, _ALL)
    return Expectation(everyone, _kept(shard.folder / OWN, shard))


def _background(shard: Shard) -> Background:
    groups = _kept(shard.folder / ALL_GROUPS, shard, _ALL)
    return Background(_expectation(shard), groups, _kept(shard.folder / NEAR, shard))


@lru_cache(maxsize=1)
def _models(folder: Path) -> tuple[RiskModel, Scorecard | None]:
    """Read the models of a run, once per process."""
    card = folder / CARD
    model = RiskModel.load(folder / MODEL)
    return model, Scorecard.load(card) if card.exists() else None


def _check_program(shard: Shard) -> None:
    """Refuse to work for a run of another program: the bytes would differ."""
    if code_version() != shard.code_version:
        message = (
            f"this worker runs {code_version()} and the run was begun by "
            f"{shard.code_version}; install the same program on every worker"
        )
        raise MachineError(message)


def _with_reasons(
    graded: pl.DataFrame, reason: pl.DataFrame, run_id: str
) -> pl.DataFrame:
    columns = _reason_columns()
    told = (
        reason.select("business_id", *(pl.col(n).cast(t) for n, t in columns.items()))
        .group_by("business_id", maintain_order=True)
        .agg(reasons=pl.struct(list(columns)))
    )
    named = as_output("output.score", graded.with_columns(run_id=pl.lit(run_id)))
    return named.join(told, on="business_id", how="left", maintain_order="left")


def _no_reasons() -> pl.Expr:
    return pl.lit([], pl.List(pl.Struct(_reason_columns())))


def _reason_columns() -> dict[str, pl.DataType]:
    columns = schema()["output.reason"].columns.values()
    return {c.name: c.dtype for c in columns if c.name not in {"run_id", "business_id"}}


def as_output(table: str, frame: pl.DataFrame) -> pl.DataFrame:
    """Arrange a frame in the columns and types of an output table."""
    columns = schema()[table].columns.values()
    missing = [
        pl.lit(None, c.dtype).alias(c.name)
        for c in columns
        if c.name not in frame.columns
    ]
    return frame.with_columns(missing).select(
        pl.col(c.name).cast(c.dtype) for c in columns
    )
