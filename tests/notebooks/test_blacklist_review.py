"""The notebook runs from top to bottom on a district with a candidate, and on none."""

import importlib.util
import math
import shutil
from datetime import date
from pathlib import Path
from types import ModuleType

import polars as pl
import pytest
from matplotlib.figure import Figure

from features.warehouse import open_warehouse
from pipelines.load import load
from pipelines.register.explanation import freeze
from pipelines.score import score
from pipelines.simulate import simulate
from tests import ROOT
from tests.kept_model import kept_model

DAY = date(2026, 1, 1)

# Plots and marimo each raise warnings of their own libraries.
pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::PendingDeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
    pytest.mark.filterwarnings("ignore::UserWarning"),
]


@pytest.fixture(scope="module")
def district(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a scored district of which one business has a ground; beside it its models."""
    folder = tmp_path_factory.mktemp("review")
    simulate(folder, businesses=120, years=2, until=DAY)
    path = folder / "own.duckdb"
    load(folder / "source", mapping="shian", warehouse=path, loaded_on=DAY)
    kept_model(_made(folder / "models"))
    score(path, as_of=DAY, store=folder / "models")
    with open_warehouse(path) as opened:
        business = opened.table("mart.business").collect()["business_id"][0]
        opened.execute("delete from mart.penalty")
        opened.execute(
            "insert into mart.penalty (penalty_id, business_id, decided_on, recorded_at, "
            "law_article, kinds, fine_yuan, discretion_grade, procedure, is_intentional) "
            "values ('P1', ?, date '2025-12-01', date '2025-12-02', 'fsl:123', 'fine', "
            "50000, 'heavier', 'ordinary', true)",
            [business],
        )
    return path


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


@pytest.fixture
def notebook(
    district: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> ModuleType:
    monkeypatch.setenv("SHIAN_WAREHOUSE", str(district))
    monkeypatch.setenv("SHIAN_STORE", str(district.parent / "models"))
    monkeypatch.setattr("pipelines.settings.REGISTER", tmp_path / "none.sqlite")
    return loaded()


def loaded() -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        "blacklist_notebook", ROOT / "notebooks" / "blacklist_review.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_shap_shows_the_very_contributions_that_are_frozen(
    notebook: ModuleType, district: Path
) -> None:
    store = district.parent / "models"
    with open_warehouse(district, read_only=True) as opened:
        business = opened.table("mart.penalty").collect()["business_id"][0]
    shown = notebook.contributions(district, store, [business], DAY)
    seen = freeze(district, business, as_of=DAY, store=store)
    moved = dict(seen["shap"])
    assert math.isclose(shown.base_values[0], moved.pop("base"), abs_tol=1e-9)
    assert shown.values[0].tolist() == pytest.approx(list(moved.values()), abs=1e-9)


def test_it_runs_from_top_to_bottom(notebook: ModuleType) -> None:
    _outputs, defined = notebook.app.run()
    assert defined["found"].candidates.height == 1
    assert defined["dossier"]["grounds"][0]["code"] == "F5-2"
    assert defined["chosen"].value == defined["ids"][0]


def test_a_plot_is_a_figure_with_chinese_names(
    notebook: ModuleType, district: Path
) -> None:
    with open_warehouse(district, read_only=True) as opened:
        business = opened.table("mart.penalty").collect()["business_id"][0]
    store = district.parent / "models"
    one = notebook.contributions(district, store, [business], DAY)[0]
    figure = notebook.drawn(notebook.shap.plots.waterfall, one)
    assert isinstance(figure, Figure)
    labels = " ".join(text.get_text() for text in figure.axes[0].get_yticklabels())
    assert any("\u4e00" <= sign <= "\u9fff" for sign in labels)


def test_without_a_candidate_it_says_so(
    notebook: ModuleType,
    district: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert district == notebook.WAREHOUSE
    empty = tmp_path / "empty.duckdb"
    shutil.copy(district, empty)
    with open_warehouse(empty) as opened:
        opened.execute("delete from mart.penalty")
    monkeypatch.setenv("SHIAN_WAREHOUSE", str(empty))
    _outputs, defined = loaded().app.run()
    assert defined["ids"] == []
    assert "dossier" not in defined
    assert isinstance(defined["found"].candidates, pl.DataFrame)
