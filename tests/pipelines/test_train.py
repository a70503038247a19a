"""Training on the small district: what it learns from, and that it can be done again."""

import json
import shutil
from datetime import date, timedelta

import polars as pl
import pytest
from mlflow.tracking import MlflowClient

from features.catalogue import catalogue, feature_names
from features.errors import InputError, MachineError, ModelError, WarehouseError
from features.warehouse import open_warehouse
from models.registry import NAME, challenger, is_promoted, run_folder
from models.rules import load_rules
from models.training_run import read_run
from pipelines.provenance import code_version, fingerprint
from pipelines.train import (
    fit_cards,
    known_rows,
    legal_life_days,
    train,
    training_of,
)

AS_OF = date(2026, 1, 1)


@pytest.fixture(scope="module")
def facts(small_warehouse):
    with open_warehouse(small_warehouse, read_only=True) as opened:
        return opened.facts()


@pytest.fixture(scope="module")
def rows(facts):
    return known_rows(facts, AS_OF, load_rules())


@pytest.fixture(scope="module")
def trained(small_warehouse, tmp_path_factory):
    store = tmp_path_factory.mktemp("trained")
    told = []
    report = train(
        small_warehouse,
        as_of=AS_OF,
        store=store,
        progress=lambda what, share: told.append((what, share)),
    )
    return store, report, told


def test_the_report_counts_what_was_learnt_from(trained, rows, facts):
    _, report, _ = trained
    assert report.visits == rows.outcome.height
    assert report.serious_share == pytest.approx(rows.outcome["is_serious"].mean())
    assert report.businesses == rows.outcome["business_id"].n_unique()
    assert report.data_fingerprint == fingerprint(facts)
    assert report.code_version == code_version()
    assert report.law_version == load_rules().version
    assert json.loads(json.dumps(report.as_dict()))["as_of"] == "2026-01-01"


def test_the_trained_model_is_the_challenger(trained):
    store, report, _ = trained
    assert report.role == "challenger"
    assert not is_promoted(store)
    model = challenger(store)
    assert model.version == report.model_version
    assert model.features == feature_names()
    assert model.directions == tuple(f.direction for f in catalogue())
    assert model.visits == report.visits


def test_the_model_is_reproduced_from_its_record_to_the_byte(
    trained, small_warehouse, facts, tmp_path
):
    """What the run recorded and the same facts are all it takes."""
    store, report, _ = trained
    recorded = read_run(run_folder(store, report.model_version)).parameters
    assert recorded["data_fingerprint"] == fingerprint(facts)
    assert recorded["code_version"] == code_version()
    again = tmp_path / "again"
    train(small_warehouse, as_of=date.fromisoformat(recorded["as_of"]), store=again)
    assert files_of(again) == files_of(store)


def files_of(store):
    """Give the bytes of the models, their tables and their cards."""
    folders = ("models", "training", "scorecards")
    return {
        path.relative_to(store): path.read_bytes()
        for folder in folders
        for path in (store / folder).rglob("*")
        if path.is_file()
    }


def test_the_run_records_how_the_trees_were_grown(trained):
    store, report, _ = trained
    client = MlflowClient(f"sqlite:///{store / 'mlflow.db'}")
    experiment = client.get_experiment_by_name(NAME)
    (run,) = client.search_runs([experiment.experiment_id])
    assert {"seed", "num_leaves", "learning_rate", "rounds", "block_months"} <= set(
        run.data.params
    )
    assert run.data.metrics["visits"] == report.visits


def test_progress_is_told_to_the_end(trained):
    _, _, told = trained
    assert told[0] == ("facts", 0.0)
    assert told[-1] == ("done", 1.0)
    assert [share for _, share in told] == sorted(share for _, share in told)


