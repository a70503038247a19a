"""The whole district, whose truth is known: how near model, level and intervals come to it.

    .venv/bin/python -m pytest -m bench -o addopts=--import-mode=importlib \
        tests/benchmarks/test_district.py -s

Prints the tables of the README on the simulated district. The truth is read here alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

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
from models.metrics import Array, Ranked, calibration_error
from models.probe import probe
from models.random_visits import estimates
from models.risk import RiskModel, fit
from models.rules import load_rules
from models.uncertainty import group_of, known_of
from pipelines.backtest import scored_visits, visits_of
from pipelines.load import load
from pipelines.simulate import simulate
from pipelines.simulate.latent import season
from pipelines.train import directions, known_rows, training_of
from pipelines.visits import blocks_between, visit_rows

pytestmark = pytest.mark.bench

UNTIL, QUARTER = date(2026, 1, 1), date(2025, 10, 1)
NAIVE = ("past_serious", "last_result", "days_since_visit")
GROUPS = ("never visited", "once or twice", "three times and more")


@dataclass(frozen=True)
class District:
    """Everything a table needs: facts, the truth, and models with and without correction."""

    facts: Facts
    latent: pl.DataFrame
    severity: pl.DataFrame
    matrix: pl.DataFrame
    corrected: RiskModel
    naive: RiskModel

    @property
    def odds(self) -> Array:
        """Give the true log-odds of the quarter for a neutral inspector, per business."""
        now = self.latent.filter(quarter=QUARTER)
        p = self.matrix.join(now, on="business_id", how="left", maintain_order="left")[
            "probability"
        ].to_numpy()
        return np.log(p / (1 - p))

    @property
    def truth(self) -> Array:
        """Give the chance that an inspector like all others finds something serious."""
        months = (QUARTER.month, QUARTER.month + 1)
        usual = np.mean([season(month) for month in months])
        strict = self.severity["severity"].to_numpy()
        return np.mean([logistic(self.odds + usual + s) for s in strict], axis=0)


@pytest.fixture(scope="module")
def district(tmp_path_factory: pytest.TempPathFactory) -> District:
    """Invent the whole district and train on what was recorded before its last quarter."""
    folder = tmp_path_factory.mktemp("district")
    simulate(folder, until=UNTIL)
    warehouse = folder / "district.duckdb"
    load(folder / "source", mapping="shian", warehouse=warehouse, loaded_on=UNTIL)
    return trained(folder, warehouse)


def trained(folder: Path, warehouse: Path) -> District:
    """Train with the chances of the draws, and as if nobody had kept them."""
    with open_warehouse(warehouse, read_only=True) as opened:
        facts = opened.facts()
    training = training_of(known_rows(facts, QUARTER, load_rules()))
    unknown = np.full(len(training.serious), np.nan)
    columns = feature_names(), directions()
    return District(
        facts=facts,
        latent=pl.read_parquet(folder / "truth" / "latent.parquet"),
        severity=pl.read_parquet(folder / "truth" / "inspector.parquet"),
        matrix=build(facts, cohort(facts, QUARTER)),
        corrected=fit(training, *columns),
        naive=fit(replace(training, inclusion=unknown), *columns, resamples=0),
    )


def auc_of(score: Array, truth: Array) -> float:
    """Give the AUC that would be found by visiting everybody, over and over."""
    serious = np.repeat([1.0, 0.0], len(truth))
    weight = np.where(serious == 1, np.tile(truth, 2), 1 - np.tile(truth, 2))
    return float(Ranked(np.tile(score, 2), serious).auc(weight[None, :])[0])


def error_of(stated: Array, truth: Array) -> float:
    """Give the calibration error against the truth of everybody."""
    return float(calibration_error(truth, stated, np.ones((1, len(truth))))[0])


def test_the_level_comes_near_the_truth_where_the_chances_of_draws_are_kept(
    district: District,
) -> None:
    truth = district.truth
    rows = [["truth, everybody", f"{truth.mean():.4f}", "", ""]]
    for name, model in (
        ("model, chances of draws unknown", district.naive),
        ("model, chances of draws kept", district.corrected),
    ):
        stated = model.predict(district.matrix)
        rows.append(
            [
                name,
                f"{stated.mean():.4f}",
                f"{auc_of(stated, truth):.3f}",
                f"{error_of(stated, truth):.4f}",
            ]
        )
    rows += [
        [name, *cells] for name, cells in of_the_quarter(district, district.corrected)
    ]
    show(["estimate", "share serious", "AUC", "calibration error"], rows)
    errors = [
        abs(model.predict(district.matrix).mean() - truth.mean())
        for model in (district.naive, district.corrected)
    ]
    assert errors[1] < errors[0]


def of_the_quarter(
    district: District, model: RiskModel
) -> list[tuple[str, tuple[str, str, str]]]:
    """Estimate from the visits of the quarter: all of them, and those drawn by lot."""
    rows = visit_rows(
        district.facts, blocks_between(QUARTER, UNTIL, 3), legal_life_days=None
    ).first()
    stated = model.predict(rows.matrix)
    scored = scored_visits(rows, {"model": stated})
    inclusion = scored["inclusion_probability"].cast(pl.Float64).fill_null(np.nan)
    found = estimates(visits_of(scored), stated, inclusion.to_numpy())

    def cell(of: str, metric: str, digits: int) -> str:
        row = found.filter(of=of, metric=metric).row(0, named=True)
        value, *ends = (f"{row[k]:.{digits}f}" for k in ("value", "lower", "upper"))
        return f"{value} ({ends[0]}, {ends[1]})"

    return [
        (
            f"{name} of the quarter",
            (
                cell(of, "serious_share", 4),
                cell(of, "auc", 3),
                cell(of, "calibration_error", 4),
            ),
        )
        for of, name in (
            ("all_visits", "all visits"),
            ("drawn_visits", "visits by lot, by inverse chance,"),
        )
    ]


def test_intervals_hold_the_truth_of_nine_businesses_in_ten_give_or_take(
    district: District,
) -> None:
    """They are meant to hold nine in ten; of who was never visited there are few."""
    truth, matrix = district.truth, district.matrix
    stated = district.corrected.predict(matrix)
    (lower, upper), (low, high) = district.corrected.intervals(matrix)
    groups = group_of(known_of(matrix))
    rows, held = [], []
    for code, name in enumerate(GROUPS):
        here = groups == code
        inside = (lower <= truth) & (truth <= upper)
        of_statement = (low <= truth) & (truth <= high)
        held.append(inside[here].mean())
        rows.append(
            [
                name,
                f"{here.sum():,}",
                f"{stated[here].mean():.4f}",
                f"{truth[here].mean():.4f}",
                f"{inside[here].mean():.1%}",
                f"{(upper - lower)[here].mean():.3f}",
                f"{of_statement[here].mean():.1%}",
            ]
        )
    heads = ["visits on record", "businesses", "stated", "true", "interval holds"]
    show([*heads, "mean width", "interval of the statement holds"], rows)
    assert 0.85 <= min(held) <= max(held) <= 0.97


def test_the_model_is_on_its_way_from_the_best_naive_ranker_to_the_truth(
    district: District,
) -> None:
    truth = district.truth
    naive = max(auc_of(rankers(district.matrix)[name], truth) for name in NAIVE)
    model = auc_of(district.corrected.predict(district.matrix), truth)
    oracle = auc_of(district.odds, truth)
    show(
        ["ranked by", "AUC", "of the way to the oracle"],
        [
            [name, f"{value:.3f}", f"{(value - naive) / (oracle - naive):.0%}"]
            for name, value in (
                ("best naive ranker", naive),
                ("model", model),
                ("oracle", oracle),
            )
        ],
    )
    assert naive < model < oracle


def test_worse_never_scores_better(district: District) -> None:
    asked = probe(district.corrected, district.matrix)
    print(
        f"\n\n{asked.questions:,} questions on {asked.features} features, "
        f"{asked.breaks.height} breaks"
    )
    assert asked.holds


def show(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table as Markdown."""
    lines = [heads, ["---"] * len(heads), *rows]
    print("\n\n" + "\n".join("| " + " | ".join(line) + " |" for line in lines))
