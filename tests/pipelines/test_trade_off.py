"""Choices stand where both of their gains put them."""

import re

import pytest

from pipelines.trade_off import trade_off


def test_a_choice_stands_where_both_of_its_gains_put_it() -> None:
    svg = trade_off(
        [
            ("nothing", (0.0, 0.0, 0.0), (0.0, 0.0, 0.0)),
            ("<more>", (100.0, 50.0, 150.0), (-0.02, -0.04, 0.0)),
        ],
        ("found", "learned"),
    )
    dots = re.findall(r'<circle[^>]*cx="([\d.]+)" cy="([\d.]+)"', svg)
    (left, high), (right, low) = [(float(x), float(y)) for x, y in dots]
    # From 0 to 150 with 6% of room on either side, between 60 and 440 across.
    assert (left, right) == pytest.approx((80.4, 306.5), abs=0.1)
    # From -0.04 to 0 the same, between 280 and 30: half-way down.
    assert (high, low) == pytest.approx((43.4, 155.0), abs=0.1)
    spans = re.findall(
        r'class="interval" x1="([\d.]+)" y1="([\d.]+)" x2="([\d.]+)"', svg
    )
    assert (float(spans[2][0]), float(spans[2][2])) == pytest.approx(
        (193.5, 419.6), abs=0.1
    )
    assert "&lt;more&gt;: +100 (+50, +150) / -0.02 (-0.04, +0)" in svg
    assert svg.count('class="edge"') == 2
    told = re.findall(r'class="dim"[^>]*>([-+][\d.]+)<', svg)
    assert told == [
        "+0",
        "+50",
        "+100",
        "+150",
        "-0.04",
        "-0.03",
        "-0.02",
        "-0.01",
        "+0",
    ]
