"""Who deals in the main foods, and what they upload to the traceability platform."""

from datetime import date

import numpy as np
import polars as pl

from pipelines.simulate.block import Block
from pipelines.simulate.columns import Bools, Floats, Ints, Text, dates, day_number

CATEGORIES = ("meat", "egg", "dairy", "rice", "flour", "oil", "aquatic", "liquor")
# Of each kind of operator, the share that deals in each category.
_DEALS = {
    "food_producer": (0.15, 0.05, 0.1, 0.15, 0.15, 0.1, 0.1, 0.15),
    "wholesale": (0.25, 0.15, 0.15, 0.25, 0.2, 0.25, 0.2, 0.15),
    "supermarket": (0.7, 0.85, 0.9, 0.85, 0.85, 0.85, 0.6, 0.7),
    "farm_market": (1.0, 1.0, 0.3, 0.9, 0.8, 0.8, 1.0, 0.2),
}
# The platform is two years old when the records end; most were on it early.
UPLOAD_MONTHS = 24
_NEVER, _JOINS_WITHIN, _FORGETS = 0.025, 22, 0.015


def handled_table(rng: np.random.Generator, block: Block) -> pl.DataFrame:
    """Say who deals in which of the main foods, from the day of opening."""
    register = block.register
    who, category = np.nonzero(
        rng.random((len(register.kind), len(CATEGORIES))) < _shares(register.subtype)
    )
    opened = register.opened[who]
    return pl.DataFrame(
        {
            "business_id": register.ids.gather(who),
            "category": np.array(CATEGORIES)[category],
            "valid_from": dates(opened),
            "recorded_at": dates(opened + rng.integers(1, 30, len(who))),
        }
    )


def upload_table(
    rng: np.random.Generator, block: Block, handled: pl.DataFrame
) -> pl.DataFrame:
    """Let dealers join the platform one after the other, and now and then forget."""
    place = {b: i for i, b in enumerate(block.register.ids)}
    who = np.array([place[b] for b in handled["business_id"]], dtype=np.int64)
    joins = rng.integers(-12, _JOINS_WITHIN, len(who))
    joins[rng.random(len(who)) < _NEVER] = UPLOAD_MONTHS
    months = block.months[-UPLOAD_MONTHS:]
    late = UPLOAD_MONTHS - len(months)
    parts = [
        _month(rng, handled, month, (joins <= step + late) & _trades(block, who, month))
        for step, month in enumerate(months)
    ]
    return pl.concat(parts)


def _month(
    rng: np.random.Generator, handled: pl.DataFrame, month: date, joined: Bools
) -> pl.DataFrame:
    here = handled.filter(
        pl.Series(joined & (rng.random(len(joined)) >= _FORGETS))
    ).select("business_id", "category")
    return here.with_columns(
        month=pl.lit(month),
        batches=pl.Series(1 + rng.poisson(9, here.height)),
        platform=pl.lit("zheshilian"),
        recorded_at=pl.lit(month).dt.offset_by("1mo2d"),
    )


def _trades(block: Block, who: Ints, month: date) -> Bools:
    register, first = block.register, day_number(month)
    open_: Bools = (register.opened[who] < first) & (register.closed[who] > first)
    return open_


def _shares(subtype: Text) -> Floats:
    share = np.zeros((len(subtype), len(CATEGORIES)))
    for name, shares in _DEALS.items():
        share[subtype == name] = shares
    return share
