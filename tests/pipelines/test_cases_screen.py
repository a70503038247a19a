"""What an officer sees of cases: overdue in words and in red, and nothing swallowed."""

import io
from datetime import date
from pathlib import Path

import pytest
from rich.console import Console

from pipelines.case_files import find_case_file
from pipelines.console import Voice
from pipelines.listing import find_worklist
from pipelines.register.decisions import create_register
from pipelines.screens.cases import show_case, show_work
from tests.register_requests import recorded

RED = "\x1b[1;31m"


@pytest.fixture
def register(tmp_path: Path) -> Path:
    create_register(tmp_path / "register.sqlite")
    recorded(tmp_path / "register.sqlite", ["LISTED"])
    recorded(tmp_path / "register.sqlite", ["2026-03-20 Li file"], business="c")
    return tmp_path / "register.sqlite"


def voice(lang: str = "zh") -> tuple[Voice, io.StringIO]:
    out = io.StringIO()
    console = Console(
        file=out,
        width=200,
        force_terminal=True,
        color_system="standard",
        highlight=False,
    )
    return Voice(lang=lang, out=console), out


def test_what_is_overdue_stands_first_and_red(register: Path) -> None:
    items, _ = find_worklist(register, today=date(2026, 4, 1))
    spoken, out = voice()
    show_work(spoken, items)
    rows = [line for line in out.getvalue().splitlines() if "2026-000" in line]
    assert f"{RED}逾期 2026-03-25" in rows[0]
    assert "2026-0001" in rows[0]
    assert all(RED not in row for row in rows[1:])
    assert any("2026-0002" in row for row in rows[1:])


def test_a_case_is_shown_in_either_language(register: Path) -> None:
    file = find_case_file(register, "2026-0001", today=date(2026, 4, 1))
    for lang, words in (
        (
            "zh",
            (
                "已决定列入",
                "未公示",
                "第五条第（二）项",
                "送达列入决定书",
                "逾期",
                "办案人员",
            ),
        ),
        ("en", ("listed", "not public", "art. 5(2)", "serve the decision", "OVERDUE")),
    ):
        spoken, out = voice(lang)
        show_case(spoken, file)
        assert [w for w in words if w not in out.getvalue()] == []
