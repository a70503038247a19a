"""Is the sampling plan's pass rate right, and does supervision find more than chance?

    pytest -m bench -o addopts="--import-mode=importlib" tests/benchmarks/test_sampling.py -s

Makes the demo district (SHIAN_DEMO may name one that is there: warehouse.duckdb with a
score run, and truth/), plans its samples, and then lets the invented truth answer: a batch
at a business fails with the chance by which the simulator lets samples fail. A thousand
times the businesses of each stratum are drawn anew and a batch is bought at each; the
estimate must be right on average, and 95 of 100 intervals must hold the truth.
"""

import os
import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl
import pytest

from features.warehouse import create_warehouse
from models.pass_rate import estimate
from models.sampling_design import EVALUATION, SUPERVISION, shared_out
from pipelines.demo import demo
from pipelines.sampling_plan.planning import Plan, Request, design_chances, make_plan
from pipelines.simulate.latent import chance

pytestmark = pytest.mark.bench

SEEDS = 1000
DAY = date(2026, 1, 1)
# The last quarter of the invented truth, and how samples follow it (sample_table).
QUARTER, BASE, FOLLOWS = date(2025, 10, 1), -4.0, 0.75
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Stratum:
    """The true chances of a stratum, and the batches it gets."""

    truth: Floats
    batches: int


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> tuple[Plan, dict[str, float]]:
    """Give the plan of the demo district, and how likely a batch fails at each business."""
    out = tmp_path_factory.mktemp("bench")
    made = os.environ.get("SHIAN_DEMO")
    folder = Path(made) if made else out / "demo"
    if not made:
        demo(folder)
    own = Path(shutil.copyfile(folder / "warehouse.duckdb", out / "own.duckdb"))
    create_warehouse(own)
    plan = make_plan(own, Request(year=2026, as_of=DAY, key=bytes(32)))
    latent = pl.read_parquet(folder / "truth" / "latent.parquet").filter(
        pl.col("quarter") == QUARTER
    )
    share = latent["probability"].to_numpy()
    odds = np.log(share / (1 - share))
    fails = chance(BASE + FOLLOWS * (odds - odds.mean()))
    return plan, dict(zip(latent["business_id"], fails.tolist(), strict=True))


def test_the_pass_rate_is_unbiased_and_its_interval_holds(
    planned: tuple[Plan, dict[str, float]],
) -> None:
    plan, fails = planned
    even = _strata(plan, fails, dict.fromkeys(plan.known.frame.strata))
    neyman = shared_out(plan.known.frame.groups, plan.sizes[EVALUATION])
    rows = {"allocated": _strata(plan, fails, neyman), "in proportion": even}
    print(f"\n\n{plan.sizes[EVALUATION]:,} batches of evaluation, {SEEDS:,} samples")
    print(
        "| batches | truth | mean | bias | error | coverage | estimate too low | half width |"
    )
    print("|" + "---|" * 8)
    for name, strata in rows.items():
        told = _told(strata, np.random.default_rng(1))
        print(f"| {name} | " + " | ".join(f"{value:.4%}" for value in told) + " |")
        truth, mean, bias, error, coverage = told[:5]
        assert abs(bias) < 3 * error / np.sqrt(SEEDS)
        assert 0.93 < coverage < 0.975
        assert truth == pytest.approx(mean, abs=0.001)


def _strata(
    plan: Plan, fails: dict[str, float], held: "dict[str, int] | dict[str, None]"
) -> list[Stratum]:
    """Give the strata with their batches, or with batches in proportion to their size."""
    whole = plan.known.frame.strata
    share = plan.sizes[EVALUATION] / len(plan.known.frame.outlets)
    return [
        Stratum(
            np.array([fails[o.business_id] for o in outlets]),
            held[name] or max(2, round(len(outlets) * share)),
        )
        for name, outlets in whole.items()
    ]


def _told(strata: list[Stratum], rng: np.random.Generator) -> tuple[float, ...]:
    sizes = np.array([len(s.truth) for s in strata], dtype=np.float64)
    batches = np.array([s.batches for s in strata], dtype=np.float64)
    failed = np.array([_failures(s, rng) for s in strata]).T
    truth = 1 - float(sum(s.truth.sum() for s in strata) / sizes.sum())
    found = estimate(sizes, batches, failed)
    return (
        truth,
        float(found.rate.mean()),
        float(found.rate.mean() - truth),
        float(found.rate.std()),
        float(((found.lower <= truth) & (truth <= found.upper)).mean()),
        float((found.upper < truth).mean()),
        float((found.upper - found.lower).mean() / 2),
    )


def _failures(stratum: Stratum, rng: np.random.Generator) -> Floats:
    """Draw the stratum anew for each sample, and let each batch fail by its chance."""
    order = rng.random((SEEDS, len(stratum.truth))).argsort(axis=1)[
        :, : stratum.batches
    ]
    fails = rng.random(order.shape) < stratum.truth[order]
    counted: Floats = fails.sum(axis=1).astype(np.float64)
    return counted


def test_supervision_finds_more_than_an_even_draw(
    planned: tuple[Plan, dict[str, float]],
) -> None:
    plan, fails = planned
    size = len(plan.of[SUPERVISION])
    chances = design_chances(plan)
    found = sum(fails[u.rpartition("#")[0]] * c for u, c in chances.items())
    mean = float(np.mean([fails[o.business_id] for o in plan.known.frame.outlets]))
    best = sorted((fails[u.rpartition("#")[0]] for u in chances), reverse=True)[:size]
    drawn = sum(fails[b.business_id] for b in plan.of[SUPERVISION])
    print(f"\n{size:,} batches of supervision, failures found")
    print(f"| drawn evenly | {size * mean:.0f} |\n| by this plan | {found:.0f} |")
    print(f"| in this draw | {drawn:.0f} |\n| who knew the truth | {sum(best):.0f} |")
    print(f"| stated by the plan | {plan.failures[SUPERVISION]:.0f} |")
    assert found > 1.4 * size * mean
