"""The model on invented visits: reproducible, explained exactly, and true to its promises."""

import json
import subprocess
import sys

import lightgbm as lgb
import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.catalogue import catalogue
from features.errors import ModelError
from models.metrics import Ranked
from models.risk import RiskModel, fit
from models.training import MIN_FOUND
from tests import ROOT
from tests.drawn_training import (
    COLUMNS,
    DIRECTIONS,
    FEATURES,
    drawn_matrix,
    drawn_model,
    drawn_training,
)

SAMPLE = drawn_matrix(400, seed=77)
CONSTRAINED = [name for name, way in COLUMNS.items() if way]


@pytest.fixture(scope="module")
def model():
    return drawn_model()


def log_odds(probability):
    return np.log(probability / (1 - probability))


def test_the_same_visits_give_the_same_model_to_the_byte(model):
    again = drawn_model()
    assert again == model
    assert again.version == model.version


def test_another_process_grows_the_same_model(model):
    script = (
        "from tests.drawn_training import drawn_model; print(drawn_model().version)"
    )
    found = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout.strip() == model.version


def test_other_visits_give_another_version(model):
    assert drawn_model(seed=1).version != model.version


def test_the_model_ranks_what_it_was_shown(model):
    fresh = drawn_training(2_000, seed=5)
    ranked = Ranked(model.predict(fresh.matrix), fresh.serious)
    assert ranked.auc(np.ones((1, 2_000)))[0] > 0.65
    assert model.predict(fresh.matrix).mean() == pytest.approx(
        fresh.serious.mean(), abs=0.05
    )


def test_a_model_is_read_back_as_it_was_written(model, tmp_path):
    model.save(tmp_path / "deep" / "folder")
    read = RiskModel.load(tmp_path / "deep" / "folder")
    assert read == model
    assert np.array_equal(read.predict(SAMPLE), model.predict(SAMPLE))


def test_saving_twice_writes_the_same_bytes(model, tmp_path):
    model.save(tmp_path / "one")
    RiskModel.load(tmp_path / "one").save(tmp_path / "two")
    for name in ("booster.txt", "risk.json"):
        assert (tmp_path / "one" / name).read_bytes() == (
            tmp_path / "two" / name
        ).read_bytes()


def change_booster(folder):
    path = folder / "booster.txt"
    path.write_text(path.read_text("utf-8").replace("leaf_value=", "leaf_value=1", 1))


def change_state(folder):
    path = folder / "risk.json"
    state = json.loads(path.read_text("utf-8"))
    state["calibration"]["intercept"] += 1.0
    path.write_text(json.dumps(state))


@pytest.mark.parametrize("change", [change_booster, change_state])
def test_a_model_changed_after_training_is_refused(model, tmp_path, change):
    model.save(tmp_path)
    change(tmp_path)
    with pytest.raises(ModelError, match="was changed after it was trained"):
        RiskModel.load(tmp_path)


@pytest.mark.parametrize(
    "state", [None, "", "{", "[]", "{}", '{"version": "x"}', '"text"']
)
def test_a_folder_without_a_whole_model_is_refused(model, tmp_path, state):
    model.save(tmp_path)
    if state is None:
        (tmp_path / "booster.txt").unlink()
    else:
        (tmp_path / "risk.json").write_text(state)
    with pytest.raises(ModelError, match="holds no model; train one with: shian train"):
        RiskModel.load(tmp_path)


@pytest.mark.parametrize(
    ("serious", "clean"), [(MIN_FOUND - 1, 300), (300, MIN_FOUND - 1), (0, 0)]
)
def test_too_few_visits_of_either_outcome_are_refused(serious, clean):
    training = drawn_training(2_000)
    found = training.serious == 1
    kept = np.r_[np.flatnonzero(found)[:serious], np.flatnonzero(~found)[:clean]]
    few = training.only(np.isin(np.arange(2_000), kept))
    assert len(few.serious) == serious + clean
    with pytest.raises(ModelError, match=f"{serious} serious findings are too few"):
        fit(few, FEATURES, DIRECTIONS)


def test_enough_visits_of_both_outcomes_in_one_block_are_fitted_uncalibrated():
    training = drawn_training()
    one_block = training.only(np.ones(1_500, dtype=bool))
    flat = fit(
        type(training)(
            one_block.matrix,
            one_block.serious,
            one_block.inspector,
            pl.Series([0] * 1_500),
            one_block.business,
            one_block.inclusion,
            one_block.gravity,
        ),
        FEATURES,
        DIRECTIONS,
        resamples=2,
    )
    # Nothing is later than the only block, so the raw scores are taken as they stand.
    assert flat.calibration.slope == 1.0
    assert flat.predict(SAMPLE).mean() == pytest.approx(
        training.serious.mean(), abs=0.05
    )


