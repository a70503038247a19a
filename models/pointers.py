"""What a model store names as its challenger and its champion: small files, not mlflow.

A pointer is replaced in one step, so that a reader sees the old one or the new.
"""

import json
from collections.abc import Mapping
from pathlib import Path

from features.errors import ModelError

# The model, its scorecard, and the scorecard of stumps that challenges it; the last
# came later and stands in no pointer of a champion, which has one card.
_NAMED, _LATER = ("version", "scorecard"), "stumps"


def pointed(store: Path, role: str) -> dict[str, str]:
    """Read what a pointer names: the version of the model, and of its scorecards.

    Raises:
        ModelError: there is no such pointer, or it cannot be read.
    """
    path = store / f"{role}.json"
    try:
        kept = json.loads(path.read_text("utf-8"))
        chosen = {name: kept[name] for name in _NAMED} | {_LATER: kept.get(_LATER, "")}
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        message = (
            f"{store} holds no {role}; train one with: shian train --store {store}"
        )
        told = f"{store} 中没有可用的模型，请先运行：shian train --store {store}"
        raise ModelError(message, said=told) from error
    for what, named in chosen.items():
        if not isinstance(named, str):
            message = (
                f"{path} names as {what} {named!r}, which is no text; "
                f"train again with: shian train --store {store}"
            )
            raise ModelError(message)
    return chosen


def point(store: Path, role: str, chosen: Mapping[str, str]) -> None:
    """Replace a pointer in one step."""
    draft = store / f"{role}.json.draft"
    draft.write_text(json.dumps(chosen), "utf-8")
    draft.replace(store / f"{role}.json")
