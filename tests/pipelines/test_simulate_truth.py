"""How close the model comes to what could be known: the only reader of the truth."""

from datetime import date

import numpy as np
import polars as pl
import pytest

from features.labels import cohort
from features.matrix import build
from features.warehouse import open_warehouse
from models.baselines import rankers
from models.metrics import Array, Ranked
from models.rules import load_rules
from pipelines.load import load
from pipelines.simulate import simulate
from pipelines.train import fit_rows, known_rows

# The truth holds a quarter; the model may know what was recorded before it began.
UNTIL, QUARTER = date(2026, 1, 1), date(2025, 10, 1)
BUSINESSES, YEARS = 2500, 3

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> pl.DataFrame:
    """Score every trading business from before the quarter, beside the truth in it."""
    folder = tmp_path_factory.mktemp("judged")
    simulate(folder, businesses=BUSINESSES, years=YEARS, until=UNTIL)
    warehouse = folder / "judged.duckdb"
    load(folder / "source", mapping="shian", warehouse=warehouse, loaded_on=UNTIL)
    with open_warehouse(warehouse, read_only=True) as opened:
        facts = opened.facts()
    model = fit_rows(known_rows(facts, QUARTER, load_rules()), resamples=0)
    pairs = cohort(facts, QUARTER)
    matrix = build(facts, pairs, legal_life_days=None)
    truth = pl.read_parquet(folder / "truth" / "latent.parquet").filter(
        pl.col("quarter") == QUARTER
    )
    scored = pairs.with_columns(
        model=pl.Series(model.predict(matrix)),
        **{name: pl.Series(score) for name, score in rankers(matrix).items()},
    )
    return scored.join(truth.rename({"probability": "truth"}), on="business_id")


def auc(judged: pl.DataFrame, by: str) -> float:
    """Give the AUC that would be found by visiting everybody, over and over.

    Every business counts as serious with its true probability and as not with the rest.
    """
    score, truth = (np.tile(judged[c].to_numpy(), 2) for c in (by, "truth"))
    serious = np.repeat([1.0, 0.0], judged.height)
    weight: Array = np.where(serious == 1, truth, 1 - truth)
    return float(Ranked(score, serious).auc(weight[None, :])[0])


def test_nothing_ranks_better_than_the_truth_itself(judged: pl.DataFrame) -> None:
    best = auc(judged, "truth")
    assert best > 0.78
    for name in ("model", "past_serious", "last_result", "days_since_visit", "random"):
        assert auc(judged, name) < best - 0.05


def test_the_model_comes_closer_to_the_truth_than_any_naive_ranker(
    judged: pl.DataFrame,
) -> None:
    naive = [
        auc(judged, n) for n in ("past_serious", "last_result", "days_since_visit")
    ]
    assert auc(judged, "model") > max(naive) + 0.03
    assert auc(judged, "random") == pytest.approx(0.5, abs=0.03)


def test_the_models_probability_follows_the_true_one(judged: pl.DataFrame) -> None:
    """In order, not in level: outcomes are seen only where an officer chose to go."""

    def with_truth(name: str) -> float:
        ranked = judged.select(pl.corr(name, "truth", method="spearman"))
        return float(ranked.item())

    assert with_truth("model") > with_truth("past_serious") + 0.1
