"""The card of a model: what it learned from, what it can do, for whom, and its limits.

Everything on it is read from what the training and the promotion kept, so that the card
of an old model is the same today as on the day it came into use.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from features.errors import ModelError
from models.card_trial import TRIAL
from models.clauses import GRADES
from models.evaluate import compare
from models.gates import visits_of
from models.metrics import calibration_table
from models.reason_stability import stable_share
from models.registry import (
    champion,
    is_promoted,
    kept_table,
    run_folder,
    scorecard_in_use,
)
from models.rules import load_rules
from models.training_run import TrainingRun, read_run
from pipelines.kept_comparison import ABLATION, RIVALS, kept_comparison
from pipelines.promoting import promotions, review
from pipelines.training_tables import CREDIT, FAIRNESS, HELD_OUT, STABILITY

NAIVE = "past_serious"
_METRICS = ("auc", "precision_at_top", "auc_inside_inspectors", "calibration_error")


@dataclass(frozen=True)
class ModelCard:
    """What is to be known of a model.

    `overall` and `windows` hold the metrics of the held-out visits as
    models.evaluate.compare gives them, `bands` stated, found and visits; `stability` one
    row per story and direction; `gates` and `migration` are those of its promotion, or
    of a review made now; `promotion` is empty for a model nobody has promoted. `cards`
    has the columns of models.card_trial.TRIAL, `card_in_use` is the version of the
    scorecard that gives the class, empty where there is none; `comparisons` are those
    kept by shian compare, None for one that was not made.
    """

    version: str
    run: TrainingRun
    law_version: str
    overall: pl.DataFrame
    windows: pl.DataFrame
    bands: pl.DataFrame
    fairness: pl.DataFrame
    stability: pl.DataFrame
    gates: list[dict[str, Any]]
    migration: pl.DataFrame
    promotion: dict[str, Any]
    cards: pl.DataFrame
    card_in_use: str
    comparisons: Mapping[str, dict[str, Any] | None]

    @property
    def moved(self) -> tuple[int, int, int]:
        """Count the businesses whose grade gets stricter, milder, and stays."""
        places = {grade: place for place, grade in enumerate(GRADES)}
        stricter = milder = same = 0
        for before, after, count in self.migration.iter_rows():
            step = places[after] - places[before]
            stricter += count if step > 0 else 0
            milder += count if step < 0 else 0
            same += count if step == 0 else 0
        return stricter, milder, same

    def as_dict(self) -> dict[str, Any]:
        """Give the card as plain values for a program."""
        stricter, milder, same = self.moved
        return {
            "version": self.version,
            "parameters": dict(self.run.parameters),
            "metrics": dict(self.run.metrics),
            "held_out": self.overall.to_dicts(),
            "windows": self.windows.to_dicts(),
            "calibration": self.bands.to_dicts(),
            "fairness": self.fairness.to_dicts(),
            "stability": self.stability.to_dicts(),
            "gates": self.gates,
            "migration": self.migration.to_dicts(),
            "changes": {"stricter": stricter, "milder": milder, "same": same},
            "promotion": self.promotion,
            "scorecards": self.cards.to_dicts(),
            "scorecard_in_use": self.card_in_use,
            "comparisons": dict(self.comparisons),
        }


def model_card(warehouse: Path, *, store: Path) -> ModelCard:
    """Put together the card of the model in use.

    Raises:
        ModelError: there is no model, or its training kept no tables.
    """
    model = champion(store)
    run = read_run(run_folder(store, model.version))
    found, promotion = _judged(warehouse, store, model.version)
    held = _kept(store, model.version, HELD_OUT)
    rules = load_rules()
    law = rules.applied_to(run.as_of)
    overall, windows, bands = _measured(held)
    return ModelCard(
        version=model.version,
        run=run,
        law_version=rules.version,
        overall=overall,
        windows=windows,
        bands=bands,
        fairness=_kept(store, model.version, FAIRNESS),
        stability=stable_share(
            _kept(store, model.version, STABILITY),
            law.number("release.stable_share"),
            ("story", "direction"),
        ),
        gates=found["gates"],
        migration=pl.DataFrame(
            found["migration"],
            schema={
                "grade_before": pl.String,
                "grade_after": pl.String,
                "businesses": pl.Int64,
            },
        ),
        promotion=promotion,
        **_compared(store, model.version),
    )


def _compared(store: Path, version: str) -> dict[str, Any]:
    """Read how scorecards and models compared, where that was kept."""
    card, trial = scorecard_in_use(store), kept_table(store, version, CREDIT)
    return {
        "cards": pl.DataFrame(schema=TRIAL) if trial is None else trial,
        "card_in_use": card.version if card else "",
        "comparisons": {
            name: kept_comparison(store, version, name) for name in (RIVALS, ABLATION)
        },
    }


def _judged(
    warehouse: Path, store: Path, version: str
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Give what the gates found: on record with the promotion, or by a review made now."""
    on_record = [p for p in promotions(store) if p["version"] == version]
    if on_record:
        latest = dict(on_record[-1])
        decided = {name: latest[name] for name in ("by", "reason", "at", "account")}
        return latest, decided
    if is_promoted(store):
        # Promoted before promotions were recorded: nothing is known of its gates.
        return {"gates": [], "migration": []}, {}
    return review(warehouse, store=store).as_dict(), {}


def _kept(store: Path, version: str, name: str) -> pl.DataFrame:
    table = kept_table(store, version, name)
    if table is None:
        message = (
            f"the training of {version} kept no table {name}; train again with: "
            f"shian train --store {store}"
        )
        raise ModelError(message)
    return table


def _measured(held: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Measure the held-out visits beside counting past serious findings."""
    if held.is_empty() or held["is_serious"].n_unique() == 1:
        empty = pl.DataFrame(schema={"ranker": pl.String, "metric": pl.String})
        return empty, empty, pl.DataFrame(schema=["stated", "found", "visits"])
    scores = {name: held[name].to_numpy() for name in ("probability", NAIVE)}
    compared = compare(visits_of(held), scores, model="probability")
    shown = pl.col("metric").is_in(_METRICS)
    days = held.select(day="window").unique().sort("day").with_row_index("window")
    windows = (
        compared.windows.filter(shown, pl.col("ranker") == "probability")
        .join(days.cast({"window": pl.Int64}), on="window", maintain_order="left")
        .drop("window")
    )
    serious = held["is_serious"].cast(pl.Float64).to_numpy()
    table = calibration_table(serious, held["probability"].to_numpy())
    bands = pl.DataFrame(table, schema=["stated", "found", "visits"])
    return compared.overall.filter(shown), windows, bands
