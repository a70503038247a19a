"""How far what a model meets now differs from what it was trained on.

Each column of the training is cut into tenths of its known values, with a place of its
own for what is missing; the shares then and now give its stability index (PSI).
"""

from collections.abc import Sequence

import numpy as np
import polars as pl

from models.metrics import Array
from models.stability import stability_index

BANDS = 10
PROFILE = {
    "column": pl.String,
    "band": pl.Int16,
    "above": pl.Float64,
    "rows": pl.Int64,
}


def profile(matrix: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
    """Count the rows in each band of each column, in the columns of PROFILE.

    Band 0 is what is missing, whose `above` is null; a value lies in the last band whose
    `above` it exceeds, the first of them open below.
    """
    rows = []
    for name in columns:
        values = _values(matrix, name)
        edges = _edges(values[~np.isnan(values)])
        for band, count in enumerate(_counts(values, edges)):
            above = None if band == 0 else float([-np.inf, *edges][band - 1])
            rows.append((name, band, above, int(count)))
    return pl.DataFrame(rows, schema=PROFILE, orient="row")


def shift(then: pl.DataFrame, matrix: pl.DataFrame) -> pl.DataFrame:
    """Give the stability index of each column of a profile: column, psi, missing_then, missing_now."""
    found = []
    for name in then["column"].unique(maintain_order=True):
        bands = then.filter(pl.col("column") == name)
        edges = bands["above"].drop_nulls().to_numpy()[1:]
        before = bands["rows"].to_numpy().astype(np.float64)
        now = _counts(_values(matrix, name), edges)
        found.append(
            {
                "column": name,
                "psi": stability_index(before, now),
                "missing_then": _first_share(before),
                "missing_now": _first_share(now),
            }
        )
    return pl.DataFrame(
        found,
        schema={
            "column": pl.String,
            "psi": pl.Float64,
            "missing_then": pl.Float64,
            "missing_now": pl.Float64,
        },
    )


def _values(matrix: pl.DataFrame, name: str) -> Array:
    values: Array = matrix[name].cast(pl.Float64).to_numpy()
    return values


def _edges(known: Array) -> Array:
    """Cut known values into tenths; equal ones stay together."""
    if not len(known):
        return np.array([])
    steps = np.arange(1, BANDS) / BANDS
    edges = np.unique(np.quantile(known, steps, method="lower"))
    # Where the last edge is the largest value, nothing lies above it.
    inner: Array = edges[edges < known.max()]
    return inner


def _counts(values: Array, edges: Array) -> Array:
    """Count what is missing, then the rows of each band."""
    is_known = ~np.isnan(values)
    band = np.searchsorted(edges, values[is_known], side="left")
    inside = np.bincount(band, minlength=len(edges) + 1)
    counts: Array = np.r_[float((~is_known).sum()), inside.astype(np.float64)]
    return counts


def _first_share(counts: Array) -> float:
    return float(counts[0] / max(counts.sum(), 1.0))
