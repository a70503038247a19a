"""A run is the same however it is spread, goes on where it stopped, names what failed."""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest

from features.errors import MachineError, ModelError, ShianError
from features.shards import read_shard
from features.warehouse import open_warehouse
from pipelines.engines import Ended, Here, Pool, Spread
from pipelines.score import score
from pipelines.shards import FACTS, SCORED, Shard, count_outcomes, find, judge_shard
from pipelines.stages import ShardError
from tests.kept_model import kept_model
from tests.scored import DAY, differing, outcome

OF = 4

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return kept_model(tmp_path_factory.mktemp("store"))


@pytest.fixture
def warehouse(small_warehouse: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(small_warehouse, tmp_path / "small.duckdb"))


@pytest.fixture(scope="module")
def alone(
    small_warehouse: Path, store: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, bytes]:
    """Give what one process makes of one shard, to compare with."""
    folder = tmp_path_factory.mktemp("alone")
    copy = Path(shutil.copy(small_warehouse, folder / "small.duckdb"))
    return outcome(copy, store, Spread())


@pytest.mark.parametrize(
    "spread",
    [Spread(Here(), 7), Spread(Pool(2), 3)],
    ids=["one process, seven shards", "two processes, three shards"],
)
def test_a_run_is_the_same_bytes_however_it_is_spread(
    spread: Spread, warehouse: Path, store: Path, alone: dict[str, bytes]
) -> None:
    assert differing(outcome(warehouse, store, spread), alone) == []
    assert not (warehouse.parent / "small.duckdb.shards").exists()


@dataclass
class Watched:
    """Works here, and does something before a kind of work begins on a shard."""

    kind: Callable[[Shard], None]
    before: Callable[[Shard], object]
    workers: int = 1

    def run(
        self, work: Callable[[Shard], None], shards: Sequence[Shard]
    ) -> Ended[Shard]:
        def watched(shard: Shard) -> None:
            if work is self.kind:
                self.before(shard)
            work(shard)

        yield from Here().run(watched, shards)


def interrupt(shard: Shard) -> None:
    raise KeyboardInterrupt(shard)


def test_an_interrupted_run_goes_on_from_its_finished_shards(
    warehouse: Path, store: Path, alone: dict[str, bytes]
) -> None:
    judged: list[int] = []

    def interrupt_the_third(shard: Shard) -> None:
        judged.append(shard.number)
        if shard.number == 2:
            interrupt(shard)

    watched = Watched(judge_shard, interrupt_the_third)
    with pytest.raises(KeyboardInterrupt):
        outcome(warehouse, store, Spread(watched, OF))
    assert judged == [0, 1, 2]
    counted: list[int] = []
    count = Watched(count_outcomes, lambda shard: counted.append(shard.number))
    judged.clear()
    again = Watched(judge_shard, lambda shard: judged.append(shard.number))
    assert differing(outcome(warehouse, store, Spread(again, OF)), alone) == []
    assert judged == [2, 3]
    assert differing(outcome(warehouse, store, Spread(count, OF)), alone) == []
    assert counted == [0, 1, 2, 3]


def test_a_finished_shard_that_was_damaged_since_is_made_again(
    warehouse: Path, store: Path, alone: dict[str, bytes]
) -> None:
    def damage_the_first(shard: Shard) -> None:
        if shard.number == 3:
            finished = find(shard.folder / SCORED, 0)
            assert finished is not None
            finished.write_bytes(finished.read_bytes()[:-1] + b"?")
            interrupt(shard)

    with pytest.raises(KeyboardInterrupt):
        outcome(warehouse, store, Spread(Watched(judge_shard, damage_the_first), OF))
    judged: list[int] = []
    again = Watched(judge_shard, lambda shard: judged.append(shard.number))
    assert differing(outcome(warehouse, store, Spread(again, OF)), alone) == []
    assert judged == [0, 3]


def spoil_the_facts(shard: Shard) -> None:
    for number, table in ((1, "penalty"), (2, "complaint")):
        if shard.number == number:
            (file,) = (shard.folder / FACTS / table / f"shard={number}").iterdir()
            file.write_bytes(b"no parquet")


def stumble(shard: Shard) -> None:
    if shard.number in {1, 2}:
        record = "what stands in the records"
        raise KeyError(record)


def refuse(shard: Shard) -> None:
    if shard.number in {1, 2}:
        message = "no fit model"
        raise ModelError(message)


@pytest.mark.parametrize(
    ("poison", "kind", "words"),
    [
        (spoil_the_facts, MachineError, "is damaged"),
        (stumble, ShardError, "KeyError"),
        (refuse, ModelError, "no fit model"),
    ],
    ids=["a damaged file", "a fault of ours", "an error of its own class"],
)
def test_poisoned_shards_are_named_and_the_others_are_kept(
    poison: Callable[[Shard], None],
    kind: type[ShianError],
    words: str,
    warehouse: Path,
    store: Path,
    alone: dict[str, bytes],
) -> None:
    with pytest.raises(kind, match=f"shard 1, 2 of 4 failed: .*{words}") as told:
        outcome(warehouse, store, Spread(Watched(judge_shard, poison), OF))
    assert "what stands in the records" not in str(told.value)
    assert "the other 2 are kept" in str(told.value)
    (folder,) = warehouse.parent.glob("small.duckdb.shards/*-4")
    assert sorted(p.name for p in (folder / "failed").iterdir()) == [
        "00001.log",
        "00002.log",
    ]
    judged: list[int] = []
    again = Watched(judge_shard, lambda shard: judged.append(shard.number))
    assert differing(outcome(warehouse, store, Spread(again, OF)), alone) == []
    assert judged == [1, 2]


def test_a_worker_of_another_program_is_refused(
    warehouse: Path, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipelines.shards.code_version", lambda: "0.0.0")
    with pytest.raises(MachineError, match="install the same program"):
        score(warehouse, as_of=DAY, store=store)


def test_a_shard_holds_all_of_its_businesses_and_nothing_else(
    warehouse: Path, store: Path
) -> None:
    with pytest.raises(KeyboardInterrupt):
        outcome(warehouse, store, Spread(Watched(judge_shard, interrupt), OF))
    (folder,) = warehouse.parent.glob("small.duckdb.shards/*-4")
    held = (read_shard(folder / FACTS, n).business["business_id"] for n in range(OF))
    with open_warehouse(warehouse, read_only=True) as opened:
        everybody = opened.facts().business["business_id"]
    assert pl.concat(held).sort().equals(everybody.sort())
