"""Communities and schools of the district, and what the schools teach."""

from datetime import date

import numpy as np
import polars as pl

from pipelines.simulate.columns import dates, day_number
from pipelines.simulate.places import (
    COMMUNITIES_A_STREET,
    STREETS,
    community_name,
)

_SCHOOLS = {"primary_school": 55, "middle_school": 25, "nine_year_school": 15}
_SCHOOLS |= {"high_school": 12, "kindergarten": 90}
_WORDS = {
    "primary_school": "小学",
    "middle_school": "初级中学",
    "nine_year_school": "学校",
    "high_school": "高级中学",
    "kindergarten": "幼儿园",
}
_FOUNDED = date(2000, 1, 1)
_TOPICS = ("均衡膳食", "认识食品标签", "光盘行动", "夏季饮食安全", "校园种植体验")
_HOLIDAYS = {2, 7, 8}
# Most schools teach about twice a term; a few have not begun.
_TEACHES_A_MONTH, _NOT_BEGUN = 0.3, 0.04


def unit_table(rng: np.random.Generator) -> pl.DataFrame:
    """List the communities, under the names their activities go by, and the schools."""
    rows: list[tuple[str, str, str, str, int | None]] = [
        (f"{s.code}{n + 1:03d}", "community", community_name(s.name, n), s.code, None)
        for s in STREETS
        for n in range(COMMUNITIES_A_STREET)
    ]
    number = 0
    for kind, count in _SCHOOLS.items():
        for _ in range(count):
            number += 1
            street = STREETS[number % len(STREETS)]
            name = f"{street.name.replace('街道', '')}第{number}{_WORDS[kind]}"
            pupils = int(rng.integers(240, 1800))
            rows.append((f"XX{number:05d}", kind, name, street.code, pupils))
    return pl.DataFrame(
        rows,
        schema=["unit_id", "kind", "name", "street_code", "size"],
        orient="row",
        infer_schema_length=None,
    ).with_columns(valid_from=pl.lit(_FOUNDED), recorded_at=pl.lit(_FOUNDED))


def lesson_table(
    rng: np.random.Generator, units: pl.DataFrame, months: list[date]
) -> pl.DataFrame:
    """Let the schools teach food education outside the holidays."""
    schools = units.filter(pl.col("kind") != "community")
    begins = rng.integers(-24, 30, schools.height)
    begins[rng.random(schools.height) < _NOT_BEGUN] = len(months)
    parts = []
    for step, month in enumerate(months):
        if month.month not in _HOLIDAYS:
            teaches = (rng.random(schools.height) < _TEACHES_A_MONTH) & (begins <= step)
            parts.append(_lessons(rng, schools.filter(pl.Series(teaches)), month))
    number = pl.int_range(pl.len()).cast(pl.String).str.zfill(6)
    return (
        pl.concat(parts)
        .sort("held_on", "unit_id")
        .select(pl.concat_str(pl.lit("K"), number).alias("lesson_id"), pl.all())
    )


def _lessons(
    rng: np.random.Generator, schools: pl.DataFrame, month: date
) -> pl.DataFrame:
    day = day_number(month) + rng.integers(0, 28, schools.height)
    share = rng.uniform(0.03, 0.2, schools.height)
    return pl.DataFrame(
        {
            "unit_id": schools["unit_id"],
            "held_on": dates(day),
            "recorded_at": dates(day + rng.integers(1, 20, schools.height)),
            "lessons": rng.integers(1, 4, schools.height),
            "pupils": (schools["size"] * pl.Series(share)).cast(pl.Int64),
            "topic": np.array(_TOPICS)[rng.integers(0, len(_TOPICS), schools.height)],
        }
    )
