"""Charts as plain SVG: no script, no fonts of their own, readable in light and dark.

Every function takes data and gives markup. Colours come from the page's stylesheet by
class, so a page decides what light and dark mean; grades never differ by hue alone, for
each is also labelled.
"""

from collections.abc import Callable, Mapping, Sequence
from html import escape

from markupsafe import Markup

from models.clauses import GRADES
from models.metrics import wilson

WIDTH = 720
_LEFT, _RIGHT, _ROW = 150, 60, 26
# A waterfall's names on the left, and the room for its bars.
_NAMES, _BARS = 250, 400

_NEAR_END = 285

Point = tuple[float, float]
# Left, top, width, height.
Box = tuple[float, float, float, float]


def stacked_bars(rows: Sequence[tuple[str, Mapping[str, int]]]) -> Markup:
    """Draw one bar per row, split by grade, with the count of businesses at its end."""
    scale = WIDTH - _LEFT - _RIGHT
    body = []
    for number, (label, counts) in enumerate(rows):
        y, x = number * _ROW + 4, float(_LEFT)
        total = max(sum(counts.values()), 1)
        body.append(text(_LEFT - 8, y + 14, label, "end"))
        for grade in GRADES:
            width = counts.get(grade, 0) / total * scale
            tip = f"{label} {grade}: {counts.get(grade, 0):,} ({counts.get(grade, 0) / total:.1%})"
            body.append(_rect((x, y, width, _ROW - 8), f"grade-{grade}", tip))
            if width > 26:  # noqa: PLR2004  narrower, the letter would spill over
                body.append(text(x + width / 2, y + 14, grade, "middle", f"on-{grade}"))
            x += width
        body.append(text(WIDTH - _RIGHT + 6, y + 14, f"{total:,}", "start", "dim"))
    return svg(len(rows) * _ROW + 4, body)


def parted_bars(
    rows: Sequence[tuple[str, Sequence[tuple[str, str, float]], str]],
    *,
    is_share: bool = False,
) -> Markup:
    """Draw one bar per row, parted as (name, colour class, size), with a text at its end.

    All rows share one scale; as shares, every bar is as long as the widest.
    """
    longest = max((_total(parts) for _, parts, _ in rows), default=0.0) or 1.0
    left = max([_LEFT, *(8 + _length(label) for label, *_ in rows)])
    scale = WIDTH - left - _RIGHT
    body = []
    for number, (label, parts, end) in enumerate(rows):
        y, x = number * _ROW + 4, float(left)
        whole = (_total(parts) or 1.0) if is_share else longest
        body.append(text(left - 8, y + 14, label, "end"))
        for name, kind, size in parts:
            width = size / whole * scale
            body.append(
                _rect((x, y, width, _ROW - 8), kind, f"{label} {name} {size:,.0f}")
            )
            x += width
        body.append(text(x + 6, y + 14, end, "start", "dim"))
    return svg(len(rows) * _ROW + 4, body)


def _length(label: str) -> int:
    """Guess how long a label is drawn: a Chinese character is as wide as two letters."""
    return sum(13 if sign > "\u2000" else 7 for sign in label)


def _total(parts: Sequence[tuple[str, str, float]]) -> float:
    return sum(size for *_, size in parts)


