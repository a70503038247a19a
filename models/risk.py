"""The probability of a serious finding at the next routine visit, and why.

Boosted trees with few leaves, so that every score can be explained exactly; monotone
where the catalogue says that worse can only mean worse; calibrated on later visits than
those it was grown on, and at the level of visits drawn by lot. The monotone promise
holds between known values: who was never visited is neither better nor worse. How strict
an inspector is, is taken out in training by an offset and is never part of a score.
"""

import hashlib
import json
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import lightgbm as lgb
import numpy as np
import numpy.typing as npt
import polars as pl

from features.errors import ModelError
from models.calibration import (
    Calibration,
    base_log_odds,
    fit_calibration,
    relevelled,
)
from models.metrics import Array, log_loss
from models.severity import offsets
from models.training import GRAVITY_SHARES, Training
from models.treeshap import explain
from models.uncertainty import (
    NO_PAIRS,
    Pairs,
    Spread,
    around,
    consecutive,
    deviation,
    known_of,
    pairs_of,
    spread_of,
)

# Eight leaves: interactions of up to seven splits, exact explanations at a few
# microseconds a row. More leaves gained nothing on the three cities.
LEAVES = 8
# Half as much learning and leaves three times as large as at first gained AUC in every
# city's earlier windows: the trees had followed chance.
LEARNING_RATE = 0.015
ROUNDS = 300
# A leaf of fewer visits says more about chance than about businesses.
MIN_LEAF = 300
SMALL_DATA_LEAF_SHARE = 0.03
# Many columns tell the same story; letting each tree see a third of them averages it.
COLUMN_SHARE = 0.3
ROW_SHARE = 0.7
SEED = 11
# `advanced` breaks its promise where values are missing; this method keeps it.
MONOTONE_METHOD = "intermediate"
# Boosters grown on resampled businesses, whose spread is the uncertainty of a score.
RESAMPLES = 8
RESAMPLE_ROUNDS = 120
# Fewer rounds learn as much as those of the model: 120 x .0375 = 300 x .015.
RESAMPLE_LEARNING_RATE = 0.0375
# Boosters are grown side by side, each by one thread: several threads on one booster
# mostly wait for each other, which on a busy machine costs six times the time.
MOST_SIDE_BY_SIDE = 4
# LightGBM keeps one number of threads for the whole process: a call that asks for
# another while data are being made ready elsewhere writes beyond its buffers.
_THREADS = 1

_MODEL, _STATE = "booster.txt", "risk.json"


Interval = tuple[Array, Array]


