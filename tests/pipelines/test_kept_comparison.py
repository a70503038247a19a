"""A comparison kept for the card of the model in use."""

import json
from dataclasses import replace
from datetime import date

import polars as pl
import pytest

from features.errors import ModelError
from models.registry import version_in_use
from pipelines.compare import ComparisonReport
from pipelines.kept_comparison import (
    ABLATION,
    RIVALS,
    keep_comparison,
    kept_comparison,
)
from pipelines.provenance import code_version
from tests.kept_model import kept_model

AUC = {"metric": "auc", "value": 0.7, "lower": 0.68, "upper": 0.72}
GAIN = {"gain": 0.05, "gain_lower": 0.03, "gain_upper": 0.07}
REPORT = ComparisonReport(
    start=date(2025, 1, 1),
    end=date(2025, 5, 1),
    window="2mo",
    visits=900,
    overall=pl.DataFrame(
        [
            {"ranker": "model", **AUC, **dict.fromkeys(GAIN)},
            {"ranker": "only_profile", **AUC, "value": 0.65, **GAIN},
        ]
    ),
    windows=pl.DataFrame({"window": [date(2025, 1, 1)]}),
    regret=pl.DataFrame(
        [
            {"ranker": "model", "regret": 0.001, "lower": 0.0, "upper": 0.01},
            {"ranker": "only_profile", "regret": 0.05, "lower": 0.04, "upper": 0.06},
        ]
    ),
    skipped=(),
    absent=(),
)


@pytest.fixture
def store(tmp_path):
    return kept_model(tmp_path / "models")


def test_what_is_kept_is_read_again_with_its_program(store):
    path = keep_comparison(REPORT, ABLATION, store=store)
    assert path.is_relative_to(store)
    kept = kept_comparison(store, version_in_use(store), ABLATION)
    assert kept["overall"] == REPORT.overall.to_dicts()
    assert kept["regret"] == REPORT.regret.to_dicts()
    assert (kept["from"], kept["to"]) == ("2025-01-01", "2025-05-01")
    assert kept["code_version"] == code_version()
    assert kept_comparison(store, version_in_use(store), RIVALS) is None


def test_a_later_comparison_takes_the_place_of_the_first(store):
    keep_comparison(REPORT, RIVALS, store=store)
    keep_comparison(replace(REPORT, visits=1000), RIVALS, store=store)
    assert kept_comparison(store, version_in_use(store), RIVALS)["visits"] == 1000


def test_without_a_model_nothing_is_kept(tmp_path):
    assert version_in_use(tmp_path) is None
    assert keep_comparison(REPORT, ABLATION, store=tmp_path) is None
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("text", ["", "[]", "{}", json.dumps({"from": "2025-01-01"})])
def test_what_is_no_comparison_is_told_by_its_path(store, text):
    path = keep_comparison(REPORT, ABLATION, store=store)
    path.write_text(text, "utf-8")
    with pytest.raises(ModelError, match=r"ablation\.json is no comparison"):
        kept_comparison(store, version_in_use(store), ABLATION)
