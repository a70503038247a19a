"""Would it have found them earlier? Past windows, each predicted from before it began."""

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from features.errors import ModelError, ShianError, UsageError
from features.profile import attributes_at, static_factors_on
from features.schema import Facts
from features.warehouse import open_warehouse
from models.baselines import rankers
from models.evaluate import Compared, Visits, compare
from models.metrics import Array, calibration_table
from models.random_visits import estimates
from models.rules import Rules, load_rules
from models.static_points import static_points
from pipelines.train import fit_rows, legal_life_days
from pipelines.visits import (
    Block,
    VisitRows,
    blocks_before,
    blocks_between,
    blocks_with_visits,
    first_visit,
    months_of,
    visit_rows,
)

Progress = Callable[[str, float], None]

# A window with fewer says more about chance than about the model.
MIN_VISITS = 30
# A window's last booster grows alone, by one thread: a second window uses the other
# cores meanwhile. A third would only hold its rows in memory.
SIDE_BY_SIDE = 2
MODEL = "model"


@dataclass(frozen=True)
class BacktestReport:
    """What every ranker achieved, overall and per window.

    `overall` and `windows` have the columns of models.evaluate.compare, windows also
    window (its first day), visits and serious_share. `scored` has one row per visit:
    window, business_id, is_serious, probability and the rankers, for the charts.
    `random` has the columns of models.random_visits: what visits drawn by lot say of
    everybody, empty where no chances of draws are on record.
    `skipped` are the first days of windows with too little history before them.
    """

    start: date
    end: date
    window: str
    visits: int
    serious_share: float
    overall: pl.DataFrame
    windows: pl.DataFrame
    calibration: pl.DataFrame
    random: pl.DataFrame
    scored: pl.DataFrame
    skipped: tuple[date, ...]

    def as_dict(self) -> dict[str, Any]:
        """Give the report as plain values for a program."""
        return {
            "from": self.start.isoformat(),
            "to": self.end.isoformat(),
            "window": self.window,
            "visits": self.visits,
            "serious_share": self.serious_share,
            "skipped": [day.isoformat() for day in self.skipped],
            "overall": self.overall.to_dicts(),
            "windows": self.windows.with_columns(
                pl.col("window").cast(pl.String)
            ).to_dicts(),
            "calibration": self.calibration.to_dicts(),
            "random": self.random.to_dicts(),
        }


def backtest(
    warehouse: Path,
    *,
    start: date,
    end: date,
    window: str = "2mo",
    progress: Progress | None = None,
) -> BacktestReport:
    """Predict every window of [start, end) from what was recorded before it began.

    The report runs from the first window's first day to the last one's end.

    Raises:
        UsageError: the stretch is reversed, no whole window fits, or none has enough
            visits with a result.
        ModelError: there is too little history before every window; where there is
            enough before one, those without are skipped and reported.
    """
    say = progress or (lambda _what, _share: None)
    past = past_windows(warehouse, start=start, end=end, window=window, progress=say)
    scored, short = each_window(past, _window, say)
    say("intervals", 0.9)
    return _report(scored, [block.start for block in short], window)


@dataclass(frozen=True)
class Past:
    """The windows asked for, and every visit of them and before them with its features."""

    facts: Facts
    rules: Rules
    rows: VisitRows
    asked: list[Block]


Scored = Mapping[Block, pl.DataFrame]


def past_windows(
    warehouse: Path, *, start: date, end: date, window: str, progress: Progress
) -> Past:
    """Cut a stretch into windows and build what was known before each of them.

    Raises:
        UsageError: the stretch is reversed, no whole window fits, or the records cover
            none.
    """
    months = months_of(window)
    asked = _asked(start, end, window)
    progress("features", 0.0)
    with open_warehouse(warehouse, read_only=True) as opened:
        facts = opened.facts()
    asked = blocks_with_visits(facts, asked)
    if not asked:
        raise _nothing_to_measure((start, end))
    rules = load_rules()
    earlier = blocks_before(asked[0].start, first_visit(facts), months)
    rows = visit_rows(
        facts,
        [*earlier, *asked],
        legal_life_days=legal_life_days(rules, asked[0].start),
    )
    return Past(facts, rules, rows, asked)


def each_window(
    past: Past, score: Callable[[Past, Block], pl.DataFrame | None], say: Progress
) -> tuple[Scored, list[Block]]:
    """Score the visits of each window; name those with too little history before them.

    Raises:
        UsageError: no window has enough visits with a result.
        ModelError: there is too little history before every window.
    """
    scored: dict[Block, pl.DataFrame] = {}
    short: dict[Block, ShianError] = {}
    with ThreadPoolExecutor(min(SIDE_BY_SIDE, os.cpu_count() or 1)) as pool:
        asked = [pool.submit(score, past, block) for block in past.asked]
        try:
            for done, (block, window) in enumerate(zip(past.asked, asked, strict=True)):
                say(f"{block.start:%Y-%m}", 0.2 + 0.7 * done / len(asked))
                try:
                    found = window.result()
                except ModelError as error:
                    short[block] = error
                    continue
                if found is not None:
                    scored[block] = found
        finally:
            # Whoever stops it does not wait for the windows that have not begun.
            pool.shutdown(wait=False, cancel_futures=True)
    if not scored:
        stretch = past.asked[0].start, past.asked[-1].end
        raise next(iter(short.values()), _nothing_to_measure(stretch))
    return scored, list(short)


