"""How well the date of the next visit can be guessed, in bits.

With H bits a date is as hard to guess as one among 2^H weeks drawn evenly. Entropy
counted from frequencies is too low where a group is small; Miller and Madow (1955) add
(values - 1) / 2n, in nats. A group in which everybody is visited in one week has none.

What is left open for who knows the records, the rules and the program, all but the
seed, is seen by planning an office again with another seed: when a share q of its
visits falls into the same week, -log2 q bits (Renyi's entropy of order two, never more
than Shannon's) are left.

Who keeps a shop knows when the shop next door was visited. What that tells of its own
week is what the week of the nearest business of its type takes off the entropy, more
than the week of one somewhere else does.
"""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import cos, log, log2, radians

import numpy as np
from scipy.spatial import cKDTree

from pipelines.schedule.planning import OfficePlan
from pipelines.schedule.policy import Row
from pipelines.schedule.weeks import PlanWeeks

_NOBODY = "never"


@dataclass(frozen=True)
class Guessing:
    """Bits of the week of the next visit, for who knows more and more; `most` is even.

    An outsider knows type, grade and the month of the last visit, a neighbour when the
    nearest business of the type was visited too, an insider all but the seed.
    """

    outsider: float
    neighbour: float
    insider: float
    most: float

    def as_dict(self) -> dict[str, float]:
        """Give the figures for a program."""
        return {
            "outsider_bits": self.outsider,
            "neighbour_bits": self.neighbour,
            "insider_bits": self.insider,
            "most_bits": self.most,
            "outsider_weeks": 2**self.outsider,
            "insider_weeks": 2**self.insider,
        }


def guessing(
    plans: Sequence[OfficePlan], again: OfficePlan | None, weeks: PlanWeeks
) -> Guessing:
    """Measure how open the week of the next visit is, given the last.

    `again` is the plan of one of the offices with another seed.
    """
    outside: dict[Hashable, list[int]] = defaultdict(list)
    for plan in plans:
        for known, week in _next_visits(plan, weeks):
            outside[known].append(week)
    most = log2(max(int(weeks.is_workweek.sum()), 1))
    outsider = conditional_entropy(outside)
    return Guessing(
        outsider=outsider,
        neighbour=max(outsider - next_door_tells(plans), 0.0),
        insider=min(_left_open(plans, again), most),
        most=most,
    )


def _next_visits(plan: OfficePlan, weeks: PlanWeeks) -> Iterable[tuple[Hashable, int]]:
    """Give for each visit what an outsider knows of it, and its week."""
    last: dict[str, object] = {}
    for sent in sorted(plan.sent, key=lambda s: s.week):
        row = sent.case.business
        name = row["business_id"]
        before = row["last_check"]
        month = last.get(name, before.strftime("%Y-%m") if before else _NOBODY)
        yield (row["business_type"], row["risk_grade"], month), sent.week
        last[name] = weeks.mondays[sent.week].strftime("%Y-%m")


def _left_open(plans: Sequence[OfficePlan], again: OfficePlan | None) -> float:
    """Compare the first visits of an office under two seeds."""
    if again is None:
        return 0.0
    (plan,) = (p for p in plans if p.office.office_id == again.office.office_id)
    before, after = _first_weeks(plan), _first_weeks(again)
    both = before.keys() & after.keys()
    same = sum(before[name] == after[name] for name in both)
    return -log2(max(same, 1) / max(len(both), 1))


def next_door_tells(plans: Iterable[OfficePlan]) -> float:
    """Give the bits that the week of the nearest business of a type tells of one's own."""
    near: dict[Hashable, list[int]] = defaultdict(list)
    far: dict[Hashable, list[int]] = defaultdict(list)
    for plan in plans:
        first = _first_weeks(plan)
        for alike in _by_type(plan, first):
            weeks = [first[row["business_id"]] for row in alike]
            for n, (row, next_door) in enumerate(
                zip(alike, _nearest(alike), strict=True)
            ):
                known = (row["business_type"], row["risk_grade"])
                near[known, weeks[next_door]].append(weeks[n])
                far[known, weeks[n - len(weeks) // 2]].append(weeks[n])
    return max(conditional_entropy(far) - conditional_entropy(near), 0.0)


def _by_type(plan: OfficePlan, first: Mapping[str, int]) -> Iterable[list[Row]]:
    """Put together the businesses of a type that are visited and have a place."""
    found: dict[str, list[Row]] = defaultdict(list)
    for case in plan.cases:
        row = case.business
        if row["business_id"] in first and row["lon"] is not None:
            found[row["business_type"]].append(row)
    return [alike for _, alike in sorted(found.items()) if len(alike) > 1]


def _nearest(rows: Sequence[Row]) -> list[int]:
    """Number the nearest other business of each."""
    wide = cos(radians(rows[0]["lat"]))
    at = np.array([(row["lon"] * wide, row["lat"]) for row in rows])
    own, near = np.arange(len(at)), cKDTree(at).query(at, k=2)[1]
    # Of two at one place either may come first.
    return list(np.where(near[:, 0] == own, near[:, 1], near[:, 0]).tolist())


def _first_weeks(plan: OfficePlan) -> dict[str, int]:
    first: dict[str, int] = {}
    for sent in sorted(plan.sent, key=lambda s: s.week):
        first.setdefault(sent.case.business["business_id"], sent.week)
    return first


def conditional_entropy(groups: Mapping[Hashable, Sequence[int]]) -> float:
    """Weigh the entropy of each group by its size.

    Two of 4: {0, 0, 1, 1} has 1 bit and half a value to add, 1/8 nat: 1.18 bits.
    """
    total = sum(len(values) for values in groups.values())
    return sum(entropy(v) * len(v) for v in groups.values()) / max(total, 1)


def entropy(values: Sequence[int]) -> float:
    """Estimate the entropy of what the values come from, at most even over them."""
    counts, n = Counter(values), len(values)
    plain = -sum(c / n * log2(c / n) for c in counts.values())
    return min(plain + (len(counts) - 1) / (2 * n * log(2)), log2(n))
