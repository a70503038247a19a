"""The rows of an indicator run in the warehouse."""

from typing import TYPE_CHECKING

import polars as pl

from features.schema import schema
from features.warehouse import Warehouse

if TYPE_CHECKING:
    from pipelines.indicators.running import Indicators

RUN, VALUE, TREND, GAP = (
    "output.run",
    "output.indicator_value",
    "output.indicator_trend",
    "output.indicator_gap",
)


def write_rows(warehouse: Warehouse, found: "Indicators") -> None:
    """Replace what the run has written before; the same run writes the same rows."""
    run_id = str(found.record["run_id"])
    with warehouse.transaction():
        for table, frame in (
            (RUN, _as_output(RUN, [found.record])),
            (VALUE, _values(found)),
            (TREND, _trends(found)),
            (GAP, _gaps(found)),
        ):
            warehouse.replace_run(table, frame, run_id)


def _values(found: "Indicators") -> pl.DataFrame:
    rows = []
    for judged in found.judged:
        now, ahead, target = judged.assessed, judged.forecast, judged.plan.target
        rows.append(
            {
                "run_id": found.record["run_id"],
                "indicator_no": target.no,
                "as_of": found.as_of,
                "year": found.year,
                "period_from": min(now.asked.first, found.until),
                "period_to": found.until,
                "numerator": now.numerator,
                "denominator": now.denominator,
                "value": now.value,
                "lower": now.lower,
                "upper": now.upper,
                "target": target.target,
                "comparison": target.comparison,
                "is_met": now.is_met,
                "missing": now.missing,
                "gaps": now.gaps.height,
                "forecast_day": found.forecast_day,
                "forecast": ahead.value if ahead else None,
                "forecast_lower": ahead.lower if ahead else None,
                "forecast_upper": ahead.upper if ahead else None,
            }
        )
    return _as_output(VALUE, rows)


def _trends(found: "Indicators") -> pl.DataFrame:
    rows = [
        {
            "run_id": found.record["run_id"],
            "indicator_no": judged.no,
            "until": point.until,
            "numerator": point.numerator,
            "denominator": point.denominator,
            "value": point.value,
        }
        for judged in found.judged
        for point in judged.trend
    ]
    return _as_output(TREND, rows)


def _gaps(found: "Indicators") -> pl.DataFrame:
    return pl.concat(
        judged.assessed.gaps.select(
            pl.lit(found.record["run_id"]).alias("run_id"),
            pl.lit(judged.no, pl.Int16).alias("indicator_no"),
            pl.all(),
        )
        for judged in found.judged
    )


def _as_output(table: str, rows: list[dict[str, object]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=schema()[table].empty().schema)
