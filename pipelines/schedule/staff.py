"""Who can go: the inspectors of an office, their minutes each week, and whom they avoid."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl

from models.plan_task import Hands
from pipelines.schedule.policy import Policy, Row
from pipelines.schedule.records import Records
from pipelines.schedule.weeks import PlanWeeks

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Officer:
    """An inspector with the workdays of each week on which they are there."""

    inspector_id: str
    office_id: str
    qualifications: frozenset[str]
    days: tuple[frozenset[date], ...]
    minutes: Array

    def may_inspect(self, kind: str) -> bool:
        """Tell whether the qualifications allow a type; without any, all do."""
        return not self.qualifications or kind in self.qualifications


@dataclass(frozen=True, eq=False)
class Office:
    """The inspectors of an office and the businesses each must not visit, with days."""

    office_id: str
    weeks: int
    officers: tuple[Officer, ...]
    conflicts: Mapping[str, Sequence[tuple[str, date, date]]] = field(
        default_factory=dict
    )

    def avoids(self, business_id: str, monday: date, sunday: date) -> frozenset[str]:
        """Name who must not visit a business in a week."""
        return frozenset(
            who
            for who, first, last in self.conflicts.get(business_id, ())
            if first <= sunday and last >= monday
        )

    def hands(
        self, kinds: Iterable[str], share: float, over: float = 0.0
    ) -> tuple[Hands, ...]:
        """Give the pair-minutes a week by the kinds that compete for them.

        Kinds are put together whenever the same inspectors serve them all: what all
        kinds of such a group need must fit into what those inspectors have, two a
        visit, and nobody goes with themselves.
        """
        kinds = sorted(kinds)
        serving = {
            kind: frozenset(
                o.inspector_id for o in self.officers if o.may_inspect(kind)
            )
            for kind in kinds
        }
        # A kind that nobody may inspect has hands of its own, without a minute.
        unions: set[frozenset[str]] = {s for s in serving.values() if not s}
        for group in sorted(set(serving.values()), key=sorted):
            unions |= {group} | {group | other for other in unions}
        return tuple(
            Hands(
                frozenset(k for k in kinds if serving[k] <= union),
                share * self._pair_minutes(union),
                over,
            )
            for union in sorted(unions, key=lambda u: (len(u), sorted(u)))
        )

    @property
    def longest(self) -> Array:
        """Give the minutes that two have for a single visit in each week at most."""
        if len(self.officers) < 2:  # noqa: PLR2004  nobody goes alone
            return np.zeros(self.weeks)
        stacked = np.stack([o.minutes for o in self.officers])
        second: Array = np.sort(stacked, axis=0)[-2]
        return second

    def _pair_minutes(self, who: frozenset[str]) -> Array:
        minutes = [o.minutes for o in self.officers if o.inspector_id in who]
        if len(minutes) < 2:  # noqa: PLR2004  nobody goes alone
            return np.zeros(self.weeks)
        stacked = np.stack(minutes)
        total: Array = stacked.sum(axis=0)
        most: Array = stacked.max(axis=0)
        return np.minimum(total / 2, total - most)


def offices(records: Records, policy: Policy, weeks: PlanWeeks) -> dict[str, Office]:
    """List the offices with their inspectors; one without any has an empty list."""
    away = _spans(records.leave, "inspector_id", ("first_on", "last_on"))
    staff: dict[str, list[Officer]] = {o: [] for o in records.offices["office_id"]}
    for row in records.staff.iter_rows(named=True):
        if row["office_id"] in staff:
            officer = _officer(row, away.get(row["inspector_id"], ()), policy, weeks)
            staff[row["office_id"]].append(officer)
    conflicts = _conflicts(records.conflicts)
    return {
        number: Office(number, len(weeks.mondays), tuple(people), conflicts)
        for number, people in staff.items()
    }


def _officer(
    row: Row,
    away: Sequence[tuple[date, date]],
    policy: Policy,
    weeks: PlanWeeks,
) -> Officer:
    joined = row["joined_on"] or date.min
    left = row["left_on"] or date.max
    days = tuple(
        frozenset(
            d
            for d in held
            if joined <= d < left and not any(a <= d <= b for a, b in away)
        )
        for held in weeks.workdays
    )
    codes = str(row["qualifications"] or "")
    return Officer(
        inspector_id=str(row["inspector_id"]),
        office_id=str(row["office_id"]),
        qualifications=frozenset(codes.split("+")) if codes else frozenset(),
        days=days,
        minutes=np.array([len(d) for d in days]) * policy.minutes_a_workday,
    )


def _spans(
    frame: pl.DataFrame, key: str, ends: tuple[str, str]
) -> dict[str, list[tuple[date, date]]]:
    found: dict[str, list[tuple[date, date]]] = defaultdict(list)
    for who, first, last in frame.select(key, *ends).iter_rows():
        found[who].append((first, last))
    return found


def _conflicts(frame: pl.DataFrame) -> dict[str, list[tuple[str, date, date]]]:
    found: dict[str, list[tuple[str, date, date]]] = defaultdict(list)
    for row in frame.iter_rows(named=True):
        span = (row["inspector_id"], row["valid_from"], row["valid_to"] or date.max)
        found[row["business_id"]].append(span)
    return found
