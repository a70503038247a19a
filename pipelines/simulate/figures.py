"""What other departments hand over: health samples, reviews of streets, and figures."""

from datetime import date

import numpy as np
import polars as pl

from pipelines.simulate.columns import Floats, dates, day_number
from pipelines.simulate.places import STREETS

# Year-end residents of the municipal bulletins; the last stands for later years.
POPULATION = {2021: 1_335_000, 2022: 1_371_000, 2023: 1_390_000, 2024: 1_398_000}
CENSUS_YEAR, CENSUS = 2020, 1_323_467
DIMENSIONS = ("foundation", "team", "mechanism", "support", "management")
# The plan's own base of satisfaction, and how it may have gone on from there.
_SATISFACTION, _GAIN_A_YEAR = 90.01, 0.35
_HAZARDS = ("重金属", "农药残留", "致病菌", "真菌毒素", "塑化剂")
_FOODS = ("大米", "蔬菜", "水产品", "熟肉制品", "乳制品", "婴幼儿辅食")
_STREET_MEAN, _STREET_SPREAD, _POINTS_SPREAD = 83, 6, 4


def sample_table(
    rng: np.random.Generator, months: list[date], share: float
) -> pl.DataFrame:
    """Let the health system take somewhat more than one sample per thousand a year."""
    parts = [_taken(rng, month, share) for month in months]
    number = pl.int_range(pl.len()).cast(pl.String).str.zfill(6)
    return (
        pl.concat(parts)
        .sort("sampled_on", maintain_order=True)
        .select(pl.concat_str(pl.lit("H"), number).alias("sample_id"), pl.all())
    )


def _taken(rng: np.random.Generator, month: date, share: float) -> pl.DataFrame:
    count = int(rng.poisson(1.12 * share * _residents(month.year) / 12_000))
    day = day_number(month) + rng.integers(0, 28, count)
    weight: Floats = np.array([s.population for s in STREETS], dtype=np.float64)
    street = rng.choice(len(STREETS), count, p=weight / weight.sum())
    return pl.DataFrame(
        {
            "sampled_on": dates(day),
            "recorded_at": dates(day + rng.integers(15, 40, count)),
            "street_code": np.array([s.code for s in STREETS])[street],
            "food_name": np.array(_FOODS)[rng.integers(0, len(_FOODS), count)],
            "hazard": np.array(_HAZARDS)[rng.integers(0, len(_HAZARDS), count)],
            "is_above_limit": rng.random(count) < 0.02,
        }
    )


def assessment_table(rng: np.random.Generator, years: list[int]) -> pl.DataFrame:
    """Review every street's food safety office each autumn, in five dimensions."""
    usual = rng.normal(_STREET_MEAN, _STREET_SPREAD, len(STREETS))
    rows = []
    for year in years:
        for street, level in zip(STREETS, usual, strict=True):
            day = day_number(date(year, 11, 1)) + int(rng.integers(0, 20))
            for dimension in DIMENSIONS:
                points = float(np.clip(rng.normal(level, _POINTS_SPREAD), 30, 100))
                rows.append((street.code, dimension, day, day + 10, round(points, 1)))
    schema = {
        "street_code": pl.String,
        "dimension": pl.String,
        "assessed_on": pl.Int32,
        "recorded_at": pl.Int32,
        "points": pl.Float64,
    }
    return pl.DataFrame(rows, schema=schema, orient="row").with_columns(
        pl.col("assessed_on", "recorded_at").cast(pl.Date),
        document=pl.lit("模拟评审表"),
    )


def figure_table(
    rng: np.random.Generator, years: list[int], share: float
) -> pl.DataFrame:
    """Hand over the residents, as many fewer as the district is smaller, and a survey."""
    told: list[tuple[str, int, float, tuple[int, int, int]]] = [
        ("census_population", CENSUS_YEAR, round(CENSUS * share), (2021, 5, 20))
    ]
    # Of the years before the records as well: the latest known is the one that counts.
    for year in range(min(POPULATION), max(years) + 1):
        residents = round(_residents(year) * share)
        told.append(("resident_population", year, residents, (year + 1, 3, 20)))
    score = _SATISFACTION
    for year in years:
        score += float(rng.normal(_GAIN_A_YEAR, 0.4))
        told.append(("satisfaction", year, round(score, 2), (year, 12, 20)))
    rows = [
        (figure, "district", year, float(amount), f"{year}年模拟公报", date(*day))
        for figure, year, amount, day in told
    ]
    return pl.DataFrame(
        rows,
        schema=["figure", "area", "year", "amount", "document", "recorded_at"],
        orient="row",
    )


def _residents(year: int) -> int:
    return POPULATION[min(max(year, min(POPULATION)), max(POPULATION))]
