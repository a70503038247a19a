"""A plan as it was written, and the records it must answer to, as plain rows.

Read from the warehouse's tables alone: nothing here comes from the planner, so that a
slip of the planner's cannot hide itself.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, timedelta
from functools import cached_property, lru_cache
from typing import Any, Self

from models.workdays import is_workday

WEEK = 7


@dataclass(frozen=True, kw_only=True)
class Visit:
    """One row of output.plan, as far as a rule looks at it."""

    visit_id: str
    business_id: str
    visit_no: int
    requirement: str
    serves: str
    campaign: str | None
    purpose: str
    checklist: str
    week_starting: date
    earliest_on: date
    due_on: date
    office_id: str | None
    street_code: str | None
    inspector_id: str | None
    second_inspector_id: str | None
    minutes: float
    travel_minutes: float
    is_random: bool
    inclusion_probability: float | None

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Self:
        """Take a row of the table; columns that no rule looks at are left."""
        return cls(**{f.name: row[f.name] for f in fields(cls)})

    @property
    def inspectors(self) -> tuple[str, ...]:
        """Name who goes."""
        both = (self.inspector_id, self.second_inspector_id)
        return tuple(number for number in both if number)

    @property
    def requirements(self) -> frozenset[str]:
        """Name every requirement the visit says it meets."""
        return frozenset((self.requirement, *self.serves.split("+")))

    @property
    def week_ends(self) -> date:
        """Give the Sunday of the week."""
        return self.week_starting + timedelta(days=WEEK - 1)


@dataclass(frozen=True)
class Short:
    """The visits of a month that an office must drop, and the weightiest of them."""

    office_id: str
    month: date
    visits_dropped: int
    requirement: str | None = None


@dataclass(frozen=True, kw_only=True)
class Business:
    """A business as it was known on the day of the plan, with its grade."""

    business_id: str
    business_type: str
    subtype: str | None
    street_code: str | None
    opened_on: date | None
    risk_grade: str | None
    is_key_supervision: bool
    is_special_food: bool
    food_classes: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Inspector:
    """An inspector of the register; without qualifications recorded, for all types."""

    inspector_id: str
    office_id: str
    joined_on: date | None = None
    left_on: date | None = None
    qualifications: str | None = None

    def serves(self, day: date) -> bool:
        """Tell whether the inspector is in service on a day."""
        return (self.joined_on is None or self.joined_on <= day) and (
            self.left_on is None or day < self.left_on
        )

    def may_inspect(self, business_type: str) -> bool:
        """Tell whether the qualifications allow the type."""
        return not self.qualifications or business_type in self.qualifications.split(
            "+"
        )


@dataclass(frozen=True)
class Made:
    """A visit that was made."""

    inspected_on: date
    purpose: str
    level: str | None
    is_full_checklist: bool | None
    result_code: str | None = None


@dataclass(frozen=True)
class Period:
    """From a day to a day, both counted; open where there is none."""

    first: date
    last: date | None = None

    def holds(self, day: date) -> bool:
        """Tell whether a day lies in it."""
        return self.first <= day and (self.last is None or day <= self.last)

    def meets(self, first: date, last: date) -> bool:
        """Tell whether it and another stretch have a day together."""
        return self.first <= last and (self.last is None or first <= self.last)


@dataclass(frozen=True, kw_only=True)
class Records:
    """What the warehouse knew on the day of the plan."""

    businesses: Mapping[str, Business]
    inspectors: Mapping[str, Inspector]
    leave: Mapping[str, Sequence[Period]] = field(default_factory=dict)
    conflicts: Mapping[tuple[str, str], Sequence[Period]] = field(default_factory=dict)
    made: Mapping[str, Sequence[Made]] = field(default_factory=dict)
    skill_checks: Mapping[str, date] = field(default_factory=dict)
    offices: Mapping[str, str] = field(default_factory=dict)

    def office_of(self, business: Business) -> str | None:
        """Find the office of the street; a street without one is the district's."""
        return self.offices.get(business.street_code or "")


@dataclass(frozen=True, kw_only=True)
class Book:
    """A written plan of a year, beside the records."""

    run_id: str = ""
    year: int
    as_of: date
    visits: Sequence[Visit]
    shortage: Sequence[Short]
    records: Records

    @cached_property
    def by_business(self) -> Mapping[str, Sequence[Visit]]:
        """Give the visits of each business, in the order of their weeks."""
        found: dict[str, list[Visit]] = {}
        for visit in sorted(
            self.visits, key=lambda v: (v.week_starting, v.visit_no, v.visit_id)
        ):
            found.setdefault(visit.business_id, []).append(visit)
        return found

    def workdays(self, monday: date) -> Sequence[date]:
        """List the workdays of a week that lie in the year and after the day of facts."""
        return _workdays(self.year, self.as_of, monday)

    def free_days(self, inspector: Inspector, monday: date) -> Sequence[date]:
        """List the workdays of a week on which an inspector can go out."""
        away = self.records.leave.get(inspector.inspector_id, ())
        return [
            day
            for day in self.workdays(monday)
            if inspector.serves(day) and not any(p.holds(day) for p in away)
        ]


# A plan of a district asks for the same fifty weeks a hundred thousand times.
@lru_cache(maxsize=1024)
def _workdays(year: int, as_of: date, monday: date) -> tuple[date, ...]:
    days = (monday + timedelta(days=n) for n in range(WEEK))
    return tuple(d for d in days if d.year == year and d >= as_of and is_workday(d))


def visits_of(rows: Iterable[Mapping[str, Any]]) -> tuple[Visit, ...]:
    """Take the rows of output.plan."""
    return tuple(Visit.of(row) for row in rows)
