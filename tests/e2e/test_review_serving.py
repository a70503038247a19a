"""`shian review` as a process of its own: accounts by command, HTTP and HTTPS, and its end."""

import http.client
import json
import os
import signal
import socket
import ssl
import subprocess
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pipelines.register.decisions import create_register
from tests import ROOT
from tests.e2e.conftest import SHIAN, Shian
from tests.review_office import Visitor

PHRASE = "a sentence nobody else would say"


@pytest.fixture
def where(tmp_path: Path) -> tuple[str, ...]:
    create_register(tmp_path / "register.sqlite")
    return (
        *("--register", str(tmp_path / "register.sqlite")),
        *("--warehouse", str(tmp_path / "none.duckdb")),
        *("--documents", str(tmp_path / "documents")),
        *("--accounts", str(tmp_path / "accounts.sqlite")),
    )


@pytest.fixture
def accounts(tmp_path: Path) -> tuple[str, str]:
    return ("--accounts", str(tmp_path / "accounts.sqlite"))


@contextmanager
def running(*arguments: str, folder: Path) -> Iterator[str]:
    """Run the command until the test is done; gives the address that it names."""
    log = (folder / "log.txt").open("w", encoding="utf-8")
    with (
        log,
        subprocess.Popen(
            [SHIAN, "review", "--json", "--port", "0", *arguments],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            cwd=ROOT,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        ) as process,
    ):
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, (folder / "log.txt").read_text("utf-8")
        yield str(json.loads(line)["url"]).rstrip("/")
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=60) in {0, 130, -signal.SIGINT}


def test_a_new_officer_gets_in_with_a_first_password_and_changes_it(
    shian: Shian, where: tuple[str, ...], accounts: tuple[str, str], tmp_path: Path
) -> None:
    who = ("lilei", "--person", "李雷", "--role", "case_officer", "--office", "清波所")
    made = shian("review", "user", "add", *who, *accounts, "--json")
    assert made.code == 0, made.err
    first = made.facts["initial_password"]
    with running(*where, folder=tmp_path) as address:
        visitor = Visitor(address)
        assert visitor.sign_in("lilei", first).status == 303
        # A first password opens nothing but the page to change it.
        for path in ("/", "/cases", "/accounts"):
            assert visitor.get(path).headers["location"] == "/account"
        fields = {"csrf": visitor.csrf(), "old": first, "new": PHRASE}
        changed = visitor.post("/account", fields)
        assert changed.headers["location"] == "/sign-in"
        assert visitor.sign_in("lilei", PHRASE).headers["location"] == "/"
        worklist = visitor.get("/")
        assert worklist.status == 200
        # No warehouse is there: the worklist stands all the same.
        assert "没有待办" in worklist.text
        assert visitor.get("/candidates").status == 503
        visitor.close()
    log = (tmp_path / "log.txt").read_text("utf-8")
    assert "POST /sign-in 303" in log
    assert "lilei" not in log
    assert "Traceback" not in log


def test_accounts_are_kept_on_the_command_line(
    shian: Shian, accounts: tuple[str, str]
) -> None:
    user = ("review", "user")
    who = ("--person", "赵敏", "--role", "approver", *accounts)
    assert "初始密码" in shian(*user, "add", "zhaomin", *who).out
    again = shian(*user, "add", "zhaomin", *who)
    assert (again.code, again.err.count("\n")) == (2, 1)
    shown = shian(*user, "list", *accounts)
    assert "审批人" in shown.out
    assert "待改初始密码" in shown.out
    assert shian(*user, "lock", "zhaomin", *accounts).code == 0
    (known,) = shian(*user, "list", *accounts, "--json").facts
    assert known["is_locked"]
    assert "password" not in json.dumps(known)
    assert "已锁定" in shian(*user, "list", *accounts).out
    assert "解锁" in shian(*user, "lock", "zhaomin", "--off", *accounts).out
    assert shian(*user, "revoke", "zhaomin", *accounts, "--json").facts["ended"] == 0
    given = shian(*user, "password", "zhaomin", *accounts, "--json").facts
    assert len(given["initial_password"]) == 20
    quiet = shian(*user, "password", "zhaomin", *accounts, "--quiet")
    assert quiet.code == 2
    assert "shown once" in quiet.err
    missing = shian(*user, "lock", "nobody", *accounts)
    assert missing.code == 7
    assert "user list" in missing.err


def test_it_does_not_begin_without_a_register_or_on_a_taken_port(
    shian: Shian, where: tuple[str, ...], accounts: tuple[str, str], tmp_path: Path
) -> None:
    who = ("lilei", "--person", "李雷", "--role", "viewer")
    assert shian("review", "user", "add", *who, *accounts).code == 0
    missing = shian("review", "--register", tmp_path / "none", *accounts)
    assert (missing.code, missing.err.count("\n")) == (9, 1)
    assert "register init" in missing.err
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        busy = shian("review", *where, "--port", port)
    assert (busy.code, busy.err.count("\n")) == (10, 1)


def test_beyond_this_machine_it_speaks_https_alone(
    shian: Shian, where: tuple[str, ...], accounts: tuple[str, str], tmp_path: Path
) -> None:
    who = ("lilei", "--person", "李雷", "--role", "viewer")
    assert shian("review", "user", "add", *who, *accounts).code == 0
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
            *("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"),
            *("-keyout", key, "-out", certificate),
        ],
        check=True,
        capture_output=True,
    )
    tls = ("--tls-cert", str(certificate), "--tls-key", str(key), "--name", "localhost")
    with running(*where, *tls, folder=tmp_path) as address:
        assert address.startswith("https://localhost:")
        port = urllib.parse.urlsplit(address).port
        trusted = ssl.create_default_context(cafile=certificate)
        secure = http.client.HTTPSConnection("localhost", port, context=trusted)
        secure.request("GET", "/sign-in")
        answer = secure.getresponse()
        answer.read()
        assert answer.status == 200
        assert "max-age" in answer.headers["strict-transport-security"]
        assert secure.sock.version() in {"TLSv1.2", "TLSv1.3"}
        secure.close()
        plain = http.client.HTTPConnection("localhost", port)
        plain.request("GET", "/sign-in")
        with pytest.raises((http.client.HTTPException, ConnectionError)):
            plain.getresponse()
        plain.close()
