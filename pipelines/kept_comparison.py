"""The latest comparison and the latest ablation, kept beside the model in use.

They compare ways to learn and not one fitted model, so each names its windows and the
program it was made with; the card of the model shows what is kept.
"""

import json
from pathlib import Path
from typing import Any

from features.errors import ModelError
from models.registry import version_in_use
from pipelines.compare import ComparisonReport
from pipelines.provenance import code_version
from pipelines.written import write_text

ABLATION, RIVALS = "ablation", "rivals"
_TOLD = ("from", "to", "window", "visits", "overall", "regret", "code_version")


def keep_comparison(report: ComparisonReport, name: str, *, store: Path) -> Path | None:
    """Keep a comparison for the card of the model in use; None where there is no model.

    A later one of the same kind takes its place.
    """
    version = version_in_use(store)
    if version is None:
        return None
    told = {**report.as_dict(), "code_version": code_version()}
    path = _path(store, version, name)
    return write_text(path, json.dumps(told, ensure_ascii=False, indent=1))


def kept_comparison(store: Path, version: str, name: str) -> dict[str, Any] | None:
    """Read a comparison kept for a model; None where there is none.

    Raises:
        ModelError: it cannot be read.
    """
    path = _path(store, version, name)
    if not path.exists():
        return None
    try:
        kept: dict[str, Any] = json.loads(path.read_text("utf-8"))
        return {name: kept[name] for name in _TOLD}
    except (OSError, ValueError, LookupError, TypeError) as error:
        message = f"{path} is no comparison; make it again with: shian compare"
        raise ModelError(message) from error


def _path(store: Path, version: str, name: str) -> Path:
    return store / "comparisons" / version / f"{name}.json"
