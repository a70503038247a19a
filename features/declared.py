"""Features of an analyst's own file, over any tables and for any entities and days.

The file says which tables there are and one declaration per feature, as in the
catalogue. A table is any frame with a key, a day on which each row happened and, where
there is one, a day on which it was recorded:

    [tables.inspections]
    entity = "licence"            # the key, of any type
    happened = "inspected_on"
    recorded = "recorded_on"      # without it, what happened was known that day
    withdrawn = "annulled_on"     # rows may end: by a day, or so many days after they
    life_days = 1826              #   happened
    lon = "lon"                   # where, for `near`
    lat = "lat"

    [groups]                      # columns of the table and of the rows asked for
    chain = ["owner"]

    [[feature]]
    name = "{v}_{w}"
    zh = "近{w}{v}次数"
    en = "{v} in the last {w}"
    unit = "次|visit"
    metric = "sum"
    stream = "inspections"
    quantity = "result"
    values = ["Pass", "Fail"]     # one column per value; null_category adds one more
    windows = [90, "3 months", "1 year", "all"]
    empty = "unknown"             # a sum over no event is null, not 0
    missing = "zero"              # and is then filled, with a flag

A null quantity is no event of a feature; a null where `where` is not above zero either.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import NoReturn

from features.catalogue import FINISHED_METRICS, Feature, read_features, read_toml
from features.errors import InputError

# Metrics that need no quantity, for every row of the table is one event.
_OF_ROWS = frozenset({"count", "days_since"})
_NEEDED = {"decayed": "half_life", "group": "group", "near": "metres"}
_TWO = 2


@dataclass(frozen=True)
class Table:
    """How the columns of a table are called."""

    entity: str
    happened: str
    recorded: str = ""
    withdrawn: str = ""
    life_days: int | None = None
    lon: str = "lon"
    lat: str = "lat"


@dataclass(frozen=True)
class Declared:
    """What a declaration file says; `entity` and `as_of` name the columns asked by."""

    tables: Mapping[str, Table]
    groups: Mapping[str, Sequence[str]]
    features: tuple[Feature, ...]
    entity: str = "entity"
    as_of: str = "as_of"


def read_declared(path: Path) -> Declared:
    """Read a declaration file.

    Raises:
        InputError: it is incomplete, or asks for what is not there.
    """
    said = read_toml(path)
    known = {field.name for field in fields(Table)}
    for name, table in said.get("tables", {}).items():
        if not {"entity", "happened"} <= set(table) <= known:
            message = f"the table {name} needs entity and happened, and may have {', '.join(sorted(known))}; it has {', '.join(table)}"
            raise InputError(message)
    declared = Declared(
        tables={name: Table(**table) for name, table in said.get("tables", {}).items()},
        groups=said.get("groups", {}),
        features=read_features(path),
        entity=said.get("entity", "entity"),
        as_of=said.get("as_of", "as_of"),
    )
    for place, feature in enumerate(declared.features):
        _check(feature, declared, {f.name for f in declared.features[:place]})
    return declared


def _check(feature: Feature, declared: Declared, before: Collection[str]) -> None:
    """Refuse a feature that its metric, its table or its windows leave unsaid."""
    metric = feature.metric
    if metric == "profile":
        _refuse(feature, "is a profile, which only the register's own catalogue has")
    if metric in FINISHED_METRICS:
        if len(feature.of) != _TWO or not set(feature.of) <= set(before):
            _refuse(
                feature,
                f"is a {metric} of two columns declared before it; it is of {', '.join(feature.of) or 'none'}",
            )
        return
    if feature.stream not in declared.tables:
        _refuse(
            feature,
            f"counts {feature.stream or 'no stream'}, and the tables are {', '.join(declared.tables)}",
        )
    if not feature.quantity and metric not in _OF_ROWS:
        _refuse(feature, f"is a {metric} and lacks quantity")
    needed = _NEEDED.get(metric)
    if needed and not getattr(feature, needed):
        _refuse(feature, f"is a {metric} and lacks {needed}")
    table = declared.tables[feature.stream]
    if metric == "decayed" and (table.withdrawn or table.life_days or feature.window):
        _refuse(
            feature,
            "is decayed, which knows neither windows nor an end of rows; take it over all time from a table whose rows do not end",
        )


def _refuse(feature: Feature, why: str) -> NoReturn:
    message = f"the feature {feature.name} {why}"
    raise InputError(message)