@dataclass(frozen=True)
class RiskModel:
    """A fitted model: the booster, its resamples, the calibration and the columns."""

    features: tuple[str, ...]
    directions: tuple[int, ...]
    text: str
    resamples: tuple[str, ...]
    calibration: Calibration
    own_spread: Spread
    gravity_share: float
    trained_until: str
    visits: int

    @property
    def version(self) -> str:
        """Identify the model by its content."""
        return hashlib.sha256(self._content().encode()).hexdigest()[:12]

    def raw(self, matrix: pl.DataFrame) -> Array:
        """Give the log-odds before calibration and without the base rate."""
        return _raw(self.text, self._inputs(matrix))

    def predict(self, matrix: pl.DataFrame) -> Array:
        """Give the calibrated probability of a serious finding, one per row."""
        return self.calibration.probability(self.raw(matrix))

    def intervals(self, matrix: pl.DataFrame) -> tuple[Interval, Interval]:
        """Give two 90% intervals: of each business's own chance, and of what is stated.

        The first is wide where little is known of the business. The second is of the
        share among businesses with such a record, and tells how well the statement is
        known: where it crosses a band edge, other records would have given another grade.
        """
        centre, error = self._statement(matrix)
        own = self.own_spread.of(known_of(matrix), centre)
        return around(centre, own, error), around(centre, np.zeros_like(own), error)

    def _statement(self, matrix: pl.DataFrame) -> tuple[Array, Array]:
        """Give the log-odds stated, and their standard error."""
        inputs = self._inputs(matrix)
        centre = self.calibration.log_odds(_raw(self.text, inputs))
        spread = deviation(
            [self.calibration.log_odds(_raw(t, inputs)) for t in self.resamples]
        )
        return centre, np.hypot(spread, self.calibration.standard_error)

    def contributions(self, matrix: pl.DataFrame) -> Array:
        """Split the calibrated log-odds among features: exact SHAP values.

        Shape (rows, features + 1); the last column is the base value, and each row
        sums to the log-odds of its probability.
        """
        exact = explain(self.text, self._inputs(matrix)).contributions
        parts = exact * self.calibration.slope
        parts[:, -1] += self.calibration.intercept
        return parts

    def save(self, folder: Path) -> None:
        """Write the model as text and JSON; nothing in it can run."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / _MODEL).write_text(self.text, "utf-8")
        state = json.loads(self._content()) | {"version": self.version}
        (folder / _STATE).write_text(json.dumps(state, sort_keys=True), "utf-8")

    @classmethod
    def load(cls, folder: Path) -> "RiskModel":
        """Read a model that `save` wrote.

        Raises:
            ModelError: the folder holds no model, or one that was changed.
        """
        try:
            state = json.loads((folder / _STATE).read_text("utf-8"))
            text = (folder / _MODEL).read_text("utf-8")
            version = state.pop("version")
            del state["booster_sha256"]
            state["calibration"] = Calibration(**state["calibration"])
            state["own_spread"] = Spread(**state["own_spread"])
            for name in ("features", "directions", "resamples"):
                state[name] = tuple(state[name])
            model = cls(text=text, **state)
        except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
            message = f"{folder} holds no model; train one with: shian train"
            raise ModelError(message) from error
        if model.version != version:
            message = f"the model in {folder} was changed after it was trained"
            raise ModelError(message)
        return model

    def _content(self) -> str:
        state = {
            "features": self.features,
            "directions": self.directions,
            "resamples": self.resamples,
            "calibration": vars(self.calibration),
            "own_spread": vars(self.own_spread),
            "gravity_share": self.gravity_share,
            "trained_until": self.trained_until,
            "visits": self.visits,
            "booster_sha256": hashlib.sha256(self.text.encode()).hexdigest(),
        }
        return json.dumps(state, sort_keys=True)

    def _inputs(self, matrix: pl.DataFrame) -> npt.NDArray[np.float32]:
        missing = [name for name in self.features if name not in matrix.columns]
        if missing:
            message = f"the model needs columns that are not there: {', '.join(missing[:5])}; train it again"
            raise ModelError(message)
        return matrix.select(self.features).cast(pl.Float32).to_numpy()


@dataclass(frozen=True)
class Growing:
    """What a booster is grown from: inputs row by row, and LightGBM's parameters."""

    inputs: npt.NDArray[np.float32]
    target: Array
    offsets: Array
    weight: Array | None
    features: tuple[str, ...]
    parameters: dict[str, Any]
    rounds: int


Grow = Callable[[Growing], str]


def grow_here(growing: Growing) -> str:
    """Grow a booster in this process and give its text; same inputs, same bytes."""
    data = lgb.Dataset(
        growing.inputs,
        growing.target,
        weight=growing.weight,
        feature_name=list(growing.features),
        init_score=growing.offsets,
        free_raw_data=True,
    )
    booster = lgb.train(dict(growing.parameters), data, growing.rounds)
    text: str = booster.model_to_string()
    return text


def fit(
    training: Training,
    features: Sequence[str],
    directions: Sequence[int],
    *,
    resamples: int = RESAMPLES,
    grow: Grow = grow_here,
) -> RiskModel:
    """Grow, calibrate and measure the uncertainty of a model.

    The calibration, and how much of a visit's gravity is learnt, come from models grown
    on the earlier blocks and applied to the latest ones; the trees are then grown again
    on all of them. `grow` may be called from several threads at once.

    Raises:
        ModelError: there are too few visits, or all ended alike.
    """
    training.check()
    names, ways = tuple(features), tuple(directions)
    with ThreadPoolExecutor(min(MOST_SIDE_BY_SIDE, os.cpu_count() or 1)) as pool:
        tried = [
            pool.submit(
                _tried, replace(training, gravity_share=share), names, ways, grow
            )
            for share in GRAVITY_SHARES
        ]
        best = min((found.result() for found in tried), key=lambda found: found.loss)
        training = replace(training, gravity_share=best.gravity_share)
        growing = _growing(training, names, ways)
        growing_all = pool.submit(grow, growing)
        weights = [_resampled(training.business, seed) for seed in range(resamples)]
        grown = [
            pool.submit(grow, _on_resample(growing, weight, seed))
            for seed, weight in enumerate(weights)
        ]
        text = growing_all.result()
        resampled = tuple(resample.result() for resample in grown)
        return RiskModel(
            features=names,
            directions=ways,
            text=text,
            resamples=resampled,
            calibration=_for_everybody(best.calibration, text, training, growing),
            own_spread=spread_of(_pairs(training, growing.inputs, resampled, weights)),
            gravity_share=best.gravity_share,
            trained_until=str(training.as_of.max()),
            visits=len(training.serious),
        )


