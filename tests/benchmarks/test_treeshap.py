"""What an exact explanation costs, beside LightGBM's prediction and its own explanation.

    pytest -m bench -o addopts="--import-mode=importlib" tests/benchmarks/test_treeshap.py -s

CPU microseconds a row, one thread, interleaved, median of the rounds, on invented rows of
100 features with missing values and boosters of 300 trees. Each gets the rows in the
memory order it reads fastest: LightGBM by rows, the tables by columns, as the matrix of
features has them. pred_contrib costs the same for every row, so a sample stands for all. "Our own" leaves
out what the system spends on handing out fresh memory for the output, 200 MB for 250,000
rows, which varies with the machine and which batches of 25,000 do not pay.
"""

import os
import time
from collections.abc import Callable, Sequence
from functools import cache
from statistics import median
from typing import Any

import lightgbm as lgb
import numpy as np
import pytest

from models.metrics import Array
from models.treeshap import Explainer
from models.treeshap_kernel import BLOCK, encode, find_lines

pytestmark = pytest.mark.bench

FEATURES, TREES, TRAINED_ON = 100, 300, 40_000
LEAVES = (8, 16, 31)
ROWS = (25_000, 250_000)
ROUNDS = 5
SAMPLE = 1_000
TOLERANCE = 1e-9


