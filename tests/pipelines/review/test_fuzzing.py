"""Everything that can be sent is sent: no page breaks, and nothing changes unasked."""

import os
import socket
import string
import urllib.parse
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.rules import load_rules
from pipelines.register.verify import verify
from pipelines.review.app import PAGES
from tests.register_requests import recorded
from tests.review_office import PDF, PEOPLE, Answer, Office, Visitor

# `make search` asks for more; the same ones each time otherwise.
EXAMPLES = int(os.environ.get("SHIAN_FUZZ") or 150)
FUZZED = settings(
    max_examples=EXAMPLES,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
    ],
)
KNOWN_FIELDS = (
    *("csrf", "nonce", "reason", "confirm", "happened_on", "day", "ground", "list"),
    *("elsewhere", "mark", "language", "old", "new", "login", "password"),
)
KNOWN_VALUES = (
    *("2026-03-02", "2026-02-30", "SAMR44", "ZJ_FOOD_DRUG", "L-1 F5-2", "yes", "en"),
    *("", " ", "0", "-1", "1e999", "' or 1=1 --", "<script>alert(1)</script>"),
    *("{{7*7}}", "../../etc/passwd", "\r\nset-cookie: a=b", "\x00", "\ud7ff", "=cmd"),
)
ACTIONS = ("file", "serve_notice", "record_defence", "decide_listed", "annul", "none")
parts = st.one_of(
    st.sampled_from(["2026-0001", "SC00000001", "lilei", "lock", "a" * 64, *ACTIONS]),
    st.text(max_size=20),
    st.sampled_from(
        ["..", "%2e%2e", "%00", "%ff%fe", "'", "<b>", "{x}", ";", "a" * 500]
    ),
)
values = st.one_of(st.sampled_from(KNOWN_VALUES), st.text(max_size=60))
names = st.one_of(st.sampled_from(KNOWN_FIELDS), st.text(max_size=12))
files = st.lists(
    st.tuples(
        st.sampled_from(
            ["attachment.evidence", "attachment.notice", "attachment.x", "f"]
        ),
        st.sampled_from(["a.pdf", "a.html", "..%2f..%2fa.pdf", "扫描.png", "a"]),
        st.one_of(st.just(PDF), st.binary(max_size=40)),
    ),
    max_size=2,
)


@dataclass(frozen=True)
class Sent:
    """A request as somebody at a console would write it."""

    who: str
    method: str
    path: str
    fields: dict[str, list[str]]
    files: list[tuple[str, str, bytes]]


@st.composite
def requests(draw: st.DrawFn) -> Sent:
    """Draw a request of a page that there is, or of none."""
    pattern = draw(st.sampled_from([*(p for p, *_ in PAGES), "/sign-in", "/{none}"]))
    path = pattern
    while "{" in path:
        before, _, rest = path.partition("{")
        part = urllib.parse.quote(draw(parts), safe="%")
        path = f"{before}{part}{rest.partition('}')[2]}"
    query = draw(
        st.dictionaries(
            st.sampled_from(["lang", "page", "role", "list", "x"]), values, max_size=2
        )
    )
    if query:
        path += f"?{urllib.parse.urlencode(query, errors='replace')}"
    return Sent(
        who=draw(st.sampled_from([login for login, *_ in PEOPLE] + ["nobody"])),
        method=draw(st.sampled_from(["GET", "POST", "POST", "HEAD", "PUT", "DELETE"])),
        path=path,
        fields=draw(st.dictionaries(names, st.lists(values, max_size=3), max_size=6)),
        files=draw(files),
    )


