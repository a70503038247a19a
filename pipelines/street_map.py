"""A map of the streets as plain SVG, drawn from coordinates alone: no tiles, no network.

A street is the outline around its businesses, which is no boundary in law; its circle
is as large as its visits and stands where most of them are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from math import cos, radians, sqrt

from markupsafe import Markup

Point = tuple[float, float]

WIDTH, MARGIN = 720.0, 26.0
_SMALLEST, _LARGEST = 4.0, 34.0
_CORNERS = 3
# Of a street's businesses this share farthest from its middle are not drawn around:
# one wrong coordinate would else stretch a street across the district.
_OUTLIERS = 0.02


@dataclass(frozen=True)
class Street:
    """A street: its businesses' places, its visits of two kinds, and what to say of it."""

    name: str
    places: Sequence[Point]
    visits: int
    overdue: int = 0
    tip: str = ""


def street_map(streets: Sequence[Street]) -> Markup:
    """Draw the streets with their visits; those without any place are left out."""
    shown = [street for street in streets if street.places]
    if not shown:
        return Markup("")
    height, place = _plane([point for street in shown for point in street.places])
    most = max(street.visits for street in shown) or 1
    body = [_outline(street, place) for street in shown]
    body += [_circle(street, place, most) for street in shown]
    body += [_label(street, place) for street in shown]
    return Markup(  # noqa: S704  every text in it was escaped on the way in
        f'<svg class="chart map" viewBox="0 0 {WIDTH:.0f} {height:.0f}" role="img">{"".join(body)}</svg>'
    )


def _plane(points: Sequence[Point]) -> "tuple[float, Plane]":
    """Fit the district into the width; a degree of longitude is shorter up north."""
    lons, lats = zip(*points, strict=True)
    shrink = cos(radians(sum(lats) / len(lats)))
    wide = max((max(lons) - min(lons)) * shrink, 1e-6)
    high = max(max(lats) - min(lats), 1e-6)
    scale = (WIDTH - 2 * MARGIN) / max(wide, high)
    left = (WIDTH - wide * scale) / 2
    plane = Plane(min(lons), max(lats), scale * shrink, scale, left)
    return high * scale + 2 * MARGIN, plane


@dataclass(frozen=True)
class Plane:
    """Where a place lies on the paper."""

    west: float
    north: float
    per_lon: float
    per_lat: float
    left: float

    def at(self, point: Point) -> Point:
        """Place a longitude and latitude."""
        return (
            self.left + (point[0] - self.west) * self.per_lon,
            MARGIN + (self.north - point[1]) * self.per_lat,
        )


def middle(points: Sequence[Point]) -> Point:
    """Give the middle of places: half lie to each side."""
    lons, lats = (sorted(values) for values in zip(*points, strict=True))
    return lons[len(lons) // 2], lats[len(lats) // 2]


def outline(points: Sequence[Point]) -> list[Point]:
    """Draw the tightest line around places that bends one way only.

    Andrew's monotone chain: the corners of a square remain, what lies inside does not.
    """
    ordered = sorted(set(points))
    if len(ordered) < _CORNERS:
        return ordered
    lower, upper = _chain(ordered), _chain(ordered[::-1])
    return lower[:-1] + upper[:-1]


def _chain(points: Sequence[Point]) -> list[Point]:
    chain: list[Point] = []
    for point in points:
        while len(chain) > 1 and _turn(chain[-2], chain[-1], point) <= 0:
            chain.pop()
        chain.append(point)
    return chain


def _turn(a: Point, b: Point, c: Point) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _outline(street: Street, plane: Plane) -> str:
    centre = middle(street.places)
    near = sorted(
        street.places, key=lambda p: (p[0] - centre[0]) ** 2 + (p[1] - centre[1]) ** 2
    )
    kept = near[: max(1, round(len(near) * (1 - _OUTLIERS)))]
    corners = " ".join("{:.1f},{:.1f}".format(*plane.at(p)) for p in outline(kept))
    return f'<polygon class="street" points="{corners}"><title>{escape(street.tip or street.name)}</title></polygon>'


def _circle(street: Street, plane: Plane, most: int) -> str:
    if not street.visits:
        return ""
    x, y = plane.at(middle(street.places))
    size = max(_SMALLEST, _LARGEST * sqrt(street.visits / most))
    late = size * sqrt(street.overdue / street.visits)
    tip = f"<title>{escape(street.tip or street.name)}</title>"
    drawn = f'<circle class="visits" cx="{x:.1f}" cy="{y:.1f}" r="{size:.1f}">{tip}</circle>'
    if street.overdue:
        drawn += f'<circle class="overdue" cx="{x:.1f}" cy="{y:.1f}" r="{late:.1f}">{tip}</circle>'
    return drawn


def _label(street: Street, plane: Plane) -> str:
    x, y = plane.at(middle(street.places))
    text = f"{street.name} {street.visits}"
    return (
        f'<text x="{x:.1f}" y="{y + 4:.1f}" text-anchor="middle">{escape(text)}</text>'
    )
