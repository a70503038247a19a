"""A small district with an invented score run, and its sampling plan."""

import shutil
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from features.labels import cohort
from features.schema import schema
from features.warehouse import open_warehouse
from pipelines.sampling_plan.planning import Plan, Request, make_plan

DAY = date(2026, 1, 1)
KEY = bytes(range(32))
# At 4.5 per thousand 300 batches, which some 570 businesses can give.
RESIDENTS = 66_666


@pytest.fixture(scope="session")
def scored_warehouse(
    small_warehouse: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Give the small district a score run without a model; copy it to write to it."""
    path = tmp_path_factory.mktemp("scored") / "scored.duckdb"
    shutil.copyfile(small_warehouse, path)
    with open_warehouse(path) as warehouse:
        ids = cohort(warehouse.facts(), DAY)["business_id"].sort()
        warehouse.insert("output.run", _rows("output.run", [_run(len(ids))]))
        warehouse.insert("output.score", _rows("output.score", _scores(ids)))
    return path


def _run(businesses: int) -> dict[str, object]:
    versions = dict.fromkeys(("law_version", "code_version", "data_fingerprint"), "1")
    who = {"run_id": "scored", "kind": "score", "as_of": DAY}
    return {**who, "businesses": businesses, "parameters": "{}", **versions}


def _scores(ids: pl.Series) -> list[dict[str, object]]:
    usual = {
        "run_id": "scored",
        "as_of": DAY,
        "business_type": "catering",
        "basis": "model",
        "total_points": 30.0,
        "grade_by_points": "A",
        "risk_grade": "A",
        "recommended_shift": 0,
        "decided_shift": 0,
        "visits_per_year": 1.0,
        "is_key_supervision": False,
        "is_provisional": False,
        "is_new_business": False,
        "is_near_edge": False,
        "probability_lower": 0.0,
        "probability_upper": 1.0,
        "notes": "",
        "notes_en": "",
    }
    return [
        {**usual, "business_id": business, "probability": (1 + n % 50) / 100}
        for n, business in enumerate(ids)
    ]


def _rows(table: str, rows: list[dict[str, object]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=schema()[table].empty().schema)


@pytest.fixture
def warehouse(scored_warehouse: Path, tmp_path: Path) -> Path:
    """Give a scored district of one's own."""
    return Path(shutil.copyfile(scored_warehouse, tmp_path / "own.duckdb"))


@pytest.fixture(scope="session")
def request_of_300() -> Request:
    """Ask for 300 batches under a fixed key."""
    return Request(year=2026, as_of=DAY, key=KEY, residents=RESIDENTS)


@pytest.fixture(scope="session")
def planned(
    scored_warehouse: Path,
    request_of_300: Request,
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[Path, Plan]:
    """Give a warehouse that holds the plan of a year, and the plan."""
    path = tmp_path_factory.mktemp("planned") / "planned.duckdb"
    shutil.copyfile(scored_warehouse, path)
    return path, make_plan(path, request_of_300)
