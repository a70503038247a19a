"""A week is arranged so that it can be done, and changes as little as it must."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.routing import Place
from pipelines.weekly.arranging import Desk, arrange
from pipelines.weekly.changes import worklist
from pipelines.weekly.tasks import (
    Change,
    Pair,
    Roster,
    Stop,
    Task,
    Told,
    Way,
    Worklist,
)

MONDAY = date(2026, 3, 9)
DAYS = tuple(MONDAY + timedelta(days=n) for n in range(5))
TUESDAY, WEDNESDAY, FRIDAY = DAYS[1], DAYS[2], DAYS[4]
AB, CD = ("a", "b"), ("c", "d")
HOME = Place("office", 120.20, 30.25)


def task(number: int = 1, **changes: Any) -> Task:
    usual = {
        "visit_id": f"v{number:02d}",
        "business_id": f"b{number:02d}",
        "business_type": "catering",
        "office_id": "o1",
        "place": Place(f"b{number:02d}", 120.20 + number / 500, 30.25),
        "purpose": "routine",
        "source": "plan",
        "reason": "频次",
        "reason_en": "frequency",
        "legal_basis": "第二十二条",
        "checklist": "full",
        "due_on": date(2026, 12, 31),
        "minutes": 75.0,
        "pair": AB,
        "probability": number / 100,
    }
    return Task(**{**usual, **changes})


def report(number: int = 50, **changes: Any) -> Task:
    usual = {"source": "report", "pair": (), "minutes": 60.0, "due_on": FRIDAY}
    return task(number, **{**usual, **changes})


def told(found: Task, day: date, pair: Pair = AB, position: int = 1) -> Task:
    return replace(found, told=Told(day, pair, position))


def roster(*absent: str, **changes: Any) -> Roster:
    usual: dict[str, Any] = {
        "days": DAYS,
        "free": {who: frozenset(DAYS) for who in "abcd" if who not in absent},
        "office": dict.fromkeys("abcd", "o1"),
        "qualified": dict.fromkeys("abcd"),
    }
    return Roster(**{**usual, **changes})


def arranged(
    *tasks: Task,
    staff: Roster | None = None,
    today: date = MONDAY,
    minutes: float = 390,
    is_first: bool = True,
) -> Worklist:
    desk: Desk = arrange(
        tasks,
        staff or roster(),
        Way(10, 5, {"o1": HOME}),
        minutes_a_day=minutes,
        today=today,
    )
    return worklist(desk, is_first=is_first)


def kinds(changes: tuple[Change, ...]) -> dict[str, str]:
    return {change.visit_id: change.change for change in changes}


def days(found: Worklist) -> dict[str, date]:
    return {stop.task.visit_id: stop.day for stop in found.stops}


def pairs(found: Worklist) -> dict[str, Pair]:
    return {stop.task.visit_id: stop.pair for stop in found.stops}


def test_the_plan_sends_whom_it_names_and_nothing_changes() -> None:
    found = arranged(task(1), task(2), task(3, pair=CD))
    assert pairs(found) == {"v01": AB, "v02": AB, "v03": CD}
    assert found.changes == ()
    assert found.left == ()


def test_a_day_is_walked_from_near_to_far_and_back() -> None:
    found = arranged(*(task(n) for n in (3, 1, 2)))
    order = [stop.task.visit_id for stop in found.stops]
    assert order in (["v01", "v02", "v03"], ["v03", "v02", "v01"])
    assert [stop.position for stop in found.stops] == [1, 2, 3]


def test_what_is_overdue_goes_first_on_the_first_day() -> None:
    late = task(9, due_on=date(2026, 3, 2))
    found = arranged(*(task(n) for n in (1, 2, 3)), late)
    assert found.stops[0].task == late
    assert days(found)["v09"] == MONDAY


def test_what_is_due_in_the_week_is_made_by_its_last_day() -> None:
    pressing = task(7, due_on=MONDAY)
    full = [task(n, due_on=FRIDAY) for n in range(8, 20)]
    assert days(arranged(*full, pressing))["v07"] == MONDAY


def test_a_day_holds_no_more_than_its_minutes() -> None:
    found = arranged(*(task(n) for n in range(10)))
    for day in {stop.day for stop in found.stops}:
        held = [stop for stop in found.stops if stop.day == day]
        assert sum(s.task.minutes + s.travel_minutes for s in held) <= 390


def test_a_new_fact_joins_who_is_out_already() -> None:
    found = arranged(task(1), report())
    assert pairs(found)["v50"] == AB
    assert kinds(found.changes) == {"v50": "added"}
    assert "新出现" in found.changes[0].why


def test_without_room_a_new_round_is_opened() -> None:
    found = arranged(task(1, minutes=360.0), report(), staff=roster())
    assert pairs(found)["v50"] != ()
    assert found.left == ()


def one_day(*, minutes: float = 200) -> dict[str, Any]:
    only = roster("c", "d", days=(MONDAY,))
    free = {who: frozenset((MONDAY,)) for who in "ab"}
    return {"staff": replace(only, free=free), "minutes": minutes}


def test_only_what_must_be_done_takes_a_place_and_the_least_risky_gives_way() -> None:
    found = arranged(task(1), task(2), report(due_on=MONDAY), **one_day())
    assert set(days(found)) == {"v02", "v50"}
    assert [left.visit_id for left in found.left] == ["v01"]
    assert kinds(found.changes) == {"v50": "added", "v01": "postponed"}


def test_what_can_wait_waits() -> None:
    found = arranged(task(1), task(2), report(due_on=date(2026, 4, 1)), **one_day())
    assert set(days(found)) == {"v01", "v02"}
    assert [left.visit_id for left in found.left] == ["v50"]


def test_what_nobody_was_told_gives_way_before_what_was_told() -> None:
    known = told(task(1), MONDAY)
    found = arranged(known, task(2), report(due_on=MONDAY), **one_day())
    assert set(days(found)) == {"v01", "v50"}


def test_what_was_told_stands_when_a_new_fact_comes() -> None:
    first = arranged(*(task(n) for n in range(1, 6)), task(6, pair=CD))
    again = arranged(
        *(told(s.task, s.day, s.pair, s.position) for s in first.stops),
        report(),
        is_first=False,
    )
    assert kinds(again.changes) == {"v50": "added"}
    assert days(first).items() <= days(again).items()
    order = [s.task.visit_id for s in again.stops if s.task.source == "plan"]
    assert order == [s.task.visit_id for s in first.stops]


def test_an_inspector_who_is_gone_is_replaced_and_the_other_stays() -> None:
    first = [told(task(n), TUESDAY, AB, n) for n in (1, 2)]
    found = arranged(*first, staff=roster("a"), is_first=False)
    assert days(found) == {"v01": TUESDAY, "v02": TUESDAY}
    assert {"b"} <= set(pairs(found)["v01"]) <= {"b", "c", "d"}
    assert kinds(found.changes) == {"v01": "restaffed", "v02": "restaffed"}
    assert "休假" in found.changes[0].why


def test_nobody_stands_in_who_may_not_inspect_the_business() -> None:
    able = {"a": None, "b": None, "c": frozenset({"seller"}), "d": None}
    staff = replace(roster("a", qualified=able), conflicts=frozenset({("x", "b01")}))
    found = arranged(told(task(1), TUESDAY), staff=staff)
    assert set(pairs(found)["v01"]) == {"b", "d"}


def test_a_conflict_found_since_takes_one_visit_from_a_round() -> None:
    staff = roster(conflicts=frozenset({("a", "b02")}))
    found = arranged(*(told(task(n), TUESDAY, AB, n) for n in (1, 2)), staff=staff)
    assert pairs(found)["v01"] == AB
    assert "a" not in pairs(found)["v02"]


def test_what_was_not_done_on_its_day_moves_on_and_says_so() -> None:
    found = arranged(told(task(1), MONDAY), today=WEDNESDAY, is_first=False)
    assert days(found)["v01"] >= WEDNESDAY
    assert kinds(found.changes) == {"v01": "moved"}
    assert "未完成" in found.changes[0].why


def test_with_nobody_left_a_visit_is_postponed_and_says_so() -> None:
    found = arranged(task(1), staff=roster("b", "c", "d"))
    assert found.stops == ()
    assert kinds(found.changes) == {"v01": "postponed"}


def test_a_week_without_workdays_holds_nothing() -> None:
    found = arranged(task(1), staff=roster(days=()))
    assert (found.stops, len(found.left)) == ((), 1)


ANY = st.builds(
    task,
    st.integers(1, 40),
    pair=st.sampled_from((AB, CD, ("a", "c"), ())),
    due_on=st.sampled_from((date(2026, 3, 1), TUESDAY, FRIDAY, date(2026, 12, 31))),
    source=st.sampled_from(("plan", "report")),
    minutes=st.sampled_from((30.0, 75.0, 180.0, 400.0)),
)
MANY = st.lists(ANY, max_size=25, unique_by=lambda t: t.visit_id)


@given(MANY)
def test_every_task_is_placed_once_or_left(tasks: list[Task]) -> None:
    found = arranged(*tasks)
    names = [s.task.visit_id for s in found.stops] + [t.visit_id for t in found.left]
    assert sorted(names) == sorted(t.visit_id for t in tasks)


@given(MANY)
def test_nobody_is_promised_to_two_pairs_on_one_day(tasks: list[Task]) -> None:
    found = arranged(*tasks)
    promised = {(who, s.day, s.pair) for s in found.stops for who in s.pair}
    assert max(Counter((w, d) for w, d, _ in promised).values(), default=1) == 1
    assert all(len(set(s.pair)) == 2 for s in found.stops)


@given(MANY)
def test_a_day_has_room_for_what_stands_in_it(tasks: list[Task]) -> None:
    held: dict[tuple[date, Pair], list[Stop]] = {}
    for stop in arranged(*tasks).stops:
        held.setdefault((stop.day, stop.pair), []).append(stop)
    for stops in held.values():
        # One visit that is longer than a day has a day alone.
        assert len(stops) == 1 or sum(s.task.minutes for s in stops) <= 390


@given(MANY)
def test_nothing_is_late_that_was_not_late_before(tasks: list[Task]) -> None:
    for stop in arranged(*tasks).stops:
        assert stop.day <= stop.task.due_on or stop.task.due_on < MONDAY


@given(MANY, st.permutations(range(25)))
def test_the_order_in_which_tasks_are_told_changes_nothing(
    tasks: list[Task], order: list[int]
) -> None:
    shuffled = [tasks[n] for n in order if n < len(tasks)]
    assert arranged(*shuffled).stops == arranged(*tasks).stops


@given(MANY)
def test_a_week_told_again_without_news_is_the_same_week(tasks: list[Task]) -> None:
    first = arranged(*tasks)
    said = [told(s.task, s.day, s.pair, s.position) for s in first.stops]
    again = arranged(*said, *first.left, is_first=False)
    assert days(first).items() <= days(again).items()
    assert not {c.change for c in again.changes} & {"moved", "restaffed"}


@pytest.mark.parametrize("who", "abcd")
@given(tasks=MANY)
def test_after_a_withdrawal_only_their_visits_change(
    who: str, tasks: list[Task]
) -> None:
    first = arranged(*tasks)
    said = [told(s.task, s.day, s.pair, s.position) for s in first.stops]
    again = arranged(*said, staff=roster(who), is_first=False)
    untouched = {s.task.visit_id for s in first.stops if who not in s.pair}
    assert not untouched & {
        c.visit_id for c in again.changes if c.change in {"restaffed", "moved"}
    }
