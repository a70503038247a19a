"""How far those scored now differ from those a scorecard was fitted on.

PSI compares the shares of score bands, CSI those of a feature's bins. As a custom of the
trade below 0.1 is calm, above 0.25 calls for a look; what to do is a gate's to say.
"""

import numpy as np
import polars as pl

from models.metrics import Array
from models.scorecard import Scorecard, inputs_of

# A band nobody was in before would make any change infinite.
_LEAST_SHARE = 1e-4


def stability_index(then: Array, now: Array) -> float:
    """Sum (now - then) x ln(now / then) over the shares of the bands.

    Shares .5, .5 then and now give 0; .5, .5 then and .6, .4 now give .041; .5, .5 then
    and .8, .2 now give .416.
    """
    before, after = (np.maximum(s, _LEAST_SHARE) for s in (_shares(then), _shares(now)))
    return float(((after - before) * np.log(after / before)).sum())


def score_stability(card: Scorecard, matrix: pl.DataFrame) -> float:
    """Give the PSI of the scores of a matrix against the training's tenths."""
    edges = np.array(card.score_edges)
    band = np.searchsorted(edges, card.score(matrix))
    now = np.bincount(band, minlength=len(edges) + 1)
    return stability_index(np.array(card.score_shares), now.astype(np.float64))


def characteristic_stability(card: Scorecard, matrix: pl.DataFrame) -> pl.DataFrame:
    """Give the CSI of each feature of the card: feature, csi, points.

    `points` is how many points more (or, negative, fewer) the rows lose on average by
    the feature than those of the training did.
    """
    inputs = inputs_of(matrix, card.columns)
    rows = []
    for place, (bins, lost) in enumerate(zip(card.bins, card.lost, strict=True)):
        then = np.array(bins.good, dtype=np.float64) + np.array(bins.bad)
        code = bins.locate(inputs[:, place])
        now = np.bincount(code, minlength=len(then)).astype(np.float64)
        moved = (_shares(now) - _shares(then)) @ np.array(lost, dtype=np.float64)
        csi = stability_index(then, now)
        rows.append({"feature": bins.column.name, "csi": csi, "points": float(moved)})
    return pl.DataFrame(
        rows, schema={"feature": pl.String, "csi": pl.Float64, "points": pl.Float64}
    )


def _shares(counts: Array) -> Array:
    shares: Array = counts / max(float(counts.sum()), _LEAST_SHARE)
    return shares
