"""A short round through some places: the nearest next, then improved until no move helps.

Distances are as the crow flies; a factor for streets that wind belongs to whoever turns
kilometres into minutes. The same places give the same round, whatever their order.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import asin, cos, radians, sin, sqrt

EARTH_KM = 6371.0
# An improvement below this is floating noise, and taking it could go round for ever.
_NOISE_KM = 1e-9


@dataclass(frozen=True, order=True)
class Place:
    """A place by its key; without coordinates it costs no way."""

    key: str
    lon: float | None = None
    lat: float | None = None


def distance_km(a: Place, b: Place) -> float:
    """Measure the way between two places on the globe.

    A hundredth of a degree of latitude is 1.11 km; of longitude, at Hangzhou's 30.25
    degrees, 0.96 km. To a place nobody has located it is 0.
    """
    if a.lon is None or a.lat is None or b.lon is None or b.lat is None:
        return 0.0
    north, east = radians(b.lat - a.lat), radians(b.lon - a.lon)
    half = (
        sin(north / 2) ** 2
        + cos(radians(a.lat)) * cos(radians(b.lat)) * sin(east / 2) ** 2
    )
    return 2 * EARTH_KM * asin(min(1.0, sqrt(half)))


def round_trip(
    home: Place, stops: Sequence[Place], end: Place | None = None
) -> tuple[Place, ...]:
    """Order the stops of a round from home and back, or to another end.

    Not always the shortest of all orders; no turned stretch and no moved stop shortens
    it further.
    """
    ends = home, end or home
    route = _nearest_next(home, sorted(stops))
    better: list[Place] | None = route
    while better is not None:
        route = better
        better = _turned(ends, route) or _moved(ends, route)
    return tuple(route)


def legs_km(
    home: Place, route: Sequence[Place], end: Place | None = None
) -> tuple[float, ...]:
    """Measure the way to each stop, from home or the stop before, and the last way."""
    places = (home, *route, end or home)
    return tuple(distance_km(a, b) for a, b in pairwise(places))


def _nearest_next(home: Place, stops: Sequence[Place]) -> list[Place]:
    left, here, route = list(stops), home, []
    while left:
        here = min(left, key=lambda stop: (distance_km(here, stop), stop.key))
        left.remove(here)
        route.append(here)
    return route


def _turned(ends: tuple[Place, Place], route: list[Place]) -> list[Place] | None:
    """Turn the first stretch whose turning shortens the round."""
    path = [ends[0], *route, ends[1]]
    for first in range(1, len(path) - 2):
        for last in range(first + 1, len(path) - 1):
            now = distance_km(path[first - 1], path[first])
            now += distance_km(path[last], path[last + 1])
            then = distance_km(path[first - 1], path[last])
            then += distance_km(path[first], path[last + 1])
            if then < now - _NOISE_KM:
                turned = path[first : last + 1][::-1]
                return [*path[1:first], *turned, *path[last + 1 : -1]]
    return None


def _moved(ends: tuple[Place, Place], route: list[Place]) -> list[Place] | None:
    """Move the first stop that another place of the round suits better."""
    home, end = ends
    length = sum(legs_km(home, route, end))
    for at, stop in enumerate(route):
        rest = route[:at] + route[at + 1 :]
        for to in range(len(rest) + 1):
            moved = [*rest[:to], stop, *rest[to:]]
            if sum(legs_km(home, moved, end)) < length - _NOISE_KM:
                return moved
    return None
