"""Does worse ever score better? The fitted model itself is asked, not its declaration.

A model may declare its directions and break them: LightGBM's method `advanced` does so
where values are missing. So every feature with a direction is moved through every step
that the trees can tell apart, in rows as the records have them, gaps and all.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from models.metrics import Array
from models.risk import RiskModel
from models.trees import read_forest

# Rows and steps tried per feature: the trees' own thresholds, evenly taken where there
# are more. Some 400 x 30 x 60 questions are asked in seconds.
ROWS = 400
STEPS = 30
# Log-odds are sums of 300 leaves; less than this is the order in which they are added.
ROUNDING = 1e-9

BREAKS = {
    "feature": pl.String,
    "row": pl.Int64,
    "better": pl.Float64,
    "worse": pl.Float64,
    "fall": pl.Float64,
}


@dataclass(frozen=True)
class Probe:
    """How often a model was asked, and where worse scored better.

    `breaks` has one row per break: feature, row of the matrix, the better and the worse
    value, and the log-odds by which the worse one scores better.
    """

    features: int
    questions: int
    breaks: pl.DataFrame

    @property
    def holds(self) -> bool:
        """Whether worse never scored better."""
        return self.breaks.is_empty()


def probe(
    model: RiskModel, matrix: pl.DataFrame, *, rows: int = ROWS, steps: int = STEPS
) -> Probe:
    """Move every feature that has a direction through its steps, all else equal.

    The rows are taken evenly from the matrix. Between two known values worse must never
    score better; a value that is not known is neither better nor worse than a known one.
    """
    asked = np.unique(
        np.linspace(0, matrix.height - 1, min(rows, matrix.height), dtype=int)
    )
    sample = matrix.select(model.features)[asked.tolist()]
    scales = read_forest(model.text).scales
    breaks, questions, features = [], 0, 0
    for place, (name, direction) in enumerate(
        zip(model.features, model.directions, strict=True)
    ):
        if not direction or place not in scales:
            continue
        values = (
            _values(scales[place].thresholds_for(np.float32).astype(np.float64), steps)
            * direction
        )
        found, count = _moved(model, sample, name, np.sort(values) * direction)
        breaks.append(
            found.with_columns(row=pl.lit(pl.Series(asked)).gather(pl.col("row")))
        )
        questions += count
        features += 1
    empty = pl.DataFrame(schema=BREAKS)
    return Probe(features, questions, pl.concat([empty, *breaks]))


def _values(thresholds: Array, steps: int) -> Array:
    """Give a value on each side of every threshold, evenly fewer where they are many.

    A split sends what is at most its threshold left, so the thresholds themselves and
    one value above the last stand for everything the trees can tell apart.
    """
    values = np.append(thresholds, np.nextafter(np.float32(thresholds[-1]) + 1, np.inf))
    at = np.linspace(0, len(values) - 1, min(steps, len(values)), dtype=int)
    kept: Array = values[np.unique(at)]
    return kept


def _moved(
    model: RiskModel, sample: pl.DataFrame, name: str, values: Array
) -> tuple[pl.DataFrame, int]:
    """Score every row at every value, from the best to the worst, and find the falls."""
    count = sample.height
    tall = pl.concat([sample] * len(values)).with_columns(
        pl.Series(name, np.repeat(values, count)).cast(pl.Float32)
    )
    scores = model.raw(tall).reshape(len(values), count)
    fall = scores[:-1] - scores[1:]
    step, row = np.nonzero(fall > ROUNDING)
    found = {
        "feature": [name] * len(row),
        "row": row,
        "better": values[step],
        "worse": values[step + 1],
        "fall": fall[step, row],
    }
    return pl.DataFrame(found, schema=BREAKS), fall.size
