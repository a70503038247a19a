"""The small tables that a training leaves beside its model, for those who come later."""

from collections.abc import Mapping

import polars as pl

from features.profile import attributes_at
from features.schema import Facts
from models.risk import RiskModel
from models.similar_cases import casebook
from pipelines.visits import VisitRows

CASEBOOK = "casebook"


def training_tables(
    facts: Facts, rows: VisitRows, model: RiskModel
) -> Mapping[str, pl.DataFrame]:
    """Make the tables of a training: the casebook of the visits it learned from."""
    contributions = model.contributions(rows.matrix)
    pairs = rows.outcome.select("business_id", "as_of")
    types = attributes_at(facts.business, pairs)["business_type"]
    return {CASEBOOK: casebook(rows.outcome, types, contributions)}
