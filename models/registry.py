"""The record of every model, kept by mlflow, and the one that is in use.

A model is text and JSON in a folder. mlflow keeps the run (parameters, metrics, feature
list, the folder's files) in a SQLite file beside it, and the alias `champion`. The folder
of the champion is also named in champion.json, so that scoring reads it without importing
mlflow, which alone costs more than scoring a district.
"""

import json
import logging
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from features.errors import ModelError
from models.risk import RiskModel

NAME = "shian-risk"
ALIAS = "champion"
_POINTER = "champion.json"


@dataclass(frozen=True)
class Record:
    """What is written down about a run beside the model itself."""

    parameters: Mapping[str, str]
    metrics: Mapping[str, float]
    features: tuple[str, ...]


def keep(model: RiskModel, record: Record, store: Path) -> None:
    """Write the model and its run, and make it the champion.

    The same model under the same record is written once.
    """
    folder = store / "models" / model.version
    known = folder / "run.json"
    if not known.exists():
        model.save(folder)
        known.write_text(json.dumps({"run_id": _logged(model, record, folder, store)}))
    _promote(model, store)


def champion(store: Path) -> RiskModel:
    """Read the model in use.

    Raises:
        ModelError: there is none, or its files were changed.
    """
    pointer = store / _POINTER
    if not pointer.exists():
        message = (
            f"{store} holds no champion; train one with: shian train --store {store}"
        )
        raise ModelError(message)
    version = json.loads(pointer.read_text("utf-8"))["version"]
    model = RiskModel.load(store / "models" / version)
    if model.version != version:
        message = f"the champion {version} in {store} was changed after it was trained"
        raise ModelError(message)
    return model


def _promote(model: RiskModel, store: Path) -> None:
    draft = store / f"{_POINTER}.draft"
    draft.write_text(json.dumps({"version": model.version}), "utf-8")
    draft.replace(store / _POINTER)


def _logged(model: RiskModel, record: Record, folder: Path, store: Path) -> str:
    """Write the run to mlflow; give its id."""
    # Set before the import: a regulator's machine reports to nobody and runs no pickle.
    os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
    os.environ["MLFLOW_ALLOW_PICKLE_DESERIALIZATION"] = "false"
    # Its database migrations announce themselves line by line.
    logging.getLogger("alembic").setLevel(logging.WARNING)
    import mlflow  # noqa: PLC0415  five CPU seconds, needed here only
    from mlflow.tracking import MlflowClient  # noqa: PLC0415

    logging.getLogger("mlflow").setLevel(logging.ERROR)
    client = MlflowClient(f"sqlite:///{store.resolve() / 'mlflow.db'}")
    experiment = client.get_experiment_by_name(NAME)
    experiment_id = (
        experiment.experiment_id
        if experiment
        else client.create_experiment(NAME, (store.resolve() / "runs").as_uri())
    )
    run_id: str = client.create_run(experiment_id, run_name=model.version).info.run_id
    for key, value in record.parameters.items():
        client.log_param(run_id, key, value)
    for key, number in record.metrics.items():
        client.log_metric(run_id, key, number)
    client.log_artifacts(run_id, str(folder), "model")
    with tempfile.TemporaryDirectory() as scratch:
        listed = Path(scratch) / "features.txt"
        listed.write_text("\n".join(record.features), "utf-8")
        client.log_artifact(run_id, str(listed))
    client.set_terminated(run_id)
    _register(client, run_id, model.version)
    del mlflow
    return run_id


def _register(client: "object", run_id: str, version: str) -> None:
    if not client.search_registered_models(f"name = '{NAME}'"):  # type: ignore[attr-defined]
        client.create_registered_model(NAME)  # type: ignore[attr-defined]
    made = client.create_model_version(  # type: ignore[attr-defined]
        NAME, f"runs:/{run_id}/model", run_id, tags={"version": version}
    )
    client.set_registered_model_alias(NAME, ALIAS, made.version)  # type: ignore[attr-defined]
