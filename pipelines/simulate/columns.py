"""How invented arrays become columns: dates, codes, shares, and gaps."""

from collections.abc import Mapping
from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Text = npt.NDArray[np.str_]


def day_number(day: date) -> int:
    """Count the days since 1970-01-01."""
    return (day - date(1970, 1, 1)).days


def dates(days: Ints) -> pl.Series:
    """Turn day numbers back into dates."""
    return pl.Series(days.astype(np.int32)).cast(pl.Date)


def codes(prefix: str, number: Ints, width: int) -> Text:
    """Write numbers with leading zeros behind a prefix: OFF, 7, 2 give OFF07."""
    return np.array([f"{prefix}{n:0{width}d}" for n in number.tolist()], dtype=np.str_)


def drawn(rng: np.random.Generator, shares: Mapping[str, float], count: int) -> Text:
    """Draw one of the words for each row, at their shares, which sum to 1."""
    at = rng.choice(len(shares), count, p=list(shares.values()))
    return np.array(list(shares))[at]


def only_where(
    kept: Bools, values: pl.Series | Bools | Ints | Floats | Text
) -> pl.Series:
    """Keep the values where they apply; leave a gap elsewhere."""
    return pl.Series(values).set(pl.Series(~kept), None)


def numbered(frame: pl.DataFrame, column: str, prefix: str, by: str) -> pl.DataFrame:
    """Number the rows in the order of their day and put the number first."""
    ordered = frame.sort(by, "business_id", maintain_order=True)
    number = pl.int_range(pl.len()).cast(pl.String).str.zfill(7)
    return ordered.select(pl.concat_str(pl.lit(prefix), number).alias(column), pl.all())
