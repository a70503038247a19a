"""How far a pair goes in a week: its visits as planned, and dealt out by chance.

    SHIAN_DEMO=var/demo .venv/bin/python -m pytest -m bench \
        -o addopts=--import-mode=importlib tests/benchmarks/test_ways.py -s

reads the newest plan of the warehouse (make one with shian schedule --year).
"""

import os
import random
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from statistics import fmean

import pytest

from features.warehouse import open_warehouse
from models.routing import Place, legs_km, round_trip

pytestmark = pytest.mark.bench
# A day's round has about so many stops.
STOPS = 5
_PLANNED = """
with place as (
    select distinct on (business_id) business_id, business_type, lon, lat
    from mart.business order by business_id, valid_from desc
)
select
    office_id, week_starting, business_type,
    inspector_id || '+' || second_inspector_id as pair, business_id, lon, lat,
from output.plan join place using (business_id)
where lon is not null and run_id = (
    select run_id from output.run where kind = 'plan'
    order by as_of desc, rowid desc limit 1
)
order by all
"""


def test_a_pair_s_visits_lie_nearer_together_than_chance_would_put_them() -> None:
    demo = Path(os.environ["SHIAN_DEMO"])
    with open_warehouse(demo / "warehouse.duckdb", read_only=True) as opened:
        rows = opened.sql(_PLANNED).rows()
    weeks: dict[object, list[tuple[str, str, Place]]] = defaultdict(list)
    for office, monday, kind, pair, *place in rows:
        weeks[office, monday].append((kind, pair, Place(*place)))
    planned = sum(kilometres(visits) for visits in weeks.values())
    chance = sum(kilometres(dealt(visits)) for visits in weeks.values())
    print(f"\n{len(rows):,} visits: {planned:,.0f} km planned, {chance:,.0f} by chance")
    assert planned < 0.9 * chance


def dealt(visits: list[tuple[str, str, Place]]) -> list[tuple[str, str, Place]]:
    """Let the pairs of a week that visit a kind change their visits of it by chance."""
    by_kind: dict[str, list[tuple[str, str, Place]]] = defaultdict(list)
    for visit in visits:
        by_kind[visit[0]].append(visit)
    rng = random.Random(1)  # noqa: S311
    found = []
    for held in by_kind.values():
        pairs = [pair for _, pair, _ in held]
        rng.shuffle(pairs)
        found += [(k, p, at) for p, (k, _, at) in zip(pairs, held, strict=True)]
    return found


def kilometres(visits: Iterable[tuple[str, str, Place]]) -> float:
    """Add up the rounds of each pair, from the middle of the visits of the week."""
    by_pair: dict[str, list[Place]] = defaultdict(list)
    for _, pair, place in visits:
        by_pair[pair].append(place)
    places = [place for held in by_pair.values() for place in held]
    home = Place(
        "", fmean(p.lon or 0 for p in places), fmean(p.lat or 0 for p in places)
    )
    total = 0.0
    for held in by_pair.values():
        route = round_trip(home, held)
        for start in range(0, len(route), STOPS):
            total += sum(legs_km(home, route[start : start + STOPS]))
    return total
