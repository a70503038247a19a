"""How far inspectors go: the same simple rounds for every way of deciding."""

import numpy as np
import polars as pl

from models.metrics import Array

# A pair makes so many visits on a day out; it leaves the office and comes back to it.
VISITS_A_ROUND = 5
_KM_A_DEGREE = 111.2


def kilometres(visits: pl.DataFrame, places: pl.DataFrame) -> float:
    """Add up the rounds, as the crow flies, that the visits of each month need.

    Within a month an office puts its visits together as they lie: to the nearest one
    next, five a round. The office stands in the middle of its businesses.
    """
    located = visits.join(places, on="business_id").drop_nulls(["lon", "lat"])
    middle = places.group_by("street_code").agg(
        office_lon=pl.col("lon").mean(), office_lat=pl.col("lat").mean()
    )
    groups = located.join(middle, on="street_code").group_by(
        "street_code", pl.col("inspected_on").dt.truncate("1mo"), maintain_order=True
    )
    return sum(_rounds(_flat(group)) for _, group in groups)


def _flat(group: pl.DataFrame) -> Array:
    """Place visits in kilometres around their office, which is the origin."""
    shrink = np.cos(np.radians(group["office_lat"].to_numpy()))
    east = (group["lon"] - group["office_lon"]).to_numpy() * shrink
    north = (group["lat"] - group["office_lat"]).to_numpy()
    place: Array = np.column_stack([east, north]) * _KM_A_DEGREE
    return place


def _rounds(place: Array) -> float:
    """Go round by round, always on to the nearest place; 3 km out and back are 6."""
    left, total = place, 0.0
    while len(left):
        at = np.zeros(2)
        for _ in range(min(VISITS_A_ROUND, len(left))):
            away = np.hypot(*(left - at).T)
            nearest = int(away.argmin())
            total, at = total + float(away[nearest]), left[nearest]
            left = np.delete(left, nearest, axis=0)
        total += float(np.hypot(*at))
    return total
