"""The gates between a model and its use: what passes, what is refused, and why."""

from datetime import date

import numpy as np
import polars as pl
import pytest

from models import gates
from models.card_trial import TRIAL
from models.gates import Steadiness, calibration_and_chance
from models.probe import BREAKS, Probe


def held(*, sharp: float = 2.0, shift: float = 0.0, drawn: int = 0) -> pl.DataFrame:
    """Draw held-out visits whose stated chance is right up to a shift in log-odds."""
    rng = np.random.default_rng(3)
    log_odds = rng.normal(-1.5, 1.0, 2_000)
    truth = 1 / (1 + np.exp(-log_odds))
    return pl.DataFrame(
        {
            "window": [date(2025, 7, 1)] * 1_000 + [date(2025, 9, 1)] * 1_000,
            "day": rng.integers(0, 60, 2_000),
            "business_id": [f"b{n % 700}" for n in range(2_000)],
            "inspector_id": [f"i{n % 5}" for n in range(2_000)],
            "is_serious": rng.random(2_000) < truth,
            "probability": 1 / (1 + np.exp(-log_odds - shift)),
            "champion": log_odds * sharp + rng.normal(0, 2.0, 2_000),
            "inclusion_probability": [0.02] * drawn + [None] * (2_000 - drawn),
        },
        schema_overrides={"inclusion_probability": pl.Float64},
    )


def test_a_model_better_than_the_champion_passes() -> None:
    gate = gates.quality(held(), "champion", 0.01)
    assert gate.passed
    assert "against the champion" in gate.en
    assert "比现行模型+0." in gate.zh


def test_a_model_that_may_be_worse_than_the_margin_is_refused() -> None:
    worse = held().with_columns(probability="champion", champion="probability")
    gate = gates.quality(worse, "champion", 0.01)
    assert not gate.passed
    assert "-0." in gate.zh


def test_the_same_predictions_are_not_worse() -> None:
    same = held().with_columns(champion="probability")
    assert gates.quality(same, "champion", 0.0).passed


@pytest.mark.parametrize("gate", [gates.quality, gates.calibration])
def test_what_cannot_be_measured_is_refused(gate) -> None:
    arguments = ("champion", 0.01) if gate is gates.quality else (0.02,)
    found = gate(held().clear(), *arguments)
    assert not found.passed
    assert "no held-out visits" in found.found("en")
    assert "没有" in found.found("zh")


def test_a_right_model_is_calibrated_and_a_shifted_one_is_not() -> None:
    assert gates.calibration(held(), 0.02).passed
    refused = gates.calibration(held(shift=0.5), 0.02)
    assert not refused.passed
    assert "2,000 held-out visits" in refused.en


def test_chance_is_not_held_against_a_model_judged_on_few_visits() -> None:
    few = held()[:100]
    error, chance = calibration_and_chance(few, np.ones(100))
    assert error > 0.02
    assert error <= chance
    assert gates.calibration(few, 0.02).passed


def test_the_level_is_judged_on_visits_drawn_by_lot_where_there_are_enough() -> None:
    gate = gates.calibration(held(drawn=400), 0.02)
    assert "400次双随机检查" in gate.zh
    assert "2,000次留出检查" in gates.calibration(held(drawn=20), 0.02).zh


def test_a_broken_direction_is_named() -> None:
    holds = Probe(3, 900, pl.DataFrame(schema=BREAKS))
    assert gates.monotone(holds).passed
    row = {"feature": "serious_365d", "row": 1, "better": 0.0, "worse": 1.0}
    broken = Probe(3, 900, pl.DataFrame([row | {"fall": 0.2}], schema=BREAKS))
    gate = gates.monotone(broken)
    assert not gate.passed
    assert "serious_365d" in gate.en


def test_an_unfair_group_is_named_and_nothing_judged_is_no_pass() -> None:
    off = pl.DataFrame({"attribute": ["street"], "group": ["甲街道"], "why": ["gap"]})
    assert gates.fairness(9, off.clear()).passed
    assert not gates.fairness(0, off.clear()).passed
    gate = gates.fairness(9, off)
    assert not gate.passed
    assert "street=甲街道 (gap)" in gate.zh


@pytest.mark.parametrize(
    ("stable", "changed", "passed"),
    [
        (0.7, None, True),
        (0.7, 0.1, True),
        (0.4, 0.1, False),
        (0.7, 0.3, False),
    ],
)
def test_reasons_and_grades_must_keep(
    stable: float, changed: float | None, passed: bool
) -> None:
    found = Steadiness(stable, 0.5, changed, 0.25)
    gate = gates.stability(found)
    assert gate.passed is passed
    assert ("首个模型" in gate.zh) == (changed is None)


def test_other_rules_ask_for_another_training() -> None:
    assert gates.law("abc", "abc").passed
    refused = gates.law("abc", "xyz")
    assert not refused.passed
    assert "train again" in refused.en
    assert refused.label("zh") == "规则版本"
    assert refused.label("en") == "law version"


def cards(**stumps):
    """Give a trial of two cards, the one of stumps as told."""
    both = {"columns": 9, "bins": 40, "breaks": 0, "cases": 800}
    found = {"gain": 0.01, "gain_lower": -0.002, "gain_upper": 0.02}
    rows = [{"card": "evidence", **both}, {"card": "stumps", **both, **found, **stumps}]
    return pl.DataFrame(rows, schema=TRIAL)


@pytest.mark.parametrize(
    ("trial", "asked", "passes"),
    [
        (cards(), "evidence", True),
        (cards(), "stumps", True),
        (cards(gain_lower=-0.02), "stumps", False),
        (cards(gain_lower=-0.02), "evidence", True),
        (cards(breaks=1), "stumps", False),
        (cards(breaks=1), "evidence", True),
        (cards(gain=None, gain_lower=None, gain_upper=None), "stumps", False),
        (cards(gain=None, gain_lower=None, gain_upper=None), "evidence", True),
        (cards().clear(), "evidence", True),
    ],
)
def test_a_challenging_card_must_rank_as_well_and_none_may_break(trial, asked, passes):
    gate = gates.credit(trial, asked, 0.01)
    assert gate.passed == passes
    if not trial.is_empty():
        names = {"evidence": "weights of evidence", "stumps": "stumps"}
        assert f"uses the card of {names[asked]} (9 columns" in gate.en
        assert ("the lower end not below -0.010" in gate.en) == (asked == "stumps")
