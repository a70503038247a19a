"""Mend a plan in whole numbers: find places for what rounding dropped.

A programme fills its early weeks to the minute, and whole visits do not. What was
dropped for a few minutes goes into another lawful week, its business's other visits
making way; else others leave its week for one with room, or in exchange for a shorter
visit, until there is room; or lighter ones are dropped in its stead. Every step lowers
the cost of the plan, so the bound that the programme gave stays as near or comes nearer.
"""

from collections.abc import Callable, Mapping, Sequence
from math import inf

import numpy as np

from models.patterns import DROPPED, Array
from models.plan_board import Board, Visit
from models.plan_task import Task, Weeks

# Weeks tried for a visit that fits nowhere: those with most room, beside it.
_WEEKS_TRIED = 6
# Steps after which a week must have room for one more visit.
_MOST_STEPS = 12
# Each round tries again what is dropped still; the last rounds find next to nothing.
_ROUNDS = 4
_HAIR = 1e-6

Moves = list[tuple[Visit, int]]
Found = tuple[float, Moves]
# Finds the cheapest way to gain minutes in a week for a visit.
Way = Callable[[Board, Visit, int], Found]
_NOTHING: Found = (inf, [])


def mended(task: Task, weeks: Mapping[str, Weeks]) -> dict[str, Weeks]:
    """Give a plan that costs no more, with what was dropped put where it fits."""
    board = Board(task, weeks)
    for _ in range(_ROUNDS):
        waiting = sorted(board.dropped, key=lambda v: (-board.penalty(v), v))
        if not sum(_placed(board, visit) for visit in waiting):
            break
    return {name: tuple(held) for name, held in board.weeks.items()}


def _placed(board: Board, visit: Visit) -> bool:
    """Put a dropped visit into a week if that lowers the cost of the plan."""
    if visit not in board.dropped:
        return False
    if board.arrange(visit[0]) and visit not in board.dropped:
        return True
    return _put(board, visit) or _shifted(board, visit)


def _put(board: Board, visit: Visit) -> bool:
    """Make room for a visit in one of its weeks, by simple ways before long ones."""
    gain = board.change(visit)[:-1]
    lawful = np.flatnonzero(np.isfinite(gain))
    spare = board.room.week[board.rows(visit)].min(axis=0)
    order = lawful[np.argsort(-spare[lawful], kind="stable")][:_WEEKS_TRIED].tolist()
    for way in (_leaving, _exchanged):
        tried = (_with_room(board, visit, w, float(gain[w]), way) for w in order)
        total, moves = min(tried, key=lambda found: found[0], default=_NOTHING)
        if total < -_HAIR:
            for moved, week in moves:
                board.move(moved, week)
            return True
    return False


def _shifted(board: Board, visit: Visit) -> bool:
    """Let a visit take the week of the one before, and find another for that one.

    Two visits eight weeks apart of which the first is late leave no week for the second.
    """
    name, number = visit
    before = (name, number - 1)
    if not number or before in board.dropped:
        return False
    if board.penalty(before) > board.penalty(visit) + _HAIR:
        return False
    week = board.weeks[name][number - 1]
    board.move(before, DROPPED)
    if np.isfinite(board.change(visit)[week]) and board.fits(visit)[week]:
        board.move(visit, week)
        if _put(board, before):
            return True
        board.move(visit, DROPPED)
    board.move(before, week)
    return False


def _with_room(board: Board, visit: Visit, week: int, gain: float, way: Way) -> Found:
    """Try what gives a visit room in a week, and what it costs; then put all back."""
    total, made = gain, Moves()
    back: Moves = []
    for _ in range(_MOST_STEPS):
        if board.fits(visit)[week]:
            break
        cost, moves = way(board, visit, week)
        if not moves:
            break
        total += cost
        made += moves
        for other, to in moves:
            back.append((other, board.weeks[other[0]][other[1]]))
            board.move(other, to)
    is_free = bool(board.fits(visit)[week])
    for other, home in reversed(back):
        board.move(other, home)
    return (total, [*made, (visit, week)]) if is_free else _NOTHING


