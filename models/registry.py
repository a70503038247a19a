"""The record of every model, kept by mlflow, and the one that is in use.

A model is text and JSON in a folder. mlflow keeps the run (parameters, metrics, feature
list, the folder's files) in a SQLite file beside it, and two aliases: `challenger` for
the model trained last, `champion` for the one that was promoted. Both are also named in
files, so that scoring reads them without importing mlflow, which alone costs more than
scoring a district. Every promotion leaves a numbered file that is never written again.

The pointer is replaced last and in one step: whatever breaks off before leaves the old
one in use, and keeping or promoting the model again finishes what was begun.
"""

import fcntl
import json
import logging
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from errno import EACCES, ENOTDIR
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from features.catalogue import feature_names
from features.errors import MachineError, ModelError, ProcedureError
from models.pointers import point, pointed
from models.risk import RiskModel
from models.scorecard import EVIDENCE, STUMPS, Scorecard
from models.training_run import read_table, write_run

if TYPE_CHECKING:
    from mlflow.tracking import MlflowClient

NAME = "shian-risk"
CHAMPION, CHALLENGER = "champion", "challenger"
# What reading a model and predicting with it takes.
_REQUIRED = ("lightgbm", "numpy", "polars")
_FINISHED = "FINISHED"


@dataclass(frozen=True)
class Record:
    """What is written down about a run beside the model itself."""

    parameters: Mapping[str, str]
    metrics: Mapping[str, float]
    features: tuple[str, ...]
    cards: Mapping[str, Scorecard] = field(default_factory=dict)
    tables: Mapping[str, pl.DataFrame] = field(default_factory=dict)


def keep(model: RiskModel, record: Record, store: Path) -> None:
    """Write the model and its run, and make it the challenger.

    The scorecards of the record, or their absence, go with the model.
    The same model is one run however often it is kept; writers wait for each other.

    Raises:
        MachineError: the store cannot be written; the old challenger still stands.
    """
    with _writing(store), _one_writer(store):
        model.save(store / "models" / model.version)
        for card in record.cards.values():
            card.save(store / "scorecards" / card.version)
        write_run(
            run_folder(store, model.version),
            record.parameters,
            record.metrics,
            record.tables,
        )
        _log(model, record, store)
        point(store, CHALLENGER, {"version": model.version, **_versions(record)})


def _versions(record: Record) -> dict[str, str]:
    """Name the scorecard that goes with the model, and the one that challenges it."""
    kept = {name: card.version for name, card in record.cards.items()}
    return {"scorecard": kept.get(EVIDENCE, ""), "stumps": kept.get(STUMPS, "")}


def promote(
    store: Path, chosen: Mapping[str, str], before: str, promotion: Mapping[str, object]
) -> Path:
    """Make a reviewed challenger the champion, and keep who decided it and why.

    `chosen` names the version of the model, and of one of the scorecards it was trained
    with, empty where there was none. `before` is the champion it was compared with,
    empty for a first one; all are looked at under the store's lock, so that nobody
    trains or promotes in between. `promotion` is what is written down beside the
    versions; gives the file.

    Raises:
        ModelError: there is no challenger.
        ProcedureError: another model was trained or promoted since the review.
        MachineError: the store cannot be written; the old champion is still in use.
    """
    with _writing(store), _one_writer(store):
        kept = pointed(store, CHALLENGER)
        in_use = pointed(store, CHAMPION)["version"] if is_promoted(store) else ""
        cards = kept["scorecard"], kept["stumps"]
        is_same = (kept["version"], in_use) == (chosen["version"], before)
        if not is_same or chosen["scorecard"] not in cards:
            message = (
                f"{chosen['version']} is no longer the challenger, or its champion is another; "
                "review again with: shian promote"
            )
            raise ProcedureError(message)
        folder = store / "promotions"
        folder.mkdir(exist_ok=True)
        path = folder / f"{len(list(folder.glob('*.json'))) + 1:04d}.json"
        record = {**promotion, **chosen, "before": before}
        draft = path.with_suffix(".draft")
        draft.write_text(json.dumps(record, ensure_ascii=False, indent=1), "utf-8")
        draft.replace(path)
        _name_champion(store, chosen["version"])
        point(store, CHAMPION, chosen)
    return path


