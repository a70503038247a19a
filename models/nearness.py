"""Who of a group of like businesses goes when: by lot, with a look at the map.

The weeks of a group are dealt out by lot. With more than one choice, each business takes
of the next few weeks the one in which most visits near it fall already. The group's
weeks stay what they were, and so does what the plan costs in days unseen; the way gets
shorter, and a neighbour's date tells more.
"""

from collections import Counter, deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import cos, floor, radians

from models.drawing import Stream, in_random_order
from models.patterns import DROPPED
from models.plan_task import Weeks

# Cells of this many kilometres: a pair walks between visits of one.
_CELL_KM, _KM_A_DEGREE = 0.5, 111.2


def cell_of(lon: float | None, lat: float | None) -> str:
    """Name the cell of half a kilometre that a place lies in; none without a place.

    All of a district is cut at the same latitude, to whole degrees.
    """
    if lon is None or lat is None:
        return ""
    east = lon * cos(radians(floor(lat))) * _KM_A_DEGREE / _CELL_KM
    north = lat * _KM_A_DEGREE / _CELL_KM
    return f"{floor(east)}/{floor(north)}"


@dataclass
class Dealer:
    """Deals weeks to the businesses of an office, group by group."""

    cells: Mapping[str, str]
    choices: int
    _near: Counter[tuple[str, int]] = field(default_factory=Counter)

    def dealt(
        self, names: Sequence[str], patterns: Sequence[Weeks], chance: Stream
    ) -> Iterator[tuple[str, Weeks]]:
        """Give each business of a group one of its patterns."""
        waiting = deque(in_random_order(patterns, chance))
        for name in names:
            cell = self.cells[name]
            drawn = [waiting.popleft() for _ in range(min(self.choices, len(waiting)))]
            chosen = max(drawn, key=lambda weeks: self._visits_near(cell, weeks))
            drawn.remove(chosen)
            waiting.extendleft(reversed(drawn))
            self._near.update((cell, week) for week in chosen if week != DROPPED)
            yield name, chosen

    def _visits_near(self, cell: str, weeks: Weeks) -> int:
        if not cell:
            return 0
        return sum(self._near[cell, week] for week in weeks if week != DROPPED)