def drawn(rows: int, seed: int) -> Array:
    """Draw rows: a third of the columns counts, three quarters with missing values."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(rows, FEATURES)).astype(np.float32)
    x[:, ::3] = np.round(x[:, ::3] * 3)
    x[rng.random(x.shape) < 0.1 * (np.arange(FEATURES) % 4 > 0)] = np.nan
    return x


@cache
def grown(leaves: int) -> str:
    """Grow a booster on an outcome with interactions and many weak causes."""
    x = drawn(TRAINED_ON, 0)
    z = np.nan_to_num(x)
    signal = (
        0.6 * z[:, 0]
        - 0.5 * z[:, 1] * (z[:, 2] > 0)
        + 0.4 * np.abs(z[:, 3])
        + 0.3 * z[:, 4] * z[:, 5]
        + 0.02 * z[:, 6:60].sum(axis=1)
    )
    y = np.random.default_rng(1).random(len(x)) < 1 / (1 + np.exp(-signal))
    parameters = {
        "objective": "binary",
        "num_leaves": leaves,
        "learning_rate": 0.05,
        "min_data_in_leaf": 20,
        "feature_fraction": 0.5,
        "seed": 1,
        "verbose": -1,
        "num_threads": 2,
    }
    data = lgb.Dataset(x, y.astype(float))
    text: str = lgb.train(parameters, data, TREES).model_to_string()
    return text


def cpu(work: Callable[[], Any]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def own(work: Callable[[], Any]) -> float:
    """Give the CPU seconds of a work without what the system spends on its memory."""
    start = os.times().user
    work()
    return os.times().user - start


def interleaved(
    works: Sequence[Callable[[], Any]], clock: Callable[..., float] = cpu
) -> list[float]:
    """Give the median CPU seconds of each, taking turns."""
    taken = [[clock(work) for work in works] for _ in range(ROUNDS)]
    return [median(column) for column in zip(*taken, strict=True)]


def wall(work: Callable[[], Any]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


@pytest.mark.parametrize("rows", ROWS)
def test_explaining_beside_predicting(rows: int) -> None:
    by_row = drawn(rows, 2)
    by_column = np.asfortranarray(by_row)
    print(
        f"\n\n{rows:,} rows, CPU microseconds a row\n\n"
        "| leaves | predict | pred_contrib | tables | of it our own | predict / tables | contrib / tables "
        "| leaves and groups s | tables s | MB | wall 1 thread | wall 2 threads | largest difference |"
    )
    print("|" + "---|" * 13)
    for leaves in LEAVES:
        print(measured(leaves, by_row, by_column))


def measured(leaves: int, by_row: Array, by_column: Array) -> str:
    booster = lgb.Booster(model_str=grown(leaves))
    explainers: list[Explainer] = []
    groups = cpu(lambda: explainers.append(Explainer(grown(leaves))))
    explainer = explainers[0]
    filled = cpu(lambda: explainer.program(np.float32))
    # The first call compiles, or reads from disk what was compiled.
    found = explainer.by_tables(by_column[:SAMPLE], threads=1)
    theirs = booster.predict(by_row[:SAMPLE], pred_contrib=True, num_threads=1)
    difference = float(np.abs(found.contributions - theirs).max())
    assert difference < TOLERANCE
    raw = booster.predict(by_row, raw_score=True, num_threads=1)
    ours = explainer.by_tables(by_column, threads=2).raw
    assert np.abs(ours - raw).max() < TOLERANCE
    predict, contrib, tables = interleaved(
        [
            lambda: booster.predict(by_row, raw_score=True, num_threads=1),
            lambda: booster.predict(by_row[:SAMPLE], pred_contrib=True, num_threads=1),
            lambda: explainer.by_tables(by_column, threads=1),
        ]
    )
    (ours_alone,) = interleaved(
        [lambda: explainer.by_tables(by_column, threads=1)], own
    )
    one, two = (
        1e6
        / len(by_row)
        * min(
            wall(lambda t=t: explainer.by_tables(by_column, threads=t))
            for _ in range(3)
        )
        for t in (1, 2)
    )
    per_row = [
        1e6 * predict / len(by_row),
        1e6 * contrib / SAMPLE,
        1e6 * tables / len(by_row),
        1e6 * ours_alone / len(by_row),
    ]
    cells = [
        str(leaves),
        *(f"{cost:.2f}" for cost in per_row),
        f"{per_row[0] / per_row[2]:.1f}",
        f"{per_row[1] / per_row[2]:.0f}",
        f"{groups:.2f}",
        f"{filled:.2f}",
        f"{explainer.program(np.float32).tables.nbytes / 1e6:.1f}",
        f"{one:.2f}",
        f"{two:.2f}",
        f"{difference:.1e}",
    ]
    return "| " + " | ".join(cells) + " |"


def test_where_the_time_of_a_row_goes() -> None:
    x = np.asfortranarray(drawn(BLOCK * 8, 3))
    print(
        "\n\nCPU microseconds a row by step; look-ups hold the writing of the output\n\n"
        "| leaves | codes | lines | look-ups | total | look-ups a row | steps a row | ns a look-up |"
    )
    print("|" + "---|" * 8)
    for leaves in LEAVES:
        print(profiled(leaves, x))


def profiled(leaves: int, x: Array) -> str:
    explainer = Explainer(grown(leaves))
    program = explainer.program(np.float32)
    explainer.by_tables(x[:10], threads=1)
    columns, kind = np.ascontiguousarray(x.T), program.first_line.dtype
    codes = np.zeros((len(program.used), BLOCK), kind)
    lines = np.zeros((len(program.first_line), BLOCK), kind)
    spans = [(n, n + BLOCK) for n in range(0, len(x), BLOCK)]
    taken = interleaved(
        [
            lambda: [encode(columns, a, b, program, codes) for a, b in spans],
            lambda: [find_lines(codes, BLOCK, program, lines) for _ in spans],
            lambda: explainer.by_tables(x, threads=1),
        ]
    )
    encoding, finding, whole = (1e6 * seconds / len(x) for seconds in taken)
    look_ups, entries = whole - encoding - finding, len(program.entry_group)
    return (
        f"| {leaves} | {encoding:.2f} | {finding:.2f} | {look_ups:.2f} | {whole:.2f} "
        f"| {entries:,} | {len(program.step_code):,} | {1e3 * look_ups / entries:.2f} |"
    )


def test_few_rows_without_tables() -> None:
    print(
        "\n\nA few rows by patterns\n\n"
        "| leaves | booster read and grouped s | first row s | then a row us | pred_contrib a row us |"
    )
    print("|" + "---|" * 5)
    x = drawn(SAMPLE, 4)
    for leaves in LEAVES:
        made: list[Explainer] = []
        reading = cpu(lambda n=leaves, to=made: to.append(Explainer(grown(n))))
        explainer = made[0]
        first = cpu(lambda e=explainer: e.by_patterns(x[:1], threads=1))
        booster = lgb.Booster(model_str=grown(leaves))
        rest, contrib = interleaved(
            [
                lambda e=explainer: e.by_patterns(x, threads=1),
                lambda b=booster: b.predict(x, pred_contrib=True, num_threads=1),
            ]
        )
        print(
            f"| {leaves} | {reading:.2f} | {first:.3f} | {1e6 * rest / SAMPLE:.0f} "
            f"| {1e6 * contrib / SAMPLE:.0f} |"
        )