def is_promoted(store: Path) -> bool:
    """Tell whether a model of this store was ever promoted.

    Until then the challenger is used on trial, and every screen says so.
    """
    return (store / f"{CHAMPION}.json").exists()


def challenger(store: Path) -> RiskModel:
    """Read the model trained last.

    Raises:
        ModelError: there is none, or its files were changed.
    """
    return _model(store, CHALLENGER)


def check_place(store: Path) -> None:
    """Look whether a store could be written here, before work is spent; make nothing.

    Raises:
        MachineError: a file stands in its place, or its folder may not be written.
    """
    with _writing(store):
        place = next(p for p in (store, *store.absolute().parents) if p.exists())
        if not place.is_dir():
            raise NotADirectoryError(ENOTDIR, os.strerror(ENOTDIR), str(place))
        if not os.access(place, os.W_OK | os.X_OK):
            raise PermissionError(EACCES, os.strerror(EACCES), str(place))


def champion(store: Path) -> RiskModel:
    """Read the model in use: the champion, and before the first the challenger.

    Raises:
        ModelError: there is none, its files were changed, or it was trained on other
            features than those of today.
    """
    return _model(store, _in_use(store))


def version_in_use(store: Path) -> str | None:
    """Name the model in use, as champion reads it; None where there is none yet.

    Raises:
        ModelError: the pointer names no text.
    """
    role = _in_use(store)
    is_there = (store / f"{role}.json").exists()
    return pointed(store, role)["version"] if is_there else None


def _in_use(store: Path) -> str:
    return CHAMPION if is_promoted(store) else CHALLENGER


def _model(store: Path, role: str) -> RiskModel:
    """Read the model of a role.

    Raises:
        ModelError: as champion says.
    """
    chosen = pointed(store, role)["version"]
    model = RiskModel.load(store / "models" / chosen)
    if model.version != chosen:
        message = f"the {role} {chosen} in {store} was changed after it was trained"
        raise ModelError(message)
    if model.features != feature_names():
        message = (
            f"the {role} {chosen} in {store} was trained on another list of features "
            f"({_difference(model.features)}); train again with: shian train --store {store}"
        )
        told = f"{store} 中的模型是按另一组特征训练的，请重新训练：shian train --store {store}"
        raise ModelError(message, said=told)
    return model


def run_folder(store: Path, version: str) -> Path:
    """Give the folder in which a model's training run keeps its record and tables."""
    return store / "training" / version


def kept_table(store: Path, version: str, name: str) -> pl.DataFrame | None:
    """Read a table that the training of a model kept; None where it kept none.

    Raises:
        ModelError: the table was changed after it was kept.
    """
    return read_table(run_folder(store, version), name)


def _difference(features: tuple[str, ...]) -> str:
    """Name a feature that only one of the lists holds."""
    known = feature_names()
    gone = [f"{name} is no longer there" for name in features if name not in known]
    new = [f"{name} is new" for name in known if name not in features]
    return next(iter(gone + new), "the same in another order")


def scorecard_in_use(store: Path) -> Scorecard | None:
    """Read the scorecard in use; None when there were too few cases to fit one.

    Raises:
        ModelError: there is no champion, or the card's files were changed.
    """
    chosen = pointed(store, _in_use(store))["scorecard"]
    if not chosen:
        return None
    card = Scorecard.load(store / "scorecards" / chosen)
    if card.version != chosen:
        message = f"the scorecard {chosen} in {store} was changed after it was trained"
        raise ModelError(message)
    return card


@contextmanager
def _writing(store: Path) -> Iterator[None]:
    """Tell what the machine refuses as one line that names the store."""
    try:
        yield
    except OSError as error:
        message = (
            f"the model store {store} cannot be written: {error}; "
            "free space there or give another folder with --store"
        )
        raise MachineError(message) from error


