"""The steps of a score run over its shards, and what happens when a shard fails.

All shards take a step before any takes the next. What is finished is kept and not done
again; a shard that fails is named, after all the others have ended.
"""

import shutil
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from features.errors import MachineError, ShianError
from pipelines.engines import Engine
from pipelines.shards import (
    DAILY,
    FACTS,
    GROUPS,
    PLACES,
    SCORED,
    Shard,
    count_outcomes,
    expect,
    find,
    judge_shard,
    tell_each,
    tell_others,
)

Progress = Callable[[str, float], None]

# The share of a run after which its rows are only put together.
WORKED = 0.85
# As many names as can be read in a line.
_NAMED = 10
_FAILED = "failed"


class ShardError(ShianError):
    """A shard failed by a fault of ours."""

    exit_code = 70
    zh = "内部错误"


@dataclass(frozen=True)
class Stage:
    """A step that every shard takes, and the folders in which it keeps what it made.

    `after` is what is made of all of them when the last has ended; `share` is the share
    of a run that was done when it began.
    """

    name: str
    share: float
    work: Callable[[Shard], None]
    keeps: tuple[str, ...]
    after: Callable[[Sequence[Shard]], None]

    def is_done(self, shard: Shard) -> bool:
        """Tell whether the shard has taken the step, and its files are whole."""
        return all(find(shard.folder / k, shard.number) is not None for k in self.keeps)


STAGES = (
    Stage("facts", 0.15, count_outcomes, (DAILY,), expect),
    Stage("features", 0.2, tell_others, (GROUPS, PLACES), tell_each),
    Stage("grades", 0.35, judge_shard, (SCORED,), lambda _shards: None),
)


def take_stages(shards: Sequence[Shard], engine: Engine, say: Progress) -> None:
    """Take every step with every shard that has not taken it.

    Raises:
        ShianError: some shards failed; of the class of what went wrong with the first.
    """
    ends = [stage.share for stage in STAGES[1:]] + [WORKED]
    for stage, end in zip(STAGES, ends, strict=True):
        say(stage.name, stage.share)
        todo = [shard for shard in shards if not stage.is_done(shard)]
        wrong = {}
        for count, (shard, error) in enumerate(engine.run(stage.work, todo), start=1):
            if error is not None:
                wrong[shard] = error
            say(stage.name, stage.share + (end - stage.share) * count / len(todo))
        if wrong:
            raise _poisoned(wrong)
        stage.after(shards)


def _poisoned(wrong: Mapping[Shard, BaseException]) -> ShianError:
    """Say which shards failed and why, and leave what can be looked at."""
    names = sorted(wrong, key=lambda shard: shard.number)
    first, error = names[0], wrong[names[0]]
    # Whatever was wrong with the cut facts, the next run cuts them anew.
    shutil.rmtree(first.folder / FACTS, ignore_errors=True)
    for shard in names:
        _write_down(shard, wrong[shard])
    which = ", ".join(str(shard.number) for shard in names[:_NAMED])
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return _class_of(error)(
        f"shard {which}{more} of {first.of} failed: {_in_a_line(error)}; the other "
        f"{first.of - len(names)} are kept, score again to go on with them; "
        f"details in {first.folder / _FAILED}"
    )


def _write_down(shard: Shard, error: BaseException) -> None:
    folder = shard.folder / _FAILED
    folder.mkdir(exist_ok=True)
    text = "".join(traceback.format_exception(error))
    (folder / f"{shard.number:05d}.log").write_text(text, "utf-8")


def _class_of(error: BaseException) -> type[ShianError]:
    if isinstance(error, ShianError):
        return type(error)
    return MachineError if isinstance(error, OSError) else ShardError


def _in_a_line(error: BaseException) -> str:
    """Quote what we say ourselves; what others say may hold what is in the records."""
    if isinstance(error, ShianError | OSError):
        return " ".join(str(error).split())
    return type(error).__name__
