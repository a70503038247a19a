"""The notebook of the indicators runs from top to bottom on a run of its own."""

import importlib.util
import shutil
from datetime import date
from pathlib import Path

import pytest

from features.errors import NotFoundError
from features.warehouse import create_warehouse
from pipelines.indicators.running import indicators
from tests import ROOT


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    path = tmp_path / "warehouse.duckdb"
    create_warehouse(path)
    return path


def load_notebook():
    spec = importlib.util.spec_from_file_location(
        "indicators_notebook", ROOT / "notebooks" / "indicators.py"
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_without_a_run_it_says_how_to_make_one(warehouse: Path) -> None:
    with pytest.raises(NotFoundError, match="shian indicators"):
        load_notebook().latest_run(warehouse)


def test_it_reads_the_run_of_the_latest_day(warehouse: Path) -> None:
    for day in (date(2026, 1, 1), date(2025, 1, 1)):
        indicators(warehouse, as_of=day)
    values = load_notebook().latest_run(warehouse)["value"]
    assert values["as_of"].unique().to_list() == [date(2026, 1, 1)]
    assert values.height == 14


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # raised inside marimo
def test_it_runs_from_top_to_bottom(
    warehouse: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    indicators(warehouse, as_of=date(2026, 1, 1))
    copy = tmp_path / "copy.duckdb"
    shutil.copy(warehouse, copy)
    monkeypatch.setenv("SHIAN_WAREHOUSE", str(copy))
    _outputs, defined = load_notebook().app.run()
    assert defined["table"]["指标"].to_list()[3] == "抽检监测数"