@dataclass(frozen=True)
class _Tried:
    """A way to learn: its calibration on the latest blocks, and its loss there."""

    gravity_share: float
    calibration: Calibration
    loss: float


def _tried(
    training: Training, names: tuple[str, ...], ways: tuple[int, ...], grow: Grow
) -> _Tried:
    """Fit the calibration on the latest blocks, seen by a model that had not."""
    blocks = training.as_of.unique().sort()
    held = blocks[-max(1, min(4, len(blocks) // 3)) :]
    is_held = training.as_of.is_in(held.implode()).to_numpy()
    earlier, later = training.only(~is_held), training.only(is_held)
    share = training.gravity_share
    if not 0 < earlier.serious.sum() < len(earlier.serious):
        rough = Calibration(1.0, base_log_odds(training.serious), 0.0)
        return _Tried(share, rough, share)
    text = grow(_growing(earlier, names, ways))
    raw = _raw(text, later.matrix.select(names).cast(pl.Float32).to_numpy())
    fitted = fit_calibration(raw, later.serious)
    every = np.ones((1, len(raw)))
    loss = float(log_loss(later.serious, fitted.probability(raw), every)[0])
    return _Tried(share, fitted, loss)


def _for_everybody(
    calibration: Calibration, text: str, training: Training, growing: Growing
) -> Calibration:
    """Move the level to visits drawn by lot; scores nothing where there are none.

    That the model has seen these visits does no harm: it was not told which were drawn,
    and the move is the difference between the two.
    """
    if not np.isfinite(training.inclusion).any():
        return calibration
    raw = _raw(text, growing.inputs)
    return relevelled(calibration, raw, training.serious, training.inclusion)


def parameters(visits: int, directions: Sequence[int]) -> dict[str, Any]:
    """Give LightGBM's parameters for so many visits; they are part of the record."""
    small = int(SMALL_DATA_LEAF_SHARE * visits)
    return {
        "objective": "cross_entropy",
        "num_leaves": LEAVES,
        "learning_rate": LEARNING_RATE,
        "min_data_in_leaf": max(5, min(MIN_LEAF, small)),
        "feature_fraction": COLUMN_SHARE,
        "bagging_fraction": ROW_SHARE,
        "bagging_freq": 1,
        "monotone_constraints": list(directions),
        "monotone_constraints_method": MONOTONE_METHOD,
        "seed": SEED,
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": _THREADS,
        "verbose": -1,
    }


def _growing(
    training: Training, names: tuple[str, ...], ways: tuple[int, ...]
) -> Growing:
    return Growing(
        inputs=training.matrix.select(names).cast(pl.Float32).to_numpy(),
        target=training.target,
        offsets=offsets(training.target, training.inspector),
        weight=None,
        features=names,
        parameters=parameters(len(training.serious), ways),
        rounds=ROUNDS,
    )


def _resampled(business: pl.Series, seed: int) -> Array:
    """Draw businesses with replacement, as weights of their visits."""
    rng = np.random.default_rng([SEED, seed])
    code = business.rank("dense").cast(pl.Int64).to_numpy() - 1
    weight: Array = rng.poisson(1.0, int(code.max()) + 1).astype(np.float64)[code]
    return weight


def _on_resample(growing: Growing, weight: Array, seed: int) -> Growing:
    """Grow a smaller booster on a resample of businesses, by weights."""
    changed = {"learning_rate": RESAMPLE_LEARNING_RATE, "seed": SEED + 1 + seed}
    return replace(
        growing,
        weight=weight,
        parameters=growing.parameters | changed,
        rounds=RESAMPLE_ROUNDS,
    )


def _pairs(
    training: Training,
    inputs: npt.NDArray[np.float32],
    resamples: Sequence[str],
    weights: Sequence[Array],
) -> Pairs:
    """Pair visits; each is stated by boosters that never saw the business.

    Without resamples (a window of a backtest) there is no such booster, and no pair.
    """
    first, second = consecutive(training.business, training.as_of, training.inspector)
    total, left_out = np.zeros(len(first)), np.zeros(len(first))
    for text, weight in zip(resamples, weights, strict=True):
        is_out = weight[first] == 0
        total[is_out] += _raw(text, inputs[first[is_out]])
        left_out += is_out
    told = left_out > 0
    if not told.any():
        return NO_PAIRS
    return pairs_of(training, first[told], second[told], total[told] / left_out[told])


def _raw(text: str, inputs: npt.NDArray[np.float32]) -> Array:
    booster = lgb.Booster(model_str=text)
    score: Array = np.asarray(
        booster.predict(inputs, raw_score=True, num_threads=_THREADS)
    )
    return score
