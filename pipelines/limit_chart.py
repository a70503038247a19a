"""Bars held against a limit, for pages."""

from collections.abc import Sequence
from html import escape

from markupsafe import Markup

from pipelines.charts import line, svg, text

_LEFT, _WIDTH, _ROW = 350, 300, 24


def limited_bars(rows: Sequence[tuple[str, float, str]], limit: float) -> Markup:
    """Draw (name, value, colour class) as bars from 0, with the limit as a dashed line."""
    top = max([limit * 1.2, *(value for _, value, _ in rows)])
    goal = _LEFT + limit / top * _WIDTH
    bottom = len(rows) * _ROW + 4
    body = [line(goal, 0, goal, bottom, "edge")]
    for number, (name, value, kind) in enumerate(rows):
        y, width = number * _ROW + 4, max(value / top * _WIDTH, 1)
        tip = escape(f"{name}: {value:.3f}")
        body += [
            text(_LEFT - 8, y + 13, name, "end"),
            f'<rect class="{kind}" x="{_LEFT}" y="{y}" width="{width:.1f}" height="{_ROW - 8}"><title>{tip}</title></rect>',
            text(_LEFT + width + 6, y + 13, f"{value:.2f}", "start", "dim"),
        ]
    return svg(bottom + 4, body)
