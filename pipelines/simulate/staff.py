"""Who inspects: offices, inspectors of different strictness, and whom they must avoid."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import polars as pl

from pipelines.simulate.places import STREETS

# Strictness in log-odds: like work ends serious in 3% to 43% of visits, as in Chicago.
SEVERITY_SPREAD = 0.65
PER_OFFICE = 18


@dataclass(frozen=True)
class Staff:
    """Inspectors by number: their office is number // PER_OFFICE."""

    severity: npt.NDArray[np.float64]
    ids: npt.NDArray[np.str_]

    def draw_pair(
        self, rng: np.random.Generator, street: npt.NDArray[np.int64]
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Draw two different inspectors of the street's office for each visit."""
        first = rng.integers(0, PER_OFFICE, len(street))
        second = (first + rng.integers(1, PER_OFFICE, len(street))) % PER_OFFICE
        return street * PER_OFFICE + first, street * PER_OFFICE + second


def make_staff(rng: np.random.Generator) -> Staff:
    """Invent the inspectors of all offices."""
    count = len(STREETS) * PER_OFFICE
    ids = np.char.add("INS", np.char.zfill(np.arange(count).astype(str), 4))
    return Staff(rng.normal(0, SEVERITY_SPREAD, count), ids)


def offices() -> pl.DataFrame:
    """List one market supervision office per street."""
    return pl.DataFrame(
        [
            (f"OFF{i:02d}", s.name.replace("街道", "") + "市场监管所", s.code)
            for i, s in enumerate(STREETS)
        ],
        schema=["office_id", "name", "street_code"],
        orient="row",
    )


def inspectors(rng: np.random.Generator, staff: Staff) -> pl.DataFrame:
    """List the inspectors as the mart wants them."""
    count = len(staff.ids)
    qualified = np.array(
        ["catering+canteen", "seller+market", "producer+seller+catering+canteen"]
    )
    return pl.DataFrame(
        {
            "inspector_id": staff.ids,
            "office_id": [f"OFF{i // PER_OFFICE:02d}" for i in range(count)],
            "joined_on": [
                date(2010 + int(y), 7, 1) for y in rng.integers(0, 10, count)
            ],
            "qualifications": qualified[rng.integers(0, 3, count)],
        }
    )


def leave(rng: np.random.Generator, staff: Staff, until: date) -> pl.DataFrame:
    """List the leave approved for the year to come: two weeks each, in two parts."""
    count = len(staff.ids)
    starts = np.stack(
        [rng.integers(first, first + 170, count) for first in (10, 190)], axis=1
    )
    days = [[until + timedelta(days=int(d)) for d in row] for row in starts]
    return pl.DataFrame(
        {
            "inspector_id": np.repeat(staff.ids, 2),
            "first_on": [day for row in days for day in row],
            "last_on": [day + timedelta(days=6) for row in days for day in row],
            "recorded_at": [until - timedelta(days=20)] * (2 * count),
        }
    )


def conflicts(rng: np.random.Generator, staff: Staff, ids: pl.Series) -> pl.DataFrame:
    """List pairs that must not meet: about one business in thirty-three."""
    count = max(1, len(ids) // 33)
    reasons = np.array(["kinship", "interest", "former_employer"])
    return pl.DataFrame(
        {
            "inspector_id": staff.ids[rng.integers(0, len(staff.ids), count)],
            "business_id": ids.gather(rng.choice(len(ids), count, replace=False)),
            "reason": reasons[rng.integers(0, 3, count)],
            "valid_from": [date(2020, 1, 1)] * count,
        }
    )
