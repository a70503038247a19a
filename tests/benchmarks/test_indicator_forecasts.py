"""How often the forecast of an indicator holds what came, on simulated districts.

    pytest -m bench -o addopts="--import-mode=importlib" tests/benchmarks/test_indicator_forecasts.py -s

Each district is looked at from every quarter of its last two years, and each forecast of
the end of the year is held against the value known then. Prints by quarters ahead and by
indicator how often the 90% interval held it, how wide it was, and the mean error beside
that of expecting no change.
"""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from features.warehouse import open_warehouse
from models.indicators.asked import known_before
from models.indicators.assess import Span, ask, assess
from models.indicators.forecast import Quarter, forecast
from pipelines.indicators.quarters import quarter_ends
from pipelines.load import load
from pipelines.simulate import simulate
from tests.models.indicators.drawn_plan import PLANS, RATING

pytestmark = pytest.mark.bench
END, YEARS, BUSINESSES = date(2026, 1, 1), 5, 2500
# The constants of the forecast were chosen on districts 1 to 3.
SEEDS = range(4, 8)
QUARTERS = 17


def test_how_often_a_forecast_holds_what_came(tmp_path: Path) -> None:
    rows = [row for seed in SEEDS for row in forecasts(district(tmp_path, seed))]
    found = pl.DataFrame(rows, orient="row", schema=["no", "ahead", *COLUMNS])
    with pl.Config(tbl_rows=-1):
        for by in ("ahead", "no"):
            print(summary(found, by))
    print(found.select("error", "error_of_no_change").mean())
    covered = found["is_held"].mean()
    print(f"{found.height} forecasts, held {covered:.1%}")
    # Ninety in a hundred are promised.
    assert 0.85 <= covered <= 0.99


COLUMNS = ("is_held", "width", "error", "error_of_no_change")


def summary(found: pl.DataFrame, by: str) -> pl.DataFrame:
    means = [pl.col(name).cast(pl.Float64).mean().round(3) for name in COLUMNS]
    return found.group_by(by).agg(pl.len(), *means).sort(by)


def district(folder: Path, seed: int) -> dict[int, list[Quarter]]:
    """Simulate a district; give each indicator's count at each quarter's end."""
    out, path = folder / str(seed), folder / f"{seed}.duckdb"
    simulate(out, businesses=BUSINESSES, years=YEARS, seed=seed, until=END)
    load(out / "source", mapping="shian", warehouse=path, loaded_on=END)
    with open_warehouse(path, read_only=True) as opened:
        facts = opened.plan_facts()
    counts: dict[int, list[Quarter]] = {no: [] for no in PLANS}
    for day in quarter_ends(END, QUARTERS):
        known = known_before(facts, day)
        for no, plan in PLANS.items():
            now = assess(plan, ask(known, plan, RATING, Span(day, day)))
            counts[no].append((now.numerator, now.denominator))
    return counts


def forecasts(counts: dict[int, list[Quarter]]) -> list[Sequence[object]]:
    """Forecast each year's end from one, two and three quarters before it."""
    return [
        (no, ahead, *row)
        for no, quarters in counts.items()
        for end in (QUARTERS - 5, QUARTERS - 1)
        for ahead in (1, 2, 3)
        if (row := held(no, quarters, end, ahead))
    ]


def held(
    no: int, quarters: list[Quarter], end: int, ahead: int
) -> tuple[bool, float, float, float] | None:
    came, now = quarters[end], quarters[end - ahead]
    told = forecast(
        quarters[: end - ahead + 1], ahead=ahead, is_share=PLANS[no].is_share
    )
    if told is None or came[1] <= 0 or now[1] <= 0:
        return None
    truth = came[0] / came[1]
    return (
        told.lower - 1e-9 <= truth <= told.upper + 1e-9,
        told.upper - told.lower,
        abs(told.value - truth),
        abs(now[0] / now[1] - truth),
    )
