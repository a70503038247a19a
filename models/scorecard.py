"""A scorecard: points lost per bin, which sum exactly to the score, and nothing else.

A logistic regression on weights of evidence in which no weight can turn negative: with
ordinary weights two correlated columns take opposite signs, and worse conduct scores
better however well the bins are ordered. Weights and bins are frozen into whole points.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.optimize import nnls

from features.errors import ModelError
from models.bins import Bins, Column, fit_bins
from models.calibration import base_log_odds, logistic
from models.metrics import Array, Codes

Points = npt.NDArray[np.int64]

# The ways of fitting a card: weights of evidence, which goes with a model unless a
# person says otherwise, and stumps, which challenge it.
EVIDENCE, STUMPS = "evidence", "stumps"

# A full weight must gain half a unit of log-likelihood, half of what Akaike asks: the
# bins have paid for their cuts already.
PRICE_OF_WEIGHT = 0.5
# Columns that tell the same share the weight instead of one taking it by chance.
RIDGE = 1.0
_STEPS, _CLOSE = 30, 1e-8
# Bands of the score with a tenth of the training rows each, to see a shift by later.
SCORE_BANDS = 10

_STATE, _TABLE, _QUERY = "scorecard.json", "scorecard.csv", "scorecard.sql"


@dataclass(frozen=True)
class Scale:
    """Where scores lie: these points at these good-to-bad odds, and what doubles them.

    A column whose best and worst bin lie closer than `smallest_span` points is left
    out: it would only lengthen the card.
    """

    base_points: float
    base_odds: float
    points_to_double: float
    smallest_span: float = 1.0

    @property
    def factor(self) -> float:
        """Points per unit of log-odds."""
        return float(self.points_to_double / np.log(2.0))

    def points(self, log_odds: float) -> float:
        """Place good-to-bad log-odds on the scale.

        With 600 points at odds 10:1 and 40 to double: 10:1 gives 600, 20:1 gives 640,
        5:1 gives 560.
        """
        return self.base_points + self.factor * (
            log_odds - float(np.log(self.base_odds))
        )

    def bad_share(self, score: Array) -> Array:
        """Give the share of bad rows a score stands for.

        On the same scale 600 points stand for 1 in 11, 640 for 1 in 21, 560 for 1 in 6.
        """
        log_odds = np.log(self.base_odds) + (score - self.base_points) / self.factor
        return logistic(-log_odds)


@dataclass(frozen=True)
class Scorecard:
    """A frozen card: `highest` for the best bin everywhere, less the points lost."""

    bins: tuple[Bins, ...]
    lost: tuple[tuple[int, ...], ...]
    weights: tuple[float, ...]
    highest: int
    scale: Scale
    score_edges: tuple[float, ...]
    score_shares: tuple[float, ...]
    trained_until: str

    @cached_property
    def version(self) -> str:
        """Identify the card by its content."""
        return hashlib.sha256(self._content().encode()).hexdigest()[:12]

    @property
    def columns(self) -> tuple[str, ...]:
        """Name the columns that count."""
        return tuple(b.column.name for b in self.bins)

    @property
    def lowest(self) -> int:
        """Give the score of the worst bin everywhere."""
        return self.highest - sum(max(lost) for lost in self.lost)

    def points_lost(self, matrix: pl.DataFrame) -> Points:
        """Give the points each row loses by each column against its best bin."""
        inputs = inputs_of(matrix, self.columns)
        # A card of no columns at all still has a row for everybody.
        lost = np.zeros((matrix.height, len(self.bins)), dtype=np.int64)
        for place, (bins, points) in enumerate(zip(self.bins, self.lost, strict=True)):
            lost[:, place] = np.array(points)[bins.locate(inputs[:, place])]
        return lost

    def score(self, matrix: pl.DataFrame) -> Points:
        """Give the score of each row: the highest less every point lost, exactly."""
        scores: Points = self.highest - self.points_lost(matrix).sum(axis=1)
        return scores

    def breaks(self) -> int:
        """Count the neighbouring bins in which worse scores better.

        Points of one column do not depend on another's, so that none here means none in
        any business; who is missing is held between the bins it stands for.
        """
        return sum(
            _breaks(bins, np.array(lost))
            for bins, lost in zip(self.bins, self.lost, strict=True)
        )

    def table(self) -> pl.DataFrame:
        """Write the card out, one row per bin, for people and for SQL.

        Columns: feature, bin, kind (missing, special or range), above, up_to (a special
        code stands in both), rows, bad, bad_share, woe, weight, points_lost. A first row
        of kind `highest` carries what every business starts from, as negative loss.
        """
        start = {
            "feature": "",
            "bin": 0,
            "kind": "highest",
            "points_lost": -self.highest,
        }
        rows = [
            _row(bins, code, weight, points[code])
            for bins, weight, points in zip(
                self.bins, self.weights, self.lost, strict=True
            )
            for code in range(len(points))
        ]
        return pl.DataFrame([start, *rows], schema=TABLE)

    def save(self, folder: Path) -> None:
        """Write the card as JSON, and for readers as a table and the query that runs it."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / _STATE).write_text(self._content(), "utf-8")
        self.table().write_csv(folder / _TABLE)
        (folder / _QUERY).write_text(scorecard_sql(), "utf-8")

    @classmethod
    def load(cls, folder: Path) -> "Scorecard":
        """Read a card that `save` wrote.

        Raises:
            ModelError: the folder holds none, or one that cannot be read.
        """
        try:
            state = json.loads((folder / _STATE).read_text("utf-8"))
            return _from_state(state)
        except (OSError, ValueError, KeyError, TypeError) as error:
            message = f"{folder} holds no scorecard; train one with: shian train"
            raise ModelError(message) from error

    def _content(self) -> str:
        return json.dumps(asdict(self), sort_keys=True)


