"""Are outbreaks found, how soon, and at how many false alarms a week?

    pytest -m bench -o addopts="--import-mode=importlib" tests/benchmarks/test_alerts.py -s

Takes the weekly complaints of the demo district (SHIAN_DEMO may name one that is there) by
street and category. The last year as it is gives the false alarms. Then outbreaks of
several sizes, spread over four weeks, are added to it in random streets, categories and
weeks; found is what raises an alarm in those weeks. The same is asked of a fixed threshold,
once a usual one and once the lowest with no more false alarms than the method.
"""

import os
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from features.warehouse import open_warehouse
from models.outbreak import GUARD_WEEKS, bars
from models.rules import load_rules
from pipelines.alerts.clusters import alarm_share, weekly_counts
from pipelines.demo import demo

pytestmark = pytest.mark.bench

DAY = date(2026, 1, 1)
TESTED_WEEKS, OUTBREAKS = 52, 2000
SIZES = (3, 6, 10, 15, 25, 40)
USUAL_THRESHOLD = 5
# How the cases of an outbreak fall on its weeks: most in the second.
COURSE = (0.3, 0.4, 0.2, 0.1)
Ints = npt.NDArray[np.int64]


@pytest.fixture(scope="module")
def counts(tmp_path_factory: pytest.TempPathFactory) -> Ints:
    """Give complaints by week and cell of the demo district."""
    made = os.environ.get("SHIAN_DEMO")
    folder = Path(made) if made else tmp_path_factory.mktemp("bench") / "demo"
    if not made:
        demo(folder)
    with open_warehouse(folder / "warehouse.duckdb", read_only=True) as warehouse:
        return weekly_counts(warehouse, load_rules().in_force(DAY)).counts


def test_outbreaks_are_found_sooner_than_by_a_fixed_threshold(counts: Ints) -> None:
    law = load_rules().in_force(DAY)
    least = int(law.number("warning.least_complaints"))
    weeks = range(len(counts) - TESTED_WEEKS, len(counts))
    share = alarm_share(law, counts.shape[1])
    found = [bars(counts, week, share) for week in weeks]
    upper = np.array([b.upper for b in found if b is not None])
    tested = counts[-TESTED_WEEKS:]

    def flexible(added: Ints) -> npt.NDArray[np.bool_]:
        total = tested + added
        return (total > upper) & (total >= least)

    nothing = np.zeros_like(tested)
    wrong = flexible(nothing).sum() / TESTED_WEEKS
    matched = next(
        k for k in range(1, 100) if (tested >= k).sum() / TESTED_WEEKS <= wrong
    )
    rules: dict[str, Callable[[Ints], npt.NDArray[np.bool_]]] = {
        "Farrington flexible": flexible,
        f"fixed, {USUAL_THRESHOLD} a week": lambda a: tested + a >= USUAL_THRESHOLD,
        f"fixed, {matched} a week (as few false)": lambda a: tested + a >= matched,
    }
    print(
        f"\n\n{counts.shape[1]} cells, {TESTED_WEEKS} weeks, {OUTBREAKS:,} outbreaks a size"
    )
    sizes = " | ".join(f"{size} cases" for size in SIZES)
    print(f"| rule | false alarms a week | {sizes} |\n|---|---|" + "---|" * len(SIZES))
    told = {name: _told(rule, nothing) for name, rule in rules.items()}
    for name, (false, cells) in told.items():
        shown = " | ".join(f"{share:.0%}, {days:.0f} days" for share, days in cells)
        print(f"| {name} | {false:.2f} | {shown} |")
    flexible_cells, fixed_cells = (list(told.values())[at][1] for at in (0, 2))
    assert told["Farrington flexible"][0] <= 1.5 * law.number("warning.false_alarms")
    assert flexible_cells[2][0] > fixed_cells[2][0]


def _told(
    rule: Callable[[Ints], npt.NDArray[np.bool_]], nothing: Ints
) -> tuple[float, list[tuple[float, float]]]:
    """Give false alarms a week, and for each size the share found and the mean days."""
    rng = np.random.default_rng(7)
    false = rule(nothing).sum() / TESTED_WEEKS
    return false, [_found(rule, size, rng) for size in SIZES]


def _found(
    rule: Callable[[Ints], npt.NDArray[np.bool_]], size: int, rng: np.random.Generator
) -> tuple[float, float]:
    """Plant outbreaks one at a time; an alarm comes at the end of the week that raises it."""
    weeks = rng.integers(0, TESTED_WEEKS - GUARD_WEEKS, OUTBREAKS)
    shape = rule(np.zeros((TESTED_WEEKS, 1), dtype=np.int64)).shape
    cells = rng.integers(0, shape[1], OUTBREAKS)
    cases = rng.multinomial(size, COURSE, OUTBREAKS)
    days = []
    for week, cell, course in zip(weeks, cells, cases, strict=True):
        added = np.zeros(shape, dtype=np.int64)
        added[week : week + len(COURSE), cell] = course
        raised = np.flatnonzero(rule(added)[week : week + len(COURSE), cell])
        days += [7 * (raised[0] + 1)] if len(raised) else []
    return len(days) / OUTBREAKS, float(np.mean(days)) if days else float("nan")
