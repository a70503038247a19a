"""Outbreaks of foodborne illness: rare, small, and where the truth is worst."""

from datetime import date

import numpy as np
import polars as pl

from pipelines.simulate.block import Block
from pipelines.simulate.columns import day_number, numbered

INCIDENTS_A_MONTH = 4e-5
CONFIRMED_SHARE = 0.7
_SCHEMA = {
    "business_id": pl.String,
    "occurred_on": pl.Int32,
    "recorded_at": pl.Int32,
    "cases": pl.Int64,
    "is_confirmed": pl.Boolean,
    "street_code": pl.String,
}


def incident_table(rng: np.random.Generator, block: Block) -> pl.DataFrame:
    """Invent a handful of incidents a year, mostly small outbreaks."""
    rows = [
        _incident(rng, block, int(business), month)
        for step, month in enumerate(block.months)
        for business in _struck(rng, block, step)
    ]
    frame = pl.DataFrame(rows, schema=_SCHEMA, orient="row").with_columns(
        pl.col("occurred_on", "recorded_at").cast(pl.Date),
        kind=pl.lit("foodborne"),
        deaths=pl.lit(0),
    )
    return numbered(frame, "incident_id", block.prefix("N"), "occurred_on")


def _struck(rng: np.random.Generator, block: Block, step: int) -> np.ndarray:
    rate = INCIDENTS_A_MONTH * np.exp(np.clip(0.9 * block.excess(step), -2, 3))
    rate *= block.register.trades_in(block.months[step])
    return np.flatnonzero(rng.random(len(rate)) < rate)


def _incident(
    rng: np.random.Generator, block: Block, business: int, month: date
) -> tuple[object, ...]:
    day = day_number(month) + int(rng.integers(0, 28))
    return (
        block.register.ids[business],
        day,
        day + int(rng.integers(1, 6)),
        int(rng.integers(2, 25)),
        bool(rng.random() < CONFIRMED_SHARE),
        str(block.register.street_code[business]),
    )
