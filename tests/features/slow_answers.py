"""Declared features again, one row of a table at a time, with no cleverness."""

import math
import statistics
from collections.abc import Callable, Sequence
from datetime import date, timedelta

from features.catalogue import Feature
from features.declared import Declared
from features.periods import Window
from tests.features.reference import metres
from tests.features.slow_events import FAR, Row, since

Counted = tuple[Row, float, float]


def slow_answer(
    declared: Declared, tables: dict[str, list[Row]], asked: Row
) -> dict[str, float | None]:
    """Answer every declared feature for one row asked for."""
    found: dict[str, float | None] = {}
    for feature in declared.features:
        if feature.metric in {"ratio", "difference"}:
            found[feature.name] = finished(feature, *(found[n] for n in feature.of))
        else:
            rows = sorted(tables[feature.stream], key=order)
            found[feature.name] = answer(declared, feature, rows, asked)
    return found


def order(row: Row) -> tuple:
    """Order rows by all their columns, nulls first."""
    return tuple((value is not None, value) for value in row.values())


def finished(feature: Feature, a: float | None, b: float | None) -> float | None:
    if a is None or b is None:
        return None
    if feature.metric == "difference":
        return a - b
    return a / b if b else None


def answer(
    declared: Declared, feature: Feature, rows: list[Row], asked: Row
) -> float | None:
    if feature.metric == "group":
        columns = declared.groups.get(feature.group, [feature.group])
        mine = [asked[c] for c in columns]
        others = [
            r
            for r in not_own(rows, asked)
            if None not in mine and same(r, mine, columns)
        ]
        return of_others(declared, feature, others, rows, asked)
    if feature.metric == "near":
        near = [r for r in not_own(rows, asked) if is_near(feature, r, asked)]
        return of_others(declared, feature, near, rows, asked)
    own = [r for r in rows if r["shop"] is not None and r["shop"] == asked["shop"]]
    events = known(declared, feature, own, asked["day"])
    return of_own(feature, events, asked["day"])


def not_own(rows: list[Row], asked: Row) -> list[Row]:
    return [r for r in rows if r["shop"] != asked["shop"] or r["shop"] is None]


def same(row: Row, mine: list[object], columns: Sequence[str]) -> bool:
    return [row[c] for c in columns] == mine


def is_near(feature: Feature, row: Row, asked: Row) -> bool:
    if None in {row["lon"], asked["lon"]}:
        return False
    here, there = (asked["lon"], asked["lat"]), (row["lon"], row["lat"])
    return metres(here, there) <= feature.metres


def of_others(
    declared: Declared, feature: Feature, others: list[Row], rows: list[Row], asked: Row
) -> float | None:
    towards = 0.0
    if feature.towards == "all":
        everyone = known(declared, feature, not_own(rows, asked), asked["day"])
        rate = share(everyone, asked["day"], feature.window)
        if rate is None:
            return None
        towards = rate
    events = known(declared, feature, others, asked["day"])
    return share(events, asked["day"], feature.window, feature.shrinkage, towards)


def known(
    declared: Declared, feature: Feature, rows: list[Row], day: date
) -> list[Counted]:
    """List the rows that are events of a feature and stand on the day."""
    table = declared.tables[feature.stream]
    found = []
    for row in rows:
        until = row[table.withdrawn] if table.withdrawn else None
        life = table.life_days
        ends = min(until or FAR, row["happened"] + timedelta(life) if life else FAR)
        quantity, per = (
            quantity_of(feature, row),
            row[feature.per] if feature.per else 1,
        )
        is_chosen = not feature.where or row[feature.where]
        if row["recorded"] < day <= ends and None not in {quantity, per} and is_chosen:
            found.append((row, quantity, per))
    return found


def quantity_of(feature: Feature, row: Row) -> object:
    if not feature.quantity:
        return 1.0
    value = row[feature.quantity]
    if feature.is_null_category:
        return float(value is None)
    if feature.value is not None:
        return None if value is None else float(value == feature.value)
    return value


def within(events: list[Counted], day: date, window: Window) -> list[Counted]:
    return [
        e for e in events if window is None or e[0]["happened"] >= since(day, window)
    ]


def share(
    events: list[Counted],
    day: date,
    window: Window,
    shrinkage: float = 0.0,
    towards: float = 0.0,
) -> float | None:
    counted = within(events, day, window)
    above = math.fsum(q for _, q, _ in counted) + shrinkage * towards
    below = math.fsum(per for _, _, per in counted) + shrinkage
    return above / below if below > 0 else None


def of_own(feature: Feature, events: list[Counted], day: date) -> float | None:
    if feature.metric in {"last", "days_since"}:
        last = max(
            enumerate(within(events, day, feature.window)),
            key=lambda e: (e[1][0]["happened"], e[1][0]["recorded"], e[0]),
            default=None,
        )
        if last is None:
            return None
        row, quantity, _ = last[1]
        return (
            (day - row["happened"]).days if feature.metric == "days_since" else quantity
        )
    if feature.metric == "decayed":
        ages = [((day - row["happened"]).days, q) for row, q, _ in events]
        return math.fsum(q * 0.5 ** (age / feature.half_life) for age, q in ages)
    if feature.metric == "trend":
        now, base = (share(events, day, w) for w in (feature.window, feature.base))
        return None if now is None or base is None else now - base
    return in_window(feature, within(events, day, feature.window))


def in_window(feature: Feature, events: list[Counted]) -> float | None:
    values = [q for _, q, _ in events]
    if feature.metric in {"mean", "shrunk", "rate"}:
        is_rate = feature.metric == "rate"
        above = [float(v > 0) if is_rate else v for v in values]
        below = math.fsum(per for _, _, per in events) + feature.shrinkage
        return math.fsum(above) / below if below > 0 else None
    if feature.metric == "sum" and feature.empty == "unknown" and not values:
        return None
    return SIMPLE[feature.metric](values)


SIMPLE: dict[str, Callable[[list[float]], float | None]] = {
    "count": len,
    "sum": math.fsum,
    "distinct": lambda values: len(set(values)),
    "std": lambda values: statistics.stdev(values) if len(values) > 1 else None,
    "min": lambda values: min(values, default=None),
    "max": lambda values: max(values, default=None),
}
