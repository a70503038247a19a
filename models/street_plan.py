"""The plan of one office: which week each business is visited, by patterns of weeks.

Businesses that differ in nothing but a few percent of their risk are one class. The
linear programme says how many of a class follow each pattern, within the minutes that
qualified inspectors have each week; patterns of several visits are made when their
prices ask for them. What is fractional is settled in whole numbers among the columns
at hand, and who of a class follows which pattern is left to chance.

The bound is that of every single business with its own risk: for any prices of weeks,
no plan costs less than each business's cheapest pattern under them, less what the
minutes there are would fetch (Lagrange). It holds for the whole-number problem and for
the classes alike, however coarse they are.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor, inf, log

import numpy as np

from models.drawing import Stream, in_random_order
from models.linear import Columns, Programme, Solution, solve_whole
from models.patterns import (
    DROPPED,
    Array,
    Batch,
    cheapest,
    cheapest_patterns,
)
from models.plan_task import Slot, Subject, Task, Weeks

# Risks within a tenth are one class; its plan then costs about a quarter percent more.
_CLASS_RATIO = 1.1
# Fewer than this are no crowd: every one of them may be visited in any week.
CROWD = 12
# Rounds of new patterns; each takes the best of this many last weeks a class.
_ROUNDS, _PATTERNS_A_ROUND = 60, 6
_GOOD_ENOUGH = 2e-4
# Columns whose reduced cost is within this share of the class's price may be used when
# settling fractions.
_NEAR = 0.05
# Share of the longest visit that a week keeps free, so that fractions can be settled.
_EASE = 0.3
_SETTLED_WITHIN = 5e-4
_HAIR = 1e-6
_BATCH = 2_000


@dataclass(frozen=True)
class Planned:
    """The weeks of each business by number, with their cost, its bound and prices."""

    weeks: Mapping[str, Weeks]
    cost: float
    bound: float
    prices: Array
    rounds: int

    @property
    def gap(self) -> float:
        """Give by what share of the bound a perfect plan could be cheaper."""
        return (self.cost - self.bound) / self.bound if self.bound > 0 else 0.0


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
        return Planned({}, 0.0, 0.0, none, 0)
    return _Solver(task).planned(key)


class _Solver:
    """The programme of an office while its columns grow."""

    def __init__(self, task: Task) -> None:
        self.task = task
        self.classes = _classes(task.subjects)
        self.columns: list[_Column] = []
        self._known: set[tuple[int, Weeks]] = set()
        self._weeks = len(task.is_workweek)
        sizes = np.array([len(c.members) for c in self.classes], dtype=float)
        self._room = np.concatenate([h.minutes for h in task.hands])
        self._lower = np.concatenate([sizes, np.full(len(self._room), -inf)])
        self._upper = np.concatenate([sizes, self._room])
        self._programme = Programme(self._lower, self._upper)

    def planned(self, key: bytes) -> Planned:
        """Solve, settle in whole numbers, and leave to chance who follows what."""
        self._add(self._first_columns())
        solution, rounds = self._grown()
        eased = solution if self._is_short(solution) else self._eased()
        amount = self._settled(eased)
        weeks = self._handed_out(amount, key)
        cost = sum(self.task.cost(s, weeks[s.business_id]) for s in self.task.subjects)
        prices = self._prices(solution)
        return Planned(weeks, cost, self._bound(solution, prices), prices, rounds)

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
            fresh, best = self._patterns(self._prices(solution), worth)
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
            nodes = np.stack([self._nodes(self.classes[n], prices) for n in group])
            members = [self.classes[n] for n in group]
            values = np.array([c.value for c in members])
            yield (
                group,
                _batch(self.task, season, [c.slots for c in members], values, nodes),
            )

    def _nodes(self, of: "_Class", prices: Array) -> Array:
        """Price a visit by slot and week; where it may not be, it has no price."""
        weighs = self.task.weighs(of.kind)
        price = prices[weighs].sum(axis=0) if weighs else np.zeros(self._weeks)
        return np.stack(
            [
                np.where(
                    self.task.open_weeks(slot, of.season),
                    price * slot.minutes + self.task.minute_cost,
                    inf,
                )
                for slot in of.slots
            ]
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
        starts, rows, values = [], [], []
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
                for hand in self.task.weighs(of.kind):
                    used[hand * self._weeks + week] += slot.minutes
        return used

    def _prices(self, solution: Solution) -> Array:
        """Give what a minute more would save, by hands and week."""
        price = -solution.price[len(self.classes) :]
        return np.maximum(price, 0.0).reshape(len(self.task.hands), self._weeks)

    def _is_short(self, solution: Solution) -> bool:
        """Tell whether visits are dropped: then every minute counts, and none is kept."""
        amounts = zip(self.columns, solution.amount, strict=True)
        return any(a > _HAIR and DROPPED in c.weeks for c, a in amounts)

    def _eased(self) -> Solution:
        """Solve once more with a little room left each week, for what is settled after."""
        longest = max(s.minutes for c in self.classes for s in c.slots)
        eased = np.maximum(self._room - _EASE * longest, 0.0)
        self._programme.limit(len(self.classes), eased)
        return self._programme.solve()

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
        """Leave to chance who of a class follows which pattern."""
        patterns: dict[int, list[Weeks]] = defaultdict(list)
        for column, count in zip(self.columns, amount, strict=True):
            patterns[column.of] += [column.weeks] * count
        handed: dict[str, Weeks] = {}
        for n, of in enumerate(self.classes):
            drawn = in_random_order(patterns[n], Stream(key, f"class {of.members[0]}"))
            handed |= dict(zip(of.members, drawn, strict=True))
        return handed

    def _bound(self, solution: Solution, prices: Array) -> float:
        """Give Lagrange's bound over single businesses, each with its own risk."""
        crowded = self._crowd_prices(solution)
        total = -float((prices.ravel() * self._room).sum())
        total -= sum(price * c.upper for c, price in crowded.values())
        of = {m: n for n, c in enumerate(self.classes) for m in c.members}
        alike: dict[tuple[int, str], list[Subject]] = defaultdict(list)
        for subject in self.task.subjects:
            alike[len(subject.slots), subject.season].append(subject)
        base = [self._nodes(c, prices) for c in self.classes]
        for (n, week), (_, price) in crowded.items():
            base[n][0, week] += price
        for (_, season), group in sorted(alike.items()):
            for start in range(0, len(group), _BATCH):
                some = group[start : start + _BATCH]
                nodes = np.stack([base[of[s.business_id]] for s in some])
                values = np.array([s.value for s in some])
                slots = [s.slots for s in some]
                total += float(
                    cheapest(_batch(self.task, season, slots, values, nodes)).sum()
                )
        return total

    def _crowd_prices(
        self, solution: Solution
    ) -> dict[tuple[int, int], tuple[_Column, float]]:
        """Price the places in a week that a crowd's limit keeps scarce."""
        return {
            (c.of, c.weeks[0]): (c, -float(reduced))
            for c, reduced in zip(self.columns, solution.reduced, strict=True)
            if reduced < 0
            and len(c.weeks) == 1
            and c.upper < len(self.classes[c.of].members)
        }


def _batch(
    task: Task,
    season: str,
    slots: Sequence[tuple[Slot, ...]],
    values: Array,
    nodes: Array,
) -> Batch:
    return Batch(
        exposure=task.seasons[season].exposure,
        value=values,
        node=nodes,
        skip=np.array([[task.penalty(s) for s in row] for row in slots]),
        gap=np.array([[s.gap for s in row] for row in slots]),
    )


def _classes(subjects: Iterable[Subject]) -> list[_Class]:
    """Put together who differs in nothing but a few percent of risk."""
    found: dict[tuple[str, str, tuple[Slot, ...], int], list[Subject]] = defaultdict(
        list
    )
    for s in subjects:
        step = round(log(max(s.value, 1e-6)) / log(_CLASS_RATIO))
        found[s.kind, s.season, s.slots, step].append(s)
    return [
        _Class(
            kind=kind,
            season=season,
            slots=slots,
            value=sum(s.value for s in members) / len(members),
            members=tuple(s.business_id for s in members),
        )
        for (kind, season, slots, _), members in sorted(
            found.items(), key=lambda i: i[0]
        )
    ]
