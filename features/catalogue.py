"""The list of features: what each is called, means, and which way is worse.

catalogue.toml holds one declaration per feature or per family of windows. Adding a
feature there is all it takes; `features.matrix` computes what is declared. An analyst's
own file is read the same way, and `features.declared` computes it over any tables.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any, NoReturn

from features.errors import InputError
from features.periods import Window, name_of, window_of, words_of

FAMILIES = (
    "profile",
    "inspections",
    "complaints",
    "sampling",
    "conduct",
    "neighbourhood",
)
# Metrics over an entity's own events.
OWN_METRICS = (
    "count",
    "sum",
    "mean",
    "rate",
    "shrunk",
    "min",
    "max",
    "std",
    "distinct",
    "last",
    "days_since",
    "decayed",
    "trend",
)
# Metrics of two finished columns.
FINISHED_METRICS = ("ratio", "difference")
METRICS = ("profile", *OWN_METRICS, "group", "near", *FINISHED_METRICS)
# The long end of a trend, where none is declared.
TREND_BASE_DAYS = 1826
# Windows that officers have a word for.
_WINDOW_WORDS: Mapping[Window, tuple[str, str]] = {
    91: ("三个月", "three months"),
    183: ("半年", "six months"),
    365: ("一年", "year"),
    730: ("两年", "two years"),
    1826: ("五年", "five years"),
}


Value = str | int | float | bool


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
    metric: str
    family: str = ""
    direction: int = 0
    actionable: bool = False
    story: str = ""
    stream: str = ""
    quantity: str = ""
    value: Value | None = None
    is_null_category: bool = False
    per: str = ""
    where: str = ""
    group: str = ""
    metres: float = 0.0
    of: tuple[str, ...] = ()
    window: Window = None
    base: Window = TREND_BASE_DAYS
    shrinkage: float = 0.0
    towards: str = ""
    half_life: float = 0.0
    empty: str = ""
    missing: str = ""
    constant: Value = 0.0
    flag: str = ""

    @property
    def is_category(self) -> bool:
        """Whether it counts one value of a quantity that has several."""
        return self.value is not None or self.is_null_category


@cache
def catalogue() -> tuple[Feature, ...]:
    """Read every declared feature, windows spelt out, in the order of the file."""
    return read_features(Path(__file__).with_name("catalogue.toml"))


def feature_names() -> tuple[str, ...]:
    """Name the columns of the matrix in order."""
    return tuple(feature.name for feature in catalogue())


def read_features(path: Path) -> tuple[Feature, ...]:
    """Read the features of a declaration file, windows and values spelt out.

    Raises:
        InputError: a declaration is incomplete, or says what nothing understands.
    """
    declarations = read_toml(path).get("feature", [])
    features = tuple(f for each in declarations for f in _spelt_out(each))
    names = [feature.name for feature in features]
    for name in names:
        if names.count(name) > 1:
            _refuse(name, "is declared twice; give each column a name of its own")
    return features


def read_toml(path: Path) -> dict[str, Any]:
    """Read a TOML file.

    Raises:
        InputError: it is not TOML; says where.
    """
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        message = f"{path} is no TOML file in UTF-8: {error}"
        raise InputError(message) from error


def _spelt_out(declaration: Mapping[str, Any]) -> Iterator[Feature]:
    _check(declaration)
    common = {k: v for k, v in declaration.items() if k not in _LISTS}
    if "base" in common:
        common["base"] = window_of(common["base"])
    common["of"] = tuple(common.get("of", ()))
    for window, value in product(_windows(declaration), _values(declaration)):
        category = "NULL" if value.get("is_null_category") else value.get("value", "")
        yield Feature(
            **common
            | value
            | {
                key: _filled(common[key], window, str(category), words)
                for key, words in _TEXTS.items()
                if key in common
            }
            | {"of": tuple(_filled(n, window, str(category), 0) for n in common["of"])}
            | {"window": window}
        )


# What a declaration lists, and which words of a window its texts take.
_LISTS = ("windows", "values", "null_category")
_TEXTS = {"name": 0, "flag": 0, "zh": 1, "en": 2}


def _filled(text: str, window: Window, category: str, words: int) -> str:
    if window is None:
        text = text.replace("近{w}", "有记录以来").replace(
            "in the last {w}", "on record"
        )
    spoken = (name_of(window), *_WINDOW_WORDS.get(window, words_of(window)))
    return text.replace("{w}", spoken[words]).replace("{v}", category)


def _windows(declaration: Mapping[str, Any]) -> list[Window]:
    return [window_of(written) for written in declaration.get("windows", ["all"])]


def _values(declaration: Mapping[str, Any]) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = [
        {"value": value} for value in declaration.get("values", [])
    ]
    if declaration.get("null_category"):
        listed.append({"is_null_category": True})
    return listed or [{}]


def _check(declaration: Mapping[str, Any]) -> None:
    known = {field.name for field in fields(Feature)} | set(_LISTS)
    name = str(declaration.get("name", "without a name"))
    for key in ("name", "zh", "en", "unit", "metric"):
        if not isinstance(declaration.get(key), str):
            _refuse(name, f"lacks {key}, which every catalogue entry has")
    for key in declaration:
        if key not in known - {"value", "window", "is_null_category"}:
            _refuse(name, f"says {key}, which is none of {', '.join(sorted(known))}")
    if declaration["metric"] not in METRICS:
        _refuse(
            name,
            f"asks for the metric {declaration['metric']!r}, which is none of {', '.join(METRICS)}",
        )


def _refuse(name: str, why: str) -> NoReturn:
    message = f"the feature {name} {why}"
    raise InputError(message)
