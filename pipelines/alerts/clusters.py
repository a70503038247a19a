"""Complaints by street, category and week, and the weeks in which they cluster."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl

from features.warehouse import Warehouse
from models.complaint_text import TextModel, train
from models.outbreak import Ints, bars
from models.rules import RuleSet

DAYS = 7
# Three years that Farrington looks back on, and the year that a bench tests.
HISTORY_WEEKS = 214
# Texts to learn from: more change nothing, and reading them takes seconds.
TEXTS = 8000
# Whoever filed this month's texts under the wrong category must not teach the model so,
# just when it matters.
SETTLED_DAYS = 28
ILLNESS = "illness"


@dataclass(frozen=True)
class Counts:
    """Complaints by week (the last ends the day before) and cell (street, category)."""

    counts: Ints
    cells: tuple[tuple[str, str], ...]
    day: date
    businesses: Mapping[tuple[str, str], tuple[str, ...]]
    model: TextModel

    def week_starting(self, week: int) -> date:
        """Give the first day of a week."""
        return self.day - timedelta(days=DAYS * (len(self.counts) - week))


@dataclass(frozen=True)
class Cluster:
    """A cell whose last week lies above its bar, and for how many weeks in a row."""

    street: str
    category: str
    week_starting: date
    observed: int
    expected: float
    upper: int
    weeks: int
    businesses: tuple[str, ...]


def weekly_counts(warehouse: Warehouse, law: RuleSet) -> Counts:
    """Count what was received and known before the law's day, by what its text says.

    What a text is about is told by a model learned from texts with a category on record;
    a complaint without a text keeps the category it came with.
    """
    day = law.day
    first = day - timedelta(days=DAYS * HISTORY_WEEKS)
    known = (
        warehouse.table(
            "mart.complaint",
            *("complaint_id", "business_id", "received_on", "recorded_at"),
            *("category", "text", "street_code"),
        )
        .filter(pl.col("recorded_at") < day, pl.col("street_code").is_not_null())
        .sort("received_on", "complaint_id")
        .collect()
    )
    settled = known.filter(pl.col("received_on") < day - timedelta(days=SETTLED_DAYS))
    model = train(settled.select("text", "category").tail(TEXTS))
    watched = known.filter(pl.col("received_on") >= first, pl.col("received_on") < day)
    told = watched.with_columns(category=model.categories(watched))
    return _counted(told, law, model)


def _counted(told: pl.DataFrame, law: RuleSet, model: TextModel) -> Counts:
    categories = law.codes("warning.complaint_categories")
    streets = told["street_code"].unique().sort().to_list()
    cells = tuple((s, c) for s in streets for c in categories)
    place = {cell: at for at, cell in enumerate(cells)}
    back = (pl.lit(law.day) - pl.col("received_on")).dt.total_days() - 1
    rows = told.filter(pl.col("category").is_in(categories)).with_columns(
        ago=back // DAYS
    )
    weeks = max(rows["ago"].to_list(), default=-1) + 1
    counts = np.zeros((weeks, len(cells)), dtype=np.int64)
    by_cell = rows.group_by("street_code", "category", "ago").len()
    for street, category, ago, count in by_cell.iter_rows():
        counts[weeks - 1 - ago, place[street, category]] = count
    last = rows.filter(pl.col("ago") == 0, pl.col("business_id").is_not_null())
    named = last.group_by("street_code", "category").agg(
        pl.col("business_id").unique().sort()
    )
    businesses = {(s, c): tuple(ids) for s, c, ids in named.iter_rows()}
    return Counts(counts, cells, law.day, businesses, model)


def alarm_share(law: RuleSet, cells: int) -> float:
    """Share out the false alarms a week that are allowed over all cells."""
    return law.number("warning.false_alarms") / max(cells, 1)


def clusters(counts: Counts, law: RuleSet) -> Iterator[Cluster]:
    """Find the cells above their bar in the last week, and whether the week before too."""
    least = int(law.number("warning.least_complaints"))
    share = alarm_share(law, len(counts.cells))
    weeks = len(counts.counts)
    above = []
    for week in (weeks - 1, weeks - 2):
        found = bars(counts.counts, week, share) if week > 0 else None
        if found is None:
            break
        above.append((found, found.exceeded(counts.counts[week], least)))
    if not above:
        return
    last, is_above = above[0]
    for at in np.flatnonzero(is_above):
        street, category = counts.cells[at]
        again = len(above) > 1 and bool(above[1][1][at])
        yield Cluster(
            street=street,
            category=category,
            week_starting=counts.week_starting(weeks - 1),
            observed=int(counts.counts[weeks - 1, at]),
            expected=float(last.expected[at]),
            upper=int(last.upper[at]),
            weeks=2 if again else 1,
            businesses=counts.businesses.get((street, category), ()),
        )
