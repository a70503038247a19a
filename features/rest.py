"""One business among all others: what they tell it, made once for any days and stories.

A business explained is looked at several times, on several days and with visits on its
record that have not happened yet. What the others know changes with the day alone.
"""

from dataclasses import dataclass, fields, replace
from datetime import date
from functools import cached_property

import polars as pl

from features.background import Part, all_groups, near_each, part_at, surroundings
from features.inspections import Expectation, daily_outcomes
from features.neighbourhood import NEAR_METRES, Background, Surroundings
from features.schema import Facts

# A degree of latitude is at least this long, and one of longitude as long times the
# cosine of the latitude.
_METRES_A_DEGREE = 110_500.0


def only(facts: Facts, business_id: str) -> Facts:
    """Keep what is on record of one business, and what belongs to none."""
    mine = pl.col("business_id") == business_id
    kept = {
        field.name: table.filter(mine)
        for field in fields(Facts)
        if "business_id" in (table := getattr(facts, field.name)).columns
    }
    items = facts.inspection_item.join(
        kept["inspection"], on="inspection_id", how="semi", maintain_order="left"
    )
    return replace(facts, **kept, inspection_item=items)


@dataclass(frozen=True)
class Rest:
    """All businesses but one, and what they tell it."""

    facts: Facts
    business_id: str

    @cached_property
    def _daily(self) -> pl.DataFrame:
        """Count outcomes by day: of the business's own inspectors apart, of others together.

        No other inspector's record is asked for, and sums of counts are exact.
        """
        inspection = self.facts.inspection
        mine = inspection.filter(business_id=self.business_id)["inspector_id"]
        others = inspection.filter(pl.col("business_id") != self.business_id)
        own = pl.col("inspector_id").is_in(mine.drop_nulls().implode())
        who = pl.when(own).then("inspector_id")
        return daily_outcomes(others.with_columns(inspector_id=who))

    @cached_property
    def _around(self) -> dict[str, Surroundings]:
        """Hold the visits of the others, under the expectation of all on record."""
        all_of_them = Expectation.of(daily_outcomes(self.facts.inspection))
        mine = pl.col("business_id") == self.business_id
        held = surroundings(self.facts, all_of_them)
        return {
            stream: Surroundings(
                around.visits.filter(~mine), around.business.filter(~mine)
            )
            for stream, around in held.items()
        }

    def background(self, own: Facts, day: date) -> Background:
        """Give what all know on a day, the business with the record it is given.

        With the record that it has, every feature is to the byte what the whole register
        gives. Visits that are added must be recorded after all others.
        """
        daily = pl.concat([self._daily, daily_outcomes(own.inspection)])
        expectation = Expectation.of(daily)
        mine = part_at(surroundings(own, expectation), day)
        rest = part_at(self._around, day)
        groups = all_groups([rest, mine])
        near = list(near_each([_close_to(rest, mine), mine]))[1]
        return Background(expectation, groups, near)


def _close_to(rest: Part, mine: Part) -> Part:
    """Keep the places in a square around the business that holds all that is near."""
    if mine.places.is_empty():
        return Part(rest.groups, rest.places.clear())
    lon, lat = mine.places.select("lon", "lat").row(0)
    reach = NEAR_METRES / _METRES_A_DEGREE
    apart = (pl.col("lon") - lon).abs()
    around = pl.min_horizontal(apart, 360 - apart)
    width = reach / (pl.col("lat").radians().cos() - reach).clip(1e-9)
    return Part(
        rest.groups,
        rest.places.filter((pl.col("lat") - lat).abs() <= reach, around <= width),
    )
