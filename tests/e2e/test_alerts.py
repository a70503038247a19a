"""The risk loop through the command line: what is open, what is done, what is refused."""

import shutil
from pathlib import Path

import pytest

from tests.e2e.conftest import Demo, Shian

pytestmark = pytest.mark.slow


def test_an_alert_from_the_signal_to_its_closing(
    shian: Shian, demo: Demo, tmp_path: Path
) -> None:
    own = shutil.copyfile(demo.folder / "warehouse.duckdb", tmp_path / "own.duckdb")
    book = ("--book", tmp_path / "alerts.sqlite")
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(b"-")
    ran = shian("alerts", "--as-of", "2026-01-01", "-w", own, *book, "--json")
    assert ran.code == 0, ran.err
    alert = ran.facts["open"][0]["alert_id"]
    said = shian("alerts", "--as-of", "2026-01-01", "-w", own, *book)
    assert "仅供内部使用" in said.out
    assert "新预警 0 条" in said.out

    early = shian(
        *("alert-act", alert, "close", "--actor", "李雷", "--reason", "完"), *book
    )
    assert (early.code, early.out) == (8, "")
    missing = shian(
        *("alert-act", alert, "take", "--actor", "李雷", "--reason", "接办"),
        *("--attach", tmp_path / "none.jpg", *book),
    )
    assert (missing.code, missing.out) == (2, "")

    steps = (
        ("take", "李雷"),
        ("cause", "李雷"),
        ("control", "李雷", "--attach", photo),
        ("recheck", "王芳", "--passed"),
        ("close", "王芳", "--outcome", "controlled"),
    )
    for action, actor, *more in steps:
        done = shian(
            *("alert-act", alert, action, "--actor", actor, "--reason", "依程序"),
            *(*more, *book, "--json"),
        )
        assert done.code == 0, done.err
    assert done.facts["state"] == "closed"
    assert "王芳" in shian("alerts", "--show", alert, *book).out
