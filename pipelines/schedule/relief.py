"""What one more pair of inspectors would bring an office: by prices, and solved again."""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np

from models.patterns import Array
from models.street_plan import plan_street
from pipelines.schedule.planning import OfficePlan
from pipelines.schedule.policy import Policy
from pipelines.schedule.weeks import PlanWeeks

# Offices solved again with one more pair; for the others the prices must do.
_SOLVED_AGAIN = 3


@dataclass(frozen=True)
class Relief:
    """What a pair that may inspect everything would change at an office.

    `worth` is what its minutes would save at the prices of the plan, an upper bound;
    the counts of visits dropped are of weeks planned with and without the pair.
    """

    office_id: str
    worth: float
    dropped: int
    dropped_with_pair: int | None = None

    def as_dict(self) -> dict[str, object]:
        """Give the figures for a program."""
        return {
            "office_id": self.office_id,
            "worth": round(self.worth, 1),
            "dropped": self.dropped,
            "dropped_with_pair": self.dropped_with_pair,
        }


def relief(
    plans: Sequence[OfficePlan], policy: Policy, weeks: PlanWeeks, key: bytes
) -> tuple[Relief, ...]:
    """Rank the offices by what one more pair would bring, the most first."""
    minutes = _pair_minutes(policy, weeks)
    found = [
        Relief(
            office_id=plan.office.office_id,
            worth=float((plan.first.prices.each * minutes).sum()),
            dropped=plan.first.dropped,
        )
        for plan in plans
    ]
    order = sorted(
        zip(found, plans, strict=True), key=lambda p: (-p[0].worth, p[0].office_id)
    )
    asked = [pair for pair in order[:_SOLVED_AGAIN] if pair[0].dropped]
    with ThreadPoolExecutor(min(_SOLVED_AGAIN, os.cpu_count() or 1)) as pool:
        again = pool.map(
            lambda pair: _solved_again(pair[0], pair[1], minutes, key), asked
        )
        solved = {one.office_id: one for one in again}
    return tuple(solved.get(one.office_id, one) for one, _ in order)


def _pair_minutes(policy: Policy, weeks: PlanWeeks) -> Array:
    share = 1 - policy.law.number("plan.reserve")
    days = np.array([len(held) for held in weeks.workdays])
    return days * policy.minutes_a_workday * share


def _solved_again(one: Relief, plan: OfficePlan, minutes: Array, key: bytes) -> Relief:
    hands = tuple(replace(h, minutes=h.minutes + minutes) for h in plan.task.hands)
    again = plan_street(replace(plan.task, hands=hands), key)
    return replace(one, dropped_with_pair=again.dropped)
