"""A map is drawn from coordinates alone, and says what it shows."""

import xml.etree.ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from pipelines.street_map import Point, Street, middle, outline, street_map

SQUARE = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)]
PLACES = st.lists(
    st.tuples(st.integers(0, 20).map(float), st.integers(0, 20).map(float)),
    min_size=1,
    max_size=30,
)


def test_the_outline_of_a_square_is_its_corners() -> None:
    assert sorted(outline([*SQUARE, (0.5, 0.5), (0.5, 0.0)])) == sorted(SQUARE)


def test_the_middle_has_half_the_places_on_each_side() -> None:
    assert middle([(0.0, 5.0), (1.0, 6.0), (9.0, 7.0)]) == (1.0, 6.0)


@given(PLACES)
def test_every_place_lies_within_the_outline(places: list[Point]) -> None:
    line = outline(places)
    if len(line) > 2:
        edges = list(zip(line, [*line[1:], line[0]], strict=True))
        for x, y in places:
            assert all(
                (b[0] - a[0]) * (y - a[1]) - (b[1] - a[1]) * (x - a[0]) >= 0
                for a, b in edges
            )


@given(PLACES, st.integers(0, 50))
def test_a_map_is_sound_markup_whatever_the_places(
    places: list[Point], visits: int
) -> None:
    drawn = street_map([Street("一街 <&>", places, visits, min(visits, 3))])
    root = ET.fromstring(drawn)  # noqa: S314  our own markup
    assert [t.text for t in root.iter("text")] == [f"一街 <&> {visits}"]


def test_more_visits_make_a_larger_circle_and_overdue_ones_are_marked() -> None:
    few, many = Street("少", SQUARE, 4), Street("多", SQUARE, 16, 4)
    root = ET.fromstring(street_map([few, many]))  # noqa: S314
    sizes = {c.get("class"): [] for c in root.iter("circle")}
    for circle in root.iter("circle"):
        sizes[circle.get("class")].append(float(circle.get("r", "0")))
    assert sizes == {"visits": [17.0, 34.0], "overdue": [17.0]}


def test_streets_without_places_are_left_out() -> None:
    assert street_map([Street("无", [], 3)]) == ""
