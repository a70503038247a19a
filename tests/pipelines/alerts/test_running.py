"""The loop from a signal to a closed alert: raised once, acted on, kept, checked."""

import io
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from rich.console import Console

from features.errors import NotFoundError, ProcedureError, RegisterError
from features.warehouse import open_warehouse
from models.rules import load_rules
from pipelines.alerts.book import Asked, Known, act, raise_alerts, read_book
from pipelines.alerts.running import run_alerts
from pipelines.alerts.signals import Signal
from pipelines.console import Voice
from pipelines.register.chain import Attachment
from pipelines.register.decisions import CHINA
from pipelines.screens.alerts import (
    board_facts,
    known_facts,
    show_board,
    show_history,
    show_known,
)
from tests.pipelines.alerts.test_signals import complaints, history, put, sample
from tests.source_files import Books

DAY = date(2026, 6, 1)
LAW = load_rules().in_force(DAY)
NOW = datetime(2026, 6, 1, 9, 30, tzinfo=CHINA)
PHOTO = Attachment(kind="evidence", sha256="0" * 64, name="photo.jpg")
CLUSTER = Signal(
    "complaints", "s1|pests|w1", "blue", "鼠害", "pests", street="s1", category="pests"
)


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return tmp_path / "alerts.sqlite"


def asked(action: str, actor: str = "李雷", **more: object) -> Asked:
    usual = {"role": "officer", "reason": "-", "at": NOW + timedelta(hours=1)}
    return Asked(action=action, actor=actor, **{**usual, **more})  # type: ignore[arg-type]


def closing(book: Path, alert_id: str) -> Known:
    """Take an alert through every step."""
    for step in (
        asked("take"),
        asked("measure"),
        asked("cause"),
        asked("control", documents=(PHOTO,)),
        asked("recheck", "王芳", passed=True),
    ):
        act(book, alert_id, step, LAW)
    return act(book, alert_id, asked("close", "王芳", outcome="controlled"), LAW)


def test_a_signal_raises_one_alert_however_often_it_is_seen(
    books: Books, book: Path
) -> None:
    put(books, "sampling_result", sample("s1", "孔雀石绿"))
    first = run_alerts(books.path, book, DAY, NOW)
    assert (first.signals, len(first.raised), len(first.open)) == (1, 1, 1)
    again = run_alerts(books.path, book, DAY, NOW)
    assert (again.raised, again.added, len(again.open)) == ((), (), 1)
    row = books.ask(
        "select distinct level, state, owner_role, due_at, missing, business_id "
        "from output.alert"
    )
    due = "2026-06-01T11:30+08:00"
    assert row == [("red", "raised", "director", due, "cause+control+recheck", "s1")]


def test_an_earlier_day_is_looked_at_as_of_its_morning(
    books: Books, book: Path
) -> None:
    put(books, "sampling_result", sample("s1", "孔雀石绿"))
    run_alerts(books.path, book, DAY, NOW + timedelta(days=200))
    (known,) = read_book(book).values()
    assert known.alert.raised_at == datetime(2026, 6, 1, 8, 0, tzinfo=CHINA)


def test_an_alert_is_closed_step_by_step_and_leaves_the_board(
    books: Books, book: Path
) -> None:
    put(books, "sampling_result", sample("s1", "铅"))
    board = run_alerts(books.path, book, DAY, NOW)
    known = closing(book, board.raised[0])
    assert known.is_closed
    after = run_alerts(books.path, book, DAY, NOW + timedelta(hours=2))
    assert (after.raised, after.open, after.closed) == ((), (), 1)


def test_what_may_not_be_recorded_is_not(books: Books, book: Path) -> None:
    put(books, "sampling_result", sample("s1", "铅"))
    (alert_id,) = run_alerts(books.path, book, DAY, NOW).raised
    with pytest.raises(ProcedureError, match="take"):
        act(book, alert_id, asked("close", outcome="controlled"), LAW)
    assert read_book(book)[alert_id].acts == ()
    with pytest.raises(NotFoundError, match="shian alerts"):
        act(book, "A0", asked("take"), LAW)
    with pytest.raises(RegisterError, match="time zone"):
        act(book, alert_id, asked("take", at=datetime(2026, 6, 1)), LAW)  # noqa: DTZ001


