"""A map of the district without any map service: what stands where, in squares."""

import math
from collections.abc import Callable
from html import escape

import polars as pl
from markupsafe import Markup

Pick = Callable[[str, str], str]

WIDTH = 720
# Squares across the width: some 150 metres each in a district of ten kilometres.
_ACROSS = 72
# Shares of C and D at which the colour changes; the darkest begins at a third.
_STEPS = (0.02, 0.08, 0.18, 0.33)
_MARGIN = 18


def district_map(located: pl.DataFrame, streets: pl.DataFrame, pick: Pick) -> Markup:
    """Draw squares by their share of C and D, with the names of the streets.

    `located` has lon, lat and risk_grade; businesses without a place are counted in
    the caption and drawn nowhere.
    """
    placed = located.drop_nulls(["lon", "lat"])
    missing = located.height - placed.height
    if placed.is_empty():
        return Markup('<p class="dim">{}</p>').format(
            pick("没有坐标，无法作图", "no coordinates to draw")
        )
    frame = _Frame(placed)
    squares = (
        placed.with_columns(
            column=((pl.col("lon") - frame.west) / frame.step_x).floor().cast(pl.Int32),
            row=((frame.north - pl.col("lat")) / frame.step_y).floor().cast(pl.Int32),
        )
        .group_by("column", "row")
        .agg(total=pl.len(), risky=pl.col("risk_grade").is_in(["C", "D"]).sum())
        .sort("row", "column")
    )
    body = [
        frame.square(column, row, risky / total, _tip(total, risky, pick))
        for column, row, total, risky in squares.iter_rows()
    ]
    body += [
        _label(frame, *street)
        for street in streets.select("name", "lon", "lat").drop_nulls().iter_rows()
    ]
    body += _legend(frame, missing, pick)
    return Markup(  # noqa: S704  every text in it was escaped
        f'<svg class="chart map" viewBox="0 0 {WIDTH} {frame.height + 44:.0f}" '
        f'role="img">{"".join(body)}</svg>'
    )


class _Frame:
    """Where a place lies on the drawing; north is up."""

    def __init__(self, placed: pl.DataFrame) -> None:
        # A slip of a coordinate must not shrink the district to a dot.
        low, high = (
            placed.select(pl.col("lon", "lat").quantile(q)).row(0)
            for q in (0.001, 0.999)
        )
        self.west, south = low
        east, self.north = high
        self.step_x = max((east - self.west) / _ACROSS, 1e-6)
        self.step_y = self.step_x * math.cos(math.radians((south + self.north) / 2))
        self.size = (WIDTH - 2 * _MARGIN) / _ACROSS
        self.height = 2 * _MARGIN + (self.north - south) / self.step_y * self.size

    def place(self, column: float, row: float) -> tuple[float, float]:
        return _MARGIN + column * self.size, _MARGIN + row * self.size

    def square(self, column: int, row: int, share: float, tip: str) -> str:
        """Draw a square by the share of C and D in it; one off the map is not drawn."""
        x, y = self.place(column, row)
        if not (0 <= x <= WIDTH - self.size and 0 <= y <= self.height):
            return ""
        level, size = sum(share >= step for step in _STEPS), self.size - 1
        return f'<rect class="heat h{level}" x="{x:.1f}" y="{y:.1f}" width="{size:.1f}" height="{size:.1f}"><title>{tip}</title></rect>'


def _tip(total: int, risky: int, pick: Pick) -> str:
    return pick(f"{total} 家，C、D级 {risky} 家", f"{total} businesses, {risky} C or D")


def _label(frame: _Frame, name: str, lon: float, lat: float) -> str:
    x, y = frame.place(
        (lon - frame.west) / frame.step_x, (frame.north - lat) / frame.step_y
    )
    return f'<text class="place" x="{x:.1f}" y="{y:.1f}" text-anchor="middle">{escape(name)}</text>'


def _legend(frame: _Frame, missing: int, pick: Pick) -> list[str]:
    y = frame.height + 16
    edges = ("0", *(f"{step:.0%}" for step in _STEPS))
    body = [
        f'<rect class="heat h{n}" x="{_MARGIN + n * 66}" y="{y}" width="14" height="14"/>'
        f'<text class="dim" x="{_MARGIN + n * 66 + 18}" y="{y + 12}">≥{edge}</text>'
        for n, edge in enumerate(edges)
    ]
    words = pick("每格中C、D级占比", "share of C and D in a square")
    if missing:
        words += pick(f"；{missing} 家无坐标", f"; {missing} without coordinates")
    x = _MARGIN + len(edges) * 66
    return [*body, f'<text class="dim" x="{x}" y="{y + 12}">{words}</text>']
