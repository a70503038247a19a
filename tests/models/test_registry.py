"""The store of models: one run a model, one challenger, one champion, nothing half made."""

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import polars as pl
import pytest

from features.catalogue import feature_names
from features.errors import MachineError, ModelError, ProcedureError
from models.registry import (
    CHALLENGER,
    CHAMPION,
    NAME,
    Record,
    challenger,
    champion,
    check_place,
    is_promoted,
    keep,
    kept_table,
    promote,
)
from tests import ROOT
from tests.drawn_training import catalogue_model

RECORD = Record(
    parameters={"as_of": "2026-01-01", "data_fingerprint": "abc", "num_leaves": "8"},
    metrics={"visits": 1500.0, "serious_share": 0.27},
    features=feature_names(),
    tables={"counts": pl.DataFrame({"n": [1, 2]})},
)


@pytest.fixture(scope="module")
def first():
    return catalogue_model()


@pytest.fixture(scope="module")
def second():
    return catalogue_model(seed=1)


@pytest.fixture(scope="module")
def store(first, tmp_path_factory):
    """Give a store in which one model was kept; tests that change it make their own."""
    folder = tmp_path_factory.mktemp("store")
    keep(first, RECORD, folder)
    return folder


@pytest.fixture
def own_store(store, tmp_path):
    """Copy the store: making a new database takes mlflow seconds."""
    return Path(shutil.copytree(store, tmp_path / "store"))


def point(store, version):
    """Name a model as the champion, whatever it is."""
    chosen = {"version": version, "scorecard": ""}
    (store / "champion.json").write_text(json.dumps(chosen))


def client_of(store):
    from mlflow.tracking import MlflowClient  # noqa: PLC0415  seconds to import

    return MlflowClient(f"sqlite:///{store / 'mlflow.db'}")


def runs_of(store):
    client = client_of(store)
    experiment = client.get_experiment_by_name(NAME)
    return client.search_runs([experiment.experiment_id])


def test_the_run_records_parameters_metrics_and_what_they_were_made_from(store, first):
    (run,) = runs_of(store)
    assert run.info.run_name == first.version
    assert run.info.status == "FINISHED"
    assert run.data.params == RECORD.parameters
    assert run.data.metrics == RECORD.metrics


def test_the_run_holds_the_model_its_features_and_what_it_needs(store, first):
    (run,) = runs_of(store)
    folder = Path(client_of(store).download_artifacts(run.info.run_id, "model"))
    assert type(first).load(folder) == first
    assert (folder / "features.txt").read_text().split() == list(feature_names())
    assert (
        f"lightgbm=={version('lightgbm')}\n"
        in (folder / "requirements.txt").read_text()
    )


def test_the_alias_challenger_names_the_run_and_so_does_the_pointer(store, first):
    made = client_of(store).get_model_version_by_alias(NAME, CHALLENGER)
    assert made.run_id == runs_of(store)[0].info.run_id
    pointer = json.loads((store / "challenger.json").read_text())
    assert pointer["version"] == first.version
    assert challenger(store) == first


def test_the_tables_of_a_training_are_kept_beside_it_and_in_the_run(store, first):
    assert kept_table(store, first.version, "counts")["n"].to_list() == [1, 2]
    assert kept_table(store, first.version, "other") is None
    (run,) = runs_of(store)
    folder = Path(client_of(store).download_artifacts(run.info.run_id, "training"))
    assert json.loads((folder / "record.json").read_text())["parameters"] == (
        RECORD.parameters
    )
    assert (folder / "counts.parquet").exists()


def test_until_a_model_is_promoted_the_challenger_is_used_on_trial(
    first, second, own_store
):
    assert not is_promoted(own_store)
    assert champion(own_store) == first
    keep(second, RECORD, own_store)
    assert champion(own_store) == second


def of(model):
    return {"version": model.version, "scorecard": ""}


