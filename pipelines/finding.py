"""Finding the business that an officer means by a number or a name."""

import polars as pl

from features.errors import NotFoundError, UsageError
from features.warehouse import Warehouse

# A name may be part of many; more than these would not be read.
MAX_CANDIDATES = 5
# What a message repeats of what was asked.
MOST_SAID = 60


def find_business(warehouse: Warehouse, asked: str) -> str:
    """Find a business by number, USCI, licence number or name, whole before part.

    Raises:
        NotFoundError: nothing goes by that.
        UsageError: several businesses do; the message names the first.
    """
    if not asked.strip():
        message = "an empty name is no business; give a number, USCI, licence or name"
        raise UsageError(message)
    said = asked if len(asked) <= MOST_SAID else f"{asked[:MOST_SAID]}..."
    known = (
        warehouse.table(
            "mart.business", "business_id", "usci", "licence_no", "name", "recorded_at"
        )
        .sort("business_id", "recorded_at")
        .collect()
    )
    for matches in (
        pl.col("business_id") == asked,
        (pl.col("usci") == asked) | (pl.col("licence_no") == asked),
        pl.col("name") == asked,
        pl.col("name").str.contains(asked, literal=True),
    ):
        found = known.filter(matches).unique(
            "business_id", keep="last", maintain_order=True
        )
        if found.height == 1:
            return str(found["business_id"][0])
        if found.height:
            first = found.head(MAX_CANDIDATES).select("business_id", "name")
            named = ", ".join(f"{number} {name}" for number, name in first.rows())
            message = f"{found.height} businesses go by {said!r}: {named}{' ...' if found.height > MAX_CANDIDATES else ''}; give the number of one"
            raise UsageError(message)
    message = f"no business goes by {said!r}; give its number, USCI, licence number or name as registered"
    raise NotFoundError(message)
