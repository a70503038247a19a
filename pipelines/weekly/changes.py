"""What differs from what people were told: from the earlier list, or from the plan."""

from collections.abc import Iterable, Iterator, Sequence

from pipelines.weekly.arranging import NO_ROOM, Desk, stops_of
from pipelines.weekly.tasks import PLAN, Change, Pair, Stop, Task, Worklist

ADDED = "计划之后新出现的事实", "a fact that became known since the plan"
ROOM = "当周有空余人力", "there is room for it this week"


def worklist(desk: Desk, *, is_first: bool) -> Worklist:
    """Give the week as arranged, and every change against what people were told."""
    stops = stops_of(desk)
    found = [
        *(c for stop in stops for c in _of_stop(stop, desk, is_first=is_first)),
        *_postponed(desk.left, desk),
    ]
    return Worklist(stops, tuple(found), tuple(desk.left))


def _of_stop(stop: Stop, desk: Desk, *, is_first: bool) -> Iterator[Change]:
    task, told = stop.task, stop.task.told
    why = desk.why.get(task.visit_id, ROOM)
    if told is None:
        is_new = task.source != PLAN or not is_first
        if is_new:
            reason = ADDED if task.source != PLAN else why
            yield _change(task, "added", None, str(stop.day), reason)
        elif task.pair and set(task.pair) != set(stop.pair):
            yield _change(task, "restaffed", _names(task.pair), _names(stop.pair), why)
        return
    if told.day != stop.day:
        yield _change(task, "moved", str(told.day), str(stop.day), why)
    if set(told.pair) != set(stop.pair):
        yield _change(task, "restaffed", _names(told.pair), _names(stop.pair), why)


def _postponed(left: Sequence[Task], desk: Desk) -> Iterator[Change]:
    for task in left:
        before = str(task.told.day) if task.told else None
        yield _change(
            task, "postponed", before, None, desk.why.get(task.visit_id, NO_ROOM)
        )


def removed(rows: Iterable[tuple[str, str, str]], why: tuple[str, str]) -> list[Change]:
    """Say of visits that were told and need not be made any more, why."""
    return [
        Change(visit, business, "removed", day, None, *why)
        for visit, business, day in rows
    ]


def _change(
    task: Task, kind: str, before: str | None, after: str | None, why: tuple[str, str]
) -> Change:
    return Change(task.visit_id, task.business_id, kind, before, after, *why)


def _names(pair: Pair) -> str:
    return "、".join(sorted(pair))
