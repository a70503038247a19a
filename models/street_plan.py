"""The plan of one office: which week each business is visited, by patterns of weeks.

Businesses that differ in nothing but a few percent of their risk are one class. The
linear programme says how many of a class follow each pattern, within the minutes that
qualified inspectors have each week; patterns of several visits are made when their
prices ask for them. What is fractional is settled in whole numbers among the columns
at hand, and who of a class follows which pattern is left to chance.

The bound is of every single business with its own risk, and so holds for the
whole-number problem and for the classes, however coarse they are.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil, floor, inf

import numpy as np

from models.drawing import Stream
from models.linear import Columns, Programme, Solution, solve_whole
from models.nearness import Dealer
from models.patterns import (
    DROPPED,
    Array,
    Batch,
    cheapest_patterns,
)
from models.plan_bound import Crowd, Key, batch_of, class_key, lagrange_bound, nodes_of
from models.plan_task import Prices, Slot, Subject, Task, Weeks
from models.settling import mended

# Fewer than this are no crowd: every one of them may be visited in any week.
CROWD = 12
# Rounds of new patterns; each takes the best of this many last weeks a class.
_ROUNDS, _PATTERNS_A_ROUND = 60, 6
_GOOD_ENOUGH = 2e-4
# Columns whose reduced cost is within this share of the class's price may be used when
# settling fractions.
_NEAR = 0.05
_SETTLED_WITHIN = 5e-4
# Neighbouring classes of risk whose members change places by chance: who knows all but
# the seed then guesses a date among more, at some tenths of a percent of the objective.
_MIXED = 4
_HAIR = 1e-6


@dataclass(frozen=True)
class Planned:
    """The weeks of each business by number, with their cost, its bound and prices."""

    weeks: Mapping[str, Weeks]
    cost: float
    bound: float
    prices: Prices
    crowds: tuple[Crowd, ...]
    rounds: int

    @property
    def gap(self) -> float:
        """Give by what share of the bound a perfect plan could be cheaper."""
        return (self.cost - self.bound) / self.bound if self.bound > 0 else 0.0

    @property
    def dropped(self) -> int:
        """Count the visits dropped."""
        return sum(weeks.count(DROPPED) for weeks in self.weeks.values())


@dataclass(frozen=True)
class _Class:
    kind: str
    season: str
    slots: tuple[Slot, ...]
    value: float
    members: tuple[str, ...]


@dataclass
class _Column:
    of: int
    weeks: Weeks
    cost: float
    upper: float


def plan_street(task: Task, key: bytes) -> Planned:
    """Plan one office; the same task and key give the same plan."""
    if not task.subjects:
        none = np.zeros((len(task.hands), len(task.is_workweek)))
        free = Prices(none, np.zeros(len(task.hands)))
        return Planned({}, 0.0, 0.0, free, (), 0)
    return _Solver(task).planned(key)


def plan_kept(task: Task, short: Planned, key: bytes) -> Planned:
    """Plan again what a plan short of hands keeps, on its risks and ways alone.

    The penalties of what is dropped would else drown every difference between weeks.
    Where not all of it finds room again, it stays where it was.
    """
    kept = task.kept(short.weeks)
    again = plan_street(kept, key)
    if again.dropped:
        held = {
            n: tuple(w for w in ws if w != DROPPED) for n, ws in short.weeks.items()
        }
        cost = sum(kept.cost(s, held[s.business_id]) for s in kept.subjects)
        return replace(again, weeks=short.weeks, cost=cost)
    weeks = {}
    for name, before in short.weeks.items():
        now = iter(again.weeks.get(name, ()))
        weeks[name] = tuple(w if w == DROPPED else next(now) for w in before)
    return replace(again, weeks=weeks)


class _Solver:
    """The programme of an office while its columns grow."""

    def __init__(self, task: Task) -> None:
        self.task = task
        found = _classes(task.subjects)
        self._keys, self.classes = list(found), list(found.values())
        self.columns: list[_Column] = []
        self._known: set[tuple[int, Weeks]] = set()
        self._weeks = len(task.is_workweek)
        sizes = np.array([len(c.members) for c in self.classes], dtype=float)
        self._room = np.concatenate(
            [*(h.most for h in task.hands), [h.minutes.sum() for h in task.hands]]
        )
        self._lower = np.concatenate([sizes, np.full(len(self._room), -inf)])
        self._upper = np.concatenate([sizes, self._room])
        self._programme = Programme(self._lower, self._upper)

    def planned(self, key: bytes) -> Planned:
        """Solve, settle in whole numbers, and leave to chance who follows what."""
        self._add(self._first_columns())
        solution, rounds = self._grown()
        weeks = mended(self.task, self._handed_out(self._settled(solution), key))
        cost = sum(self.task.cost(s, weeks[s.business_id]) for s in self.task.subjects)
        prices, crowds = self._prices(solution), self._crowds(solution)
        bound = lagrange_bound(self.task, prices, crowds)
        return Planned(weeks, cost, bound, prices, crowds, rounds)

    def _first_columns(self) -> list[_Column]:
        """Begin with every week of single visits, some patterns of more, and nothing."""
        found = [
            self._column(n, (DROPPED,) * len(c.slots))
            for n, c in enumerate(self.classes)
        ]
        for n, kind in enumerate(self.classes):
            if len(kind.slots) == 1:
                is_open = self.task.open_weeks(kind.slots[0], kind.season)
                weeks = np.flatnonzero(is_open).tolist()
                found += [self._column(n, (w,), among=len(weeks)) for w in weeks]
        free = np.zeros((len(self.task.hands), self._weeks))
        return found + self._patterns(free, np.full(len(self.classes), inf))[0]

    def _grown(self) -> tuple[Solution, int]:
        """Add patterns that the prices ask for until they could save next to nothing."""
        sizes = np.array([len(c.members) for c in self.classes])
        for rounds in range(1, _ROUNDS + 1):
            solution = self._programme.solve()
            worth = solution.price[: len(self.classes)]
            fresh, best = self._patterns(self._prices(solution).each, worth)
            saving = float((sizes * np.maximum(worth - best, 0.0)).sum())
            if not fresh or saving <= _GOOD_ENOUGH * max(solution.cost, 1e-9):
                return solution, rounds
            self._add(fresh)
        return self._programme.solve(), _ROUNDS

    def _patterns(self, prices: Array, worth: Array) -> tuple[list[_Column], Array]:
        """Find patterns of several visits cheaper than their class's worth."""
        found: list[_Column] = []
        best = np.array(worth)
        several = [n for n, c in enumerate(self.classes) if len(c.slots) > 1]
        for numbers, batch in self._batches(several, prices):
            ways = cheapest_patterns(batch, _PATTERNS_A_ROUND)
            for n, patterns in zip(numbers, ways, strict=True):
                best[n] = patterns[0][0]
                found += [
                    self._column(n, weeks)
                    for cost, weeks in patterns
                    if cost < worth[n] and (n, weeks) not in self._known
                ]
        return found, best

    def _batches(
        self, numbers: Iterable[int], prices: Array
    ) -> Iterable[tuple[list[int], Batch]]:
        alike: dict[tuple[int, str], list[int]] = defaultdict(list)
        for n in numbers:
            alike[len(self.classes[n].slots), self.classes[n].season].append(n)
        for (_, season), group in sorted(alike.items()):
            nodes = np.stack(
                [nodes_of(self.task, self.classes[n], prices) for n in group]
            )
            members = [self.classes[n] for n in group]
            values = np.array([c.value for c in members])
            yield (
                group,
                batch_of(self.task, season, [c.slots for c in members], values, nodes),
            )

    def _column(self, n: int, weeks: Weeks, *, among: int = 0) -> _Column:
        of = self.classes[n]
        unseen = self.task.seasons[of.season].exposure.of(weeks)
        cost = of.value * unseen + self.task.outlay(of.slots, weeks)
        size = len(of.members)
        upper = float(size)
        if among and size >= CROWD:
            share = max(self.task.crowd_share, 1.0 / among)
            upper = float(ceil(size * share))
        return _Column(n, weeks, cost, upper)

    def _add(self, columns: Sequence[_Column]) -> None:
        self.columns += columns
        self._known |= {(c.of, c.weeks) for c in columns}
        self._programme.add(self._compressed(columns, [c.upper for c in columns]))

    def _compressed(
        self, columns: Sequence[_Column], upper: Sequence[float]
    ) -> Columns:
        starts: list[int] = []
        rows: list[int] = []
        values: list[float] = []
        for column in columns:
            starts.append(len(rows))
            rows.append(column.of)
            values.append(1.0)
            for row, minutes in self._usage(column).items():
                rows.append(len(self.classes) + row)
                values.append(minutes)
        return Columns(
            cost=np.array([c.cost for c in columns]),
            upper=np.array(upper, dtype=float),
            starts=np.array(starts, dtype=np.int64),
            rows=np.array(rows, dtype=np.int64),
            values=np.array(values, dtype=float),
        )

    def _usage(self, column: _Column) -> dict[int, float]:
        of = self.classes[column.of]
        used: dict[int, float] = defaultdict(float)
        for slot, week in zip(of.slots, column.weeks, strict=True):
            if week != DROPPED:
                for hand in self.task.weighs(of.kind).tolist():
                    used[hand * self._weeks + week] += slot.minutes
                    used[len(self.task.hands) * self._weeks + hand] += slot.minutes
        return used

    def _prices(self, solution: Solution) -> Prices:
        """Give what a minute more would save."""
        price = np.maximum(-solution.price[len(self.classes) :], 0.0)
        count = len(self.task.hands)
        week, whole = price[: count * self._weeks], price[count * self._weeks :]
        return Prices(week.reshape(count, self._weeks), whole)

    def _settled(self, solution: Solution) -> list[int]:
        """Keep the whole part of every amount, and settle the rest in whole numbers."""
        kept = [floor(a + _HAIR) for a in solution.amount]
        left = np.array([len(c.members) for c in self.classes], dtype=float)
        room = np.array(self._room)
        for column, count in zip(self.columns, kept, strict=True):
            left[column.of] -= count
            for row, minutes in self._usage(column).items():
                room[row] -= count * minutes
        worth = np.abs(solution.price[: len(self.classes)])
        near = [
            n
            for n, column in enumerate(self.columns)
            if left[column.of] > 0
            and kept[n] < column.upper
            and (
                solution.amount[n] > kept[n] + _HAIR
                or solution.reduced[n] <= _NEAR * worth[column.of]
                or all(week == DROPPED for week in column.weeks)
            )
        ]
        if not near:
            return kept
        chosen = [self.columns[n] for n in near]
        upper = [
            min(self.columns[n].upper - kept[n], left[self.columns[n].of]) for n in near
        ]
        lows = np.concatenate([left, np.full(len(room), -inf)])
        highs = np.concatenate([left, np.maximum(room, 0.0)])
        within = _SETTLED_WITHIN * solution.cost
        more = solve_whole(self._compressed(chosen, upper), lows, highs, within=within)
        for n, count in zip(near, more.tolist(), strict=True):
            kept[n] += count
        return kept

    def _handed_out(self, amount: Sequence[int], key: bytes) -> dict[str, Weeks]:
        """Leave to chance who of a class and its neighbours follows which pattern."""
        patterns: dict[Key, list[Weeks]] = defaultdict(list)
        members: dict[Key, list[str]] = defaultdict(list)
        for column, count in zip(self.columns, amount, strict=True):
            patterns[_mixed(self._keys[column.of])] += [column.weeks] * count
        for each, of in zip(self._keys, self.classes, strict=True):
            members[_mixed(each)] += of.members
        cells = {s.business_id: s.cell for s in self.task.subjects}
        dealer = Dealer(cells, self.task.choices)
        handed: dict[str, Weeks] = {}
        for each, names in members.items():
            chance = Stream(key, f"class {names[0]}")
            handed |= dealer.dealt(names, patterns[each], chance)
        return handed

    def _crowds(self, solution: Solution) -> tuple[Crowd, ...]:
        """Price the places in a week that a crowd's limit keeps scarce."""
        return tuple(
            Crowd(self._keys[c.of], c.weeks[0], c.upper, -float(reduced))
            for c, reduced in zip(self.columns, solution.reduced, strict=True)
            if reduced < 0
            and len(c.weeks) == 1
            and c.upper < len(self.classes[c.of].members)
        )


def _mixed(key: Key) -> Key:
    """Name the classes whose members change places: the same but for their risk."""
    *same, step = key
    return (*same, step // _MIXED)  # type: ignore[return-value]


def _classes(subjects: Iterable[Subject]) -> dict[Key, _Class]:
    """Put together who differs in nothing but a few percent of risk."""
    found: dict[Key, list[Subject]] = defaultdict(list)
    for subject in subjects:
        found[class_key(subject)].append(subject)
    return {
        key: _Class(
            kind=key[0],
            season=key[1],
            slots=key[2],
            value=sum(s.value for s in members) / len(members),
            members=tuple(s.business_id for s in members),
        )
        for key, members in sorted(found.items())
    }