def test_a_column_that_is_missing_is_named(model):
    with pytest.raises(ModelError, match="columns that are not there: online"):
        model.predict(SAMPLE.drop("online"))


def test_the_order_of_columns_and_others_beside_them_change_nothing(model):
    beside = SAMPLE.select(*reversed(SAMPLE.columns), inspector_id=pl.lit("i3"))
    assert np.array_equal(model.predict(beside), model.predict(SAMPLE))


def test_contributions_add_up_to_the_log_odds_of_the_probability(model):
    parts = model.contributions(SAMPLE)
    assert parts.shape == (400, len(FEATURES) + 1)
    assert parts.sum(axis=1) == pytest.approx(log_odds(model.predict(SAMPLE)), abs=1e-9)


# shap sets its colour maps up on import in a way matplotlib is about to drop.
@pytest.mark.filterwarnings(
    "ignore:The set_(bad|over|under) function:PendingDeprecationWarning"
)
def test_contributions_equal_those_of_the_shap_package(model):
    import shap  # noqa: PLC0415  seconds to import, used here only

    few = SAMPLE.head(30)
    explainer = shap.TreeExplainer(lgb.Booster(model_str=model.text))
    # Left as it is, shap asks LightGBM and would compare it with itself.
    explainer.model.model_type = "internal"
    expected = explainer.shap_values(few.to_numpy(), check_additivity=False)
    slope = model.calibration.slope
    assert model.contributions(few)[:, :-1] == pytest.approx(
        slope * np.asarray(expected), abs=1e-9
    )


@settings(max_examples=40)
@given(
    st.sampled_from(CONSTRAINED),
    st.floats(-0.5, 6, width=32),
    st.floats(0, 6, width=32),
)
def test_what_is_worse_never_lowers_the_probability(name, value, more):
    """Every other feature stays as it is, known or unknown."""
    model = shared_model()
    better, worse = sorted((value, value + more), key=lambda v: v * COLUMNS[name])
    at = {
        v: model.predict(SAMPLE.with_columns(pl.lit(v, pl.Float32).alias(name)))
        for v in (better, worse)
    }
    assert (at[worse] >= at[better]).all()


def shared_model(kept=[]):  # noqa: B006  hypothesis allows no fixture of module scope
    if not kept:
        kept.append(drawn_model())
    return kept[0]


def test_a_feature_without_direction_may_go_either_way_and_an_unknown_value_too(model):
    """The promise is between known values; this is why it is not wider.

    An unknown share of days online is told apart from any known one: some of the
    businesses without it rank below and some above, as the visits had it.
    """
    unknown = model.predict(
        SAMPLE.with_columns(pl.lit(None, pl.Float32).alias("online"))
    )
    ends = [
        model.predict(SAMPLE.with_columns(pl.lit(v, pl.Float32).alias("online")))
        for v in (0.0, 1.0)
    ]
    assert np.isfinite(unknown).all()
    assert (ends[0] >= ends[1]).all()
    assert (unknown != ends[0]).any()
    assert (unknown != ends[1]).any()


def test_no_feature_names_an_inspector_or_a_street():
    assert [f.name for f in catalogue() if "inspector" in f.name] == []
    assert [f.name for f in catalogue() if f.name.endswith(("_id", "_code"))] == []


def test_where_only_the_inspector_matters_the_model_has_little_to_say():
    told = drawn_model(strictness=1.2, past=0.0)
    probability = told.predict(SAMPLE)
    # The rates of the four inspectors spread from 4% to 54%; the scores must not.
    assert probability.std() < 0.05


def test_an_interval_holds_its_point(model):
    (lower, upper), _ = model.intervals(SAMPLE)
    probability = model.predict(SAMPLE)
    assert (lower < probability).all()
    assert (probability < upper).all()
    assert (lower > 0).all()
    assert (upper < 1).all()


def test_an_interval_narrows_with_the_visits_it_was_learnt_from(model):
    many = drawn_model(visits=12_000)

    def width(of):
        _, (lower, upper) = of.intervals(SAMPLE)
        return np.mean(log_odds(upper) - log_odds(lower))

    # Eight times the visits: between a half and a third of the width.
    assert width(many) < 0.6 * width(model)