def test_a_cluster_that_goes_on_joins_its_alert_and_worsens_it(book: Path) -> None:
    raised, _ = raise_alerts(book, [CLUSTER], NOW)
    worse = replace(CLUSTER, key="s1|pests|w2", level="yellow")
    assert raise_alerts(book, [worse], NOW + timedelta(days=7)) == ([], raised)
    assert raise_alerts(book, [worse], NOW + timedelta(days=7)) == ([], [])
    (known,) = read_book(book).values()
    assert [a.level for a in known.acts] == ["yellow"]
    elsewhere = replace(CLUSTER, key="s2|pests|w2", street="s2")
    assert len(raise_alerts(book, [elsewhere], NOW)[0]) == 1


def test_a_cluster_long_after_or_after_closing_is_another_outbreak(book: Path) -> None:
    (first,), _ = raise_alerts(book, [CLUSTER], NOW)
    late = replace(CLUSTER, key="s1|pests|w9")
    assert len(raise_alerts(book, [late], NOW + timedelta(days=40))[0]) == 1
    for alert_id in list(read_book(book)):
        closing(book, alert_id)
    assert first in read_book(book)
    last = replace(CLUSTER, key="s1|pests|w10")
    assert len(raise_alerts(book, [last], NOW + timedelta(days=41))[0]) == 1


def test_a_book_that_was_tampered_with_is_refused(books: Books, book: Path) -> None:
    put(books, "sampling_result", sample("s1", "铅"))
    run_alerts(books.path, book, DAY, NOW)
    with sqlite3.connect(book) as connection:
        connection.execute("drop trigger entry_is_not_changed")
        connection.execute("update entry set reason = 'nothing'")
    with pytest.raises(RegisterError, match="not as it was written"):
        run_alerts(books.path, book, DAY, NOW)
    with pytest.raises(RegisterError, match="entry 1"):
        read_book(book)


def test_a_book_not_begun_holds_no_alert(book: Path) -> None:
    assert read_book(book) == {}


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        (
            "zh",
            ("仅供内部使用", "第一百一十八条", "系统默认，非法定", "局长", "待接办"),
        ),
        ("en", ("internal", "art. 118", "our default, not law", "director", "raised")),
    ],
)
def test_the_board_says_whose_it_is_by_when_and_that_it_is_internal(
    books: Books, book: Path, lang: str, words: tuple[str, ...]
) -> None:
    put(books, "sampling_result", sample("s1", "孔雀石绿"))
    put(books, "complaint", *history(), *_more())
    board = run_alerts(books.path, book, DAY, NOW)
    said = _said(lang, lambda voice: show_board(voice, board))
    assert [word for word in words if word not in said] == []
    facts = board_facts(board)
    assert len(facts["open"]) == 2  # type: ignore[arg-type]


def _more() -> list[dict[str, object]]:
    extra = complaints(1, 8)
    return [{**c, "complaint_id": f"x{n}"} for n, c in enumerate(extra)]


def _said(lang: str, show: Callable[[Voice], None]) -> str:
    out = Console(file=io.StringIO(), width=160)
    show(Voice(lang=lang, out=out))
    return str(out.file.getvalue())  # type: ignore[attr-defined]


@pytest.mark.parametrize(("lang", "word"), [("zh", "通过"), ("en", "passed")])
def test_the_history_of_an_alert_tells_every_act(
    books: Books, book: Path, lang: str, word: str
) -> None:
    put(books, "sampling_result", sample("s1", "铅"))
    (alert_id,) = run_alerts(books.path, book, DAY, NOW).raised
    known = closing(book, alert_id)
    told = _said(lang, lambda voice: show_history(voice, book, alert_id))
    assert word in told
    assert "王芳" in told
    stands = _said(lang, lambda voice: show_known(voice, known, LAW, NOW))
    assert alert_id in stands
    assert known_facts(known, LAW, NOW)["state"] == "closed"
    with pytest.raises(NotFoundError):
        show_history(Voice(), book, "A0")


def test_an_alert_that_nobody_took_stands_higher_and_is_marked(
    books: Books, book: Path
) -> None:
    put(books, "sampling_result", sample("s1", "铅"))
    run_alerts(books.path, book, DAY, NOW)
    late = run_alerts(
        books.path, book, DAY + timedelta(days=6), NOW + timedelta(days=6)
    )
    (one,) = late.open
    assert (one.standing.level.level, one.standing.is_overdue) == ("orange", True)
    said = _said("zh", lambda voice: show_board(voice, late))
    assert "橙色↑" in said
    assert "逾期" in said
    with open_warehouse(books.path, read_only=True) as warehouse:
        kept = warehouse.table("output.alert").filter(pl.col("level") == "orange")
        assert kept.collect()["raised_level"].to_list() == ["yellow"]
