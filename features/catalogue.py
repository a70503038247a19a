"""The list of features: what each is called, means, and which way is worse.

catalogue.toml holds one declaration per feature or per family of windows. Adding a
feature there is all it takes; `features.matrix` computes what is declared.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

FAMILIES = (
    "profile",
    "inspections",
    "complaints",
    "sampling",
    "conduct",
    "neighbourhood",
)
METRICS = (
    "profile",
    "sum",
    "mean",
    "shrunk",
    "last",
    "days_since",
    "decayed",
    "trend",
    "group",
    "near",
)
_WINDOW_WORDS: Mapping[int, tuple[str, str]] = {
    91: ("三个月", "three months"),
    183: ("半年", "six months"),
    365: ("一年", "year"),
    730: ("两年", "two years"),
    1826: ("五年", "five years"),
}


@dataclass(frozen=True)
class Feature:
    """One column of the matrix.

    `direction` is +1 where more can only mean more risk, -1 where it can only mean
    less, 0 where an inspector would not say so without looking at the case. Features of
    one `story` are correlated tellings of the same thing and make one reason together.
    """

    name: str
    zh: str
    en: str
    unit: str
    family: str
    direction: int
    actionable: bool
    metric: str
    story: str
    stream: str = ""
    quantity: str = ""
    per: str = ""
    where: str = ""
    group: str = ""
    window: int | None = None
    shrinkage: float = 0.0
    half_life: float = 0.0


@cache
def catalogue() -> tuple[Feature, ...]:
    """Read every declared feature, windows spelt out, in the order of the file."""
    text = Path(__file__).with_name("catalogue.toml").read_text("utf-8")
    return tuple(
        feature
        for declaration in tomllib.loads(text)["feature"]
        for feature in _spelt_out(declaration)
    )


def feature_names() -> tuple[str, ...]:
    """Name the columns of the matrix in order."""
    return tuple(feature.name for feature in catalogue())


def _spelt_out(declaration: dict[str, Any]) -> Iterator[Feature]:
    fields = dict(declaration)
    windows: list[int | None] = fields.pop("windows", [None])
    for window in windows:
        zh, en = _WINDOW_WORDS[window] if window else ("全部", "all time")
        yield Feature(
            **fields
            | {
                "name": fields["name"].replace("{w}", f"{window}d"),
                "zh": fields["zh"].replace("{w}", zh),
                "en": fields["en"].replace("{w}", en),
                "window": window,
            }
        )
