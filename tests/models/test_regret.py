"""What a choice gives away, on windows whose best score is known."""

import numpy as np
import pytest

from models.evaluate import Visits
from models.regret import regrets


def visits(windows=2, each=200, seed=4):
    rng = np.random.default_rng(seed)
    count = windows * each
    return Visits(
        window=np.repeat(np.arange(windows), each),
        day=rng.integers(0, 60, count),
        business=np.arange(count),
        inspector=np.full(count, -1),
        serious=(rng.random(count) < 0.3).astype(float),
    )


def test_who_is_always_best_regrets_nothing():
    seen = visits()
    noise = np.random.default_rng(1).random(len(seen.serious))
    found = regrets(seen, {"noise": noise, "truth": seen.serious}, draws=50)
    assert found["ranker"].to_list() == ["truth", "noise"]
    assert found.row(0)[1:5] == (0.0, 0.0, 0.0, 0.0)
    assert found["windows_best"].to_list() == [2, 0]


def test_regret_is_the_mean_of_what_each_window_gives_away():
    seen = visits()
    first, second = seen.window == 0, seen.window == 1
    knows_first = np.where(first, seen.serious, 0.0)
    knows_second = np.where(second, seen.serious, 0.0)
    found = regrets(seen, {"first": knows_first, "second": knows_second}, draws=50)
    # Right in one window, a coin in the other: it gives half of 1 - .5 away.
    assert found["regret"].to_list() == pytest.approx([0.25, 0.25])
    assert found["worst"].to_list() == pytest.approx([0.5, 0.5])
    assert found["windows_best"].to_list() == [1, 1]
    assert (found["lower"] <= found["regret"]).all()
    assert (found["regret"] <= found["upper"]).all()
