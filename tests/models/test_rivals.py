"""Every rival learns what there is to learn, and keeps to what it is told."""

import numpy as np
import polars as pl
import pytest

from features.catalogue import FAMILIES, catalogue
from features.errors import MachineError
from models import rivals
from models.metrics import Ranked
from models.rivals import ABLATION, RIVALS, mean_rank, of_families
from tests.drawn_training import COLUMNS, catalogue_model, drawn_matrix, drawn_training

TRAINING, FRESH = drawn_training(3_000), drawn_training(2_000, seed=5)
CONSTRAINED = [name for name, way in COLUMNS.items() if way]


@pytest.fixture(scope="module", params=RIVALS)
def rival(request):
    return RIVALS[request.param]


def test_a_rival_ranks_what_it_was_shown(rival):
    score = rival(TRAINING, COLUMNS, FRESH.matrix)
    assert Ranked(score, FRESH.serious).auc(np.ones((1, 2_000)))[0] > 0.65


def test_worse_never_scores_better_with_any_rival(rival):
    sample = drawn_matrix(200, seed=9)
    for name in CONSTRAINED:
        known = sample[name].drop_nulls().sort(descending=COLUMNS[name] < 0)
        ends = [
            rival(TRAINING, COLUMNS, sample.with_columns(**{name: value}))
            for value in (known[0], known[-1])
        ]
        assert (ends[1] >= ends[0] - 1e-9).all()


def test_a_column_without_any_value_says_nothing(rival):
    nothing = pl.lit(None, pl.Float64)
    matrix = TRAINING.matrix.with_columns(empty=nothing)
    training = type(TRAINING)(**{**vars(TRAINING), "matrix": matrix})
    fresh = FRESH.matrix.with_columns(empty=nothing)
    with_it, without = (
        rival(known, ways, fresh)
        for known, ways in ((training, {**COLUMNS, "empty": 1}), (TRAINING, COLUMNS))
    )
    assert np.corrcoef(with_it, without)[0, 1] > 0.9


def test_ranks_are_averaged_whatever_the_scales():
    mean = mean_rank([np.array([0.1, 0.2, 0.3]), np.array([300.0, 100.0, 200.0])])
    assert mean.tolist() == [2.0, 1.5, 2.5]


def test_an_ablation_has_the_model_without_each_family_and_with_each_alone():
    assert len(ABLATION) == 1 + 2 * len(FAMILIES)


def test_a_family_left_out_says_nothing():
    ways = {f.name: f.direction for f in catalogue()}
    names = list(ways)
    drawn = dict(zip(COLUMNS, names, strict=False))
    family = catalogue()[0].family
    matrix = TRAINING.matrix.rename(drawn)
    training = type(TRAINING)(**{**vars(TRAINING), "matrix": matrix})
    few = {name: ways[name] for name in matrix.columns}
    assert {f.family for f in catalogue() if f.name in few} == {family}
    only = of_families([family])(training, few, matrix)
    assert np.unique(only).size > 10
    assert catalogue_model().features == tuple(names)


def test_without_its_package_explainable_boosting_says_what_is_missing(monkeypatch):
    monkeypatch.setattr(rivals, "find_spec", lambda _name: None)
    assert not rivals.is_there("ebm")
    assert rivals.is_there("woe_logistic")
    with pytest.raises(MachineError, match="interpret-core, which is not installed"):
        RIVALS["ebm"](TRAINING, COLUMNS, FRESH.matrix)
