"""Which score deserves to decide? Rivals on the same past windows, and what each gives away."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from features.catalogue import catalogue
from features.errors import UsageError
from models.baselines import rankers
from models.evaluate import compare
from models.metrics import Array
from models.regret import regrets
from models.rivals import (
    ABLATION,
    ENSEMBLE,
    MEMBERS,
    RIVALS,
    Rival,
    is_there,
    mean_rank,
)
from pipelines.backtest import (
    MODEL,
    Past,
    Progress,
    dated,
    each_window,
    past_windows,
    scored_visits,
    visits_in,
    visits_of,
)
from pipelines.train import training_of
from pipelines.visits import Block

# One-fact rankers that an office could use without any model.
ONE_FACT = ("past_serious", "last_result", "days_since_visit")


@dataclass(frozen=True)
class ComparisonReport:
    """Rivals side by side over the same windows.

    `overall` and `windows` have the columns of models.evaluate.compare, `regret` those
    of models.regret; `absent` are rivals whose package is not installed.
    """

    start: date
    end: date
    window: str
    visits: int
    overall: pl.DataFrame
    windows: pl.DataFrame
    regret: pl.DataFrame
    skipped: tuple[date, ...]
    absent: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Give the report as plain values for a program."""
        return {
            "from": self.start.isoformat(),
            "to": self.end.isoformat(),
            "window": self.window,
            "visits": self.visits,
            "overall": self.overall.to_dicts(),
            "windows": self.windows.with_columns(
                pl.col("window").cast(pl.String)
            ).to_dicts(),
            "regret": self.regret.to_dicts(),
            "skipped": [day.isoformat() for day in self.skipped],
            "absent": list(self.absent),
        }


def compare_rivals(
    warehouse: Path,
    *,
    stretch: tuple[date, date],
    window: str = "2mo",
    rivals: Mapping[str, Rival] | None = None,
    progress: Progress | None = None,
) -> ComparisonReport:
    """Train every rival before every window, as a backtest does, and compare them.

    Without rivals named, all run but those whose package is absent, which are reported.

    Raises:
        UsageError: no window can be measured.
        MachineError: a rival asked for is not installed.
        ModelError: there is too little history before every window.
    """
    absent = () if rivals else tuple(name for name in RIVALS if not is_there(name))
    tried = rivals or {n: r for n, r in RIVALS.items() if n not in absent}
    say = progress or (lambda _what, _share: None)
    past = past_windows(
        warehouse, start=stretch[0], end=stretch[1], window=window, progress=say
    )

    def score(past: Past, block: Block) -> pl.DataFrame | None:
        return _window(past, block, tried)

    scored, short = each_window(past, score, say)
    say("intervals", 0.9)
    table = pl.concat(scored.values())
    visits = visits_of(table)
    scores = {name: table[name].to_numpy() for name in _names(table, tried)}
    compared = compare(visits, scores, model=MODEL)
    return ComparisonReport(
        start=min(block.start for block in scored),
        end=max(block.end for block in scored),
        window=window,
        visits=table.height,
        overall=compared.overall,
        windows=dated(compared.windows, table),
        regret=regrets(visits, scores),
        skipped=tuple(block.start for block in short),
        absent=absent,
    )


def chosen(names: Sequence[str], *, is_ablation: bool) -> Mapping[str, Rival] | None:
    """Give the rivals of these names, the model always among them; None for all.

    An ablation runs the model without each family of features, and with each alone.

    Raises:
        UsageError: a rival is not known.
    """
    known = ABLATION if is_ablation else RIVALS
    unknown = [name for name in names if name not in known]
    if unknown:
        message = f"there is no rival {unknown[0]!r}; choose from {', '.join(known)}"
        raise UsageError(message)
    if names:
        return {name: known[name] for name in dict.fromkeys([MODEL, *names])}
    return known if is_ablation else None


def _window(
    past: Past, block: Block, rivals: Mapping[str, Rival]
) -> pl.DataFrame | None:
    """Train the rivals on what was recorded before the window and score its visits."""
    test = visits_in(past, block)
    if test is None:
        return None
    training = training_of(past.rows.known_before(block.start))
    ways = {feature.name: feature.direction for feature in catalogue()}
    scores: dict[str, Array] = {
        name: rival(training, ways, test.matrix) for name, rival in rivals.items()
    }
    if set(MEMBERS) <= set(scores):
        scores[ENSEMBLE] = mean_rank([scores[name] for name in MEMBERS])
    facts = rankers(test.matrix)
    scores |= {name: facts[name] for name in ONE_FACT}
    return scored_visits(test, scores)


def _names(table: pl.DataFrame, rivals: Mapping[str, Rival]) -> list[str]:
    return [n for n in (*rivals, ENSEMBLE, *ONE_FACT) if n in table.columns]
