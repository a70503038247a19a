"""Side by side: what compare says of a perfect, a constant and a random score."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models import metrics, ordering
from models.evaluate import Visits, compare, compare_inside, measure
from models.metrics import Ranked

ALL_METRICS = {
    "auc",
    "average_precision",
    "precision_at_top",
    "first_half_share",
    "days_earlier",
    "net_days_earlier",
    "auc_inside_inspectors",
    "log_loss",
    "brier",
    "calibration_error",
}


def drawn_visits(n=600, windows=3, seed=5):
    rng = np.random.default_rng(seed)
    business = rng.integers(0, n // 2, n)
    return Visits(
        window=np.arange(n) % windows,
        day=rng.integers(0, 60, n),
        business=business,
        inspector=rng.integers(-1, 4, n),
        serious=(rng.random(n) < 0.15 + 0.3 * (business % 3 == 0)).astype(float),
    )


VISITS = drawn_visits()
TRUTH = 0.15 + 0.3 * (VISITS.business % 3 == 0)
NOISE = np.random.default_rng(9).random(len(TRUTH))


def table(scores, draws=200):
    found = compare(VISITS, scores, model="model", draws=draws).overall
    return {(row["ranker"], row["metric"]): row for row in found.iter_rows(named=True)}


def test_every_metric_stands_beside_every_ranker_that_has_it():
    found = table({"model": TRUTH, "random": NOISE})
    assert {m for r, m in found if r == "model"} == ALL_METRICS
    # What ranks but is no probability has no log loss, Brier or calibration error.
    assert {m for r, m in found if r == "random"} == ALL_METRICS - {
        "log_loss",
        "brier",
        "calibration_error",
    }


def test_a_value_lies_in_its_interval_and_a_gain_is_the_difference():
    found = table({"model": TRUTH, "random": NOISE})
    for row in found.values():
        assert row["lower"] <= row["value"] <= row["upper"]
    for metric in ("auc", "net_days_earlier", "precision_at_top"):
        other = found["random", metric]
        assert other["gain"] == pytest.approx(
            found["model", metric]["value"] - other["value"]
        )
        assert other["gain_lower"] <= other["gain"] <= other["gain_upper"]
        assert found["model", metric]["gain"] is None


def test_a_perfect_score_and_a_constant_one_give_the_ends_of_the_scale():
    found = table({"model": VISITS.serious, "constant": np.zeros(len(TRUTH))})
    assert found["model", "auc"]["value"] == 1.0
    assert found["model", "average_precision"]["value"] == pytest.approx(1.0)
    assert found["model", "precision_at_top"]["value"] == pytest.approx(1.0)
    assert found["model", "auc_inside_inspectors"]["value"] == 1.0
    assert found["model", "brier"]["value"] == 0.0
    assert found["constant", "auc"]["value"] == 0.5
    assert found["constant", "net_days_earlier"]["value"] == pytest.approx(0.0)
    assert found["constant", "auc"]["lower"] == found["constant", "auc"]["upper"] == 0.5


def test_a_random_score_is_not_told_apart_from_chance():
    found = table({"model": TRUTH, "random": NOISE})
    assert found["random", "auc"]["lower"] < 0.5 < found["random", "auc"]["upper"]
    assert found["random", "net_days_earlier"]["lower"] < 0.0
    assert found["random", "net_days_earlier"]["upper"] > 0.0
    assert found["random", "auc"]["gain_lower"] > 0.0


def test_the_same_visits_give_the_same_intervals():
    first = compare(VISITS, {"model": TRUTH, "random": NOISE}, model="model", draws=50)
    again = compare(VISITS, {"model": TRUTH, "random": NOISE}, model="model", draws=50)
    assert first.overall.equals(again.overall)
    assert first.windows.equals(again.windows)


def test_two_equal_scores_differ_by_nothing_in_every_draw():
    found = table({"model": TRUTH, "twin": TRUTH})
    twins = [row for (ranker, _), row in found.items() if ranker == "twin"]
    assert twins
    assert {(r["gain"], r["gain_lower"], r["gain_upper"]) for r in twins} == {
        (0.0, 0.0, 0.0)
    }


def test_the_visits_of_one_business_are_drawn_together():
    # Every visit belongs to one of two businesses: in a draw, all or none of each.
    visits = Visits(
        window=np.zeros(40, int),
        day=np.arange(40),
        business=np.arange(40) % 2,
        inspector=np.full(40, -1),
        serious=(np.arange(40) % 2).astype(float),
    )
    score = np.arange(40.0)
    found = compare(visits, {"model": score}, model="model", draws=100).overall
    auc = found.row(by_predicate=pl.col("metric") == "auc", named=True)
    # Weights that are the same for all serious and for all clean visits cancel out.
    assert auc["lower"] == pytest.approx(auc["value"])
    assert auc["upper"] == pytest.approx(auc["value"])


def test_rankings_are_measured_inside_each_window_and_averaged():
    # Perfect in the first window, reversed in the second: a half, though all visits
    # taken together would give something else.
    visits = Visits(
        window=np.array([0, 0, 1, 1, 1, 1]),
        day=np.array([0, 1, 0, 1, 2, 3]),
        business=np.arange(6),
        inspector=np.full(6, -1),
        serious=np.array([1.0, 0, 0, 0, 1, 1]),
    )
    score = np.array([0.9, 0.8, 0.7, 0.6, 0.1, 0.2])
    found = measure(visits, score, np.ones((1, 6)))
    assert found["auc"] == pytest.approx([0.5])


def test_a_window_without_a_serious_finding_does_not_count_for_the_mean():
    visits = Visits(
        window=np.array([0, 0, 1, 1]),
        day=np.array([0, 1, 0, 1]),
        business=np.arange(4),
        inspector=np.full(4, -1),
        serious=np.array([1.0, 0, 0, 0]),
    )
    found = measure(visits, np.array([0.9, 0.1, 0.5, 0.4]), np.ones((1, 4)))
    assert found["auc"] == pytest.approx([1.0])
    assert np.isnan(found["auc_inside_inspectors"]).all()


def test_what_nobody_can_know_is_left_out_of_the_table():
    visits = Visits(
        window=np.zeros(4, int),
        day=np.arange(4),
        business=np.arange(4),
        inspector=np.full(4, -1),
        serious=np.array([1.0, 0, 1, 0]),
    )
    score = np.array([0.9, 0.2, 0.3, 0.4])
    found = compare(visits, {"model": score}, model="model").overall
    assert "auc_inside_inspectors" not in set(found["metric"])


def test_the_interval_covers_as_one_that_hands_the_days_out_anew_in_every_draw():
    """Days handed out once for all draws must not make the interval too narrow."""
    visits = drawn_visits(n=400, windows=1)
    score = 0.15 + 0.3 * (visits.business % 3 == 0) + 0.1 * NOISE[:400]
    rng = np.random.default_rng(3)
    slow = []
    for _ in range(400):
        times = rng.poisson(1.0, visits.business.max() + 1)[visits.business]
        again = np.repeat(np.arange(400), times)
        ranked = Ranked(score[again], visits.serious[again])
        one = np.ones((1, len(again)))
        slow.append(ordering.days_earlier(visits.day[again], ranked, one)[1][0])
    found = compare(visits, {"model": score}, model="model").overall
    row = found.row(by_predicate=pl.col("metric") == "net_days_earlier", named=True)
    ours = row["upper"] - row["lower"]
    assert ours == pytest.approx(np.ptp(np.percentile(slow, [2.5, 97.5])), rel=0.2)


@settings(max_examples=25)
@given(st.integers(0, 2**32 - 1))
def test_weights_of_one_give_the_plain_metric(seed):
    visits = drawn_visits(n=60, windows=1, seed=seed)
    score = np.random.default_rng(seed).integers(0, 9, 60) / 9
    found = measure(visits, score, np.ones((1, 60)), is_probability=True)
    ranked, one = Ranked(score, visits.serious), np.ones((1, 60))
    expected = {
        "auc": ranked.auc(one),
        "auc_inside_inspectors": metrics.auc_inside(ranked, one, visits.inspector),
        "days_earlier": ordering.days_earlier(visits.day, ranked, one)[0],
        "log_loss": metrics.log_loss(visits.serious, score, one),
    }
    for name, value in expected.items():
        assert found[name] == pytest.approx(value, nan_ok=True)


def test_a_window_is_measured_as_if_it_were_alone():
    scores = {"model": TRUTH, "random": NOISE}
    windows = compare(VISITS, scores, model="model", draws=20).windows
    here = VISITS.window == 1
    alone = compare(
        VISITS.only(here),
        {name: score[here] for name, score in scores.items()},
        model="model",
        draws=20,
    ).overall
    inside = windows.filter(pl.col("window") == 1)
    assert inside.select("ranker", "metric", "value").equals(
        alone.select("ranker", "metric", "value")
    )


def test_under_capacity_a_score_that_only_knows_who_goes_gains_nothing():
    """Strict inspectors find more; sending the others later is no order of a list."""
    visits = drawn_visits()
    scores = {
        "model": visits.serious + 0.01 * NOISE,
        "who": visits.inspector.astype(float),
    }
    found = {
        (r["ranker"], r["metric"]): r
        for r in compare_inside(visits, scores, model="model").to_dicts()
    }
    who = found["who", "net_days_earlier"]
    assert who["value"] == pytest.approx(0.0)
    assert found["who", "auc_inside_inspectors"]["value"] == pytest.approx(0.5)
    best = found["model", "net_days_earlier"]
    assert best["lower"] > 1
    assert who["gain_lower"] == pytest.approx(best["lower"])
    assert best["gain"] is None


def test_one_inspector_for_all_is_the_plain_order():
    visits = drawn_visits()
    alone = replace(visits, inspector=np.zeros(len(visits.serious), int))
    scores = {"model": TRUTH, "constant": np.zeros(len(TRUTH))}
    plain = compare(alone, scores, model="model").overall
    inside = compare_inside(alone, scores, model="model")
    for metric in ("days_earlier", "net_days_earlier"):
        one, other = (
            f.filter(metric=metric).drop("metric").fill_null(0) for f in (plain, inside)
        )
        assert one["ranker"].equals(other["ranker"])
        numbers = one.drop("ranker").to_numpy() - other.drop("ranker").to_numpy()
        assert np.abs(numbers).max() < 1e-9