TABLE = {
    "feature": pl.String,
    "bin": pl.Int16,
    "kind": pl.String,
    "above": pl.Float64,
    "up_to": pl.Float64,
    "rows": pl.Int64,
    "bad": pl.Int64,
    "bad_share": pl.Float64,
    "woe": pl.Float64,
    "weight": pl.Float64,
    "points_lost": pl.Int64,
}


@dataclass(frozen=True)
class Evidence:
    """What a way of fitting found: log-odds of good are intercept + weights x evidence."""

    bins: tuple[Bins, ...]
    weights: tuple[float, ...]
    intercept: float


def fit_scorecard(
    matrix: pl.DataFrame,
    bad: Array,
    columns: Sequence[Column],
    *,
    scale: Scale,
    trained_until: str,
) -> Scorecard:
    """Fit bins and weights, and freeze them into whole points.

    Columns that gain nothing, or hardly move the score, are left out.
    """
    inputs = inputs_of(matrix, [c.name for c in columns])
    bins = fit_bins(columns, inputs, bad)
    codes = np.column_stack([b.locate(inputs[:, at]) for at, b in enumerate(bins)])
    kept, intercept, weights = _selected(bins, codes, 1 - bad, scale)
    found = Evidence(tuple(bins[at] for at in kept), tuple(weights), intercept)
    return frozen(found, matrix, scale=scale, trained_until=trained_until)


def frozen(
    found: Evidence, matrix: pl.DataFrame, *, scale: Scale, trained_until: str
) -> Scorecard:
    """Freeze evidence into whole points, with the bands of the rows it came from."""
    told = list(zip(found.bins, found.weights, strict=True))
    best = sum(w * max(b.woe) for b, w in told)
    card = Scorecard(
        bins=found.bins,
        lost=tuple(_points_lost(b, w, scale) for b, w in told),
        weights=found.weights,
        highest=round(scale.points(found.intercept + best)),
        scale=scale,
        score_edges=(),
        score_shares=(),
        trained_until=trained_until,
    )
    edges, shares = _score_bands(card.score(matrix).astype(np.float64))
    return replace(card, score_edges=edges, score_shares=shares)


def _selected(
    bins: Sequence[Bins], codes: Codes, good: Array, scale: Scale
) -> tuple[list[int], float, list[float]]:
    """Choose columns and weights, until every column that is left moves the score."""
    woe = np.column_stack([np.array(b.woe)[codes[:, at]] for at, b in enumerate(bins)])
    span = np.array([max(b.woe) - min(b.woe) for b in bins])
    least = scale.smallest_span / scale.factor
    kept = np.flatnonzero(span > 0)
    while True:
        intercept, weights = non_negative_logistic(woe[:, kept], good)
        moves = weights * span[kept] >= least
        if moves.all():
            return kept.tolist(), intercept, weights.tolist()
        kept = kept[moves]


