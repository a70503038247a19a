"""Signing in: lockout, expiry, revocation, first passwords, and what a cookie is."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from features.errors import NotFoundError, RegisterError, UsageError
from pipelines.register.decisions import CHINA
from pipelines.review.account_store import AccountStore
from pipelines.review.passwords import check_password, hashed, matches
from pipelines.review.signing import (
    IDLE,
    INITIAL_LIFE,
    LOCKOUT,
    LONGEST_SESSION,
    MOST_FAILURES,
    Newcomer,
    add_account,
    change_password,
    current,
    give_password,
    revoke,
    set_locked,
    sign_in,
    sign_out,
)
from tests.review_office import HASH, PASSWORD

AT = datetime(2026, 3, 2, 9, tzinfo=CHINA)
LI = Newcomer(login="lilei", person="李雷", role="case_officer", office="清波所")
WRONG = "not the one that it is"
NEW = "a new sentence to remember"


@pytest.fixture
def store(tmp_path: Path) -> AccountStore:
    """Give a store with one account in use."""
    made = AccountStore(tmp_path / "accounts.sqlite")
    add_account(made, LI, by="test", at=AT)
    made.change("lilei", password_hash=HASH, is_initial=False, initial_until=None)
    return made


def events(store: AccountStore) -> list[str]:
    return [event.what for event in store.events("lilei")]


def test_a_first_password_lives_a_week_and_is_not_kept(tmp_path: Path) -> None:
    store = AccountStore(tmp_path / "accounts.sqlite")
    first = add_account(store, LI, by="test", at=AT)
    assert first.encode() not in store.path.read_bytes()
    late = AT + INITIAL_LIFE
    assert sign_in(store, "lilei", first, at=late - timedelta(seconds=1))
    assert sign_in(store, "lilei", first, at=late) is None
    again = give_password(store, "lilei", by="test", at=late)
    assert sign_in(store, "lilei", again, at=late)


def test_five_wrong_passwords_shut_the_account_for_a_quarter_of_an_hour(
    store: AccountStore,
) -> None:
    for _ in range(MOST_FAILURES):
        assert sign_in(store, "lilei", WRONG, at=AT) is None
    assert sign_in(store, "lilei", PASSWORD, at=AT + LOCKOUT - timedelta(1e-6)) is None
    assert sign_in(store, "lilei", PASSWORD, at=AT + LOCKOUT)
    assert "locked_out" in events(store)


def test_a_right_password_forgets_the_wrong_ones_before(store: AccountStore) -> None:
    for _ in range(3):
        for _ in range(MOST_FAILURES - 1):
            assert sign_in(store, "lilei", WRONG, at=AT) is None
        assert sign_in(store, "lilei", PASSWORD, at=AT)


def test_whoever_is_not_there_gets_in_no_more_than_who_is_wrong(
    store: AccountStore,
) -> None:
    assert sign_in(store, "nobody", PASSWORD, at=AT) is None
    assert store.events("nobody") == []


@pytest.mark.parametrize(
    ("later", "is_over"),
    [
        (IDLE - timedelta(seconds=1), False),
        (IDLE, True),
        (LONGEST_SESSION, True),
    ],
)
def test_a_session_left_alone_ends(
    store: AccountStore, later: timedelta, is_over: bool
) -> None:
    signed = sign_in(store, "lilei", PASSWORD, at=AT)
    assert signed is not None
    assert (current(store, signed.token, at=AT + later) is None) == is_over


def test_a_session_in_use_ends_with_the_working_day(store: AccountStore) -> None:
    signed = sign_in(store, "lilei", PASSWORD, at=AT)
    assert signed is not None
    at = AT
    while at + IDLE / 2 < AT + LONGEST_SESSION:
        at += IDLE / 2
        assert current(store, signed.token, at=at)
    assert current(store, signed.token, at=AT + LONGEST_SESSION) is None
    assert store.sessions() == {}


def test_every_sign_in_is_a_session_of_its_own_and_the_file_holds_no_token(
    store: AccountStore,
) -> None:
    one = sign_in(store, "lilei", PASSWORD, at=AT)
    two = sign_in(store, "lilei", PASSWORD, at=AT)
    assert one is not None
    assert two is not None
    assert one.token != two.token
    assert one.session.csrf != two.session.csrf
    assert one.token.encode() not in store.path.read_bytes()
    sign_out(store, one.session, at=AT)
    assert current(store, one.token, at=AT) is None
    assert current(store, two.token, at=AT)
    assert current(store, "\ud800 no token", at=AT) is None


@pytest.mark.parametrize("does", ["revoke", "lock", "password"])
def test_what_an_administrator_does_ends_every_session(
    store: AccountStore, does: str
) -> None:
    signed = sign_in(store, "lilei", PASSWORD, at=AT)
    assert signed is not None
    if does == "revoke":
        assert revoke(store, "lilei", by="admin", at=AT) == 1
    elif does == "lock":
        set_locked(store, "lilei", is_locked=True, by="admin", at=AT)
        assert sign_in(store, "lilei", PASSWORD, at=AT) is None
        set_locked(store, "lilei", is_locked=False, by="admin", at=AT)
        assert sign_in(store, "lilei", PASSWORD, at=AT)
    else:
        give_password(store, "lilei", by="admin", at=AT)
    assert current(store, signed.token, at=AT) is None


def test_a_changed_password_ends_every_session_and_opens_new_ones(
    store: AccountStore,
) -> None:
    signed = sign_in(store, "lilei", PASSWORD, at=AT)
    assert signed is not None
    account = store.account("lilei")
    with pytest.raises(UsageError, match="原密码不对"):
        change_password(store, account, WRONG, NEW, at=AT)
    with pytest.raises(UsageError, match="不能与原密码相同"):
        change_password(store, account, PASSWORD, PASSWORD, at=AT)
    change_password(store, account, PASSWORD, NEW, at=AT)
    assert current(store, signed.token, at=AT) is None
    assert sign_in(store, "lilei", PASSWORD, at=AT) is None
    assert sign_in(store, "lilei", NEW, at=AT)


def test_who_guesses_the_old_password_in_a_session_loses_it(
    store: AccountStore,
) -> None:
    signed = sign_in(store, "lilei", PASSWORD, at=AT)
    assert signed is not None
    for _ in range(MOST_FAILURES):
        with pytest.raises(UsageError):
            change_password(store, store.account("lilei"), WRONG, NEW, at=AT)
    assert current(store, signed.token, at=AT) is None


@pytest.mark.parametrize(
    ("password", "said"),
    [
        ("short", "12"),
        ("1" * 129, "128"),
        ("password1234", "常见"),
        ("PassWord1234", "常见"),
        ("aaaaaaaaaaaa", "常见"),
        ("lilei is my name", "账号或姓名"),
        ("李雷的密码就是这个没错了吧", "账号或姓名"),
    ],
)
def test_a_password_that_others_would_try_is_refused(password: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        check_password(password, login="lilei", person="李雷")


@pytest.mark.parametrize(
    "password",
    [PASSWORD, "correct horse battery", "x7!kW9" * 20, "一句话也可以当作密码使用"],
)
def test_any_long_password_will_do(password: str) -> None:
    check_password(password, login="lilei", person="李雷")


def test_a_hash_is_argon2id_and_knows_only_its_own_password() -> None:
    assert HASH.startswith("$argon2id$")
    assert hashed(PASSWORD) != HASH
    assert matches(HASH, PASSWORD)
    assert not matches(HASH, PASSWORD + " ")
    assert not matches("no hash at all", PASSWORD)
    # What was typed full-width on another keyboard is the same sentence.
    assert matches(hashed("ａ１ long sentence"), "a1 long sentence")


@pytest.mark.parametrize(
    ("who", "said"),
    [
        (Newcomer(login="L", person="李", role="viewer"), "2 to 32"),
        (Newcomer(login="li;drop", person="李", role="viewer"), "2 to 32"),
        (Newcomer(login="lile", person="李", role="boss"), "boss"),
        (Newcomer(login="lile", person="  ", role="viewer"), "name of a person"),
        (Newcomer(login="lilei", person="李四", role="viewer"), "already"),
        (Newcomer(login="other", person="李 雷", role="viewer"), "already"),
    ],
)
def test_an_account_that_cannot_be_is_not_made(
    store: AccountStore, who: Newcomer, said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        add_account(store, who, by="test", at=AT)
    assert len(store.accounts()) == 1


def test_what_is_no_store_of_accounts_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "other.sqlite"
    with pytest.raises(RegisterError, match="user add"):
        AccountStore(path).accounts()
    path.write_bytes(b"something else entirely")
    with pytest.raises(RegisterError):
        AccountStore(path).accounts()
    assert path.read_bytes() == b"something else entirely"


def test_nobody_is_locked_who_is_not_there(store: AccountStore) -> None:
    for does in (give_password, revoke):
        with pytest.raises(NotFoundError, match="user list"):
            does(store, "nobody", by="test", at=AT)
