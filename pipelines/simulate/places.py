"""Streets of the demo district and where businesses stand in them.

Codes are the statistical ones; the centres are rough (1.5 km) and serve only to spread
invented businesses. Weights are invented too: denser in the old town.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl


@dataclass(frozen=True)
class Street:
    """A street with its rough centre and its invented share of businesses."""

    code: str
    name: str
    lon: float
    lat: float
    weight: float
    population: int
    roads: str  # some of its roads, parted by blanks


STREETS = (
    Street(
        "330102001", "清波街道", 120.160, 30.241, 0.05, 38_000, "河坊街 南山路 定安路"
    ),
    Street(
        "330102003", "湖滨街道", 120.164, 30.254, 0.09, 36_000, "延安路 解放路 平海路"
    ),
    Street(
        "330102004", "小营街道", 120.177, 30.252, 0.07, 92_000, "庆春路 马市街 建国中路"
    ),
    Street(
        "330102008",
        "南星街道",
        120.167,
        30.215,
        0.05,
        77_000,
        "复兴路 凤凰山脚路 飞云江路",
    ),
    Street(
        "330102009",
        "紫阳街道",
        120.174,
        30.231,
        0.06,
        92_000,
        "中山南路 秋涛路 中河南路",
    ),
    Street(
        "330102010", "望江街道", 120.186, 30.233, 0.06, 80_000, "望江路 婺江路 富春路"
    ),
    Street(
        "330102011",
        "凯旋街道",
        120.195,
        30.266,
        0.08,
        105_000,
        "凯旋路 景芳路 太平门直街",
    ),
    Street(
        "330102012", "采荷街道", 120.200, 30.253, 0.07, 92_000, "采荷路 双菱路 凤起东路"
    ),
    Street(
        "330102013", "闸弄口街道", 120.202, 30.286, 0.07, 98_000, "天城路 机场路 濮家路"
    ),
    Street(
        "330102014",
        "四季青街道",
        120.214,
        30.251,
        0.09,
        110_000,
        "钱江路 新业路 杭海路",
    ),
    Street(
        "330102015",
        "彭埠街道",
        120.232,
        30.287,
        0.08,
        120_000,
        "明石路 昙花庵路 彭埠路",
    ),
    Street(
        "330102016",
        "笕桥街道",
        120.226,
        30.306,
        0.09,
        150_000,
        "笕丁路 机场路 花园兜街",
    ),
    Street(
        "330102017", "丁兰街道", 120.226, 30.345, 0.06, 128_000, "勤丰路 临丁路 丁兰路"
    ),
    Street(
        "330102018", "九堡街道", 120.268, 30.312, 0.08, 180_000, "九和路 九环路 杭海路"
    ),
)
_SPREAD_DEGREES = 0.006
COMMUNITIES_A_STREET = 14


def draw_streets(rng: np.random.Generator, count: int) -> np.ndarray:
    """Draw a street index for each business."""
    weight = np.array([street.weight for street in STREETS])
    return rng.choice(len(STREETS), count, p=weight / weight.sum())


def coordinates(
    rng: np.random.Generator, street: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Scatter businesses around shopping spots near the centre of their street."""
    spots = rng.normal(0.0, _SPREAD_DEGREES, (len(STREETS), 12, 2))
    at = spots[street, rng.integers(0, 12, len(street))]
    near = rng.normal(0.0, _SPREAD_DEGREES / 6, (len(street), 2))
    centre = np.array([(s.lon, s.lat) for s in STREETS])[street]
    place = np.round(centre + at + near, 6)
    return place[:, 0], place[:, 1]


def addresses(rng: np.random.Generator, street: np.ndarray) -> np.ndarray:
    """Invent a number on a road of the street."""
    roads = np.array(
        [[f"杭州市上城区{s.name}{road}" for road in s.roads.split()] for s in STREETS]
    )
    at = roads[street, rng.integers(0, roads.shape[1], len(street))]
    number = rng.integers(1, 400, len(street)).astype(str)
    return np.char.add(np.char.add(at, number), "号")


def community_name(street: str, number: int) -> str:
    """Name a community by its street: 清波街道, 0 gives 清波第1社区."""
    return f"{street.replace('街道', '')}第{number + 1}社区"


def street_table() -> pl.DataFrame:
    """List the streets as the mart wants them."""
    return pl.DataFrame(
        [(s.code, s.name, s.lon, s.lat, s.population) for s in STREETS],
        schema=["street_code", "name", "lon", "lat", "population"],
        orient="row",
    )
