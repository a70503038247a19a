"""What only a command asks of the machine: the day, the time, the account."""

import os
import pwd
from datetime import date

import pytest

from features.errors import UsageError
from pipelines.commands.options import account, day, now


def test_the_account_is_that_of_the_system_whatever_the_shell_says(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("LOGNAME", "USER", "USERNAME"):
        monkeypatch.setenv(name, "approver")
    assert account() == pwd.getpwuid(os.getuid()).pw_name


def test_an_account_without_a_name_is_told_by_its_number(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    nobody = max(entry.pw_uid for entry in pwd.getpwall()) + 1
    monkeypatch.setattr(os, "getuid", lambda: nobody)
    assert account() == f"uid {nobody}"


def test_the_time_carries_its_offset_and_gives_the_day_by_default() -> None:
    before, found, after = now(), day(None), now()
    assert before.utcoffset() is not None
    assert before.date() <= found <= after.date()
    assert day("2026-01-31") == date(2026, 1, 31)
    with pytest.raises(UsageError, match="--on is a day such as"):
        day("31.1.2026", "--on")
