"""Whole public data sets: what a load costs, and what the model finds before others do.

    SHIAN_DATA=... make bench

Prints the tables of the README's section on results, as Markdown. The stretches are the
latest whole two-month windows of each city's dense years. Nothing was chosen on them:
features and constants of the model were looked at on earlier windows alone.
"""

import time
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from features.warehouse import open_warehouse
from models.baselines import LABELS
from pipelines.backtest import MODEL, BacktestReport, backtest
from pipelines.load import load
from tests import REAL_DATA

pytestmark = [
    pytest.mark.bench,
    pytest.mark.skipif(not REAL_DATA.exists(), reason=f"no cities in {REAL_DATA}"),
]
LOADED_ON = date(2026, 1, 1)
# Folder, mapping and tables whose rows all arrive; London comes without visits' history.
SOURCES = {
    "nyc": "nyc",
    "toronto": "toronto",
    "chicago": "chicago",
    "london": "london_fhrs",
}
NAMES = {"nyc": "New York", "toronto": "Toronto", "chicago": "Chicago"}
STRETCHES = {
    "nyc": (date(2014, 3, 1), date(2015, 7, 1)),
    "toronto": (date(2011, 1, 1), date(2013, 1, 1)),
    "chicago": (date(2013, 7, 1), date(2014, 7, 1)),
}
METRICS: Mapping[str, tuple[str, int]] = {
    "auc": ("AUC", 3),
    "precision_at_top": ("precision@10%", 3),
    "first_half_share": ("first-half share", 3),
    "net_days_earlier": ("net days earlier", 1),
}
PAIRED = ("auc", "net_days_earlier")


@pytest.fixture(scope="module")
def warehouses(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Load every city once; say what it took."""
    folder = tmp_path_factory.mktemp("cities")
    loaded = {city: folder / f"{city}.duckdb" for city in SOURCES}
    rows = []
    for city, path in loaded.items():
        start = time.perf_counter()
        report = load(
            REAL_DATA / SOURCES[city], mapping=city, warehouse=path, loaded_on=LOADED_ON
        )
        total = report.total
        rows.append(
            [
                city,
                f"{total.read:,}",
                f"{total.loaded:,}",
                f"{total.quarantined:,}",
                f"{time.perf_counter() - start:.1f}",
            ]
        )
    heads = ["source", "rows read", "loaded", "quarantined", "seconds"]
    print("\n\n" + markdown(heads, rows))
    return loaded


@pytest.mark.parametrize("city", SOURCES)
def test_a_whole_city_arrives(city: str, warehouses: dict[str, Path]) -> None:
    with open_warehouse(warehouses[city], read_only=True) as opened:
        batch = opened.sql("select * from raw.batch").row(0, named=True)
    # Chicago's visit log names businesses, and its violations codes, outside the data.
    assert batch["rows_quarantined"] <= 0.01 * batch["rows_read"]
    assert batch["rows_loaded"] == batch["rows_read"] - batch["rows_quarantined"]


@pytest.mark.parametrize("city", STRETCHES)
def test_the_model_is_ahead_of_every_naive_ranker(
    city: str, warehouses: dict[str, Path]
) -> None:
    start, end = STRETCHES[city]
    report = backtest(warehouses[city], start=start, end=end)
    print(f"\n\n{described(city, report)}\n\n{results(report)}")
    others = report.overall.filter(
        pl.col("ranker") != MODEL, pl.col("metric").is_in(PAIRED)
    )
    assert others["ranker"].n_unique() >= 4
    assert others.filter(pl.col("gain_lower") <= 0).rows() == []


def described(city: str, report: BacktestReport) -> str:
    """Say of what the table is, and how the model ranks one inspector's own visits."""
    count = report.windows["window"].n_unique()
    own = {row["metric"]: row for row in report.overall.filter(ranker=MODEL).to_dicts()}
    told = "".join(
        f"; model's {said} {spanned(own[metric], 'value', ('lower', 'upper'), 3)}"
        for metric, said in (
            ("calibration_error", "calibration error"),
            ("auc_inside_inspectors", "AUC inside inspectors"),
        )
        if metric in own
    )
    return (
        f"**{NAMES[city]}**, {count} windows of two months from {report.start} to "
        f"{report.end}, {report.visits:,} visits, {report.serious_share:.1%} serious{told}"
    )


def results(report: BacktestReport) -> str:
    """Lay a backtest out: a row per ranker, and what the model gains over it."""
    rows = []
    for name in report.overall["ranker"].unique(maintain_order=True):
        found = {
            r["metric"]: r for r in report.overall.to_dicts() if r["ranker"] == name
        }
        values = [
            spanned(found[m], "value", ("lower", "upper"), digits)
            for m, (_, digits) in METRICS.items()
        ]
        gains = [
            ""
            if name == MODEL
            else "+"
            + spanned(found[m], "gain", ("gain_lower", "gain_upper"), METRICS[m][1])
            for m in PAIRED
        ]
        rows.append([LABELS[name][1], *values, *gains])
    heads = ["ranker", *(head for head, _ in METRICS.values())]
    return markdown(
        [*heads, *(f"model's gain in {METRICS[m][0]}" for m in PAIRED)], rows
    )


def spanned(
    row: Mapping[str, Any], value: str, ends: tuple[str, str], digits: int
) -> str:
    """Write a value with its 95% interval."""
    low, high = (f"{row[end]:.{digits}f}" for end in ends)
    return f"{row[value]:.{digits}f} ({low}, {high})"


def markdown(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Draw a table."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
