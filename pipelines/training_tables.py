"""The small tables that a training leaves beside its model, for those who come later."""

from collections.abc import Mapping
from datetime import timedelta

import numpy as np
import polars as pl

from features.profile import attributes_at
from features.schema import Facts
from models.drift import profile
from models.fairness import fairness
from models.metrics import Array
from models.reason_stability import stability_table
from models.risk import RiskModel
from models.similar_cases import casebook
from pipelines.column_names import PROBABILITY
from pipelines.held_out import ATTRIBUTES
from pipelines.visits import VisitRows

CASEBOOK, HELD_OUT, FAIRNESS = "casebook", "held_out", "fairness"
PROFILE, STABILITY, CREDIT = "profile", "stability", "credit"
# What the present is compared with: the last year, so that no season stands alone.
PROFILE_DAYS = 365
# Visits whose reasons are looked for again in every resample.
STABILITY_ROWS = 400


def training_tables(
    facts: Facts, rows: VisitRows, model: RiskModel, held: pl.DataFrame
) -> Mapping[str, pl.DataFrame]:
    """Make the tables of a training.

    The casebook of its visits, the latest ones predicted by its shadow, what groups were
    treated how, what its last year looked like, and how stable its reasons are. `held`
    are the latest visits as held_out predicts them.
    """
    contributions = model.contributions(rows.matrix)
    pairs = rows.outcome.select("business_id", "as_of")
    types = attributes_at(facts.business, pairs)["business_type"]
    return {
        CASEBOOK: casebook(rows.outcome, types, contributions),
        HELD_OUT: held,
        FAIRNESS: fairness(held, ATTRIBUTES),
        PROFILE: _profile(rows, model),
        STABILITY: _stability(rows, model, contributions),
    }


def with_probability(matrix: pl.DataFrame, model: RiskModel) -> pl.DataFrame:
    """Put what the model states beside the features, to be compared like one of them."""
    return matrix.with_columns(pl.Series(PROBABILITY, model.predict(matrix)))


def _profile(rows: VisitRows, model: RiskModel) -> pl.DataFrame:
    days = rows.outcome["as_of"]
    latest = rows.only(days > days.max() - timedelta(days=PROFILE_DAYS))  # type: ignore[operator]
    whole = with_probability(latest.matrix, model)
    return profile(whole, (PROBABILITY, *model.features))


def _stability(rows: VisitRows, model: RiskModel, contributions: Array) -> pl.DataFrame:
    """Look at visits spread evenly over all, so that the choice is the same each time."""
    height = rows.matrix.height
    at = np.unique(np.linspace(0, height - 1, min(STABILITY_ROWS, height)).astype(int))
    return stability_table(model, rows.matrix[at], contributions[at])
