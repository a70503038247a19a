"""A round is short, complete, and always the same."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.routing import Place, distance_km, legs_km, round_trip

HOME = Place("office", 120.20, 30.25)
DEGREES = st.floats(-0.05, 0.05, allow_nan=False)
STOPS = st.lists(
    st.builds(lambda x, y: (120.2 + x, 30.25 + y), DEGREES, DEGREES), max_size=6
).map(lambda found: [Place(f"b{n}", *at) for n, at in enumerate(found)])


@pytest.mark.parametrize(
    ("lon", "lat", "km"),
    [(120.20, 30.26, 1.112), (120.21, 30.25, 0.961), (120.20, 30.25, 0.0)],
)
def test_a_hundredth_of_a_degree_is_about_a_kilometre(
    lon: float, lat: float, km: float
) -> None:
    assert distance_km(HOME, Place("b", lon, lat)) == pytest.approx(km, abs=0.001)


def test_a_place_nobody_has_located_costs_no_way() -> None:
    assert distance_km(HOME, Place("b")) == 0


def test_a_round_does_not_cross_itself() -> None:
    """Nearest next alone would run to and fro on this line: 1, -1.5, 2, ..."""
    stops = [Place(f"b{n}", 120.2 + x / 100, 30.25) for n, x in enumerate((1, -1.5, 3))]
    assert sum(legs_km(HOME, round_trip(HOME, stops))) == pytest.approx(
        2 * sum(distance_km(HOME, stops[n]) for n in (1, 2)), abs=1e-6
    )


def test_nobody_to_visit_is_no_way() -> None:
    assert round_trip(HOME, []) == ()
    assert legs_km(HOME, ()) == (0.0,)


@given(STOPS)
def test_every_stop_is_on_the_round_once(stops: list[Place]) -> None:
    assert sorted(round_trip(HOME, stops)) == sorted(stops)


@given(STOPS.flatmap(lambda s: st.tuples(st.just(s), st.permutations(s))))
def test_the_order_in_which_stops_are_told_changes_nothing(
    told: tuple[list[Place], list[Place]],
) -> None:
    assert round_trip(HOME, told[0]) == round_trip(HOME, told[1])


@given(STOPS)
def test_a_round_is_at_most_a_quarter_longer_than_the_shortest(
    stops: list[Place],
) -> None:
    shortest = min(sum(legs_km(HOME, order)) for order in permutations(stops))
    assert sum(legs_km(HOME, round_trip(HOME, stops))) <= 1.25 * shortest + 1e-9


def test_a_way_may_end_elsewhere() -> None:
    east = [Place(f"b{n}", 120.2 + n / 100, 30.25) for n in (3, 1, 2)]
    way = round_trip(HOME, east, Place("end", 120.25, 30.25))
    assert [stop.key for stop in way] == ["b1", "b2", "b3"]
