"""Pictures that say what they were given, and nothing a name smuggles in."""

import re

import pytest

from pipelines import charts

COUNTS = {"A": 6, "B": 3, "C": 1, "D": 0}


@pytest.mark.parametrize(
    ("share", "count", "low", "high"),
    [(0.2, 10, 0.0567, 0.5098), (0.0, 50, 0.0, 0.0713), (1.0, 50, 0.9287, 1.0)],
)
def test_a_share_has_its_wilson_interval(
    share: float, count: int, low: float, high: float
) -> None:
    assert charts.wilson(share, count) == pytest.approx((low, high), abs=5e-4)


@pytest.mark.parametrize("count", range(1, 400))
def test_of_none_found_the_least_is_none_and_of_all_the_most_is_all(count: int) -> None:
    assert charts.wilson(0.0, count)[0] == 0.0
    assert charts.wilson(1.0, count)[1] == 1.0


def test_nothing_counted_tells_nothing_of_a_share() -> None:
    assert charts.wilson(0.0, 0) == (0.0, 1.0)


def widths(svg: str, kind: str) -> list[float]:
    return [float(w) for w in re.findall(rf'class="{kind}"[^>]*width="([\d.]+)"', svg)]


def test_a_bar_is_split_as_the_counts_are() -> None:
    svg = charts.stacked_bars([("湖滨街道", COUNTS)])
    a, b, c, d = (widths(svg, f"grade-{g}")[0] for g in "ABCD")
    assert a == pytest.approx(2 * b, abs=0.2)
    assert b == pytest.approx(3 * c, abs=0.3)
    assert d == 0
    assert "湖滨街道 A: 6 (60.0%)" in svg
    assert svg.count(">10<") == 1


def test_a_long_name_has_room_beside_its_bar() -> None:
    def begins(label: str) -> float:
        svg = charts.parted_bars([(label, [("完成", "done", 5)], "5")])
        return float(re.findall(r'x="([\d.]+)"[^>]*text-anchor="end"', svg)[0])

    assert begins("湖滨") == begins("小营")
    assert begins("小微主体登记后一个月内首查") >= 13 * 13


def test_a_name_is_never_taken_for_markup() -> None:
    svg = charts.stacked_bars([("<script>alert(1)</script>&", COUNTS)])
    assert "<script" not in svg
    assert "&lt;script&gt;" in svg


def test_a_histogram_colours_by_the_band_edges() -> None:
    svg = charts.histogram([10, 10, 40, 70], [30, 45, 60], "总分")
    heights = {
        g: max(
            float(h)
            for h in re.findall(rf'class="grade-{g}"[^>]*height="([\d.]+)"', svg)
        )
        for g in "ABCD"
    }
    assert heights["A"] == pytest.approx(2 * heights["B"])
    assert heights["C"] == 0
    assert heights["D"] == heights["B"]


def test_a_waterfall_steps_from_start_to_end() -> None:
    svg = charts.waterfall(
        ("平均", -2.0), [("检查", 1.5), ("投诉", -0.5)], ("本店", -1.0)
    )
    up, down = widths(svg, "up")[0], widths(svg, "down")[0]
    assert up == pytest.approx(3 * down, abs=0.2)
    assert "+1.50" in svg
    assert "-0.50" in svg


def test_a_waterfall_without_parts_is_still_a_picture() -> None:
    assert "<svg" in charts.waterfall(("平均", -2.0), [], ("本店", -2.0))


def test_calibration_dots_stand_on_the_diagonal_when_all_is_right() -> None:
    svg = charts.calibration([(0.1, 0.1, 100), (0.3, 0.3, 100)], ("预测", "实际"))
    dots = re.findall(r'<circle class="dot" cx="([\d.]+)" cy="([\d.]+)"', svg)
    places = [((float(x) - 60) / 380, (280 - float(y)) / 250) for x, y in dots]
    assert all(x == pytest.approx(y, abs=0.002) for x, y in places)


def test_a_timeline_puts_events_on_their_lanes() -> None:
    svg = charts.timeline(
        [(0.0, "inspection:bad", "严重"), (1.0, "penalty:other", "罚款")],
        {"inspection": "检查", "penalty": "处罚"},
        [(0.5, "2025")],
    )
    assert re.findall(r'<circle class="dot (\w+)"', svg) == ["bad", "other"]
    assert "检查" in svg
    assert "2025" in svg


def test_gain_curves_name_every_ranker() -> None:
    curves = {"模型": [(0.0, 0.0), (1.0, 1.0)], "随机": [(0.0, 0.0), (1.0, 1.0)]}
    svg = charts.gain_curves(curves, ("已检查", "已发现"))
    assert svg.count("<polyline") == 2
    assert ">模型</text>" in svg


def test_a_bullet_is_as_long_as_its_value_is_of_the_way() -> None:
    svg = charts.bullet(50.0, 100.0, start=0.0, end=100.0, tip="50 <of> 100")
    assert widths(svg, "level")[0] == pytest.approx(widths(svg, "track")[0] / 2)
    assert "50 &lt;of&gt; 100" in svg
    # At the right end the number stands left of the mark, inside the picture.
    assert 'text-anchor="end">100<' in svg
    assert "outlook" not in svg


def test_a_bullet_without_a_value_still_shows_target_and_forecast() -> None:
    svg = charts.bullet(
        None, 4.5, start=0.0, end=6.0, interval=(1.0, 2.0), ahead=(4.0, 3.0, 5.0)
    )
    assert widths(svg, "level") == []
    assert svg.count('class="goal"') == svg.count('class="whisker"') == 1
    assert svg.count('class="outlook"') == 2


def test_a_sparkline_leaves_out_quarters_without_a_value() -> None:
    svg = charts.sparkline([None, 1.0, 2.0], 3.0, ("2025-06", "2025-12"))
    points = re.findall(r'points="([^"]*)"', svg)[0].split()
    assert len(points) == 2
    assert "- 1.00 2.00" in svg
    assert "circle" not in charts.sparkline([None], 3.0, ("a", "b"))
