"""What an order brings forward when nobody goes where they would not have gone.

    SHIAN_DATA=... make bench

The same windows and predictions as the backtest of the cities. There the days of all
visits of a window are handed out anew; here each inspector (Chicago names groups of them)
or each borough (New York names nobody) keeps its own visits, its own days and the number
of visits on each of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from features.warehouse import open_warehouse
from models.baselines import LABELS
from models.evaluate import Visits, compare_inside
from pipelines.backtest import MODEL, BacktestReport, backtest
from pipelines.load import load
from tests import REAL_DATA
from tests.benchmarks.test_cities import markdown, spanned

pytestmark = [
    pytest.mark.bench,
    pytest.mark.skipif(not REAL_DATA.exists(), reason=f"no cities in {REAL_DATA}"),
]
# The end of a borough in the address that the mapping makes.
BOROUGH = pl.col("address").str.extract(r", ([^,]+)$").str.to_uppercase()


@dataclass(frozen=True)
class City:
    """A stretch of a city's records, and what keeps its own visits there."""

    name: str
    start: date
    end: date
    keeps: str


CITIES = {
    "nyc": City("New York", date(2014, 3, 1), date(2015, 7, 1), "boroughs"),
    "chicago": City(
        "Chicago", date(2013, 7, 1), date(2014, 7, 1), "groups of inspectors"
    ),
}


@pytest.mark.parametrize("code", CITIES)
def test_inside_everybodys_own_visits_the_model_is_ahead(
    code: str, tmp_path: Path
) -> None:
    city, path = CITIES[code], tmp_path / f"{code}.duckdb"
    load(REAL_DATA / code, mapping=code, warehouse=path, loaded_on=date(2026, 1, 1))
    report = backtest(path, start=city.start, end=city.end)
    visits = own_visits(report, owners(path, city))
    names = report.overall["ranker"].unique(maintain_order=True).to_list()
    scores = {name: report.scored[name].to_numpy() for name in names}
    inside = compare_inside(visits, scores, model=MODEL)
    print(f"\n\n{described(city, report, visits)}\n\n{results(report, inside)}")
    gains = inside.filter(pl.col("ranker") != MODEL, metric="net_days_earlier")
    assert gains["ranker"].n_unique() >= 4
    assert gains.filter(pl.col("gain_lower") <= 0).rows() == []


def owners(path: Path, city: City) -> pl.DataFrame | None:
    """Give each business the borough whose office visits it; None: the inspector does."""
    if city.name == "Chicago":
        return None
    with open_warehouse(path, read_only=True) as opened:
        business = opened.facts().business
    return business.select("business_id", owner=BOROUGH).unique("business_id")


def own_visits(report: BacktestReport, of: pl.DataFrame | None) -> Visits:
    """Arrange the scored visits by who keeps them; of nobody known is -1."""
    scored = report.scored.with_columns(owner="inspector_id")
    if of is not None:
        scored = report.scored.join(
            of, on="business_id", how="left", maintain_order="left"
        )
    return Visits(
        window=codes(scored["window"]),
        day=scored["day"].cast(pl.Int64).to_numpy(),
        business=codes(scored["business_id"]),
        inspector=codes(scored["owner"]),
        serious=scored["is_serious"].cast(pl.Float64).to_numpy(),
    )


def codes(values: pl.Series) -> np.ndarray:
    """Number the distinct values; what is unknown is -1."""
    return (values.rank("dense").cast(pl.Int64) - 1).fill_null(-1).to_numpy()


def described(city: City, report: BacktestReport, visits: Visits) -> str:
    """Say of what the table is, and of how many keep their own visits."""
    known = visits.inspector >= 0
    return (
        f"**{city.name}**, {len(np.unique(visits.inspector[known]))} {city.keeps} keep "
        f"their own visits and days, {report.windows['window'].n_unique()} windows of two "
        f"months from {report.start} to {report.end}, {int(known.sum()):,} visits"
    )


def results(report: BacktestReport, inside: pl.DataFrame) -> str:
    """Lay out, for each ranker, net days in the whole city and under capacity."""
    whole, own = (by_ranker(f, "net_days_earlier") for f in (report.overall, inside))
    auc = by_ranker(inside, "auc_inside_inspectors")
    value, gain = ("value", ("lower", "upper")), ("gain", ("gain_lower", "gain_upper"))
    rows = [
        [
            LABELS[name][1],
            spanned(whole[name], *value, 1),
            spanned(own[name], *value, 1),
            "" if name == MODEL else "+" + spanned(own[name], *gain, 1),
            spanned(auc[name], *value, 3),
        ]
        for name in own
    ]
    heads = [
        "ranker",
        "net days earlier, whole city",
        "net days earlier, own visits only",
        "model's gain, own visits only",
        "AUC, own visits only",
    ]
    return markdown(heads, rows)


def by_ranker(frame: pl.DataFrame, metric: str) -> Mapping[str, dict[str, object]]:
    """Find the row of each ranker for a metric."""
    return {row["ranker"]: row for row in frame.filter(metric=metric).to_dicts()}
