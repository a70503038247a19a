"""One pair's day: what fits into it, and in which order it is gone through."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from models.routing import Place, legs_km, round_trip
from pipelines.weekly.tasks import Pair, Stop, Task, Way


@dataclass
class Round:
    """What a pair has to do on a day, in the order it was told and then put in.

    Who was told an order keeps it: a new task goes where it costs the least way.
    """

    day: date
    pair: Pair
    office: str
    way: Way
    minutes_a_day: float
    tasks: list[Task] = field(default_factory=list)

    @property
    def minutes(self) -> float:
        """Add up the day: on the premises, on the way, and back."""
        return sum(task.minutes for task in self.tasks) + self._travel(self.tasks)

    def fits(self, task: Task) -> bool:
        """Tell whether a task goes in; one that is longer than a day has a day alone."""
        return not self.tasks or self.with_(task) <= self.minutes_a_day

    def with_(self, task: Task) -> float:
        """Give the minutes of the day with one more task, at its best place."""
        order = self._with(task)
        return sum(t.minutes for t in order) + self._travel(order)

    def add(self, task: Task) -> None:
        """Put a task where it costs the least way."""
        self.tasks = self._with(task)

    def _with(self, task: Task) -> list[Task]:
        orders = [
            [*self.tasks[:at], task, *self.tasks[at:]]
            for at in range(len(self.tasks) + 1)
        ]
        return min(orders, key=lambda order: round(self._travel(order), 6))

    def _travel(self, order: Sequence[Task]) -> float:
        km = legs_km(self.way.home(self.office), [task.place for task in order])
        return sum(self.way.minutes(leg) for leg in km[:-1]) + (
            self.way.minutes(km[-1]) - self.way.stop_minutes
        )

    def stops(self) -> list[Stop]:
        """Give the stops: as told, or else what is overdue and then a short round."""
        order = self.tasks if self._was_told() else self._ordered()
        km = legs_km(self.way.home(self.office), [task.place for task in order])
        return [
            Stop(task, self.day, position, self.pair, round(self.way.minutes(leg), 1))
            for position, (task, leg) in enumerate(
                zip(order, km, strict=False), start=1
            )
        ]

    def _was_told(self) -> bool:
        return any(task.told and task.told.day == self.day for task in self.tasks)

    def _ordered(self) -> list[Task]:
        overdue = [task for task in self.tasks if task.is_overdue(self.day)]
        rest = [task for task in self.tasks if not task.is_overdue(self.day)]
        home = self.way.home(self.office)
        first = _short(home, overdue, home)
        return first + _short(first[-1].place if first else home, rest, home)


def _short(start: Place, tasks: Sequence[Task], end: Place) -> list[Task]:
    """Order tasks along a short way; two of one place keep the order of their numbers."""
    by_key = {f"{task.place.key} {task.visit_id}": task for task in tasks}
    places = [Place(key, t.place.lon, t.place.lat) for key, t in by_key.items()]
    return [by_key[place.key] for place in round_trip(start, places, end)]
