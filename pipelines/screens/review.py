"""The accounts of the review workbench in the terminal."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pipelines.console import Voice
from pipelines.review.account_store import Account
from pipelines.review.roles import ROLES

_HEADER = {
    "zh": ("账号", "姓名", "角色", "市场监管所", "情况", "会话"),
    "en": ("login", "person", "role", "office", "state", "sessions"),
}


def show_accounts(
    voice: Voice,
    accounts: Sequence[Account],
    sessions: Mapping[str, int],
    *,
    at: datetime,
) -> None:
    """Show who may sign in."""
    voice.table(
        ("账号", "Accounts"),
        _HEADER[voice.lang],
        [
            (
                account.login,
                account.person,
                voice.pick(*ROLES[account.role]),
                account.office or "-",
                _state(voice, account, at),
                sessions.get(account.login, 0),
            )
            for account in accounts
        ],
    )


def account_facts(
    accounts: Sequence[Account], sessions: Mapping[str, int]
) -> list[Mapping[str, Any]]:
    """Give a program the accounts, without a hash of any password."""
    return [
        {
            "login": account.login,
            "person": account.person,
            "role": account.role,
            "office": account.office,
            "is_locked": account.is_locked,
            "is_initial": account.is_initial,
            "sessions": sessions.get(account.login, 0),
        }
        for account in accounts
    ]


def _state(voice: Voice, account: Account, at: datetime) -> str:
    if account.is_locked:
        return voice.pick("已锁定", "locked")
    if account.locked_until is not None and account.locked_until > at:
        return voice.pick("输错密码，暂停", "paused after wrong passwords")
    if account.is_initial:
        return voice.pick("待改初始密码", "first password")
    return voice.pick("正常", "in use")
