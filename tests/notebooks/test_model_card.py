"""The notebook of the model card runs on a trained district and says what the card says."""

import importlib.util
from datetime import date

import polars as pl
import pytest

from pipelines.model_card import model_card
from tests import ROOT


@pytest.fixture(scope="module")
def notebook():
    spec = importlib.util.spec_from_file_location(
        "model_card_notebook", ROOT / "notebooks" / "model_card.py"
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def card(scored_warehouse):
    return model_card(scored_warehouse, store=scored_warehouse.parent / "models")


def test_it_lists_gates_and_groups(notebook, card):
    assert notebook.gates_of(card).height == 7
    groups = notebook.groups_of(card, "business_type")
    assert groups["is_reference"].to_list()[0]
    assert "餐饮服务" in groups["group"].to_list()


def test_it_lists_scorecards_and_comparisons(notebook, card):
    """The small district has no scorecard, and nobody compared its models yet."""
    assert notebook.scorecards_of(card).is_empty()
    assert notebook.comparison_of([("模型", "-", "-", "-")]).shape == (1, 4)


def test_a_larger_part_of_the_list_finds_more(notebook):
    held = pl.DataFrame(
        {
            "window": [date(2025, 7, 1)] * 10,
            "probability": [n / 10 for n in range(10)],
            "is_serious": [False] * 7 + [True, False, True],
        }
    )
    assert notebook.selected_at(held, 0.1) == (1, 1, 2)
    assert notebook.selected_at(held, 0.3) == (3, 2, 2)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # raised inside marimo
def test_it_runs_from_top_to_bottom(scored_warehouse, monkeypatch, card):
    monkeypatch.setenv("SHIAN_WAREHOUSE", str(scored_warehouse))
    monkeypatch.setenv("SHIAN_STORE", str(scored_warehouse.parent / "models"))
    spec = importlib.util.spec_from_file_location(
        "model_card_run", ROOT / "notebooks" / "model_card.py"
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    _outputs, defined = module.app.run()
    assert defined["card"].version == card.version
    assert defined["visits"] > 0
