"""Sunshine kitchens: the days on which each was open, and those it could be seen on."""

from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl

from pipelines.simulate.block import Block
from pipelines.simulate.columns import Bools, Ints, dates, day_number
from pipelines.simulate.latent import chance

CONNECTED = (
    "restaurant_xl",
    "restaurant_l",
    "central_kitchen",
    "collective_delivery",
    "school_canteen",
    "eldercare_canteen",
)
# Schools rest from Saturday on; Monday is 0.
_SCHOOL_RESTS = 5
_OFFLINE, _ONLINE = 1, 2

_States = npt.NDArray[np.int8]


def connection_table(rng: np.random.Generator, block: Block) -> pl.DataFrame:
    """Write the spans of days on which each connected kitchen was online or not.

    Days without business are in no span. The platform tells each night what it saw.
    """
    register = block.register
    who = np.flatnonzero(np.isin(register.subtype, CONNECTED))
    # Chance of its own, so that what else a seed gives does not hang on the days.
    days = rng.spawn(1)[0]
    rests = np.where(
        register.subtype == "school_canteen",
        _SCHOOL_RESTS,
        days.integers(0, 7, len(register.kind)),
    )
    start = rng.integers(0, 40, len(who))
    parts = []
    for step, month in enumerate(block.months):
        first = day_number(month)
        is_open = (register.closed > first) & (register.opened < first)
        here = who[(start <= step) & is_open[who]]
        trading = rng.integers(20, 27, len(here))
        share = chance(2.6 - 0.4 * block.excess(step)[here])
        online = rng.binomial(trading, share)
        trades = _trading_days(days, month, rests[here], trading)
        states = _states(days, trades, trading - online)
        parts.append(_spans(register.ids.gather(here), first, states))
    return pl.concat(parts)


def _trading_days(
    rng: np.random.Generator, month: date, rests: Ints, trading: Ints
) -> Bools:
    """Rest on one day of the week, then on the one after it, until enough are left."""
    length = pl.Series([month]).dt.days_in_month().item()
    weekday = (month.weekday() + np.arange(length)) % 7
    after_rest = (weekday[None, :] - rests[:, None]) % 7
    order = np.argsort(after_rest + rng.random(after_rest.shape), axis=1)
    rank = np.argsort(order, axis=1)
    is_open: Bools = rank >= (length - trading)[:, None]
    return is_open


def _states(rng: np.random.Generator, trades: Bools, offline: Ints) -> _States:
    """Let the camera fail for business days in a row, somewhere in the month."""
    nth = np.cumsum(trades, axis=1) - 1
    last_start = trades.sum(axis=1) - offline
    start = np.floor(rng.random(len(trades)) * (last_start + 1))[:, None]
    fails = trades & (nth >= start) & (nth < start + offline[:, None])
    return np.where(fails, _OFFLINE, np.where(trades, _ONLINE, 0)).astype(np.int8)


def _spans(ids: pl.Series, first: int, states: _States) -> pl.DataFrame:
    """Write runs of the same state as spans; the days of no business are left out."""
    length = states.shape[1]
    flat = states.ravel()
    begins = np.ones(len(flat), dtype=np.bool_)
    begins[1:] = (flat[1:] != flat[:-1]) | (np.arange(1, len(flat)) % length == 0)
    at = np.flatnonzero(begins)
    ends = np.r_[at[1:], len(flat)] - 1
    at, ends = at[flat[at] > 0], ends[flat[at] > 0]
    last = dates(first + ends % length)
    return pl.DataFrame(
        {
            "business_id": ids.gather(at // length),
            "first_on": dates(first + at % length),
            "last_on": last,
            "is_online": flat[at] == _ONLINE,
            "recorded_at": last,
        }
    )
