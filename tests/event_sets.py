"""Invents event histories of any size, some 20 events a business, for the benches."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

# Events a business in each stream, and the quantities a stream has.
STREAMS: Mapping[str, tuple[float, tuple[str, ...]]] = {
    "inspections": (6.0, ("visits", "serious", "residual", "points")),
    "violations": (11.5, ("violations", "key", "general", "repeated", "uncorrected")),
    "complaints": (0.8, ("complaints", "illness", "verified")),
    "samples": (1.5, ("samples", "failed")),
}
WINDOWS = (30, 91, 183, 365, 730, 1826)
FIRST, LAST = date(2020, 1, 1), date(2026, 1, 1)
QUARTERS = pl.date_range(date(2021, 4, 1), LAST, "3mo", eager=True)
_EPOCH = date(1970, 1, 1)
# Late entries: one in fifty is recorded up to 250 days after it happened.
_LATE_SHARE, _LATE_DAYS = 0.02, 250


@dataclass(frozen=True)
class EventSet:
    """Events of each stream, by business, and the pairs they are asked for."""

    businesses: int
    streams: dict[str, pl.DataFrame]
    pairs: pl.DataFrame

    @property
    def columns(self) -> list[tuple[str, str, int]]:
        """Name the columns of the matrix: stream, quantity, window."""
        return [
            (stream, quantity, window)
            for stream, (_, quantities) in STREAMS.items()
            for window in WINDOWS
            for quantity in quantities
        ]

    def blocks(self, size: int) -> Iterator["EventSet"]:
        """Cut the set into so many businesses each, numbered from nought."""
        for first in range(0, self.businesses, size):
            stop = min(first + size, self.businesses)
            yield EventSet(
                stop - first,
                {
                    name: _cut(frame, first, stop)
                    for name, frame in self.streams.items()
                },
                _cut(self.pairs, first, stop),
            )


def _cut(frame: pl.DataFrame, first: int, stop: int) -> pl.DataFrame:
    """Take the rows of some businesses, which stand in order, as a shard holds them."""
    begin, end = frame["entity"].search_sorted(pl.Series([first, stop]))
    return frame[begin:end].with_columns(pl.col("entity") - first)


def event_set(
    businesses: int, days: pl.Series = QUARTERS, *, seed: int = 1
) -> EventSet:
    """Invent a set; all pairs of a business stand together, in the order of the days."""
    rng = np.random.default_rng(seed)
    streams = {
        name: _stream(rng, businesses, rate, quantities)
        for name, (rate, quantities) in STREAMS.items()
    }
    pairs = pl.DataFrame(
        {"entity": np.repeat(np.arange(businesses), len(days))}
    ).hstack([pl.Series("as_of", np.tile(days.to_numpy(), businesses))])
    return EventSet(businesses, streams, pairs)


def _stream(
    rng: np.random.Generator, businesses: int, rate: float, quantities: tuple[str, ...]
) -> pl.DataFrame:
    """Draw events in the order of business and recording, as the warehouse keeps them."""
    count = round(businesses * rate)
    start, stop = ((day - _EPOCH).days for day in (FIRST, LAST))
    happened = rng.integers(start, stop, count)
    is_late = rng.random(count) < _LATE_SHARE
    delay = np.where(is_late, rng.integers(30, _LATE_DAYS, count), 0)
    drawn = {q: rng.integers(0, 3, count).astype(np.float64) for q in quantities}
    if "residual" in drawn:
        # Eighths add up exactly in any order, in SQL too.
        drawn["residual"] = rng.integers(-8, 8, count) / 8
    return (
        pl.DataFrame(
            {
                "entity": rng.integers(0, businesses, count),
                "happened": happened,
                "recorded": happened + delay,
                **drawn,
            }
        )
        .with_columns(pl.col("happened", "recorded").cast(pl.Int32).cast(pl.Date))
        .sort("entity", "recorded", "happened")
    )