@contextmanager
def _one_writer(store: Path) -> Iterator[None]:
    """Let one process write the store at a time; the lock ends with the process."""
    store.mkdir(parents=True, exist_ok=True)
    with (store / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _log(model: RiskModel, record: Record, store: Path) -> None:
    """Write the run to mlflow unless it is there, and give it the alias.

    Raises:
        OSError: mlflow could not write its database.
    """
    with _mlflow():
        _log_once(_client(store), model, record, store)


def _name_champion(store: Path, version: str) -> None:
    """Move the alias of the champion to a model.

    Raises:
        OSError: mlflow could not write its database.
    """
    with _mlflow():
        client = _client(store)
        found = client.search_model_versions(f"name = '{NAME}'")
        made = next(m for m in found if m.tags.get("version") == version)
        client.set_registered_model_alias(NAME, CHAMPION, made.version)


@contextmanager
def _mlflow() -> Iterator[None]:
    """Turn what mlflow raises into OSError: it has no one error for a full disk."""
    _hush()
    from mlflow.exceptions import MlflowException  # noqa: PLC0415  five CPU seconds
    from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415

    try:
        yield
    except (MlflowException, SQLAlchemyError) as error:
        raise OSError(str(error).splitlines()[0]) from error


def _log_once(
    client: "MlflowClient", model: RiskModel, record: Record, store: Path
) -> None:
    experiment = client.get_experiment_by_name(NAME)
    experiment_id = (
        experiment.experiment_id
        if experiment
        else client.create_experiment(NAME, (store.resolve() / "runs").as_uri())
    )
    begun = client.search_runs(
        [experiment_id], f"attributes.run_name = '{model.version}'"
    )
    for run in begun:
        if run.info.status != _FINISHED:
            client.delete_run(run.info.run_id)
    finished = [r.info.run_id for r in begun if r.info.status == _FINISHED]
    run_id = (
        finished[0]
        if finished
        else _log_run(client, experiment_id, model, record, store)
    )
    made = client.search_model_versions(f"run_id = '{run_id}'")[0]
    client.set_registered_model_alias(NAME, CHALLENGER, made.version)


def _hush() -> None:
    """Let mlflow report to nobody and run no pickle; said before it is imported."""
    os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
    os.environ["MLFLOW_ALLOW_PICKLE_DESERIALIZATION"] = "false"
    # Its database migrations announce themselves line by line.
    logging.getLogger("alembic").setLevel(logging.WARNING)


def _client(store: Path) -> "MlflowClient":
    """Open the store's own mlflow, and leave no half-made database, which stays refused."""
    from mlflow.tracking import MlflowClient  # noqa: PLC0415  as above

    # What goes wrong is raised too, and told in one line.
    logging.getLogger("mlflow").setLevel(logging.CRITICAL)
    database = store.resolve() / "mlflow.db"
    is_new = not database.exists()
    try:
        return MlflowClient(f"sqlite:///{database}")
    except BaseException:
        if is_new:
            database.unlink(missing_ok=True)
        raise


def _log_run(
    client: "MlflowClient",
    experiment_id: str,
    model: RiskModel,
    record: Record,
    store: Path,
) -> str:
    run_id: str = client.create_run(experiment_id, run_name=model.version).info.run_id
    for key, value in record.parameters.items():
        client.log_param(run_id, key, value)
    for key, number in record.metrics.items():
        client.log_metric(run_id, key, number)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "model"
        model.save(folder)
        pins = [f"{package}=={version(package)}" for package in _REQUIRED]
        (folder / "requirements.txt").write_text("\n".join(pins) + "\n", "utf-8")
        (folder / "features.txt").write_text("\n".join(record.features) + "\n", "utf-8")
        client.log_artifacts(run_id, str(folder), "model")
        for name, card in record.cards.items():
            card.save(Path(scratch) / "scorecards" / name)
            kept = str(Path(scratch) / "scorecards" / name)
            client.log_artifacts(run_id, kept, f"scorecards/{name}")
    client.log_artifacts(run_id, str(run_folder(store, model.version)), "training")
    if not client.search_registered_models(f"name = '{NAME}'"):
        client.create_registered_model(NAME)
    client.create_model_version(
        NAME, f"runs:/{run_id}/model", run_id, tags={"version": model.version}
    )
    client.set_terminated(run_id, _FINISHED)
    return run_id
