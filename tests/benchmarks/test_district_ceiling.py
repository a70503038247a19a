"""How near the truth of the simulated district anybody could come, and by what.

    .venv/bin/python -m pytest -m bench -o addopts=--import-mode=importlib \
        tests/benchmarks/test_district_ceiling.py -s

Between the best naive ranker and the oracle stand two ceilings. Of learning: the same
features, taught the true log-odds of two other districts, no noise and no choice of
visits. Of information: the exact posterior of every recorded event, by whoever knows
how the district was invented (tests/district_posterior.py).
"""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import lightgbm as lgb
import numpy as np
import polars as pl
import pytest

from features.catalogue import feature_names
from features.labels import cohort
from features.matrix import build
from features.schema import Facts
from features.warehouse import open_warehouse
from models.baselines import rankers
from models.calibration import logistic
from models.metrics import Array
from models.risk import fit
from models.rules import load_rules
from pipelines.load import load
from pipelines.simulate import simulate
from pipelines.simulate.district import SEED
from pipelines.simulate.latent import season
from pipelines.train import directions, known_rows, training_of
from tests.benchmarks.test_district import NAIVE, QUARTER, UNTIL, auc_of, show
from tests.district_posterior import Known, like_businesses, posterior

pytestmark = pytest.mark.bench

BEGIN = date(2021, 1, 1)
# Other districts, invented alike.
OTHER_SEEDS = (201, 202)
# More leaves or rounds gain nothing on targets without noise.
TAUGHT = {
    "objective": "regression",
    "num_leaves": 8,
    "learning_rate": 0.05,
    "min_data_in_leaf": 100,
    "feature_fraction": 0.3,
    "num_threads": 1,
    "seed": 1,
    "verbose": -1,
}
TAUGHT_ROUNDS = 800
# The mean of the two months judged; the same for all businesses.
USUAL = float(np.mean([season(QUARTER.month), season(QUARTER.month + 1)]))


@dataclass(frozen=True)
class Told:
    """A district before its last quarter, and the truth of it."""

    facts: Facts
    matrix: pl.DataFrame
    latent: pl.DataFrame
    severity: pl.DataFrame

    @property
    def odds(self) -> Array:
        """Give the true log-odds of the quarter, per business."""
        chance = self.matrix.join(
            self.latent, on="business_id", how="left", maintain_order="left"
        )["probability"].to_numpy()
        odds: Array = np.log(chance / (1 - chance))
        return odds

    @property
    def truth(self) -> Array:
        """Give the chance that an inspector like all others finds something serious."""
        strict = self.severity["severity"].to_numpy()
        odds = self.odds + USUAL
        truth: Array = np.mean([logistic(odds + s) for s in strict], axis=0)
        return truth


def told(folder: Path, seed: int) -> Told:
    """Invent and load a district."""
    simulate(folder, until=UNTIL, seed=seed)
    warehouse = folder / "district.duckdb"
    load(folder / "source", mapping="shian", warehouse=warehouse, loaded_on=UNTIL)
    with open_warehouse(warehouse, read_only=True) as opened:
        facts = opened.facts()
    latent = pl.read_parquet(folder / "truth" / "latent.parquet")
    return Told(
        facts,
        build(facts, cohort(facts, QUARTER)),
        latent.filter(quarter=QUARTER),
        pl.read_parquet(folder / "truth" / "inspector.parquet"),
    )


def inputs(district: Told) -> Array:
    """Give the catalogue's features as numbers."""
    return district.matrix.select(feature_names()).cast(pl.Float32).to_numpy()


def by_learning_the_truth(district: Told, others: list[Told]) -> Array:
    """Score by the same features, taught the true log-odds of other districts."""
    taught = lgb.Dataset(
        np.concatenate([inputs(other) for other in others]),
        np.concatenate([other.odds for other in others]),
    )
    booster = lgb.train(dict(TAUGHT), taught, TAUGHT_ROUNDS)
    return np.asarray(booster.predict(inputs(district), num_threads=1))


def by_knowing_the_process(district: Told) -> tuple[Array, Array]:
    """Score by the mean of each business's like, and by the posterior of its records."""
    business = (
        district.matrix.select("business_id", area="floor_area")
        .join(
            like_businesses(district.latent, district.facts.business),
            on="business_id",
            how="left",
            maintain_order="left",
        )
        .with_columns(pl.col("area").cast(pl.Float64).fill_null(60.0))
    )
    chance = district.latent["probability"].to_numpy()
    known = Known(
        facts=district.facts,
        business=business,
        severity=district.severity.select("inspector_id", "severity"),
        begin=BEGIN,
        day=QUARTER,
        mean=float(np.log(chance / (1 - chance)).mean()),
    )
    return business["prior"].to_numpy(), posterior(known, USUAL)


def test_nine_tenths_of_the_way_is_beyond_who_knows_the_process_itself(
    tmp_path: Path,
) -> None:
    district = told(tmp_path / "judged", SEED)
    others = [told(tmp_path / str(seed), seed) for seed in OTHER_SEEDS]
    training = training_of(known_rows(district.facts, QUARTER, load_rules()))
    model = fit(training, feature_names(), directions(), resamples=0)
    naive = rankers(district.matrix)
    of_like, known = by_knowing_the_process(district)
    scores = {
        "mean of kind, street and chain, known from the truth": of_like,
        "model": model.predict(district.matrix),
        "same features, taught the truth": by_learning_the_truth(district, others),
        "posterior of all records, process known": known,
        "oracle": district.odds,
    }
    truth = district.truth
    found = {"best naive ranker": max(auc_of(naive[name], truth) for name in NAIVE)}
    found |= {name: auc_of(score, truth) for name, score in scores.items()}
    low, high = found["best naive ranker"], found["oracle"]
    way = {name: (auc - low) / (high - low) for name, auc in found.items()}
    rows = [[name, f"{auc:.3f}", f"{way[name]:.0%}"] for name, auc in found.items()]
    show(["ranked by", "AUC", "of the way to the oracle"], rows)
    assert way["posterior of all records, process known"] < 0.9
    # What is left to learn from these features is little.
    gap = way["same features, taught the truth"] - way["model"]
    assert 0 < gap < 0.15