def test_every_label_was_recorded_before_the_day_and_no_pair_stands_twice(rows):
    assert rows.outcome["recorded_at"].max() < AS_OF
    assert (rows.outcome["inspected_on"] >= rows.outcome["as_of"]).all()
    assert not rows.outcome.select("business_id", "as_of").is_duplicated().any()


def test_what_is_recorded_from_the_day_on_changes_nothing(facts, rows):
    day = date(2025, 9, 1)
    before = known_rows(facts, day, load_rules())
    later = pl.col("recorded_at") >= day
    changed = facts.inspection.with_columns(
        is_serious=pl.when(later).then(~pl.col("is_serious")).otherwise("is_serious"),
        key_failed=pl.when(later).then(99).otherwise("key_failed"),
    )
    assert changed.filter(later).height > 0
    after = known_rows(
        type(facts)(**{**vars(facts), "inspection": changed}), day, load_rules()
    )
    assert after.outcome.equals(before.outcome)
    assert after.matrix.equals(before.matrix)
    assert before.outcome.height < rows.outcome.height


def test_no_input_is_an_inspector_or_a_street(rows):
    training = training_of(rows)
    assert training.matrix.columns == list(feature_names())
    assert not {"inspector_id", "street_code"} & set(training.matrix.columns)
    assert training.inspector.to_list() == rows.outcome["inspector_id"].to_list()


def test_bad_information_is_used_for_as_long_as_the_law_in_force_says():
    rules = load_rules()
    assert legal_life_days(rules, date(2017, 12, 31)) is None
    years = legal_life_days(rules, AS_OF) / 365.25
    assert years == pytest.approx(round(years), abs=0.01)


def test_a_warehouse_that_is_not_there_is_named(tmp_path):
    with pytest.raises(WarehouseError, match=r"none\.duckdb"):
        train(tmp_path / "none.duckdb", as_of=AS_OF, store=tmp_path / "store")
    assert not (tmp_path / "store").exists()


def test_a_store_that_cannot_be_is_told_before_any_work(small_warehouse, tmp_path):
    (tmp_path / "models").write_text("a file")
    told = []
    with pytest.raises(MachineError, match=r"models.*Not a directory.*--store"):
        train(
            small_warehouse,
            as_of=AS_OF,
            store=tmp_path / "models" / "store",
            progress=lambda what, _: told.append(what),
        )
    assert told == []


def test_an_empty_warehouse_and_too_short_a_history_are_refused(
    small_warehouse, tmp_path
):
    own = shutil.copy(small_warehouse, tmp_path / "own.duckdb")
    with open_warehouse(own) as opened:
        opened.execute("delete from mart.inspection where recorded_at >= '2023-06-01'")
    with pytest.raises(ModelError, match="too few to learn from"):
        train(own, as_of=AS_OF, store=tmp_path / "store")
    with open_warehouse(own) as opened:
        opened.execute("delete from mart.inspection")
    with pytest.raises(InputError, match="holds no inspection"):
        train(own, as_of=AS_OF, store=tmp_path / "store")
    assert not (tmp_path / "store").exists()


def test_a_day_before_everything_has_no_visit_to_learn_from(small_warehouse, tmp_path):
    for day in (date(2023, 1, 1) - timedelta(days=400), date.min):
        with pytest.raises(ModelError, match="0 known visits"):
            train(small_warehouse, as_of=day, store=tmp_path / "store")


def test_the_last_day_of_the_calendar_learns_what_the_records_hold(facts):
    # Its blocks of two months begin with the even ones, as those before February do.
    february, rules = date(2026, 2, 1), load_rules()
    last, expected = (known_rows(facts, d, rules) for d in (date.max, february))
    assert last.outcome.equals(expected.outcome)
    assert last.matrix.equals(expected.matrix)


def test_a_year_the_records_do_not_cover_makes_no_case_of_credit(facts):
    found = [fit_cards(facts, day, load_rules()).told for day in (AS_OF, date.max)]
    assert found[0]["scorecard_cases"] == found[1]["scorecard_cases"] > 0
