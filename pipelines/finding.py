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
        told = "名称为空，请写编号、统一社会信用代码、许可证号或名称"
        raise UsageError(message, said=told)
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
            told = f"有 {found.height} 家都叫“{said}”：{named}，请写其中一家的编号"
            message = f"{found.height} businesses go by {said!r}: {named}{' ...' if found.height > MAX_CANDIDATES else ''}; give the number of one"
            raise UsageError(message, said=told)
    message = f"no business goes by {said!r}; give its number, USCI, licence number or name as registered"
    told = f"没有叫“{said}”的经营者，请写登记的编号、统一社会信用代码、许可证号或名称"
    raise NotFoundError(message, said=told)