def test_a_promoted_model_stays_whatever_is_trained(first, second, own_store):
    path = promote(own_store, of(first), "", {"by": "李雷", "reason": "首个模型"})
    assert is_promoted(own_store)
    keep(second, RECORD, own_store)
    assert (champion(own_store), challenger(own_store)) == (first, second)
    kept_as = {"by": "韩梅梅", "reason": "按季更新"}
    later = promote(own_store, of(second), first.version, kept_as)
    assert champion(own_store) == second
    kept = [json.loads(p.read_text("utf-8")) for p in (path, later)]
    assert [k["before"] for k in kept] == ["", first.version]
    assert [k["by"] for k in kept] == ["李雷", "韩梅梅"]
    client = client_of(own_store)
    chosen = client.get_model_version_by_alias(NAME, CHAMPION).run_id
    assert client.get_run(chosen).info.run_name == second.version


def test_a_model_trained_or_promoted_since_the_review_is_not_the_one_reviewed(
    first, second, own_store
):
    keep(second, RECORD, own_store)
    other_card = {**of(second), "scorecard": "another"}
    for reviewed, before in (
        (of(first), ""),  # a newer challenger stands in its place
        (of(second), first.version),  # compared with a champion that is none
        (other_card, ""),  # the scorecard is none of the challenger's
    ):
        with pytest.raises(ProcedureError, match="review again"):
            promote(own_store, reviewed, before, {})
    assert not is_promoted(own_store)
    assert not list(own_store.glob("promotions/*.json"))


def test_a_store_without_a_challenger_promotes_none(tmp_path):
    with pytest.raises(ModelError, match="holds no challenger"):
        promote(tmp_path, {"version": "v1", "scorecard": ""}, "", {})
    assert not is_promoted(tmp_path)


def test_reading_the_champion_does_not_import_mlflow(store, first):
    script = (
        "import sys; from pathlib import Path; from models.registry import champion;"
        f" print(champion(Path({str(store)!r})).version, 'mlflow' in sys.modules)"
    )
    found = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout.split() == [first.version, "False"]


def test_the_same_model_kept_twice_is_one_run(first, second, own_store):
    keep(first, RECORD, own_store)
    assert len(runs_of(own_store)) == 1
    keep(second, RECORD, own_store)
    assert len(runs_of(own_store)) == 2
    assert champion(own_store) == second
    # Kept again, the first is challenger again, in mlflow as in the pointer.
    keep(first, RECORD, own_store)
    assert len(runs_of(own_store)) == 2
    assert champion(own_store) == first
    client = client_of(own_store)
    chosen = client.get_model_version_by_alias(NAME, CHALLENGER).run_id
    assert client.get_run(chosen).info.run_name == first.version


@pytest.mark.parametrize(
    "step",
    [
        "create_run",
        "log_param",
        "log_artifacts",
        "create_model_version",
        "set_terminated",
        "set_registered_model_alias",
    ],
)
def test_a_step_of_mlflow_that_fails_leaves_the_old_champion(
    first, second, own_store, monkeypatch, step
):
    def fail(*_, **__):
        message = "disk full"
        raise OSError(message)

    with monkeypatch.context() as broken:
        broken.setattr(type(client_of(own_store)), step, fail)
        with pytest.raises(MachineError, match="store cannot be written: disk full"):
            keep(second, RECORD, own_store)
    assert champion(own_store) == first
    # The next writer is not locked out, and ends with one run for each model.
    keep(second, RECORD, own_store)
    assert champion(own_store) == second
    assert_one_finished_run_each(own_store, first, second)


@pytest.mark.slow
def test_a_writer_killed_on_the_way_leaves_the_old_champion_and_no_lock(
    first, second, own_store
):
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, str(own_store)], cwd=ROOT, check=False
    )
    assert killed.returncode == 9
    assert champion(own_store) == first
    keep(second, RECORD, own_store)
    assert champion(own_store) == second
    assert_one_finished_run_each(own_store, first, second)


def assert_one_finished_run_each(store, *models):
    runs = runs_of(store)
    assert sorted(run.info.run_name for run in runs) == sorted(
        model.version for model in models
    )
    assert {run.info.status for run in runs} == {"FINISHED"}


