"""The pass rate of a stratified sample: worked numbers, no bias, an interval that holds."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.pass_rate import Stratum, estimate, pass_rate

SEEDS = 1000


def test_one_stratum_gives_the_raw_rate_with_wilsons_interval() -> None:
    found = pass_rate([Stratum("all", 100, 50, 1)])
    assert found is not None
    assert found.rate == 0.98
    assert (round(found.lower, 3), round(found.upper, 3)) == (0.894, 0.997)


def test_a_failure_weighs_as_much_as_the_businesses_it_stands_for() -> None:
    found = pass_rate([Stratum("many", 900, 30, 0), Stratum("few", 100, 30, 6)])
    assert found is not None
    assert found.rate == pytest.approx(0.98)
    assert (found.batches, found.failed) == (60, 6)


def test_nothing_concluded_is_not_applicable_and_never_a_perfect_rate() -> None:
    assert pass_rate([]) is None
    assert pass_rate([Stratum("all", 100, 0, 0)]) is None


def test_no_failure_is_no_proof_that_everything_passes() -> None:
    found = pass_rate([Stratum("all", 1000, 100, 0)])
    assert found is not None
    assert found.rate == 1
    assert found.lower < 0.97
    assert found.upper == 1


def test_strata_of_one_batch_are_taken_together_and_lose_no_business() -> None:
    found = pass_rate(
        [Stratum("a", 10, 1, 1), Stratum("b", 30, 1, 0), Stratum("c", 60, 20, 0)]
    )
    assert found is not None
    assert found.rate == pytest.approx(1 - 0.4 * 0.5)


def test_a_stratum_of_one_batch_joins_the_smallest_where_it_is_alone() -> None:
    found = pass_rate(
        [Stratum("a", 10, 1, 1), Stratum("b", 40, 4, 0), Stratum("c", 50, 20, 0)]
    )
    assert found is not None
    assert found.rate == pytest.approx(1 - 0.5 * 0.2)


@pytest.mark.parametrize(
    ("batches", "failed", "says"), [(2000, 5, True), (2000, 60, False), (50, 0, None)]
)
def test_a_target_is_met_or_missed_only_where_the_interval_does_not_hold_it(
    batches: int, failed: int, says: bool | None
) -> None:
    found = pass_rate([Stratum("all", 9000, batches, failed)])
    assert found is not None
    assert found.exceeds(0.985) is says


@given(
    st.lists(
        st.integers(2, 50).flatmap(
            lambda n: st.tuples(st.integers(n, 500), st.just(n), st.integers(0, n))
        ),
        min_size=1,
        max_size=6,
    )
)
def test_the_interval_holds_the_rate_and_stays_inside_nothing_and_all(
    drawn: list[tuple[int, int, int]],
) -> None:
    found = pass_rate([Stratum(str(n), *row) for n, row in enumerate(drawn)])
    assert found is not None
    assert 0 <= found.lower <= found.rate + 1e-12
    assert found.rate <= found.upper + 1e-12
    assert found.upper <= 1


def test_over_a_thousand_samples_the_estimate_is_unbiased_and_95_in_100_intervals_hold() -> (
    None
):
    rng = np.random.default_rng(20260101)
    sizes = np.array([3000.0, 2000.0, 500.0])
    batches = np.array([200.0, 200.0, 150.0])
    risk = np.array([0.005, 0.02, 0.08])
    failed = rng.binomial(batches.astype(int), risk, (SEEDS, 3)).astype(float)
    truth = 1 - float((sizes * risk).sum() / sizes.sum())
    found = estimate(sizes, batches, failed)
    error = found.rate.std() / np.sqrt(SEEDS)
    assert abs(found.rate.mean() - truth) < 3 * error
    held = ((found.lower <= truth) & (truth <= found.upper)).mean()
    assert 0.93 < held < 0.98
    # The raw share of passes, which forgets the weights, is wrong by far more.
    raw = 1 - failed.sum(axis=1) / batches.sum()
    assert abs(raw.mean() - truth) > 20 * error
