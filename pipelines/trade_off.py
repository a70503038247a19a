"""What choices give in two ways at once, as a picture."""

from collections.abc import Sequence
from html import escape
from math import ceil, floor, log10

from markupsafe import Markup

from pipelines import charts
from pipelines.charts import Point

# A value with the ends of its interval.
Spread = tuple[float, float, float]
# Where the plane begins and ends, across and from the bottom up.
_WIDE, _HIGH = (60.0, 440.0), (280.0, 30.0)


def trade_off(
    points: Sequence[tuple[str, Spread, Spread]], captions: tuple[str, str]
) -> Markup:
    """Draw choices by what they give in two ways, with intervals; dashed lines are 0."""
    across, up = (
        _fitted([end for point in points for end in (*point[n], 0.0)]) for n in (1, 2)
    )
    body = _signed_axes(across, up, captions)
    for number, (name, x, y) in enumerate(points, 1):
        (at_x, low_x, high_x), (at_y, low_y, high_y) = (
            [_placed(value, ends, size) for value in spread]
            for spread, ends, size in ((x, across, _WIDE), (y, up, _HIGH))
        )
        tip = f"{name}: {x[0]:+.3g} ({x[1]:+.3g}, {x[2]:+.3g}) / {y[0]:+.3g} ({y[1]:+.3g}, {y[2]:+.3g})"
        body += [
            charts.line(low_x, at_y, high_x, at_y, "interval"),
            charts.line(at_x, low_y, at_x, high_y, "interval"),
            f'<circle class="dot" cx="{at_x:.1f}" cy="{at_y:.1f}" r="4"><title>{escape(tip)}</title></circle>',
            charts.text(at_x + 6, at_y - 6, f"{number}", "start"),
            charts.text(458, 30 + number * 20, f"{number} {name}", "start"),
        ]
    return charts.svg(330, body)


def _fitted(values: Sequence[float]) -> Point:
    """Give the ends of an axis that holds the values with some room."""
    room = 0.06 * (max(values) - min(values) or 1.0)
    return min(values) - room, max(values) + room


def _ticks(ends: Point) -> list[float]:
    """Give some four round numbers on an axis: from -54 to 57 they are -40, -20, 0 ..."""
    rough = (ends[1] - ends[0]) / 4
    power = 10.0 ** floor(log10(rough))
    step = next(power * n for n in (1, 2, 5, 10) if power * n >= 0.7 * rough)
    first, last = ceil(ends[0] / step), floor(ends[1] / step)
    return [round(n * step, 9) for n in range(first, last + 1)]


def _placed(value: float, ends: Point, size: Point) -> float:
    return size[0] + (value - ends[0]) / (ends[1] - ends[0]) * (size[1] - size[0])


def _signed_axes(across: Point, up: Point, captions: tuple[str, str]) -> list[str]:
    body = [
        charts.text(250, 322, captions[0], "middle", "dim"),
        charts.text(60, 20, captions[1], "start", "dim"),
    ]
    body += [
        charts.text(_placed(x, across, _WIDE), 299, f"{x:+,g}", "middle", "dim")
        for x in _ticks(across)
    ]
    body += [
        charts.text(54, _placed(y, up, _HIGH) + 4, f"{y:+,g}", "end", "dim")
        for y in _ticks(up)
    ]
    zero_x, zero_y = _placed(0, across, _WIDE), _placed(0, up, _HIGH)
    return [
        *body,
        charts.line(*(zero_x, _HIGH[0], zero_x, _HIGH[1]), "edge"),
        charts.line(*(_WIDE[0], zero_y, _WIDE[1], zero_y), "edge"),
    ]
