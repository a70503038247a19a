"""A small district with an invented score run, to draw from."""

import shutil
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from features.labels import cohort
from features.schema import schema
from features.warehouse import open_warehouse
from pipelines.draw.bundle import Bundle
from pipelines.draw.freezing import Request
from pipelines.draw.running import commit, run

DAY, ENDS, DRAWN_ON = date(2026, 1, 1), date(2026, 3, 31), date(2026, 1, 5)
SEED = "5eed".zfill(64)


@pytest.fixture(scope="session")
def graded_warehouse(
    small_warehouse: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Give the small district a score run without a model; copy it to write to it."""
    path = tmp_path_factory.mktemp("graded") / "graded.duckdb"
    shutil.copyfile(small_warehouse, path)
    with open_warehouse(path) as warehouse:
        ids = cohort(warehouse.facts(), DAY)["business_id"].sort()
        warehouse.insert("output.run", _rows("output.run", [_run(len(ids))]))
        warehouse.insert("output.score", _rows("output.score", _scores(ids)))
    return path


def _run(businesses: int) -> dict[str, object]:
    versions = dict.fromkeys(("law_version", "code_version", "data_fingerprint"), "1")
    return {
        "run_id": "scored",
        "kind": "score",
        "as_of": DAY,
        "businesses": businesses,
        "parameters": "{}",
        **versions,
    }


def _scores(ids: pl.Series) -> list[dict[str, object]]:
    usual = {
        "run_id": "scored",
        "as_of": DAY,
        "business_type": "catering",
        "basis": "model",
        "total_points": 30.0,
        "grade_by_points": "A",
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
        {
            **usual,
            "business_id": business,
            "risk_grade": "AABBBCD"[n % 7],
            "credit_class": (None, "A", "B", "C")[n % 4],
            "probability": (1 + n % 50) / 100,
        }
        for n, business in enumerate(ids)
    ]


def _rows(table: str, rows: list[dict[str, object]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=schema()[table].empty().schema)


@pytest.fixture
def warehouse(graded_warehouse: Path, tmp_path: Path) -> Path:
    """Give a district of one's own to draw from."""
    return Path(shutil.copyfile(graded_warehouse, tmp_path / "own.duckdb"))


@pytest.fixture(scope="session")
def drawn(
    graded_warehouse: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Bundle]:
    """Give the folder of a directed draw with a public number, and its bundle."""
    folder = tmp_path_factory.mktemp("drawn")
    own = Path(shutil.copyfile(graded_warehouse, folder / "own.duckdb"))
    request = Request("春季抽查", DAY, DAY, ENDS, beacon_source="彩票 2026003 期")
    commit(own, request, seed=SEED, out=folder / "draw")
    made = run(folder / "draw", own, on=DRAWN_ON, beacon="8 3 5")
    return folder / "draw", made.bundle
