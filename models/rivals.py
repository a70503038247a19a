"""Other ways to score a visit, to be judged beside the model that is in use.

Each learns from the same visits and the same directions, and knows no inspector when it
scores. Explainable boosting comes from a package that only development installs.
"""

import warnings
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from features.catalogue import FAMILIES, catalogue
from features.errors import MachineError
from models.bins import Column, fit_bins
from models.metrics import Array
from models.risk import SEED, RiskModel, fit
from models.scorecard import inputs_of, non_negative_logistic
from models.severity import offsets
from models.training import Training

EBM_MODULE = "interpret.glassbox"
# Enough bags to smooth chance, few enough for rolling windows; no pairs of features.
EBM_BAGS, EBM_BINS = 4, 64

# A score to rank the second by, learned from the first; and which way each column goes.
Rival = Callable[[Training, Mapping[str, int], pl.DataFrame], Array]


def boosted(training: Training, ways: Mapping[str, int], test: pl.DataFrame) -> Array:
    """Score by the monotone boosted trees that Shian uses."""
    return _boosted(training, ways).predict(test)


def evidence(training: Training, ways: Mapping[str, int], test: pl.DataFrame) -> Array:
    """Score by a logistic on weights of evidence, no weight below zero."""
    names = tuple(ways)
    columns = [Column(name, way) for name, way in ways.items()]
    inputs = inputs_of(training.matrix, names)
    bins = fit_bins(columns, inputs, training.serious)

    def told(values: Array) -> Array:
        return np.column_stack(
            [np.array(b.woe)[b.locate(values[:, at])] for at, b in enumerate(bins)]
        )

    intercept, weights = non_negative_logistic(told(inputs), 1 - training.serious)
    score: Array = -(intercept + told(inputs_of(test, names)) @ weights)
    return score


def additive(training: Training, ways: Mapping[str, int], test: pl.DataFrame) -> Array:
    """Score by an explainable boosting machine, one curve per feature.

    Raises:
        MachineError: interpret is not installed.
    """
    # Its bins warn of a column without any value, which says nothing.
    names = [name for name in ways if training.matrix[name].count()]
    machine = _interpret().ExplainableBoostingClassifier(
        interactions=0,
        outer_bags=EBM_BAGS,
        max_bins=EBM_BINS,
        monotone_constraints=[ways[name] for name in names],
        n_jobs=1,
        random_state=SEED,
    )
    with warnings.catch_warnings():
        # That its own pictures leave the missing values out; nobody draws them here.
        warnings.filterwarnings("ignore", "Missing values detected")
        machine.fit(
            _dense(training.matrix, names),
            training.serious.astype(int),
            init_score=offsets(training.serious, training.inspector),
        )
    score: Array = machine.decision_function(_dense(test, names))
    return score


def mean_rank(scores: Sequence[Array]) -> Array:
    """Score by the mean rank under several scores: no scale weighs more than another."""
    ranks = [pl.Series(score).rank("average").to_numpy() for score in scores]
    mean: Array = np.mean(ranks, axis=0)
    return mean


def of_families(families: Sequence[str]) -> Rival:
    """Give the trees that know only some families of features."""
    known = {f.name for f in catalogue() if f.family in families}

    def rival(training: Training, ways: Mapping[str, int], test: pl.DataFrame) -> Array:
        some = {name: way for name, way in ways.items() if name in known}
        return _boosted(training, some).predict(test)

    return rival


RIVALS: Mapping[str, Rival] = {
    "model": boosted,
    "woe_logistic": evidence,
    "ebm": additive,
}
# A small ensemble of the two that are grown in seconds.
ENSEMBLE, MEMBERS = "ensemble", ("model", "woe_logistic")
ABLATION: Mapping[str, Rival] = {
    "model": boosted,
    **{
        f"without_{family}": of_families([f for f in FAMILIES if f != family])
        for family in FAMILIES
    },
    **{f"only_{family}": of_families([family]) for family in FAMILIES},
}


def is_there(name: str) -> bool:
    """Tell whether what a rival needs is installed."""
    return name != "ebm" or find_spec("interpret") is not None


def _boosted(training: Training, ways: Mapping[str, int]) -> RiskModel:
    return fit(training, tuple(ways), tuple(ways.values()), resamples=0)


def _interpret() -> Any:  # noqa: ANN401  a module without types
    if not is_there("ebm"):
        message = "explainable boosting needs interpret-core, which is not installed; install it with: pip install interpret-core, or leave ebm out with --rival"
        raise MachineError(message)
    return import_module(EBM_MODULE)


def _dense(matrix: pl.DataFrame, names: Sequence[str]) -> npt.NDArray[np.float64]:
    values: npt.NDArray[np.float64] = matrix.select(
        pl.col(names).cast(pl.Float64)
    ).to_numpy()
    return values
