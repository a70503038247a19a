"""Worked examples of the metrics, then scikit-learn and slow references as oracles."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score
from sklearn.metrics import log_loss as sklearn_log_loss

from models import metrics
from models.metrics import Ranked

# Three visits by a strict inspector (0), three by a lenient one (1), one by nobody known.
#   score  serious  inspector
INSIDE = [
    (0.9, 1, 0),
    (0.8, 0, 0),
    (0.7, 1, 0),
    (0.3, 1, 1),
    (0.2, 0, 1),
    (0.1, 0, 1),
    (0.0, 1, -1),
]

# Scores on a coarse grid, so that ties are common; both outcomes occur.
scored_visits = st.lists(
    st.tuples(st.integers(0, 6), st.booleans(), st.integers(0, 3)),
    min_size=2,
    max_size=40,
).filter(lambda rows: 0 < sum(serious for _, serious, _ in rows) < len(rows))


def columns(rows):
    return tuple(np.array(column, dtype=float) for column in zip(*rows, strict=True))


def once(values):
    """Weigh every visit once, in one draw."""
    return np.ones((1, len(values)))


def ranked(score, serious):
    return Ranked(np.asarray(score, float), np.asarray(serious, float))


@pytest.mark.parametrize(
    ("score", "serious", "expected"),
    [
        ([0.9, 0.4, 0.4, 0.1], [1, 1, 0, 0], 0.875),
        ([0.9, 0.8, 0.2, 0.1], [1, 1, 0, 0], 1.0),
        ([0.1, 0.2, 0.8, 0.9], [1, 1, 0, 0], 0.0),
        ([0.5, 0.5, 0.5, 0.5], [1, 1, 0, 0], 0.5),
        ([0.9, 0.1], [1, 1], np.nan),
        ([0.9, 0.1], [0, 0], np.nan),
    ],
)
def test_auc_counts_the_pairs_put_in_order_and_ties_half(score, serious, expected):
    found = ranked(score, serious).auc(once(score))
    assert found == pytest.approx([expected], nan_ok=True)


@pytest.mark.parametrize(
    ("score", "serious", "expected"),
    [
        ([4, 3, 2, 1], [1, 0, 1, 0], (1 + 2 / 3) / 2),
        ([4, 3, 2, 1], [1, 1, 0, 0], 1.0),
        ([1, 1, 1, 1], [1, 0, 0, 0], 0.25),
        ([2, 2, 1, 1], [1, 0, 1, 0], (1 / 2 + 2 / 4) / 2),
        ([1, 2], [0, 0], np.nan),
    ],
)
def test_average_precision_lets_ties_enter_together(score, serious, expected):
    found = ranked(score, serious).average_precision(once(score))
    assert found == pytest.approx([expected], nan_ok=True)


@pytest.mark.parametrize(
    ("serious_at", "tied", "expected"),
    [
        ([0, 1], 0, 1.0),  # both of the first two of twenty
        ([0, 5], 0, 0.5),
        ([5, 6], 0, 0.0),
        ([0, 1], 4, 0.5),  # the first four tie and two of them are serious
        ([0], 20, 0.05),  # all tie: the share of all
    ],
)
def test_precision_at_the_top_tenth_averages_ties_at_the_cut(
    serious_at, tied, expected
):
    serious = np.isin(np.arange(20), serious_at)
    score = -np.maximum(np.arange(20), tied - 1)
    found = ranked(score, serious).precision_at_top(once(score))
    assert found == pytest.approx([expected])


def test_half_a_visit_enters_where_a_tenth_is_not_whole():
    # A tenth of fifteen is one and a half: the first whole, half of the second.
    serious = np.arange(15) == 1
    found = ranked(-np.arange(15), serious).precision_at_top(once(serious))
    assert found == pytest.approx([0.5 / 1.5])


def test_auc_inside_inspectors_pools_their_pairs_and_leaves_the_unknown_out():
    score, serious, inspector = columns(INSIDE)
    found = metrics.auc_inside(
        ranked(score, serious), once(score), inspector.astype(int)
    )
    # Inspector 0 has 1 of 2 pairs in order, inspector 1 has 2 of 2.
    assert found == pytest.approx([3 / 4])


def test_knowing_only_who_inspects_is_worth_nothing_inside_inspectors():
    _, serious, inspector = columns(INSIDE)
    found = metrics.auc_inside(
        ranked(inspector, serious), once(serious), inspector.astype(int)
    )
    assert found == pytest.approx([0.5])


def test_auc_inside_inspectors_is_unknown_where_none_found_both_outcomes():
    found = metrics.auc_inside(
        ranked([0.1, 0.2], [0, 1]), once([0, 1]), np.array([0, 1])
    )
    assert np.isnan(found).all()


def test_always_saying_the_base_rate_costs_its_entropy():
    serious = np.r_[np.ones(12), np.zeros(88)]
    constant = np.full(100, 0.12)
    assert metrics.log_loss(serious, constant, once(serious)) == pytest.approx(
        [0.367], abs=5e-4
    )
    assert metrics.brier(serious, constant, once(serious)) == pytest.approx(
        [0.12 * 0.88]
    )
    assert metrics.calibration_error(serious, constant, once(serious)) == pytest.approx(
        [0.0]
    )


def test_certainty_that_is_right_costs_next_to_nothing_and_wrong_is_finite():
    serious, right = np.array([1.0, 0.0]), np.array([1.0, 0.0])
    assert metrics.log_loss(serious, right, once(right)) == pytest.approx(
        [0.0], abs=2e-6
    )
    assert np.isfinite(metrics.log_loss(serious, 1 - right, once(right))).all()
    assert metrics.brier(serious, 1 - right, once(right)) == pytest.approx([1.0])


def test_calibration_error_is_the_mean_gap_of_ten_bins():
    # Ten visits, one a bin: stated .05, .15 ... .95; only the last three are serious.
    stated = np.arange(0.05, 1, 0.1)
    serious = np.r_[np.zeros(7), np.ones(3)]
    expected = np.abs(stated - serious).mean()
    assert metrics.calibration_error(serious, stated, once(serious)) == pytest.approx(
        [expected]
    )
    table = metrics.calibration_table(serious, stated)
    assert table[:, 0] == pytest.approx(stated)
    assert table[:, 1] == pytest.approx(serious)
    assert table[:, 2] == pytest.approx(np.ones(10))


def test_equal_probabilities_share_a_bin_whatever_the_order_of_the_rows():
    serious = np.r_[np.ones(5), np.zeros(15)]
    stated = np.full(20, 0.25)
    assert metrics.calibration_table(serious, stated) == pytest.approx(
        np.array([[0.25, 0.25, 20.0]])
    )


@given(scored_visits)
def test_ranking_metrics_equal_scikit_learn(rows):
    score, serious, _ = columns(rows)
    rank, one = ranked(score, serious), once(score)
    assert rank.auc(one) == pytest.approx([roc_auc_score(serious, score)])
    assert rank.average_precision(one) == pytest.approx(
        [average_precision_score(serious, score)]
    )


@given(scored_visits)
def test_probability_metrics_equal_scikit_learn(rows):
    score, serious, _ = columns(rows)
    stated, one = (score + 0.5) / 7, once(score)
    assert metrics.log_loss(serious, stated, one) == pytest.approx(
        [sklearn_log_loss(serious, stated)]
    )
    assert metrics.brier(serious, stated, one) == pytest.approx(
        [brier_score_loss(serious, stated)]
    )


@given(scored_visits)
def test_a_weight_counts_a_visit_so_many_times(rows):
    score, serious, times = columns(rows)
    again = np.repeat(np.arange(len(score)), times.astype(int))
    many = ranked(score[again], serious[again])
    rank, weight = ranked(score, serious), times[None, :]
    for name in ("auc", "average_precision", "precision_at_top"):
        weighted = getattr(rank, name)(weight)
        if len(again):
            repeated = getattr(many, name)(once(again))
            assert weighted == pytest.approx(repeated, nan_ok=True)
        else:
            assert np.isnan(weighted).all()


@given(scored_visits)
def test_every_draw_of_weights_is_measured_on_its_own(rows):
    score, serious, times = columns(rows)
    rank, group = ranked(score, serious), times.astype(int) - 1
    draws = np.stack([np.ones(len(score)), times + 1, 3 - times])
    for metric in (
        rank.auc,
        rank.average_precision,
        rank.precision_at_top,
        lambda w: metrics.auc_inside(rank, w, group),
        lambda w: metrics.log_loss(serious, score / 6, w),
        lambda w: metrics.calibration_error(serious, score / 6, w),
    ):
        alone = [metric(draw[None, :])[0] for draw in draws]
        assert metric(draws) == pytest.approx(alone, nan_ok=True)


@given(scored_visits)
def test_auc_inside_inspectors_equals_the_pairs_counted_one_by_one(rows):
    score, serious, group = columns(rows)
    won = pairs = 0.0
    for a in range(len(score)):
        for b in range(len(score)):
            if group[a] == group[b] and serious[a] > serious[b]:
                pairs += 1
                won += (score[a] > score[b]) + 0.5 * (score[a] == score[b])
    found = metrics.auc_inside(ranked(score, serious), once(score), group.astype(int))
    assert found == pytest.approx([won / pairs if pairs else np.nan], nan_ok=True)


@given(scored_visits, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_changes_nothing(rows, random):
    mixed = random.sample(rows, len(rows))
    (score, serious, _), (score2, serious2, _) = columns(rows), columns(mixed)
    for metric in (metrics.log_loss, metrics.brier, metrics.calibration_error):
        assert metric(serious, score / 6, once(score)) == pytest.approx(
            metric(serious2, score2 / 6, once(score))
        )
    for name in ("auc", "average_precision", "precision_at_top"):
        assert getattr(ranked(score, serious), name)(once(score)) == pytest.approx(
            getattr(ranked(score2, serious2), name)(once(score))
        )
