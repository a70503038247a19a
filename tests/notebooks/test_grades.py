"""The notebook runs from top to bottom on a real warehouse."""

import importlib.util
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from features.schema import schema
from features.warehouse import open_warehouse
from tests import ROOT


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    path = tmp_path / "warehouse.duckdb"
    with open_warehouse(path) as opened:
        for run, as_of in [("old", date(2025, 1, 1)), ("new", date(2026, 1, 1))]:
            opened.insert("output.run", run_row(run, as_of))
            opened.insert("output.score", score_rows(run, as_of))
        opened.insert(
            "mart.business",
            pl.DataFrame(
                {
                    "business_id": ["1", "1"],
                    "valid_from": [date(2020, 1, 1), date(2024, 1, 1)],
                    "recorded_at": [date(2020, 1, 1), date(2024, 1, 1)],
                    "name": ["旧名", "新名"],
                    "business_type": ["catering"] * 2,
                }
            ),
        )
    return path


def run_row(run: str, as_of: date) -> pl.DataFrame:
    row = {
        "run_id": run,
        "kind": "score",
        "as_of": as_of,
        "law_version": "l",
        "code_version": "c",
        "data_fingerprint": "d",
        "businesses": 2,
        "parameters": "{}",
    }
    return pl.DataFrame([row])


def score_rows(run: str, as_of: date) -> pl.DataFrame:
    required = {
        c.name: 0 if c.dtype.is_numeric() else False if c.dtype == pl.Boolean else ""
        for c in schema()["output.score"].columns.values()
        if not c.nullable
    }
    row = required | {"run_id": run, "as_of": as_of, "business_type": "catering"}
    return pl.DataFrame(
        [
            row | {"business_id": "1", "risk_grade": "D", "total_points": 70.0},
            row | {"business_id": "2", "risk_grade": "A", "total_points": 20.0},
        ]
    )


def load_notebook():
    spec = importlib.util.spec_from_file_location(
        "grades_notebook", ROOT / "notebooks" / "grades.py"
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_it_reads_the_newest_run_under_the_current_name(warehouse: Path) -> None:
    scores = load_notebook().latest_scores(warehouse)
    assert scores.select("run_id", "business_id", "name").rows() == [
        ("new", "1", "新名"),
        ("new", "2", None),
    ]


def test_it_counts_grades_by_a_column(warehouse: Path) -> None:
    notebook = load_notebook()
    counted = notebook.grades_by(notebook.latest_scores(warehouse), "business_type")
    assert counted.to_dicts() == [{"business_type": "catering", "A": 1, "D": 1}]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # raised inside marimo
def test_it_runs_from_top_to_bottom(
    warehouse: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHIAN_WAREHOUSE", str(warehouse))
    _outputs, defined = load_notebook().app.run()
    assert defined["scores"].height == 2
