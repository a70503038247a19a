"""How many leaves accuracy asks for: the three cities, each window before it began.

    SHIAN_DATA=... pytest -m bench -o addopts="--import-mode=importlib" tests/benchmarks/test_leaves.py -s

Prints what a model with the default number of leaves gains over models with more, with
95% intervals paired by business. A gain whose interval holds zero, or lies above it, is
no reason to pay for more leaves.
"""

from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl
import pytest

from models import risk
from models.evaluate import Visits, compare
from models.metrics import log_loss
from pipelines.backtest import MODEL, backtest
from pipelines.load import load
from tests import REAL_DATA

CITIES = {
    "chicago": (date(2013, 1, 1), date(2014, 5, 1), "4mo"),
    "nyc": (date(2014, 1, 1), date(2015, 5, 1), "4mo"),
    "toronto": (date(2010, 1, 1), date(2012, 1, 1), "6mo"),
}
pytestmark = [
    pytest.mark.bench,
    pytest.mark.skipif(not REAL_DATA.exists(), reason=f"no cities in {REAL_DATA}"),
]
LEAVES = (8, 16, 31)
TOLD = ("auc", "average_precision", "precision_at_top", "auc_inside_inspectors")


@pytest.mark.parametrize("city", CITIES)
def test_what_more_leaves_gain(
    city: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start, end, window = CITIES[city]
    warehouse = tmp_path / "city.duckdb"
    load(REAL_DATA / city, mapping=city, warehouse=warehouse, loaded_on=end)
    scored: dict[str, pl.DataFrame] = {}
    for leaves in LEAVES:
        monkeypatch.setattr(risk, "LEAVES", leaves)
        report = backtest(warehouse, start=start, end=end, window=window)
        scored[str(leaves)] = report.scored
    first = scored[str(LEAVES[0])]
    for other in scored.values():
        assert other["business_id"].equals(first["business_id"])
    print(
        f"\n\n{city}: {first.height:,} visits from {start} to {end}, windows of {window}"
    )
    print(gains(first, scored))


def gains(first: pl.DataFrame, scored: dict[str, pl.DataFrame]) -> str:
    """Write a row per number of leaves and metric: value, and what the first gains."""
    visits = Visits(
        window=codes(first["window"].cast(pl.String)),
        day=first["day"].cast(pl.Int64).to_numpy(),
        business=codes(first["business_id"]),
        inspector=codes(first["inspector_id"]),
        serious=first["is_serious"].cast(pl.Float64).to_numpy(),
    )
    scores = {name: frame[MODEL].to_numpy() for name, frame in scored.items()}
    table = compare(visits, scores, model=str(LEAVES[0])).overall
    lines = [
        f"\n| leaves | metric | value | gain of {LEAVES[0]} leaves | 95% interval |"
    ]
    lines += ["|" + "---|" * 5]
    for row in table.filter(pl.col("metric").is_in(TOLD)).iter_rows(named=True):
        gain = "" if row["gain"] is None else f"{row['gain']:+.4f}"
        reach = (
            ""
            if row["gain"] is None
            else f"{row['gain_lower']:+.4f} to {row['gain_upper']:+.4f}"
        )
        lines.append(
            f"| {row['ranker']} | {row['metric']} | {row['value']:.4f} | {gain} | {reach} |"
        )
    whole = visits.serious[None, :] * 0 + 1
    lines += [
        f"| {name} | log_loss | {float(log_loss(visits.serious, score, whole)[0]):.4f} | | |"
        for name, score in scores.items()
    ]
    return "\n".join(lines)


def codes(values: pl.Series) -> npt.NDArray[np.int64]:
    """Number the distinct values; what is unknown is -1."""
    return (values.rank("dense").cast(pl.Int64) - 1).fill_null(-1).to_numpy()
