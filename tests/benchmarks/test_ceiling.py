"""What AUC the records of the three cities could carry at best, and what they carry.

    SHIAN_DATA=... pytest -m bench -o addopts=--import-mode=importlib tests/benchmarks/test_ceiling.py -s

Two statements are made before each visit by models that never saw its business or its
window: one without anything the business's own visits and penalties tell, one with all
features. What businesses have of their own beyond each is estimated from the visits
before the windows of the tables, and followed through their results. Results drawn anew
from that process show what nobody could surpass who knows the results; the same posterior
on the real results shows whether the process is the real one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl
import pytest

from features.catalogue import catalogue
from models.calibration import base_log_odds
from models.evaluate import INTERVAL, compare
from models.metrics import Array, Codes, Ranked
from models.risk import fit
from models.severity import offsets
from pipelines.backtest import (
    MODEL,
    Past,
    past_windows,
    scored_visits,
    visits_in,
    visits_of,
)
from pipelines.load import load
from pipelines.train import DAYS_PER_YEAR, training_of
from pipelines.visits import VisitRows
from tests import REAL_DATA
from tests.benchmarks.test_cities import (
    LOADED_ON,
    NAMES,
    SOURCES,
    STRETCHES,
    markdown,
    spanned,
)
from tests.posterior import Effect, Trail, World, likeliest, world

Mask = npt.NDArray[np.bool_]
pytestmark = [
    pytest.mark.bench,
    pytest.mark.skipif(not REAL_DATA.exists(), reason=f"no cities in {REAL_DATA}"),
]
# Families that tell what was found at the business itself.
OWN_RESULTS = ("inspections", "conduct")
FOLDS, WORLDS, SEED = 4, 20, 5
YEARS_APART = (0, 1, 3)
FEATURES, POSTERIOR, BEYOND = "features", "posterior", "beyond"


@dataclass(frozen=True)
class Followed:
    """Visits before the windows and in them, what was stated, and the likeliest process."""

    outcome: pl.DataFrame
    windows: list[Mask]
    process: World
    stated: Array
    posterior: Array


@pytest.mark.parametrize("city", STRETCHES)
def test_no_posterior_of_results_ranks_better_than_the_model(
    city: str, tmp_path: Path
) -> None:
    past = the_past(city, tmp_path)
    others = followed(
        past, [f.name for f in catalogue() if f.family not in OWN_RESULTS]
    )
    all_told = followed(past, [f.name for f in catalogue()])
    scores = {
        MODEL: all_told.stated,
        FEATURES: others.stated,
        POSTERIOR: others.posterior,
        BEYOND: all_told.posterior,
    }
    table = compared(all_told, scores)
    print(f"\n\n{results(city, table, others, all_told)}")
    ahead = [name for name, row in table.items() if (row["gain_upper"] or 0) < 0]
    assert ahead == []


def the_past(city: str, folder: Path) -> Past:
    """Load a city and build what was known before each visit."""
    warehouse = folder / "city.duckdb"
    load(
        REAL_DATA / SOURCES[city],
        mapping=city,
        warehouse=warehouse,
        loaded_on=LOADED_ON,
    )
    start, end = STRETCHES[city]
    return past_windows(
        warehouse,
        start=start,
        end=end,
        window="2mo",
        progress=lambda _what, _share: None,
    )


def followed(past: Past, names: Sequence[str]) -> Followed:
    """State every visit by some features, and follow each business through its results."""
    before = past.rows.known_before(past.asked[0].start)
    windows = [found for block in past.asked if (found := visits_in(past, block))]
    stated = [without_the_business(before, names)]
    for window in windows:
        known = past.rows.known_before(window.outcome["as_of"][0])
        stated.append(by_others(known, window, names))
    outcome = pl.concat([before.outcome, *(window.outcome for window in windows)])
    records = trail(outcome, np.concatenate(stated), before)
    early = records.only(np.arange(outcome.height) < before.outcome.height)
    process = world(records, likeliest(early))
    asked = [
        (outcome["as_of"] == window.outcome["as_of"][0]).to_numpy()
        for window in windows
    ]
    return Followed(outcome, asked, process, records.stated, process.chances()[0])


def without_the_business(rows: VisitRows, names: Sequence[str]) -> Array:
    """State each visit by a model that never saw its business."""
    fold = rows.outcome["business_id"].rank("dense") % FOLDS
    stated = np.empty(len(fold))
    for n in range(FOLDS):
        kept, left_out = rows.only(fold != n), rows.only(fold == n)
        stated[(fold == n).to_numpy()] = by_others(kept, left_out, names)
    return stated


def by_others(known: VisitRows, asked: VisitRows, names: Sequence[str]) -> Array:
    """State some visits, in log-odds, by a model of others."""
    ways = {feature.name: feature.direction for feature in catalogue()}
    model = fit(training_of(known), names, [ways[name] for name in names], resamples=0)
    return model.calibration.log_odds(model.raw(asked.matrix))


def trail(outcome: pl.DataFrame, stated: Array, before: VisitRows) -> Trail:
    """Lay the visits out; how strict inspectors are is known from those before."""
    known = training_of(before)
    strict = offsets(known.serious, known.inspector) - base_log_odds(known.serious)
    severity = pl.DataFrame({"inspector_id": known.inspector, "strict": strict})
    own = outcome.join(
        severity.drop_nulls().unique(),
        on="inspector_id",
        how="left",
        maintain_order="left",
    )["strict"].fill_null(0.0)
    return Trail(
        business=codes(outcome["business_id"]),
        day=outcome["as_of"].cast(pl.Int32).cast(pl.Int64).to_numpy(),
        block=codes(outcome["as_of"]),
        stated=stated,
        strict=own.to_numpy(),
        serious=outcome["is_serious"].cast(pl.Float64).to_numpy(),
    )


def compared(
    found: Followed, scores: Mapping[str, Array]
) -> dict[str, dict[str, float]]:
    """Measure the AUC of some scores on the real results of the windows."""
    here = np.any(found.windows, axis=0)
    rows = VisitRows(found.outcome.filter(pl.Series(here)), pl.DataFrame())
    own = {name: score[here] for name, score in scores.items()}
    overall = compare(visits_of(scored_visits(rows, own)), own, model=MODEL).overall
    return {row["ranker"]: row for row in overall.filter(metric="auc").to_dicts()}


def in_its_own_world(found: Followed) -> tuple[str, str]:
    """Give the AUC of the posterior, and of the chances, where the process is the real one."""
    rng = np.random.default_rng(SEED)
    aucs = []
    for _ in range(WORLDS):
        drawn, chance = found.process.drawn(rng)
        serious = drawn.trail.serious
        aucs.append(
            [
                mean_auc(score, serious, found.windows)
                for score in (drawn.chances()[0], chance)
            ]
        )
    ends = zip(
        np.mean(aucs, axis=0), *np.percentile(aucs, INTERVAL, axis=0), strict=True
    )
    by_records, by_truth = (f"{m:.3f} ({low:.3f}, {high:.3f})" for m, low, high in ends)
    return by_records, by_truth


def mean_auc(score: Array, serious: Array, windows: Sequence[Mask]) -> float:
    """Average the AUC inside each window."""
    return float(
        np.mean(
            [
                Ranked(score[here], serious[here]).auc(np.ones((1, here.sum())))
                for here in windows
            ]
        )
    )


def results(
    city: str,
    table: Mapping[str, Mapping[str, float]],
    others: Followed,
    all_told: Followed,
) -> str:
    """Lay the ceilings of a city out in a row."""
    real = {
        name: spanned(row, "value", ("lower", "upper"), 3)
        for name, row in table.items()
    }
    by_records, by_truth = in_its_own_world(others)
    beyond = table[BEYOND]
    rows = [
        NAMES[city],
        real[MODEL],
        real[FEATURES],
        real[POSTERIOR],
        by_records,
        by_truth,
        described(others.process.effect),
        f"{-beyond['gain']:+.3f} ({-beyond['gain_upper']:+.3f}, {-beyond['gain_lower']:+.3f})",
        described(all_told.process.effect),
    ]
    heads = [
        "city",
        "model",
        "features without own results",
        "posterior of own results, real results",
        "the same in its own world",
        "chances known exactly",
        "own spread at once, a year, three years apart",
        "posterior over the model, gain on real results",
        "own spread beyond the model, as before",
    ]
    return markdown(heads, [rows])


def described(effect: Effect) -> str:
    """Write how much of the spread of businesses is left as visits lie further apart."""
    years = [effect.shared(years * DAYS_PER_YEAR) ** 0.5 for years in YEARS_APART]
    return ", ".join(f"{spread:.2f}" for spread in years)


def codes(values: pl.Series) -> Codes:
    """Number the distinct values."""
    return (values.rank("dense").cast(pl.Int64) - 1).to_numpy()
