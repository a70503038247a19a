"""What visits drawn by lot say of everybody, beside what all visits say of themselves.

Outcomes exist only where somebody went, and officers go where they fear. A visit of a
double-random draw was made with a known chance; counted by the inverse of that chance,
such visits stand for all businesses (Horvitz and Thompson 1952, as shares: Hajek).
"""

import numpy as np
import polars as pl

from models.evaluate import DRAWS, INTERVAL, Visits, measure, resampled
from models.metrics import Array

# Fewer say more about chance than about the model.
MIN_DRAWN = 50
METRICS = ("serious_share", "stated_share", "auc", "calibration_error")
ESTIMATES = {
    "of": pl.String,
    "metric": pl.String,
    "visits": pl.Int64,
    "value": pl.Float64,
    "lower": pl.Float64,
    "upper": pl.Float64,
}
ALL, DRAWN = "all_visits", "drawn_visits"


def estimates(
    visits: Visits, probability: Array, inclusion: Array, *, draws: int = DRAWS
) -> pl.DataFrame:
    """Measure a probability on all visits, and on those drawn, for everybody.

    Columns as in ESTIMATES, `of` all_visits or drawn_visits, with 95% intervals by
    bootstrap over businesses; empty where too few visits were drawn with a known chance.
    """
    is_drawn = np.isfinite(inclusion) & (inclusion > 0)
    if is_drawn.sum() < MIN_DRAWN or not visits.serious[is_drawn].any():
        return pl.DataFrame(schema=ESTIMATES)
    every = np.ones(len(inclusion))
    rows = [
        *_rows(ALL, visits, probability, every, draws),
        *_rows(
            DRAWN,
            visits.only(is_drawn),
            probability[is_drawn],
            1 / inclusion[is_drawn],
            draws,
        ),
    ]
    return pl.DataFrame(rows, schema=ESTIMATES)


def _rows(
    of: str, visits: Visits, probability: Array, weight: Array, draws: int
) -> list[dict[str, object]]:
    weights = weight * np.vstack([np.ones(len(weight)), resampled(visits, draws)])
    size = weights.sum(axis=1)
    found = measure(visits, probability, weights, is_probability=True) | {
        "serious_share": weights @ visits.serious / size,
        "stated_share": weights @ probability / size,
    }
    return [_row(of, len(weight), name, found[name]) for name in METRICS]


def _row(of: str, visits: int, metric: str, values: Array) -> dict[str, object]:
    lower, upper = np.nanpercentile(values[1:], INTERVAL)
    told = (of, metric, visits, float(values[0]), float(lower), float(upper))
    return dict(zip(ESTIMATES, told, strict=True))