@dataclass
class Door:
    """An office with a case, and somebody of every role in front of it."""

    office: Office
    address: str
    people: dict[str, Visitor]

    def send(self, sent: Sent, csrf: str) -> Answer:
        """Send a request; who was signed out or locked comes back first."""
        visitor = self.people[sent.who]
        if sent.who != "nobody" and visitor.get("/account").status != 200:
            for login, *_ in PEOPLE:
                self.office.accounts.change(login, is_locked=False, locked_until=None)
            visitor.sign_in(sent.who)
        token = visitor.csrf() if csrf == "right" and sent.who != "nobody" else csrf
        if sent.method != "POST":
            return visitor.ask(sent.method, sent.path)
        return visitor.post(sent.path, {**sent.fields, "csrf": token}, sent.files)

    def state(self) -> tuple[object, ...]:
        """Give everything a form could change."""
        accounts = [
            (a.login, a.password_hash, a.role, a.language, a.is_locked)
            for a in self.office.accounts.accounts()
        ]
        documents = sorted((self.office.folder / "documents").glob("*/*"))
        return (
            self.office.recorded(),
            self.office.recorded("2026-0002"),
            accounts,
            documents,
        )


@pytest.fixture(scope="module")
def door(office: Office) -> Iterator[Door]:
    recorded(
        office.places.register, ["2026-03-02 Li file"], business=office.businesses[1]
    )
    with office.serving() as address:
        people = {login: Visitor(address) for login, *_ in PEOPLE}
        people["nobody"] = Visitor(address)
        yield Door(office, address, people)
        for visitor in people.values():
            visitor.close()


def sound(answer: Answer) -> None:
    assert answer.status < 500, answer.text
    assert "Traceback" not in answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "<script>" not in answer.text
    assert not any("a=b" in cookie for cookie in answer.cookies)


@FUZZED
@given(sent=requests(), csrf=st.sampled_from(["", "wrong"]))
def test_nothing_is_broken_or_changed_without_the_token(
    door: Door, sent: Sent, csrf: str
) -> None:
    before = door.state()
    sound(door.send(sent, csrf))
    assert door.state() == before


@FUZZED
@given(sent=requests())
def test_no_form_breaks_a_page_or_the_register(door: Door, sent: Sent) -> None:
    if "password" in sent.fields or sent.path.startswith("/accounts"):
        sent.fields.pop("new", None)
    sound(door.send(sent, "right"))


def test_the_register_is_sound_after_all_of_it(door: Door) -> None:
    found = verify(door.office.places.register, load_rules())
    assert found.is_sound, found.findings


@settings(FUZZED, max_examples=60)
@given(
    st.one_of(
        st.binary(max_size=200),
        st.text(string.printable, max_size=200).map(str.encode),
        st.binary(max_size=60).map(lambda b: b"GET /" + b + b" HTTP/1.1\r\n\r\n"),
        st.binary(max_size=60).map(
            lambda b: (
                b"POST /sign-in HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: "
                b"multipart/form-data; boundary="
                + b
                + b"\r\ncontent-length: 9\r\n\r\n--a\r\n\r\n--"
            )
        ),
    )
)
def test_bytes_that_are_no_request_do_not_stop_the_server(
    door: Door, sent: bytes
) -> None:
    host, port = door.people["nobody"].host.split(":")
    with socket.create_connection((host, int(port)), timeout=20) as raw:
        raw.sendall(sent)
        raw.shutdown(socket.SHUT_WR)
        said = b"".join(iter(lambda: raw.recv(65536), b""))
    assert not said.startswith((b"HTTP/1.1 500", b"HTTP/1.1 503"))
    assert b"Traceback" not in said


@pytest.mark.parametrize(
    "kind",
    [
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "multipart/form-data; boundary=a; charset=utf-7",
        "application/x-www-form-urlencoded; charset=nonsense",
        "application/json",
        "text/html",
        "\x01",
    ],
)
def test_a_form_of_an_odd_kind_is_refused(door: Door, kind: str) -> None:
    visitor = door.people["lilei"]
    visitor.sign_in("lilei")
    answer = visitor.ask(
        "POST", "/account/language", b'--a\r\n\r\n{"csrf": 1}', {"content-type": kind}
    )
    assert answer.status in {400, 403}, answer.text
