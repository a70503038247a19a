"""Visits drawn by lot tell of everybody, whoever was visited besides."""

import numpy as np
import pytest

from models.calibration import logistic
from models.evaluate import Visits
from models.random_visits import ALL, DRAWN, MIN_DRAWN, estimates


def drawn(count=40_000, seed=2, share=0.05):
    """Draw visits that officers chose by what no score sees, and some by lot."""
    rng = np.random.default_rng(seed)
    score, fear = rng.normal(0, 1, count), rng.normal(0, 1, count)
    serious = (rng.random(count) < logistic(score + fear - 2.5)).astype(float)
    by_lot = rng.random(count) < share
    seen = by_lot | (rng.random(count) < logistic(2 * fear - 1))
    visits = Visits(
        window=np.zeros(seen.sum(), np.int64),
        day=rng.integers(0, 60, seen.sum()),
        business=np.arange(seen.sum()),
        inspector=np.full(seen.sum(), -1),
        serious=serious[seen],
    )
    stated = logistic(score[seen] - 2.2)
    inclusion = np.where(by_lot[seen], share, np.nan)
    return visits, stated, inclusion, serious.mean()


def value(table, of, metric):
    return table.filter(of=of, metric=metric).row(0, named=True)


def test_the_share_of_everybody_is_told_by_lot_and_not_by_all_visits():
    visits, stated, inclusion, truth = drawn()
    table = estimates(visits, stated, inclusion, draws=200)
    everybody = value(table, DRAWN, "serious_share")
    assert everybody["lower"] < truth < everybody["upper"]
    assert value(table, ALL, "serious_share")["lower"] > truth + 0.03


def test_a_visit_counts_by_the_inverse_of_its_chance():
    """One in ten of the feared, all serious; one in a hundred of the rest, none is."""
    count = 100
    visits = Visits(
        window=np.zeros(2 * count, np.int64),
        day=np.arange(2 * count) % 60,
        business=np.arange(2 * count),
        inspector=np.full(2 * count, -1),
        serious=np.r_[np.ones(count), np.zeros(count)],
    )
    inclusion = np.r_[np.full(count, 0.1), np.full(count, 0.01)]
    table = estimates(visits, np.full(2 * count, 0.2), inclusion, draws=50)
    assert value(table, ALL, "serious_share")["value"] == pytest.approx(0.5)
    assert value(table, DRAWN, "serious_share")["value"] == pytest.approx(1 / 11)
    assert value(table, DRAWN, "stated_share")["value"] == pytest.approx(0.2)


def test_with_few_or_no_drawn_visits_nothing_is_told():
    visits, stated, inclusion, _ = drawn(count=4_000)
    assert estimates(visits, stated, np.full(len(stated), np.nan)).is_empty()
    few = np.full(len(stated), np.nan)
    few[: MIN_DRAWN - 1] = 0.1
    assert estimates(visits, stated, few).is_empty()
    assert not estimates(visits, stated, inclusion, draws=20).is_empty()
