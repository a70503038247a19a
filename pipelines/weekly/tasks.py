"""What a week has to do, and who can do it, as plain rows."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from models.routing import Place

PLAN, DRAW = "plan", "draw"
REPORT, SAMPLE, INCIDENT = "report", "failed_sample", "incident"

Pair = tuple[str, ...]


@dataclass(frozen=True)
class Told:
    """What people were told before: on which day, who, and in which order."""

    day: date
    pair: Pair
    position: int


@dataclass(frozen=True, kw_only=True)
class Task:
    """One visit that waits; `pair` is who the plan sends, empty for a new fact."""

    visit_id: str
    business_id: str
    business_type: str
    office_id: str
    place: Place
    purpose: str
    source: str
    reason: str
    reason_en: str
    legal_basis: str
    checklist: str
    due_on: date
    minutes: float
    earliest_on: date = date.min
    planned_on: date | None = None
    pair: Pair = ()
    probability: float = 0.0
    inclusion_probability: float | None = None
    told: Told | None = None

    def is_overdue(self, day: date) -> bool:
        """Tell whether its last lawful day lies before a day."""
        return self.due_on < day


@dataclass(frozen=True)
class Roster:
    """Who can go: the free days of the week, the office, and whom each may inspect."""

    days: tuple[date, ...]
    free: Mapping[str, frozenset[date]]
    office: Mapping[str, str]
    qualified: Mapping[str, frozenset[str] | None] = field(default_factory=dict)
    conflicts: frozenset[tuple[str, str]] = frozenset()

    def mark(self) -> str:
        """Write it in the one way that names a run: sets have no order of their own."""
        free = {who: sorted(map(str, days)) for who, days in self.free.items()}
        held = {who: sorted(codes or ()) for who, codes in self.qualified.items()}
        return json.dumps([free, held, sorted(self.conflicts)], sort_keys=True)

    def may(self, inspector: str, task: Task) -> bool:
        """Tell whether an inspector may inspect the business of a task."""
        held = self.qualified.get(inspector)
        return (
            inspector in self.office
            and (held is None or task.business_type in held)
            and (inspector, task.business_id) not in self.conflicts
        )

    def is_free(self, inspector: str, day: date) -> bool:
        """Tell whether an inspector is there on a day."""
        return day in self.free.get(inspector, frozenset())


@dataclass(frozen=True)
class Way:
    """How long the way takes: speed, and what every stop costs besides."""

    kmh: float
    stop_minutes: float
    homes: Mapping[str, Place]

    def minutes(self, km: float) -> float:
        """Turn a way into minutes; 2 km at 10 km/h and 5 minutes a stop are 17."""
        return km / self.kmh * 60 + self.stop_minutes

    def home(self, office: str) -> Place:
        """Find where the round of an office begins and ends."""
        return self.homes.get(office, Place(office))


@dataclass(frozen=True)
class Stop:
    """A task on its day, in its order, with who goes and the way there."""

    task: Task
    day: date
    position: int
    pair: Pair
    travel_minutes: float


@dataclass(frozen=True)
class Change:
    """What differs from what people were told, and why."""

    visit_id: str
    business_id: str
    change: str
    before: str | None
    after: str | None
    why: str
    why_en: str


@dataclass(frozen=True)
class Worklist:
    """A week as it stands: the stops, what changed, and what did not fit."""

    stops: tuple[Stop, ...]
    changes: tuple[Change, ...]
    left: tuple[Task, ...]
