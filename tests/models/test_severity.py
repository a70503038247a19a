"""How strict each inspector is taken to be, by worked examples."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.calibration import base_log_odds, logistic
from models.severity import SHRINKAGE, offsets


def visits(*inspectors):
    """Draw visits from (inspector, visits, serious findings)."""
    who = [name for name, count, _ in inspectors for _ in range(count)]
    serious = [float(n < found) for _, count, found in inspectors for n in range(count)]
    return np.array(serious), pl.Series(who, dtype=pl.String)


def rate_of(serious, inspector, who):
    given_to = offsets(serious, inspector)
    return logistic(given_to[(inspector == who).fill_null(value=False).to_numpy()])[0]


def test_forty_of_a_hundred_where_all_find_fourteen_percent_is_put_at_27_percent():
    serious, inspector = visits(("strict", 100, 40), ("others", 9_900, 1_360))
    assert rate_of(serious, inspector, "strict") == pytest.approx(0.27, abs=1e-4)
    odds = offsets(serious, inspector)[0]
    assert odds == pytest.approx(-0.99, abs=0.005)


@pytest.mark.parametrize(
    ("count", "found", "expected"),
    [
        (1, 1, (1 + 14) / 101),  # one visit says next to nothing
        (100, 0, 14 / 200),
        (900, 450, (450 + 14) / 1000),  # nine hundred say nearly all
    ],
)
def test_an_inspector_is_pulled_towards_all_by_a_hundred_visits(count, found, expected):
    others = 1_000_000 - count
    rest = round(0.14 * 1_000_000) - found
    serious, inspector = visits(("one", count, found), ("others", others, rest))
    assert SHRINKAGE == 100
    assert rate_of(serious, inspector, "one") == pytest.approx(expected, abs=1e-5)


def test_an_unknown_inspector_gets_the_log_odds_of_all():
    serious, inspector = visits((None, 10, 5), ("strict", 50, 40), ("mild", 50, 2))
    given_to = offsets(serious, inspector)
    assert given_to[:10] == pytest.approx(np.full(10, base_log_odds(serious)))


def test_where_no_inspector_is_known_all_visits_get_the_same():
    serious = np.array([1.0, 0, 0, 0])
    given_to = offsets(serious, pl.Series([None] * 4, dtype=pl.String))
    assert given_to == pytest.approx(np.full(4, base_log_odds(serious)))


def test_the_offsets_stand_in_the_order_of_the_visits():
    serious, inspector = visits(("a", 2, 2), ("b", 2, 0))
    mixed = [2, 0, 3, 1]
    assert offsets(serious[mixed], inspector[mixed]) == pytest.approx(
        offsets(serious, inspector)[mixed]
    )


@given(
    st.lists(st.tuples(st.sampled_from(["a", "b", None]), st.booleans()), min_size=1)
)
def test_no_offset_leaves_the_range_between_own_and_overall_share(rows):
    inspector = pl.Series([who for who, _ in rows], dtype=pl.String)
    serious = np.array([float(found) for _, found in rows])
    overall = logistic(np.array([base_log_odds(serious)]))[0]
    for who, offset in zip(inspector, offsets(serious, inspector), strict=True):
        own = (
            overall
            if who is None
            else serious[(inspector == who).fill_null(value=False).to_numpy()].mean()
        )
        low, high = sorted((own, overall))
        assert low - 1e-12 <= logistic(np.array([offset]))[0] <= high + 1e-12
