"""Invented visits to grow small models on, whose truth is known."""

from dataclasses import replace

import numpy as np
import polars as pl

from features.catalogue import catalogue, feature_names
from models.calibration import logistic
from models.risk import RiskModel, fit
from models.training import Training

#   name, worse direction
COLUMNS = {"past": 1, "online": -1, "size": 0, "open": 1}
FEATURES, DIRECTIONS = tuple(COLUMNS), tuple(COLUMNS.values())
BLOCKS = 8


def drawn_matrix(visits: int, seed: int = 0) -> pl.DataFrame:
    """Draw features: counts, a share unknown for a third, a size, and noise."""
    rng = np.random.default_rng(seed)
    online = rng.random(visits)
    online[rng.random(visits) < 0.3] = np.nan
    return pl.DataFrame(
        {
            "past": rng.poisson(0.8, visits),
            "online": online,
            "size": rng.normal(0, 1, visits),
            "open": rng.random(visits),
        },
        schema=dict.fromkeys(COLUMNS, pl.Float32),
    ).fill_nan(None)


def drawn_training(
    visits: int = 1_500, *, seed: int = 0, strictness: float = 0.0, past: float = 0.7
) -> Training:
    """Draw visits whose findings follow from the past, the kitchen and the inspector."""
    rng = np.random.default_rng([seed, 1])
    matrix = drawn_matrix(visits, seed)
    inspector = rng.integers(0, 4, visits)
    log_odds = (
        past * matrix["past"].to_numpy()
        - past * matrix["online"].fill_null(0.5).to_numpy()
        + strictness * (inspector - 1.5)
        - 1.6
    )
    serious = (rng.random(visits) < logistic(log_odds)).astype(np.float64)
    return Training(
        matrix=matrix,
        serious=serious,
        inspector=pl.Series([f"i{code}" for code in inspector]),
        as_of=pl.Series(np.arange(visits) * BLOCKS // visits),
        business=pl.Series(rng.integers(0, visits // 3, visits)),
        inclusion=np.full(visits, np.nan),
        gravity=serious,
    )


def catalogue_model(seed: int = 0) -> RiskModel:
    """Fit a model to the columns of the catalogue, the first of them drawn visits."""
    names = feature_names()
    drawn = drawn_training(seed=seed)
    matrix = drawn.matrix.rename(dict(zip(FEATURES, names, strict=False)))
    unknown = (pl.lit(None, pl.Float32).alias(name) for name in names[len(FEATURES) :])
    directions = tuple(feature.direction for feature in catalogue())
    whole = replace(drawn, matrix=matrix.with_columns(*unknown))
    return fit(whole, names, directions, resamples=3)


def drawn_model(**changed: float) -> RiskModel:
    """Fit a model to drawn visits."""
    return fit(drawn_training(**changed), FEATURES, DIRECTIONS, resamples=3)  # type: ignore[arg-type]