# Ends itself without a farewell, as kill -9 does, between the files of the second model.
KILLED = """
import os, sys
from pathlib import Path
from mlflow.tracking import MlflowClient
from models.registry import keep
from tests.drawn_training import catalogue_model
from tests.models.test_registry import RECORD

MlflowClient.log_artifacts = lambda *_, **__: os._exit(9)
keep(catalogue_model(seed=1), RECORD, Path(sys.argv[1]))
"""
# Lets no file grow past a size: the database of mlflow in the store is larger.
FULL = """
import resource, sys
from pathlib import Path
from features.errors import MachineError
from models.registry import keep
from tests.drawn_training import catalogue_model
from tests.models.test_registry import RECORD

model = catalogue_model(seed=1)
resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, 600_000))
try:
    keep(model, RECORD, Path(sys.argv[1]))
except MachineError as error:
    print(error)
"""
WRITER = """
import sys
from pathlib import Path
from models.registry import keep
from tests.drawn_training import catalogue_model
from tests.models.test_registry import RECORD

keep(catalogue_model(seed=1), RECORD, Path(sys.argv[1]))
"""


def keep_on_a_full_disk(store):
    told = subprocess.run(
        [sys.executable, "-c", FULL, str(store)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return told.stdout


@pytest.mark.slow
def test_a_disk_that_is_full_for_the_database_leaves_the_old_champion(
    first, second, own_store
):
    told = keep_on_a_full_disk(own_store)
    assert told.startswith(f"the model store {own_store} cannot be written: ")
    assert told.endswith("or give another folder with --store\n")
    assert champion(own_store) == first
    keep(second, RECORD, own_store)
    assert champion(own_store) == second
    assert_one_finished_run_each(own_store, first, second)


@pytest.mark.slow
def test_a_store_begun_on_a_full_disk_is_made_once_there_is_room(second, tmp_path):
    assert "cannot be written: " in keep_on_a_full_disk(tmp_path)
    with pytest.raises(ModelError, match="holds no challenger"):
        champion(tmp_path)
    keep(second, RECORD, tmp_path)
    assert champion(tmp_path) == second
    assert_one_finished_run_each(tmp_path, second)


def test_a_place_for_a_store_is_looked_at_and_left_as_it_is(first, tmp_path):
    check_place(tmp_path / "deep" / "store")
    assert list(tmp_path.iterdir()) == []
    file = tmp_path / "file"
    file.write_text("irreplaceable")
    for place in (file, file / "store"):
        for attempt in (lambda at: keep(first, RECORD, at), check_place):
            with pytest.raises(MachineError, match=r"file.* with --store$"):
                attempt(place)
    assert file.read_text() == "irreplaceable"


@pytest.mark.slow
def test_writers_at_the_same_time_wait_for_each_other(first, second, own_store):
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(own_store)], cwd=ROOT)
        for _ in range(2)
    ]
    assert [writer.wait() for writer in writers] == [0, 0]
    assert_one_finished_run_each(own_store, first, second)
    assert champion(own_store) == second


@pytest.mark.parametrize("pointer", [None, "", "[]", "{}"])
def test_a_store_without_a_champion_says_how_to_get_one(tmp_path, pointer):
    if pointer is not None:
        (tmp_path / "challenger.json").write_text(pointer)
    with pytest.raises(ModelError, match="holds no challenger; train one with"):
        champion(tmp_path)


def test_a_champion_that_is_another_model_is_refused(first, second, tmp_path):
    second.save(tmp_path / "models" / first.version)
    point(tmp_path, first.version)
    with pytest.raises(ModelError, match="was changed after it was trained"):
        champion(tmp_path)


@pytest.mark.parametrize("version", [None, 7, ["a"], {"a": "b"}, True])
def test_a_pointer_whose_version_is_no_text_is_refused(tmp_path, version):
    point(tmp_path, version)
    with pytest.raises(ModelError, match="which is no text; train again"):
        champion(tmp_path)


@pytest.mark.parametrize(
    ("features", "difference"),
    [
        ((*feature_names(), "mood"), "mood is no longer there"),
        (feature_names()[:-1], f"{feature_names()[-1]} is new"),
        (feature_names()[::-1], "the same in another order"),
    ],
)
def test_a_champion_trained_on_other_features_is_refused(
    first, tmp_path, features, difference
):
    other = replace(first, features=features)
    other.save(tmp_path / "models" / other.version)
    point(tmp_path, other.version)
    with pytest.raises(ModelError, match=rf"\({difference}\); train again with"):
        champion(tmp_path)
