"""Visits that a model has not seen, predicted by one grown before them.

The model that comes into use has learned from every visit. What it can do is shown by
its shadow: the same recipe on what was known before the last half year, which then
states a probability for each visit of that half year.
"""

from collections.abc import Callable
from datetime import date

import polars as pl

from features.errors import ModelError
from features.profile import attributes_at
from features.schema import Facts
from models.baselines import rankers
from models.risk import RiskModel
from pipelines.visits import VisitRows

# Three blocks of two months: enough visits for intervals, recent enough to be of today.
HELD_BLOCKS = 3
# What groups are told apart by, in the order in which they are shown.
ATTRIBUTES = ("street", "business_type", "size", "age", "ownership", "legal_form")
_AREAS = ((50, "under_50"), (200, "50_to_200"), (1_000, "200_to_1000"))
_YEARS = ((365, "first_year"), (1_096, "1_to_3"), (3_652, "3_to_10"))
HELD = {
    "inspection_id": pl.String,
    "business_id": pl.String,
    "inspector_id": pl.String,
    "window": pl.Date,
    "day": pl.Int64,
    "is_serious": pl.Boolean,
    "inclusion_probability": pl.Float64,
    "probability": pl.Float64,
    "past_serious": pl.Float64,
    **dict.fromkeys(ATTRIBUTES, pl.String),
}


Fit = Callable[[VisitRows], RiskModel]


def held_out(facts: Facts, rows: VisitRows, fit: Fit) -> pl.DataFrame:
    """Predict the latest blocks of visits by the shadow of a model, in columns of HELD.

    Where too little is known before three blocks, two are held out, or one; with no
    history at all the frame is empty, and nothing can be shown of the model.
    """
    blocks = rows.outcome["as_of"].unique().sort()
    for held in range(min(HELD_BLOCKS, len(blocks) - 1), 0, -1):
        first: date = blocks[-held]
        try:
            shadow = fit(rows.known_before(first))
        except ModelError:
            continue
        return predicted(facts, rows.only(rows.outcome["as_of"] >= first), shadow)
    return pl.DataFrame(schema=HELD)


def predicted(facts: Facts, rows: VisitRows, model: RiskModel) -> pl.DataFrame:
    """State a probability for visits, with what groups they belong to."""
    who = attributes_at(facts.business, rows.outcome.select("business_id", "as_of"))
    streets = dict(facts.street.select("street_code", "name").iter_rows())
    matrix = rows.matrix
    return rows.outcome.with_columns(
        window="as_of",
        day=(pl.col("inspected_on") - pl.col("as_of")).dt.total_days(),
        probability=pl.Series(model.predict(matrix)),
        past_serious=pl.Series(rankers(matrix)["past_serious"]),
        street=who["street_code"].replace(streets),
        business_type=who["business_type"],
        size=matrix.select(_banded("floor_area", _AREAS, "over_1000")).to_series(),
        age=matrix.select(_banded("age_days", _YEARS, "over_10")).to_series(),
        ownership=pl.Series(
            ["chain" if code else "single" for code in who["chain_code"]],
            dtype=pl.String,
        ),
        legal_form=matrix.select(_form()).to_series(),
    ).select(pl.col(name).cast(kind) for name, kind in HELD.items())


def _banded(column: str, bands: tuple[tuple[int, str], ...], rest: str) -> pl.Expr:
    """Name the band of a value; what is unknown stays so."""
    named = [
        pl.when(pl.col(column) < limit).then(pl.lit(name)) for limit, name in bands
    ]
    known = pl.when(pl.col(column).is_not_null()).then(pl.lit(rest))
    return pl.coalesce(*named, known)


def _form() -> pl.Expr:
    individual = pl.when(pl.col("is_individual") > 0).then(pl.lit("individual"))
    return individual.when(pl.col("is_individual").is_not_null()).then(
        pl.lit("enterprise")
    )
