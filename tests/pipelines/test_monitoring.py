"""The model in use against the present: on a small district, and in drawn runs."""

import json
import shutil
from datetime import date

import polars as pl
import pytest

from features.errors import ModelError, UsageError
from models.rules import load_rules
from pipelines.column_names import label
from pipelines.monitor_page import matrix, monitoring_page, write_monitoring
from pipelines.monitoring import (
    _auc,
    _migration,
    _moved,
    _provisional,
    _psi,
    monitor,
)
from pipelines.score import score
from pipelines.train import train
from tests.kept_model import kept_model

TRAINED, NOW = date(2025, 5, 1), date(2026, 1, 1)
LAW = load_rules().applied_to(NOW)


@pytest.fixture(scope="module")
def district(small_warehouse, tmp_path_factory):
    """Give a warehouse trained and scored in May, and scored again in January."""
    path = tmp_path_factory.mktemp("monitored") / "small.duckdb"
    shutil.copy(small_warehouse, path)
    train(path, as_of=TRAINED, store=path.parent / "models")
    for day in (TRAINED, NOW):
        score(path, as_of=day, store=path.parent / "models")
    return path


@pytest.fixture(scope="module")
def found(district):
    return monitor(district, store=district.parent / "models", end=NOW)


def test_it_measures_the_visits_since_the_training(found):
    assert found.start >= TRAINED
    assert found.visits >= 100
    assert found.bands["visits"].sum() == found.visits
    assert [check.name for check in found.checks] == [
        "psi",
        "auc",
        "calibration",
        "provisional",
        "migration",
        "credit",
    ]
    assert json.loads(json.dumps(found.as_dict(), default=str))["crossed"] == list(
        found.crossed
    )


def test_the_probability_is_compared_like_a_feature(found):
    assert "probability" in found.shifts["column"].to_list()
    judged = dict(found.shifts.select("column", "is_judged").iter_rows())
    assert judged["serious_365d"]
    assert not judged["season_sin"]
    assert not judged["type_residual_730d"]


def test_the_two_latest_score_runs_are_compared(found):
    assert found.days == (NOW, TRAINED)
    assert found.migration["businesses"].sum() > 400


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_page_tells_every_check_with_the_rule_it_rests_on(found, lang, tmp_path):
    path = write_monitoring(found, tmp_path / "deep" / "monitor.html", lang)
    text = path.read_text("utf-8")
    assert text == monitoring_page(found, lang)
    for check in found.checks:
        assert check.found(lang).split(" ")[0] in text
    assert "R-13" in text
    assert "http" not in text.replace("http-equiv", "")


def test_a_period_the_model_learned_from_is_refused(district):
    with pytest.raises(UsageError, match="the model learned from visits up to"):
        monitor(
            district,
            store=district.parent / "models",
            start=date(2024, 1, 1),
            end=NOW,
        )


def test_a_period_without_visits_is_refused(district):
    with pytest.raises(UsageError, match="only 0 visits"):
        monitor(district, store=district.parent / "models", end=TRAINED)


def test_a_model_without_a_profile_is_refused(district, tmp_path):
    store = kept_model(tmp_path / "models")
    pointer = (
        store / "models" / json.loads((store / "champion.json").read_text())["version"]
    )
    state = json.loads((pointer / "risk.json").read_text())
    assert state["trained_until"] == "2025-11-01"
    with pytest.raises((ModelError, UsageError)):
        monitor(district, store=store, end=NOW)


def runs(*shares: float) -> list[tuple[date, pl.DataFrame]]:
    """Draw score runs of a hundred businesses, the latest first, by provisional share."""
    return [
        (
            date(2026, 1 + n, 1),
            pl.DataFrame(
                {
                    "business_id": [str(b) for b in range(100)],
                    "risk_grade": ["A"] * 100,
                    "is_provisional": [b < share * 100 for b in range(100)],
                }
            ),
        )
        for n, share in enumerate(shares)
    ]


@pytest.mark.parametrize(
    ("shares", "holds"),
    [((0.30, 0.28), True), ((0.40, 0.28), False), ((0.30,), None), ((), None)],
)
def test_provisional_grades_may_rise_by_so_much(shares, holds):
    assert _provisional(runs(*shares), LAW).holds is holds


def test_grades_that_change_are_held_against_the_limit():
    now, before = runs(0.1, 0.1)
    changed = now[1].with_columns(
        risk_grade=pl.Series(["B" if n < 30 else "A" for n in range(100)])
    )
    moved = _migration([(now[0], changed), before])
    assert moved.rows() == [("A", "A", 70), ("A", "B", 30)]
    assert _moved(moved, LAW).holds is False
    assert _moved(_migration([now, before]), LAW).holds is True
    assert _moved(_migration([now]), LAW).holds is None
    assert matrix(moved)[0] == ("A", [70, 30, 0, 0])


def test_a_column_that_moved_beyond_the_limit_crosses_it():
    shifts = pl.DataFrame(
        {
            "column": ["season_sin", "serious_365d"],
            "psi": [3.0, 0.3],
            "is_judged": [False, True],
        }
    )
    assert _psi(shifts, LAW).holds is False
    calm = shifts.with_columns(psi=pl.Series([3.0, 0.1]))
    assert _psi(calm, LAW).holds is True


def test_too_few_visits_by_lot_are_no_alarm():
    empty = pl.DataFrame(
        {
            "window": [NOW] * 4,
            "day": [1, 2, 3, 4],
            "business_id": list("abcd"),
            "inspector_id": ["i"] * 4,
            "is_serious": [True, False] * 2,
            "probability": [0.5, 0.4, 0.3, 0.2],
            "inclusion_probability": [None] * 4,
        },
        schema_overrides={"inclusion_probability": pl.Float64},
    )
    assert _auc(empty, None, LAW).holds is None


def test_features_have_names_people_know():
    assert label("probability", "zh") == "模型概率"
    assert label("age_days", "en") == "days since opening"