def _short(board: Board, visit: Visit, week: int) -> tuple[int, float, bool]:
    """Name the hands that lack most for a visit, their minutes, and if all year does."""
    rows, minutes = board.rows(visit), board.slot(visit).minutes
    is_year = board.room.lacks(rows, minutes) > _HAIR
    left = board.room.whole if is_year else board.room.week[:, week]
    short = int(rows[left[rows].argmin()])
    return short, minutes - float(left[short]), is_year


def _leaving(board: Board, visit: Visit, week: int) -> Found:
    """Find who leaves a week at the least cost a minute: for one with room, or for good."""
    short, need, is_year = _short(board, visit, week)
    best: tuple[float, float, Moves] = (inf, inf, [])
    for other in _others(board, visit, week, short):
        change = board.change(other).copy()
        change[:-1][~board.fits(other)] = inf
        change[week] = inf
        if is_year:
            change[:-1] = inf
        if board.penalty(other) >= board.penalty(visit):
            change[-1] = inf
        to = int(change.argmin())
        cost = float(change[to])
        a_minute = cost / min(board.slot(other).minutes, need)
        if a_minute < best[0]:
            to = to if to < len(change) - 1 else DROPPED
            best = (a_minute, cost, [(other, to)])
    return best[1:]


def _exchanged(board: Board, visit: Visit, week: int) -> Found:
    """Change a visit of a week for a shorter one of another that has the minutes.

    Where every week lacks some minutes for one more visit, this gathers them in one.
    """
    short, need, is_year = _short(board, visit, week)
    if is_year:
        return _NOTHING
    best: tuple[float, float, Moves] = (inf, inf, [])
    going = _Group(board, _others(board, visit, week, short), week)
    for to in np.flatnonzero(board.task.is_workweek).tolist():
        coming = _Group(board, _others(board, visit, to, short), to)
        if to == week or not (going.visits and coming.visits):
            continue
        gained, cost = _exchanges(going, coming)
        a_minute = cost / np.minimum(gained, need)
        one, other = divmod(int(a_minute.argmin()), len(coming.visits))
        if a_minute[one, other] < best[0]:
            moves = [(going.visits[one], to), (coming.visits[other], week)]
            best = (float(a_minute[one, other]), float(cost[one, other]), moves)
    return best[1:]


class _Group:
    """The visits of a week side by side: their minutes, and what moving them changes."""

    def __init__(self, board: Board, visits: Sequence[Visit], week: int) -> None:
        self.visits, self.week = visits, week
        self.names = np.array([name for name, _ in visits])
        self.minutes = np.array([board.slot(v).minutes for v in visits])
        self.kinds = np.array([board.rows(v).tobytes().hex() for v in visits])
        self.change = np.array([board.change(v) for v in visits])
        self.spare = np.array(
            [board.room.week[board.rows(v), week].min() for v in visits]
        )


def _exchanges(going: _Group, coming: _Group) -> tuple[Array, Array]:
    """Give by pair the minutes that the first week gains, and the cost; else infinite."""
    gained: Array = np.subtract.outer(going.minutes, coming.minutes)
    cost = going.change[:, coming.week, None] + coming.change[None, :, going.week]
    is_lawful = (
        (going.kinds[:, None] == coming.kinds[None])
        & (going.names[:, None] != coming.names[None])
        & (gained > _HAIR)
        & (gained <= coming.spare[None])
    )
    return np.maximum(gained, _HAIR), np.where(is_lawful, cost, inf)


def _others(board: Board, visit: Visit, week: int, short: int) -> list[Visit]:
    """List who takes minutes of some hands in a week, but for the same business."""
    return [
        other
        for other in sorted(board.held[week])
        if other[0] != visit[0] and short in board.rows(other)
    ]
