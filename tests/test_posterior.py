"""What records can tell of a business, where the process behind them was drawn."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import expit
from scipy.stats import norm

from models.metrics import Ranked
from tests.posterior import Effect, Trail, World, likeliest, world

LASTING = Effect(slope=1.0, lasting=0.8, drifting=0.001, days=900.0)
DRIFTING = Effect(slope=1.0, lasting=0.001, drifting=1.0, days=200.0)


def trail(results, stated=-2.0, every=200):
    """Lay out the visits to one business, so many days apart."""
    visit = np.arange(len(results))
    return Trail(
        business=np.zeros(len(results), np.int64),
        day=every * visit,
        block=visit,
        stated=np.full(len(results), stated),
        strict=np.zeros(len(results)),
        serious=np.array(results, float),
    )


def drawn(effect, businesses=1_800, visits=5, seed=1):
    """Draw visits to many businesses in blocks of half a year."""
    rng = np.random.default_rng(seed)
    business = np.repeat(np.arange(businesses), visits)
    block = np.tile(np.arange(visits), businesses)
    rows = len(business)
    blank = Trail(
        business=business,
        day=182 * block,
        block=block,
        stated=rng.normal(-2.0, 0.6, rows),
        strict=np.zeros(rows),
        serious=np.zeros(rows),
    )
    return World(blank, effect, blank.stated).drawn(rng)


def auc(score, serious):
    """Give the plain AUC."""
    return Ranked(score, serious).auc(np.ones((1, len(score))))[0]


def test_the_chance_after_two_serious_visits_is_that_of_bayes():
    visits = trail([1, 1, 0])
    chance, fit = World(visits, LASTING, visits.stated).chances()

    def of_both(own, times):
        return expit(own - 2.0) ** times * norm.pdf(own, scale=0.8)

    after = [quad(of_both, -9, 9, args=(times,))[0] for times in (1, 2, 3)]
    by_hand = [after[0], after[1] / after[0], after[2] / after[1]]
    assert chance == pytest.approx(by_hand, abs=1e-4)
    expected = np.log(by_hand[0] * by_hand[1] * (1 - by_hand[2]))
    assert fit == pytest.approx(expected, abs=1e-3)


def test_a_drifting_business_is_forgotten_with_time():
    chances = []
    for every in (0, 200, 20_000):
        visits = trail([1, 1], every=every)
        chances.append(World(visits, DRIFTING, visits.stated).chances()[0])
    soon, later, much_later = (chance[1] for chance in chances)
    assert soon > later > much_later
    assert much_later == pytest.approx(chances[0][0])


def test_a_strict_inspectors_finding_says_less_of_the_business():
    lax = trail([1, 0])
    strict = Trail(**{**vars(lax), "strict": np.array([2.0, 0.0])})
    after = [World(v, LASTING, v.stated).chances()[0][1] for v in (lax, strict)]
    assert after[0] > after[1] > 0.13


@pytest.mark.parametrize("effect", [LASTING, DRIFTING])
def test_the_spread_that_was_drawn_is_found_again(effect):
    made, _ = drawn(effect)
    found = likeliest(made.trail)
    for days in (182, 728):
        assert found.shared(days) == pytest.approx(effect.shared(days), abs=0.2)


def test_every_block_is_placed_at_the_share_it_found():
    made, _ = drawn(LASTING)
    placed = world(made.trail, LASTING)
    _, chances = placed.drawn(np.random.default_rng(2))
    share = [made.trail.serious[made.trail.block == n].mean() for n in range(5)]
    meant = [chances[made.trail.block == n].mean() for n in range(5)]
    assert meant == pytest.approx(share, abs=0.02)


def test_records_rank_better_than_features_and_worse_than_the_truth():
    made, truth = drawn(LASTING)
    last = made.trail.block == 4
    chance, _ = made.chances()
    by = [auc(s[last], made.trail.serious[last]) for s in (made.centre, chance, truth)]
    assert by[0] + 0.02 < by[1] < by[2] - 0.02


def test_visits_left_out_are_not_known():
    visits = trail([1, 1, 0])
    kept = visits.only(np.array([True, False, True]))
    assert kept.day.tolist() == [0, 400]
