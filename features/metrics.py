"""One function per metric that a declaration may ask of an entity's own events."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from features.catalogue import Feature
from features.extremes import deviation, greatest, kinds, least, newest
from features.periods import NEVER
from features.window import (
    Asked,
    Events,
    Values,
    days_since,
    decayed_sum,
    last_value,
    window_sums,
)

# Counts are whole: anything less is rounding left over from a difference of sums.
_NOTHING = 0.5
_ONE, _ABOVE = "one event", "one event above zero"


def own_value(feature: Feature, events: Events, asked: Asked) -> Values:
    """Compute a feature over the events that its `where` chooses; NaN is unknown."""
    return _OF_OWN[feature.metric](feature, _where(feature, events), asked)


def of_finished(feature: Feature, columns: Mapping[str, Values]) -> Values:
    """Divide or subtract two finished columns; a ratio to nothing is unknown."""
    first, second = (columns[name] for name in feature.of)
    if feature.metric == "difference":
        return first - second
    result: Values = np.full(len(first), np.nan)
    np.divide(first, second, out=result, where=second != 0)
    return result


def ratio(feature: Feature, sums: Values) -> Values:
    """Divide; a mean of nothing is unknown, a shrunk share of nothing is its centre."""
    below = sums[:, 1] + feature.shrinkage
    result: Values = np.full(len(below), np.nan)
    np.divide(sums[:, 0], below, out=result, where=below > _NOTHING)
    return result


def _count(feature: Feature, events: Events, asked: Asked) -> Values:
    return window_sums(_counted(feature, events), asked, [_ONE], feature.window)[:, 0]


def _sum(feature: Feature, events: Events, asked: Asked) -> Values:
    sums = window_sums(events, asked, [feature.quantity], feature.window)[:, 0]
    if feature.empty == "unknown":
        return np.where(_count(feature, events, asked) > _NOTHING, sums, np.nan)
    return sums


def _mean(feature: Feature, events: Events, asked: Asked) -> Values:
    """Divide by `per`, or by the number of events where none is declared."""
    counted = events if feature.per else _counted(feature, events)
    quantities = [feature.quantity, feature.per or _ONE]
    return ratio(feature, window_sums(counted, asked, quantities, feature.window))


def _rate(feature: Feature, events: Events, asked: Asked) -> Values:
    """Give the share of events whose quantity is above zero."""
    counted = _counted(feature, events)
    quantities = [_ABOVE, feature.per or _ONE]
    return ratio(feature, window_sums(counted, asked, quantities, feature.window))


def _trend(feature: Feature, events: Events, asked: Asked) -> Values:
    base = replace(feature, window=feature.base)
    return _mean(feature, events, asked) - _mean(base, events, asked)


def _decayed(feature: Feature, events: Events, asked: Asked) -> Values:
    return decayed_sum(events, asked, feature.quantity, feature.half_life)


def _last(feature: Feature, events: Events, asked: Asked) -> Values:
    if _is_endless(feature, events):
        return last_value(events, asked, feature.quantity)
    return _of_newest(events.quantities[feature.quantity], feature, events, asked)


def _days_since(feature: Feature, events: Events, asked: Asked) -> Values:
    if _is_endless(feature, events):
        return days_since(events, asked)
    happened = events.happened.astype(np.float64)
    return asked.as_of - _of_newest(happened, feature, events, asked)


def _is_endless(feature: Feature, events: Events) -> bool:
    """Whether no event ever gives way to the one before it."""
    return feature.window is None and bool((events.ends == NEVER).all())


def _of_newest(
    values: Values, feature: Feature, events: Events, asked: Asked
) -> Values:
    # The value after the last stands for no event, whose place is -1.
    return np.append(values, np.nan)[newest(events, asked, feature.window)]


def _in_window(
    measure: Callable[..., Values],
) -> Callable[[Feature, Events, Asked], Values]:
    return lambda f, events, asked: measure(events, asked, f.quantity, f.window)


_OF_OWN: Mapping[str, Callable[[Feature, Events, Asked], Values]] = {
    "count": _count,
    "sum": _sum,
    "mean": _mean,
    "rate": _rate,
    "shrunk": _mean,
    "min": _in_window(least),
    "max": _in_window(greatest),
    "std": _in_window(deviation),
    "distinct": _in_window(kinds),
    "last": _last,
    "days_since": _days_since,
    "decayed": _decayed,
    "trend": _trend,
}


def _counted(feature: Feature, events: Events) -> Events:
    """Add to the quantities what counts events."""
    ones = np.ones(len(events.entity))
    above = (events.quantities.get(feature.quantity, ones) > 0).astype(np.float64)
    return replace(events, quantities=events.quantities | {_ONE: ones, _ABOVE: above})


def _where(feature: Feature, events: Events) -> Events:
    if not feature.where:
        return events
    return events.only(events.quantities[feature.where] > 0)