def _asked(start: date, end: date, window: str) -> list[Block]:
    """Cut the stretch asked for into windows, which begin with a month."""
    if start > end:
        message = f"the stretch from {start} to {end} is reversed; give the earlier day to --from and the later to --to"
        raise UsageError(message)
    asked = blocks_between(start, end, months_of(window))
    if not asked:
        message = (
            f"no whole window of {window} fits between {start} and {end}; "
            "windows begin on the first of a month, so give a longer stretch"
        )
        raise UsageError(message)
    return asked


def _nothing_to_measure(asked: tuple[date, date]) -> UsageError:
    return UsageError(
        f"no window between {asked[0]} and {asked[1]} has {MIN_VISITS} visits with a known "
        "result; choose a stretch that the records cover"
    )


def _window(past: Past, block: Block) -> pl.DataFrame | None:
    """Train on what was recorded before the window and score its visits."""
    test = visits_in(past, block)
    if test is None:
        return None
    model = fit_rows(past.rows.known_before(block.start), resamples=0)
    scores = {MODEL: model.predict(test.matrix), **rankers(test.matrix)}
    points = _statutory(test, past.facts, past.rules, block.start)
    if points is not None:
        scores["statutory_points"] = points
    return scored_visits(test, scores)


def visits_in(past: Past, block: Block) -> VisitRows | None:
    """Give the first visit of each business in a window; None where too few were made."""
    test = past.rows.only(past.rows.outcome["as_of"] == block.start).first()
    if test.outcome.height < MIN_VISITS or not test.outcome["is_serious"].any():
        return None
    return test


def scored_visits(test: VisitRows, scores: Mapping[str, Array]) -> pl.DataFrame:
    """Put the scores of some visits beside what they found."""
    return test.outcome.select(
        "business_id",
        "inspector_id",
        "is_serious",
        "inclusion_probability",
        window="as_of",
        day=(pl.col("inspected_on") - pl.col("as_of")).dt.total_days(),
    ).with_columns(pl.Series(name, score) for name, score in scores.items())


def _statutory(test: VisitRows, facts: Facts, rules: Rules, day: date) -> Array | None:
    """Score by the points of the Measures alone: static, and the last checklist's.

    The tables of today are applied to earlier days too; where they give every
    business the same, there is nothing to rank by.
    """
    law = rules.applied_to(day)
    pairs = test.outcome.select("business_id", "as_of")
    business = attributes_at(facts.business, pairs)
    factors = static_factors_on(facts.static_factor, day)
    points = static_points(business, factors, law).points
    total = (
        pairs.join(points, on="business_id", how="left", maintain_order="left")[
            "static_points"
        ].fill_null(0.0)
        + test.matrix["last_checklist"].fill_null(0.0)
    ).cast(pl.Float64)
    return None if total.n_unique() == 1 else total.to_numpy()


def _report(
    windows: Mapping[Block, pl.DataFrame], skipped: Sequence[date], window: str
) -> BacktestReport:
    scored = pl.concat(windows.values())
    visits = visits_of(scored)
    compared = _compared(scored, visits)
    inclusion = scored["inclusion_probability"].cast(pl.Float64).fill_null(np.nan)
    serious = scored["is_serious"].cast(pl.Float64)
    table = calibration_table(serious.to_numpy(), scored[MODEL].to_numpy())
    return BacktestReport(
        start=min(block.start for block in windows),
        end=max(block.end for block in windows),
        window=window,
        visits=scored.height,
        serious_share=float(serious.to_numpy().mean()),
        overall=compared.overall,
        windows=dated(compared.windows, scored),
        calibration=pl.DataFrame(table, schema=["stated", "found", "visits"]),
        random=estimates(visits, scored[MODEL].to_numpy(), inclusion.to_numpy()),
        scored=scored,
        skipped=tuple(skipped),
    )


def visits_of(scored: pl.DataFrame) -> Visits:
    """Arrange the visits of some windows for the metrics."""
    return Visits(
        window=_codes(scored["window"]),
        day=scored["day"].cast(pl.Int64).to_numpy(),
        business=_codes(scored["business_id"]),
        inspector=_codes(scored["inspector_id"]),
        serious=scored["is_serious"].cast(pl.Float64).to_numpy(),
    )


def _compared(scored: pl.DataFrame, visits: Visits) -> Compared:
    names = [MODEL, *(n for n in _RANKERS if n in scored.columns)]
    scores: Mapping[str, Array] = {name: scored[name].to_numpy() for name in names}
    return compare(visits, scores, model=MODEL)


def dated(windows: pl.DataFrame, scored: pl.DataFrame) -> pl.DataFrame:
    """Name windows by their first day, with their visits and serious share."""
    facts = scored.group_by("window").agg(
        visits=pl.len(), serious_share=pl.col("is_serious").mean()
    )
    numbered = facts.sort("window").with_row_index("number").cast({"number": pl.Int64})
    return (
        windows.rename({"window": "number"})
        .join(numbered, on="number", maintain_order="left")
        .drop("number")
    )


_RANKERS = (
    "random",
    "days_since_visit",
    "past_serious",
    "last_result",
    "statutory_points",
)


def _codes(values: pl.Series) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Number the distinct values; what is unknown is -1."""
    ranked = values.rank("dense").cast(pl.Int64) - 1
    return ranked.fill_null(-1).to_numpy()
