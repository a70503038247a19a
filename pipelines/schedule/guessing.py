"""How well the date of the next visit can be guessed, in bits.

With H bits a date is as hard to guess as one among 2^H weeks drawn evenly. Entropy
counted from frequencies is too low where a group is small; Miller and Madow (1955) add
(values - 1) / 2n, in nats. A group in which everybody is visited in one week has none.
"""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log, log2

from pipelines.schedule.planning import OfficePlan
from pipelines.schedule.weeks import PlanWeeks

_NOBODY = "never"


@dataclass(frozen=True)
class Guessing:
    """Bits of the week of the next visit, for who knows more and more; `most` is even.

    An outsider knows type, grade and the month of the last visit. An insider knows
    the rules, the records and the program, and all but the seed.
    """

    outsider: float
    insider: float
    most: float

    def as_dict(self) -> dict[str, float]:
        """Give the figures for a program."""
        return {
            "outsider_bits": self.outsider,
            "insider_bits": self.insider,
            "most_bits": self.most,
            "outsider_weeks": 2**self.outsider,
            "insider_weeks": 2**self.insider,
        }


def guessing(plans: Sequence[OfficePlan], weeks: PlanWeeks) -> Guessing:
    """Measure how open the week of the next visit is, given the last."""
    outside: dict[Hashable, list[int]] = defaultdict(list)
    inside: dict[Hashable, list[int]] = defaultdict(list)
    for plan in plans:
        for known, kind, week in _next_visits(plan, weeks):
            outside[known].append(week)
            inside[plan.office.office_id, kind].append(week)
    return Guessing(
        outsider=conditional_entropy(outside),
        insider=conditional_entropy(inside),
        most=log2(max(int(weeks.is_workweek.sum()), 1)),
    )


def _next_visits(
    plan: OfficePlan, weeks: PlanWeeks
) -> Iterable[tuple[Hashable, Hashable, int]]:
    """Give for each visit what is known of it outside and inside, and its week."""
    subjects = {s.business_id: s for s in plan.task.subjects}
    last: dict[str, object] = {}
    for sent in sorted(plan.sent, key=lambda s: s.week):
        row = sent.case.business
        name = row["business_id"]
        before = row["last_check"]
        month = last.get(name, before.strftime("%Y-%m") if before else _NOBODY)
        subject = subjects[name]
        risk = round(log(max(subject.value, 1e-6)) / log(1.1))
        kind = (subject.kind, subject.season, subject.slots, risk, sent.number)
        yield (row["business_type"], row["risk_grade"], month), kind, sent.week
        last[name] = weeks.mondays[sent.week].strftime("%Y-%m")


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
