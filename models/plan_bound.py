"""How cheap a plan could be at best: Lagrange's bound over single businesses.

For any prices of weeks, no plan costs less than each business's cheapest pattern under
them, less what the minutes there are would fetch. Two businesses that each lose 1 a
week want one place in week 0 and one in week 1: free they cost 0 + 0; at a price of 1
for week 0 they cost 1 + 1, less the 1 that the place fetches, and 1 is what they cost.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, log
from typing import Protocol

import numpy as np

from models.patterns import Array, Batch, cheapest
from models.plan_task import Prices, Slot, Subject, Task

# Risks within a tenth are one class; its plan then costs about a quarter percent more.
_CLASS_RATIO = 1.1
_LEAST_VALUE = 1e-6
_BATCH = 2_000

Key = tuple[str, str, tuple[Slot, ...], int]


class Alike(Protocol):
    """What businesses with the same weeks and minutes share."""

    @property
    def kind(self) -> str:
        """Name the type, which says who may go."""

    @property
    def season(self) -> str:
        """Name the season."""

    @property
    def slots(self) -> tuple[Slot, ...]:
        """List the visits."""


@dataclass(frozen=True)
class Crowd:
    """The price of one of few places in a week for the businesses of a class."""

    of: Key
    week: int
    places: float
    price: float


def class_key(subject: Subject) -> Key:
    """Name the class of a business: all but a few percent of its risk."""
    step = round(log(max(subject.value, _LEAST_VALUE)) / log(_CLASS_RATIO))
    return subject.kind, subject.season, subject.slots, step


def lagrange_bound(task: Task, prices: Prices, crowds: Sequence[Crowd]) -> float:
    """Bound the cost of every plan of a task from below, whatever the prices."""
    total = -prices.fetched(task) - sum(c.places * c.price for c in crowds)
    each = prices.each
    nodes: dict[Key, Array] = {}
    alike: dict[tuple[int, str], list[Subject]] = defaultdict(list)
    for subject in task.subjects:
        key = class_key(subject)
        if key not in nodes:
            nodes[key] = nodes_of(task, subject, each)
        alike[len(subject.slots), subject.season].append(subject)
    for crowd in crowds:
        if crowd.of in nodes:
            nodes[crowd.of][0, crowd.week] += crowd.price
    for (_, season), group in sorted(alike.items()):
        for start in range(0, len(group), _BATCH):
            some = group[start : start + _BATCH]
            of = np.stack([nodes[class_key(s)] for s in some])
            values = np.array([s.value for s in some])
            batch = batch_of(task, season, [s.slots for s in some], values, of)
            total += float(cheapest(batch).sum())
    return total


def nodes_of(task: Task, of: Alike, prices: Array) -> Array:
    """Price a visit by slot and week; where it may not be, it has no price."""
    weighs = task.weighs(of.kind)
    price = prices[weighs].sum(axis=0)
    return np.stack(
        [
            np.where(
                task.open_weeks(slot, of.season),
                price * slot.minutes + task.minute_cost,
                inf,
            )
            for slot in of.slots
        ]
    )


def batch_of(
    task: Task,
    season: str,
    slots: Sequence[tuple[Slot, ...]],
    values: Array,
    nodes: Array,
) -> Batch:
    """Put businesses of one season and number of slots beside each other."""
    return Batch(
        exposure=task.seasons[season].exposure,
        value=values,
        node=nodes,
        skip=np.array([[task.penalty(s) for s in row] for row in slots]),
        gap=np.array([[s.gap for s in row] for row in slots]),
    )
