"""Leads of breaches with what became of them, and reports of incidents."""

from datetime import date

import numpy as np
import polars as pl

from pipelines.simulate.block import Block
from pipelines.simulate.columns import (
    Bools,
    Ints,
    Text,
    dates,
    day_number,
    drawn,
    only_where,
)

_ORIGINS = {"inspection": 0.5, "sampling": 0.15, "complaint": 0.3, "transfer": 0.05}
# Beside each case that ended with a penalty, some end otherwise or are still open.
_OTHERWISE, _TO_POLICE = 0.06, 0.09
_LATE, _NEVER_FILED, _DISMISSED = 0.01, 0.004, 0.15
_DAYS_TO_CLOSE = 88
_HOURS, _HOURS_SPREAD, _COMPLETE = 0.8, 0.5, 0.99
_CHANNELS = {"direct_system": 0.8, "written": 0.17, "telephone": 0.03}


def lead_table(
    rng: np.random.Generator, block: Block, penalty: pl.DataFrame, until: date
) -> pl.DataFrame:
    """Invent the lead behind every penalty, and some that led to none.

    What comes after the records end has not happened yet: the case is still open.
    """
    end = day_number(until)
    decided = penalty["decided_on"].to_physical().cast(pl.Int64).to_numpy()
    extra = rng.integers(0, max(len(decided), 1), round(_OTHERWISE * len(decided)))
    case = np.concatenate([np.arange(len(decided)), extra])
    is_extra = np.arange(len(case)) >= len(decided)
    took = _days(rng, len(case))
    filed = decided[case] - took - is_extra * rng.integers(0, 300, len(case))
    found = filed - rng.integers(0, 14, len(case))
    is_filed = ~(is_extra & (rng.random(len(case)) < _NEVER_FILED / _OTHERWISE))
    is_filed &= filed < end
    is_closed = is_filed & (filed + took < end)
    police = rng.random(len(case)) < _TO_POLICE
    return pl.DataFrame(
        {
            "lead_id": _numbers(block, len(case)),
            "business_id": penalty["business_id"].gather(case),
            "department": np.where(police, "police", "market"),
            "origin": drawn(rng, _ORIGINS, len(case)),
            "found_on": dates(found),
            "recorded_at": dates(found + rng.integers(0, 5, len(case))),
            "meets_standard": ~(is_extra & (rng.random(len(case)) < _DISMISSED)),
            "filed_on": only_where(is_filed, dates(filed)),
            "closed_on": only_where(is_closed, dates(filed + took)),
            "outcome": only_where(is_closed, _outcomes(is_extra, police)),
        }
    ).sort("found_on", "lead_id")


def report_table(
    rng: np.random.Generator, block: Block, incident: pl.DataFrame
) -> pl.DataFrame:
    """Report every incident on the day after it or the next, nearly always in time."""
    count = incident.height
    occurred = incident["occurred_on"].to_physical().cast(pl.Int64).to_numpy()
    reported = occurred + rng.integers(0, 2, count)
    number = pl.int_range(count, eager=True).cast(pl.String).str.zfill(6)
    return pl.DataFrame(
        {
            "report_id": block.prefix("R") + number,
            "incident_id": incident["incident_id"],
            "reported_on": dates(reported),
            "recorded_at": incident["recorded_at"].dt.offset_by("1d"),
            "hours_after": np.round(_HOURS * rng.lognormal(0, _HOURS_SPREAD, count), 1),
            "channel": drawn(rng, _CHANNELS, count),
            "is_complete": rng.random(count) < _COMPLETE,
        }
    )


def _days(rng: np.random.Generator, count: int) -> Ints:
    in_time = rng.integers(15, _DAYS_TO_CLOSE, count)
    return np.where(rng.random(count) < _LATE, in_time + 90, in_time)


def _outcomes(is_extra: Bools, police: Bools) -> Text:
    return np.where(is_extra, "closed", np.where(police, "transferred", "decision"))


def _numbers(block: Block, count: int) -> pl.Series:
    number = pl.int_range(count, eager=True).cast(pl.String).str.zfill(7)
    return block.prefix("L") + number
