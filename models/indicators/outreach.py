"""Indicators 13 and 14: communities told about food safety, and schools that teach it."""

import polars as pl

from models.indicators.asked import Asked, counted


def told(asked: Asked) -> pl.DataFrame:
    """Count communities and villages with an activity in the period.

    An activity names its community by street and name, as in the register of units.
    """
    held = asked.facts.training_event.filter(
        asked.in_period("held_on"), pl.col("kind").is_in(asked.codes("activities"))
    ).select("street_code", name="community")
    counts = held.group_by("street_code", "name").len("activities")
    units = _units(asked).join(counts, on=["street_code", "name"], how="left")
    return _rows(
        units,
        pl.col("activities").fill_null(0) >= asked.number("least_activities"),
        ("本期无科普宣教活动记录", "no activity on record in the period"),
    )


def taught(asked: Asked) -> pl.DataFrame:
    """Count schools that held as many lessons of food education as are asked."""
    held = (
        asked.facts.school_lesson.filter(asked.in_period("held_on"))
        .group_by("unit_id")
        .agg(pl.col("lessons").sum())
    )
    return _rows(
        _units(asked).join(held, on="unit_id", how="left"),
        pl.col("lessons").fill_null(0) >= asked.number("least_lessons"),
        ("本期无食育课程记录", "no lesson of food education on record in the period"),
    )


def _units(asked: Asked) -> pl.DataFrame:
    return asked.facts.unit.filter(
        asked.holds(), pl.col("kind").is_in(asked.codes("units"))
    )


def _rows(units: pl.DataFrame, has: pl.Expr, why: tuple[str, str]) -> pl.DataFrame:
    zh, en = why
    return counted(
        units.select(
            "unit_id",
            "name",
            "street_code",
            has=has,
            needs=1.0,
            why_zh=pl.lit(zh),
            why_en=pl.lit(en),
        )
    )
