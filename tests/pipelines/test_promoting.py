"""From challenger to champion: the gates, the person, and what refuses."""

import json
import shutil
from dataclasses import replace
from datetime import date

import polars as pl
import pytest

from features.errors import ModelError, ProcedureError, UsageError
from features.warehouse import open_warehouse
from models.gates import NAMES, Gate
from models.registry import challenger, champion, is_promoted
from models.risk import RiskModel
from models.rules import load_rules
from pipelines.promoting import (
    Person,
    changed_share,
    confirm,
    count_moves,
    migrate,
    promotions,
    review,
)
from pipelines.train import train
from tests.kept_model import kept_model

PERSON = Person("李雷", "首个模型", "2026-01-02T09:00:00+08:00", "officer")
EARLIER = date(2025, 9, 1)


@pytest.fixture(scope="module")
def found(scored_warehouse):
    return review(scored_warehouse, store=scored_warehouse.parent / "models")


@pytest.fixture
def store(scored_warehouse, tmp_path):
    return shutil.copytree(scored_warehouse.parent / "models", tmp_path / "models")


def passing(found):
    gates = tuple(replace(gate, passed=True) for gate in found.gates)
    return replace(found, gates=gates)


def test_every_gate_says_what_it_found(found):
    assert [gate.name for gate in found.gates] == list(NAMES)
    for gate in found.gates:
        assert gate.zh
        assert gate.en
    assert found.before == ""
    assert found.migration is None
    assert json.loads(json.dumps(found.as_dict()))["version"] == found.version


def test_the_directions_and_the_law_hold(found):
    by_name = {gate.name: gate for gate in found.gates}
    assert by_name["monotone"].passed
    assert by_name["law"].passed


def test_a_named_person_promotes_what_passed(found, store):
    path = confirm(passing(found), PERSON, store=store)
    assert is_promoted(store)
    assert champion(store) == challenger(store)
    (kept,) = promotions(store)
    assert kept == json.loads(path.read_text("utf-8"))
    assert (kept["by"], kept["reason"], kept["version"]) == (
        "李雷",
        "首个模型",
        found.version,
    )
    assert [gate["name"] for gate in kept["gates"]] == list(NAMES)


@pytest.mark.parametrize("gate", list(NAMES))
def test_a_refusal_names_the_gate_and_nothing_changes(found, store, gate):
    refused = replace(
        found, gates=(*passing(found).gates, Gate(gate, passed=False, zh="", en=""))
    )
    with pytest.raises(ProcedureError, match=f"refused by {gate}; the champion stays"):
        confirm(refused, PERSON, store=store)
    assert not is_promoted(store)
    assert promotions(store) == []


def test_a_card_of_stumps_that_was_never_fitted_is_not_promoted(scored_warehouse):
    """The small district has too few enterprises for any scorecard."""
    store = scored_warehouse.parent / "models"
    with pytest.raises(UsageError, match="kept no scorecard of stumps"):
        review(scored_warehouse, store=store, card="stumps")


@pytest.mark.parametrize("changed", [{"by": " "}, {"reason": ""}])
def test_nobody_and_no_reason_promote_nothing(found, store, changed):
    with pytest.raises(UsageError, match="--by and --reason"):
        confirm(passing(found), replace(PERSON, **changed), store=store)
    assert not is_promoted(store)


def test_what_was_reviewed_is_what_is_promoted(found, store):
    other = replace(passing(found), version="another")
    with pytest.raises(ProcedureError, match="no longer the challenger"):
        confirm(other, PERSON, store=store)


def test_a_second_model_is_compared_with_the_champion(scored_warehouse, tmp_path):
    """Trained two blocks apart: the champion has seen a part of the held-out visits."""
    store = tmp_path / "models"
    train(scored_warehouse, as_of=EARLIER, store=store)
    first = review(scored_warehouse, store=store)
    confirm(passing(first), PERSON, store=store)
    train(scored_warehouse, as_of=date(2026, 1, 1), store=store)
    second = review(scored_warehouse, store=store)
    assert second.before == first.version
    assert "现行模型" in second.gates[0].zh
    assert second.migration["businesses"].sum() > 500
    path = confirm(passing(second), PERSON, store=store)
    assert json.loads(path.read_text("utf-8"))["before"] == first.version
    assert promotions(store)[-1]["migration"] == second.migration.to_dicts()


def facts_of(warehouse):
    with open_warehouse(warehouse, read_only=True) as opened:
        return opened.facts()


def test_a_model_whose_training_kept_nothing_is_not_reviewed(
    scored_warehouse, tmp_path
):
    store = kept_model(tmp_path / "models")
    shutil.copy(store / "champion.json", store / "challenger.json")
    with pytest.raises(ModelError, match="holds no record of the training"):
        review(scored_warehouse, store=store)


def test_the_same_model_changes_no_grade(scored_warehouse, store):
    model: RiskModel = challenger(store)
    moved = migrate(
        facts_of(scored_warehouse), date(2026, 1, 1), (model, model), load_rules()
    )
    assert changed_share(moved) == 0.0


def test_moves_are_counted_from_grade_to_grade():
    moved = count_moves(pl.Series(list("AABB")), pl.Series(list("ABBB")))
    assert moved.rows() == [("A", "A", 1), ("A", "B", 1), ("B", "B", 2)]
    assert changed_share(moved) == 0.25
    assert changed_share(moved.clear()) == 0.0