def non_negative_logistic(evidence: Array, good: Array) -> tuple[float, Array]:
    """Fit intercept and weights of at least zero by penalised likelihood.

    Newton's method; each step solves its quadratic under the bound exactly. The
    intercept is free and is carried along outside the bounded problem.
    """
    intercept, weights = base_log_odds(good), np.zeros(evidence.shape[1])
    for _ in range(_STEPS):
        chance = logistic(intercept + evidence @ weights)
        spread = chance * (1 - chance)
        level = spread.sum()
        mean = spread @ evidence / level
        centred = evidence - mean
        curve = centred.T @ (centred * spread[:, None])
        curve[np.diag_indices_from(curve)] += RIDGE
        slope = centred.T @ (good - chance) - PRICE_OF_WEIGHT - RIDGE * weights
        root = np.linalg.cholesky(curve)
        target = root.T @ weights + np.linalg.solve(root, slope)
        moved = nnls(root.T, target)[0] - weights
        weights = weights + moved
        shift = (good - chance).sum() / level - float(mean @ moved)
        intercept += shift
        if max(abs(shift), np.abs(moved).max(initial=0.0)) < _CLOSE:
            break
    return intercept, weights


def inputs_of(matrix: pl.DataFrame, columns: Sequence[str]) -> Array:
    """Arrange columns for the bins; what is missing becomes NaN.

    Raises:
        ModelError: a column of the card is not there.
    """
    absent = [name for name in columns if name not in matrix.columns]
    if absent:
        message = f"the scorecard needs columns that are not there: {', '.join(absent[:5])}; train it again"
        raise ModelError(message)
    values: Array = matrix.select(pl.col(columns).cast(pl.Float64)).to_numpy()
    return values


def scorecard_sql() -> str:
    """Read the query that scores a table `matrix` by a frozen table `scorecard`."""
    return Path(__file__).with_name(_QUERY).read_text("utf-8")


def _points_lost(bins: Bins, weight: float, scale: Scale) -> tuple[int, ...]:
    """Round what each bin loses against the best to whole points.

    At 40 points to double and weight 1 a bin of evidence -0.84 beside one of +0.71
    loses round(57.7 x 1.55) = 89, the best itself 0; at weight 0.5 it loses 45.
    """
    woe = np.array(bins.woe)
    lost = np.rint(scale.factor * weight * (woe.max() - woe)).astype(int)
    return tuple(lost.tolist())


def _breaks(bins: Bins, lost: Points) -> int:
    if not bins.column.direction:
        return 0
    ranges = lost[bins.first_range :]
    known = int((np.diff(ranges) * bins.column.direction < 0).sum())
    most = 0 if bins.column.absent == "never" else np.sort(ranges)[:2].max()
    return known + int(lost[0] > most)


def _score_bands(scores: Array) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Cut the scores into tenths, ties kept together, and give each band's share."""
    steps = np.arange(1, SCORE_BANDS) / SCORE_BANDS
    edges = np.unique(np.quantile(scores, steps, method="lower"))
    counts = np.bincount(np.searchsorted(edges, scores), minlength=len(edges) + 1)
    return tuple(edges.tolist()), tuple((counts / len(scores)).tolist())


def _row(bins: Bins, code: int, weight: float, points: int) -> dict[str, object]:
    specials = bins.column.specials
    ends: tuple[float, float] | tuple[None, None]
    if code == 0:
        kind, ends = "missing", (None, None)
    elif code < bins.first_range:
        kind, ends = "special", (specials[code - 1], specials[code - 1])
    else:
        kind, ends = "range", bins.span(code)
    rows = bins.good[code] + bins.bad[code]
    return {
        "feature": bins.column.name,
        "bin": code,
        "kind": kind,
        "above": ends[0],
        "up_to": ends[1],
        "rows": rows,
        "bad": bins.bad[code],
        "bad_share": bins.bad[code] / rows if rows else None,
        "woe": bins.woe[code],
        "weight": weight,
        "points_lost": points,
    }


def _from_state(state: dict[str, Any]) -> Scorecard:
    """Rebuild a card from its JSON; lists become the tuples they were."""
    bins = [
        Bins(Column(**_tupled(b.pop("column"))), **_tupled(b))
        for b in state.pop("bins")
    ]
    scale = Scale(**state.pop("scale"))
    return Scorecard(bins=tuple(bins), scale=scale, **_tupled(state))


def _tupled(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: _frozen(value) for name, value in fields.items()}


def _frozen(value: object) -> object:
    return tuple(_frozen(v) for v in value) if isinstance(value, list) else value
