"""Who goes where in one week: pairs made by chance, visits shared among them by least way.

Pairs are of like qualifications, so that what one may inspect the other may too. The
visits are a transport problem: each goes to one pair that may, with nobody in conflict,
within the pair's minutes, and near the pair's other visits. What the whole-numbered
rounding leaves over goes to any two inspectors who may and have time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import combinations
from math import cos, hypot, radians

import numpy as np

from models.drawing import Stream, in_random_order
from models.linear import Columns, Programme

_KM_A_DEGREE = 111.2
# Leaving a visit over costs more than any way inside a district.
_LEFT_OVER = 1e4
_HAIR = 1e-6
# A visit of more than this share of anybody's week finds two only while weeks are empty.
_LONG = 0.4


@dataclass(frozen=True)
class Going:
    """A visit to staff: its kind, minutes, place, days, and who must not go."""

    number: int
    kind: str
    minutes: float
    lon: float | None
    lat: float | None
    days: frozenset[date]
    avoided: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Free:
    """An inspector in one week: minutes, days, and the kinds allowed (none: all)."""

    inspector_id: str
    minutes: float
    days: frozenset[date]
    kinds: frozenset[str]

    def may_go(self, visit: Going) -> bool:
        """Tell whether the inspector may make a visit, time aside."""
        return (
            (not self.kinds or visit.kind in self.kinds)
            and self.inspector_id not in visit.avoided
            and bool(self.days & visit.days)
        )


Pair = tuple[Free, Free]


def staffed(
    visits: Sequence[Going], people: Sequence[Free], chance: Stream
) -> tuple[dict[int, tuple[str, str]], dict[str, float]]:
    """Give each visit two inspectors, and each inspector's minutes that are left.

    A visit that nobody can make is left out.
    """
    left = {p.inspector_id: p.minutes for p in people}
    found: dict[int, tuple[str, str]] = {}
    longest = max((p.minutes for p in people), default=0.0)
    for visit in sorted(visits, key=lambda v: (-v.minutes, v.number)):
        if visit.minutes > _LONG * longest and (two := any_two(visit, people, left)):
            found[visit.number] = two
    others = [v for v in visits if v.number not in found]
    free = [replace(p, minutes=left[p.inspector_id]) for p in people]
    pairs = make_pairs([p for p in free if p.minutes > 0], chance)
    found |= _shared(others, pairs, left, chance) if others and pairs else {}
    for visit in sorted(visits, key=lambda v: (-v.minutes, v.number)):
        if visit.number not in found and (two := any_two(visit, people, left)):
            found[visit.number] = two
    by_number = {v.number: v for v in visits}
    for visit in sorted(visits, key=lambda v: (-v.minutes, v.number)):
        if visit.number not in found:
            make_room(visit, by_number, people, (found, left))
    return found, left


def make_room(
    visit: Going,
    others: Mapping[int, Going],
    people: Sequence[Free],
    state: tuple[dict[int, tuple[str, str]], dict[str, float]],
) -> bool:
    """Let others take over one visit of the same week, so that this one fits."""
    found, left = state
    for number in sorted(found):
        other, two = others[number], found[number]
        for name in two:
            left[name] += other.minutes
        mine = any_two(visit, people, left)
        if mine is not None and (theirs := any_two(other, people, left)):
            found[visit.number], found[number] = mine, theirs
            return True
        for name in mine or ():
            left[name] += visit.minutes
        for name in two:
            left[name] -= other.minutes
    return False


def make_pairs(people: Sequence[Free], chance: Stream) -> list[Pair]:
    """Pair inspectors of like qualifications and like minutes, otherwise by chance."""
    order = in_random_order(sorted(people, key=lambda p: p.inspector_id), chance)
    order.sort(key=lambda p: (sorted(p.kinds), -p.minutes))
    pairs: list[Pair] = []
    waiting: list[Free] = []
    for person in order:
        alike = [w for w in waiting if w.kinds == person.kinds and w.days & person.days]
        if alike:
            waiting.remove(alike[0])
            pairs.append((alike[0], person))
        else:
            waiting.append(person)
    while len(waiting) > 1:
        one, other = max(combinations(waiting, 2), key=lambda p: _shared_kinds(*p))
        if not _shared_kinds(one, other):
            break
        waiting = [w for w in waiting if w not in {one, other}]
        pairs.append((one, other))
    return pairs


def _shared_kinds(a: Free, b: Free) -> int:
    if not a.kinds or not b.kinds:
        return len(a.kinds | b.kinds) or 1
    return len(a.kinds & b.kinds)


def _shared(
    visits: Sequence[Going],
    pairs: Sequence[Pair],
    left: dict[str, float],
    chance: Stream,
) -> dict[int, tuple[str, str]]:
    """Solve the transport problem, then give each visit its largest share that fits."""
    ways = _ways(visits, pairs, chance)
    if not ways:
        return {}
    shares = _transport(visits, pairs, ways)
    found: dict[int, tuple[str, str]] = {}
    for _, visit, pair in sorted((-share, v, p) for (v, p), share in shares.items()):
        one = visits[visit]
        names = (pairs[pair][0].inspector_id, pairs[pair][1].inspector_id)
        if one.number in found or any(left[n] + _HAIR < one.minutes for n in names):
            continue
        found[one.number] = names
        for name in names:
            left[name] -= one.minutes
    return found


def _ways(
    visits: Sequence[Going], pairs: Sequence[Pair], chance: Stream
) -> Mapping[tuple[int, int], float]:
    """Measure the way from each visit to the place where each pair that may go works."""
    anchors = in_random_order(_spread(visits, len(pairs)), chance)
    return {
        (v, p): _km(visit, anchors[p % len(anchors)])
        for v, visit in enumerate(visits)
        for p, pair in enumerate(pairs)
        if all(one.may_go(visit) for one in pair)
        and pair[0].days & pair[1].days & visit.days
    }


def _spread(visits: Sequence[Going], count: int) -> list[Going]:
    """Choose visits far from each other, each the farthest from those before."""
    chosen = [min(visits, key=lambda v: v.number)]
    nearest = [_km(v, chosen[0]) for v in visits]
    while len(chosen) < min(count, len(visits)):
        far = max(range(len(visits)), key=lambda n: (nearest[n], -visits[n].number))
        chosen.append(visits[far])
        nearest = [
            min(d, _km(v, chosen[-1])) for d, v in zip(nearest, visits, strict=True)
        ]
    return chosen


def _km(a: Going, b: Going) -> float:
    if a.lon is None or a.lat is None or b.lon is None or b.lat is None:
        return 0.0
    east = (a.lon - b.lon) * cos(radians(a.lat))
    return _KM_A_DEGREE * hypot(east, a.lat - b.lat)


def _transport(
    visits: Sequence[Going],
    pairs: Sequence[Pair],
    ways: Mapping[tuple[int, int], float],
) -> dict[tuple[int, int], float]:
    """Share the visits among the pairs by least way within their minutes."""
    count = len(visits)
    lower = np.concatenate([np.ones(count), np.full(len(pairs), -np.inf)])
    room = [min(a.minutes, b.minutes) for a, b in pairs]
    programme = Programme(lower, np.concatenate([np.ones(count), room]))
    keys = list(ways)
    rows = [row for v, p in keys for row in (v, count + p)]
    values = [value for v, _ in keys for value in (1.0, visits[v].minutes)]
    programme.add(
        Columns(
            cost=np.concatenate([list(ways.values()), np.full(count, _LEFT_OVER)]),
            upper=np.full(len(keys) + count, np.inf),
            starts=np.concatenate(
                [2 * np.arange(len(keys)), 2 * len(keys) + np.arange(count)]
            ),
            rows=np.array(rows + list(range(count))),
            values=np.array(values + [1.0] * count),
        )
    )
    amount = programme.solve().amount
    return {
        key: float(share)
        for key, share in zip(keys, amount, strict=False)
        if share > _HAIR
    }


def any_two(
    visit: Going, people: Sequence[Free], left: dict[str, float]
) -> tuple[str, str] | None:
    """Take the two with the most time left who may go and share a day, and their time."""
    able = [
        p
        for p in people
        if p.may_go(visit) and left[p.inspector_id] + _HAIR >= visit.minutes
    ]
    able.sort(key=lambda p: (-left[p.inspector_id], p.inspector_id))
    for one, other in combinations(able, 2):
        if one.days & other.days & visit.days:
            for person in (one, other):
                left[person.inspector_id] -= visit.minutes
            return one.inspector_id, other.inspector_id
    return None
