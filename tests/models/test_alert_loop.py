"""The closed loop: terms by level, what may be recorded next, and what moves an alert up."""

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from models.alert_clauses import LEVELS, AlertLevels
from models.alert_loop import (
    Alert,
    AlertAct,
    missing,
    raised_level,
    refusal,
    standing,
)
from models.rules import load_rules
from tests.worked import DAY

LAW = load_rules().in_force(DAY)
CHINA = timezone(timedelta(hours=8))
# A Friday.
AT = datetime(2026, 3, 6, 17, 0, tzinfo=CHINA)
ALERT = Alert("A1", "sample", "yellow", AT, "不合格", "failed")


def act(action: str, actor: str = "李雷", **more: object) -> AlertAct:
    return AlertAct(action, AT + timedelta(hours=1), actor, "-", **more)  # type: ignore[arg-type]


TAKEN = (act("take"),)
CONTROLLED = (*TAKEN, act("cause"), act("control", documents=1))
RECHECKED = (*CONTROLLED, act("recheck", "王芳", passed=True))


@pytest.mark.parametrize(
    ("level", "due"),
    [
        ("red", datetime(2026, 3, 6, 19, 0, tzinfo=CHINA)),
        ("orange", datetime(2026, 3, 7, 17, 0, tzinfo=CHINA)),
        ("yellow", datetime(2026, 3, 11, 23, 59, 59, tzinfo=CHINA)),
        ("blue", datetime(2026, 3, 13, 23, 59, 59, tzinfo=CHINA)),
    ],
)
def test_each_level_has_its_term(level: str, due: datetime) -> None:
    found = standing(replace(ALERT, level=level), (), LAW, AT)
    assert found.due_at == due
    assert found.state == "raised"
    assert not found.is_overdue


def test_a_level_cannot_close_later_than_a_milder_one() -> None:
    levels = LAW.get(AlertLevels, "warning.levels")
    assert levels.contradiction() is None
    assert "this order" in str(replace(levels, rows=levels.rows[::-1]).contradiction())
    slow = (*levels.rows[:3], replace(levels.rows[3], close_days=999))
    assert replace(levels, rows=slow).contradiction() == "a worse level closes later"


@pytest.mark.parametrize(
    ("acts", "new", "why"),
    [
        ((), act("sing"), "no such action"),
        ((), act("measure"), "nobody has taken it"),
        ((), act("take"), None),
        (TAKEN, act("measure"), None),
        (TAKEN, act("cause"), None),
        (TAKEN, act("control"), "needs evidence"),
        (TAKEN, act("control", documents=1), None),
        (TAKEN, act("recheck", "王芳", passed=True), "no control is recorded"),
        (CONTROLLED, act("recheck", "王芳"), "say whether"),
        (CONTROLLED, act("recheck", "李雷", passed=True), "may not recheck"),
        (CONTROLLED, act("recheck", "王芳", passed=True), None),
        (CONTROLLED, act("close", outcome="controlled"), "recheck missing"),
        (RECHECKED, act("close"), "say the outcome"),
        (RECHECKED, act("close", outcome="controlled"), None),
        (TAKEN, act("close", outcome="no_hazard"), "cause, control, recheck"),
        ((*RECHECKED, act("close", outcome="controlled")), act("measure"), "is closed"),
    ],
)
def test_what_may_be_recorded_next(
    acts: tuple[AlertAct, ...], new: AlertAct, why: str | None
) -> None:
    found = refusal(acts, new, LAW)
    assert (found is None) == (why is None), found
    assert (why or "") in (found or "")


def test_a_failed_recheck_or_a_new_control_asks_for_another_recheck() -> None:
    failed = (*CONTROLLED, act("recheck", "王芳", passed=False))
    assert missing(failed, LAW) == ("recheck",)
    assert missing(RECHECKED, LAW) == ()
    again = (*RECHECKED, act("control", documents=1))
    assert missing(again, LAW) == ("recheck",)


def test_what_nobody_takes_in_time_moves_up_to_the_next_owner() -> None:
    late = standing(ALERT, (), LAW, AT + timedelta(days=6))
    assert (late.level.level, late.level.owner, late.is_overdue) == (
        "orange",
        "deputy_director",
        True,
    )


def test_what_is_not_closed_in_its_days_moves_up_however_soon_it_was_taken() -> None:
    late = standing(ALERT, TAKEN, LAW, AT + timedelta(days=61))
    assert (late.state, late.level.level, late.owner) == ("taken", "orange", "李雷")
    both = standing(ALERT, (), LAW, AT + timedelta(days=61))
    assert (both.level.level, both.missed_terms) == ("red", 2)


def test_nothing_lies_above_red() -> None:
    red = standing(replace(ALERT, level="red"), (), LAW, AT + timedelta(days=99))
    assert red.level.level == LEVELS[-1]


def test_a_closed_alert_owes_nothing_and_keeps_what_it_missed() -> None:
    acts = (*RECHECKED, act("close", outcome="controlled"))
    found = standing(ALERT, acts, LAW, AT + timedelta(days=400))
    assert (found.state, found.due_at, found.missing) == ("closed", None, ())
    assert (found.is_overdue, found.missed_terms) == (False, 0)


def test_a_worse_signal_counts_and_a_milder_one_does_not() -> None:
    worse = act("signal", "shian alerts", level="orange")
    milder = act("signal", "shian alerts", level="blue")
    assert raised_level(ALERT, (worse, milder)) == "orange"
    assert raised_level(ALERT, (milder,)) == "yellow"