def histogram(values: Sequence[float], edges: Sequence[float], caption: str) -> Markup:
    """Draw how total points are spread, with the edges of the grade bands."""
    bins = [0] * 50
    for value in values:
        bins[min(int(value // 2), 49)] += 1
    top = max(*bins, 1)
    height, base = 170, 190
    step = (WIDTH - 80) / 50
    body = []
    for index, count in enumerate(bins):
        size = count / top * height
        grade = GRADES[sum(index * 2 + 1 > edge for edge in edges)]
        tip = f"{index * 2}-{index * 2 + 2}: {count:,}"
        body.append(
            _rect(
                (40 + index * step, base - size, step - 1, size), f"grade-{grade}", tip
            )
        )
    for edge in (0, *edges, 100):
        x = 40 + edge / 2 * step
        body += [
            line(x, 14, x, base, "edge"),
            text(x, base + 16, f"{edge:g}", "middle", "dim"),
        ]
    body.append(text(WIDTH / 2, base + 36, caption, "middle", "dim"))
    return svg(base + 46, body)


def calibration(
    rows: Sequence[tuple[float, float, float]], captions: tuple[str, str]
) -> Markup:
    """Draw found against stated shares with 95% Wilson intervals; the diagonal is right."""
    top = max([0.05, *(max(stated, found) for stated, found, _ in rows)]) * 1.25
    place = _plane(top, top)
    body = [*_axes(top, top, captions), _between(place(0, 0), place(top, top), "edge")]
    for stated, found, visits in rows:
        low, high = wilson(found, visits)
        x, y = place(stated, found)
        tip = f"{stated:.1%} / {found:.1%} ({visits:,.0f})"
        body.append(
            line(x, place(0, low)[1], x, place(0, min(high, top))[1], "interval")
        )
        body.append(
            f'<circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="4"><title>{escape(tip)}</title></circle>'
        )
    return svg(330, body)


def gain_curves(
    curves: Mapping[str, Sequence[tuple[float, float]]], captions: tuple[str, str]
) -> Markup:
    """Draw the share of serious findings reached after a share of the visits."""
    place = _plane(1, 1)
    body = _axes(1, 1, captions)
    for number, (name, points) in enumerate(curves.items()):
        path = " ".join("{:.1f},{:.1f}".format(*place(x, y)) for x, y in points)
        body.append(
            f'<polyline class="curve c{number}" points="{path}"><title>{escape(name)}</title></polyline>'
        )
        y = 40 + number * 20
        body += [
            line(470, y, 500, y, f"curve c{number}"),
            text(508, y + 4, name, "start"),
        ]
    return svg(330, body)


def intervals(rows: Sequence[tuple[str, float, float, float]]) -> Markup:
    """Draw (name, value, lower, upper) as a dot on its interval, all on one scale from 0."""
    left = max([_LEFT, *(8 + _length(name) for name, *_ in rows)])
    top = max((upper for *_, upper in rows), default=0.0) or 1.0
    body = [line(left, 0, left, len(rows) * _ROW, "edge")]
    for number, (name, *ends) in enumerate(rows):
        y = number * _ROW + _ROW / 2
        at, low, high = (left + end / top * (WIDTH - left - _RIGHT) for end in ends)
        tip = f"{name}: {ends[0]:.3f} ({ends[1]:.3f}, {ends[2]:.3f})"
        body += [
            text(left - 8, y + 4, name, "end"),
            line(low, y, high, y, "interval"),
            f'<circle class="dot" cx="{at:.1f}" cy="{y:.1f}" r="4"><title>{escape(tip)}</title></circle>',
            text(high + 8, y + 4, f"{ends[0]:.3f}", "start", "dim"),
        ]
    return svg(len(rows) * _ROW + 4, body)


def waterfall(
    start: tuple[str, float], parts: Sequence[tuple[str, float]], end: tuple[str, float]
) -> Markup:
    """Draw how parts lead from a start value to an end value, each on its own row."""
    spans, running = [], start[1]
    for label, size in parts:
        spans.append((label, running, size))
        running += size
    reached = [start[1], end[1], *(a + size for _, a, size in spans)]
    low, scale = min(reached), _BARS / max(max(reached) - min(reached), 1e-9)

    def place(value: float) -> float:
        return _NAMES + (value - low) * scale

    body = [_stop(start, place(start[1]), 0)]
    for row, (label, a, size) in enumerate(spans, start=1):
        body += _span(
            label, size, (place(min(a, a + size)), place(max(a, a + size))), row
        )
    body.append(_stop(end, place(end[1]), len(spans) + 1))
    return svg((len(spans) + 2) * _ROW + 4, body)


def _span(label: str, size: float, ends: tuple[float, float], row: int) -> list[str]:
    y, width = row * _ROW + 4, max(ends[1] - ends[0], 1)
    kind = "up" if size > 0 else "down"
    return [
        text(_NAMES - 10, y + 14, label, "end"),
        _rect((ends[0], y, width, _ROW - 8), kind, f"{label} {size:+.2f}"),
        text(ends[0] + width + 6, y + 14, f"{size:+.2f}", "start", "dim"),
    ]


def _stop(at: tuple[str, float], x: float, row: int) -> str:
    y = row * _ROW + 4
    name = text(_NAMES - 10, y + 14, at[0], "end", "stop")
    return name + line(x, y, x, y + _ROW - 8, "stop")


def bullet(  # noqa: PLR0913  a value, what it is held against, and where it leads
    value: float | None,
    target: float,
    *,
    start: float,
    end: float,
    interval: tuple[float, float] | None = None,
    ahead: tuple[float, float, float] | None = None,
    tip: str = "",
) -> Markup:
    """Draw a value as a bar against its target, its interval, and the forecast below.

    As in Few's bullet graphs, but for pass rates the bar starts where `start` says, and
    the number stands there.
    """

    def place(amount: float) -> float:
        return 6 + (min(max(amount, start), end) - start) / (end - start) * 288

    body = [_rect((6, 8, 288, 14), "track", tip)]
    if value is not None:
        body.append(_rect((6, 10, place(value) - 6, 10), "level", tip))
    if interval:
        body.append(line(place(interval[0]), 15, place(interval[1]), 15, "whisker"))
    body.append(line(place(target), 3, place(target), 27, "goal"))
    if ahead:
        mid, low, high = (place(amount) for amount in ahead)
        body.append(line(low, 32, high, 32, "outlook"))
        body.append(f'<circle class="outlook" cx="{mid:.1f}" cy="32" r="3.5"/>')
    body += [
        text(6, 47, f"{start:g}", "start", "dim"),
        # Near the right end a middle would lead out of the picture.
        text(
            min(place(target), 298),
            47,
            f"{target:g}",
            "end" if place(target) > _NEAR_END else "middle",
            "dim",
        ),
    ]
    return _small((300, 50), body, tip)


def sparkline(
    values: Sequence[float | None], target: float, ends: tuple[str, str]
) -> Markup:
    """Draw how a value went from quarter to quarter, the target as a dashed line."""
    known = [v for v in values if v is not None]
    low, high = min([target, *known]), max([target, *known])
    room = max(high - low, 1e-9)

    def place(number: int, value: float) -> Point:
        return 8 + number / max(len(values) - 1, 1) * 144, 34 - (
            value - low
        ) / room * 28

    goal = place(0, target)[1]
    body = [line(4, goal, 156, goal, "edge")]
    dots = [place(n, v) for n, v in enumerate(values) if v is not None]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in dots)
    body.append(f'<polyline class="curve c0" points="{path}"/>')
    if dots:
        x, y = dots[-1]
        body.append(f'<circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="3.5"/>')
    body += [
        text(4, 49, ends[0], "start", "dim"),
        text(156, 49, ends[1], "end", "dim"),
    ]
    said = " ".join("-" if v is None else f"{v:.2f}" for v in values)
    return _small((160, 52), body, said)


def timeline(
    events: Sequence[tuple[float, str, str]],
    lanes: Mapping[str, str],
    years: Sequence[tuple[float, str]],
) -> Markup:
    """Draw events on lanes; an event is (place from 0 to 1, lane, what it says)."""
    body = []
    order = list(lanes)
    scale = WIDTH - _LEFT - 20
    for number, (lane, label) in enumerate(lanes.items()):
        y = number * 30 + 18
        body += [
            text(_LEFT - 10, y + 4, label, "end"),
            line(_LEFT, y, WIDTH - 20, y, "axis"),
        ]
        del lane
    bottom = len(order) * 30 + 4
    for at, year in years:
        x = _LEFT + at * scale
        body += [
            line(x, 4, x, bottom, "grid"),
            text(x, bottom + 16, year, "middle", "dim"),
        ]
    for at, lane, tip in events:
        kind, _, mark = lane.partition(":")
        x, y = _LEFT + at * scale, order.index(kind) * 30 + 18
        body.append(
            f'<circle class="dot {mark}" cx="{x:.1f}" cy="{y}" r="5"><title>{escape(tip)}</title></circle>'
        )
    return svg(bottom + 24, body)


def _plane(right: float, top: float) -> Callable[[float, float], Point]:
    return lambda x, y: (60 + x / right * 380, 280 - y / top * 250)


def _axes(right: float, top: float, captions: tuple[str, str]) -> list[str]:
    place = _plane(right, top)
    body = []
    for part in range(5):
        share_x, share_y = right * part / 4, top * part / 4
        x, y = place(share_x, 0)[0], place(0, share_y)[1]
        body += [
            line(x, 30, x, 280, "grid"),
            line(60, y, 440, y, "grid"),
            text(x, 297, f"{share_x:.0%}", "middle", "dim"),
            text(54, y + 4, f"{share_y:.0%}", "end", "dim"),
        ]
    body.append(text(250, 318, captions[0], "middle", "dim"))
    body.append(text(60, 20, captions[1], "start", "dim"))
    return body


def svg(height: float, body: Sequence[str]) -> Markup:
    """Close the picture; every text in it was escaped on the way in."""
    size = f"0 0 {WIDTH} {height:.0f}"
    inner = "".join(body)
    return Markup(f'<svg class="chart" viewBox="{size}" role="img">{inner}</svg>')  # noqa: S704


def _small(size: tuple[int, int], body: Sequence[str], tip: str) -> Markup:
    """Close a picture as small as a word; its own width, never stretched by the page."""
    inner = f"<title>{escape(tip)}</title>" + "".join(body)
    box = f"0 0 {size[0]} {size[1]}"
    return Markup(f'<svg class="small" viewBox="{box}" role="img">{inner}</svg>')  # noqa: S704


def _rect(box: Box, kind: str, tip: str) -> str:
    x, y, width, height = box
    return f'<rect class="{kind}" x="{x:.1f}" y="{y:.1f}" width="{max(width, 0):.1f}" height="{height:.1f}"><title>{escape(tip)}</title></rect>'


def line(x1: float, y1: float, x2: float, y2: float, kind: str) -> str:
    """Draw a straight line."""
    return f'<line class="{kind}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def _between(start: Point, end: Point, kind: str) -> str:
    return line(*start, *end, kind)


def text(x: float, y: float, text: str, anchor: str, kind: str = "") -> str:
    """Write a text, escaped."""
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'
