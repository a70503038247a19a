"""An office with the workbench running in a thread, and a browser made of http.client."""

import http.client
import re
import shutil
import socket
import threading
import urllib.parse
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from pathlib import Path

from features.warehouse import open_warehouse
from pipelines.acting import Places
from pipelines.load import load
from pipelines.register.decisions import CHINA, create_register, history
from pipelines.review.account_store import AccountStore
from pipelines.review.app import Site, create_app
from pipelines.review.limits import Limits
from pipelines.review.passwords import hashed
from pipelines.review.serving import Address, server
from pipelines.review.signing import Newcomer, add_account
from tests.kept_model import kept_model

PASSWORD = "青山绿水共为邻 2026"  # noqa: S105  of nobody but the people below
# One hash for all: to make one takes as long as to guess one.
HASH = hashed(PASSWORD)
LOADED_ON, FILED_ON = date(2026, 2, 20), date(2026, 3, 2)
NINE = datetime.combine(FILED_ON, time(9), CHINA)
# Login, name and role of everybody in the office.
PEOPLE = (
    ("lilei", "李雷", "case_officer", "清波市场监管所"),
    ("hanmei", "韩梅", "case_officer", "清波市场监管所"),
    ("wangfang", "王芳", "legal_reviewer", "法制科"),
    ("zhaomin", "赵敏", "approver", "区局"),
    ("qianyi", "钱一", "viewer", "区局"),
    ("admin", "孙管理", "administrator", ""),
)
PENALTIES = """\
penalty_id,business_id,document_no,decided_on,recorded_at,law_article,kinds,fine_yuan,discretion_grade,procedure,is_intentional
L-1,{0},罚〔2026〕1号,2026-02-10,2026-02-11,fsl:123,fine,50000,heavier,ordinary,true
L-2,{1},罚〔2026〕2号,2026-02-10,2026-02-11,fsl:124,fine,60000,heavier,ordinary,true
"""
PDF = b"%PDF-1.4 a scan"


@dataclass
class Clock:
    """A clock that only a test turns."""

    at: datetime = NINE

    def __call__(self) -> datetime:
        return self.at

    def turn_to(self, day: str, hour: int = 9) -> None:
        self.at = datetime.combine(date.fromisoformat(day), time(hour), CHINA)


@dataclass(frozen=True)
class Office:
    """A warehouse with two candidates, a register, accounts, and the site over them."""

    folder: Path
    businesses: tuple[str, str]
    clock: Clock = field(default_factory=Clock)

    @property
    def places(self) -> Places:
        return Places(
            register=self.folder / "register.sqlite",
            warehouse=self.folder / "own.duckdb",
            store=self.folder / "models",
        )

    @property
    def accounts(self) -> AccountStore:
        return AccountStore(self.folder / "accounts.sqlite")

    def site(self, limits: Limits | None = None) -> Site:
        # A test asks faster than any officer.
        quick = Limits(sign_in_burst=10_000, burst=100_000)
        return Site(
            places=self.places,
            accounts=self.folder / "accounts.sqlite",
            documents=self.folder / "documents",
            limits=limits or quick,
        )

    def copy(self, folder: Path) -> "Office":
        """Give an office with files of its own."""
        shutil.copytree(self.folder, folder, dirs_exist_ok=True)
        return replace(self, folder=folder, clock=Clock(self.clock.at))

    def recorded(self, case_id: str = "2026-0001") -> list[str]:
        """Name the acts that the register holds of a case."""
        return [entry.action for entry in history(self.places.register, case_id)]

    @contextmanager
    def serving(self, limits: Limits | None = None) -> Iterator[str]:
        """Serve until the test is done; gives the address without its last slash."""
        app = create_app(self.site(limits), self.clock)
        address = Address(host="127.0.0.1", port=0)
        with socket.create_server(("127.0.0.1", 0)) as heard:
            port = heard.getsockname()[1]
            running = server(app, address)
            thread = threading.Thread(target=running.run, args=([heard],))
            thread.start()
            try:
                yield f"http://127.0.0.1:{port}"
            finally:
                running.should_exit = True
                thread.join()


def made_office(warehouse: Path, folder: Path, store: Path | None = None) -> Office:
    """Make an office over a district: two grounds, an empty register, six people.

    Without a store of models it has one that is made in no time.
    """
    own = folder / "own.duckdb"
    shutil.copyfile(warehouse, own)
    with open_warehouse(own, read_only=True) as opened:
        known = opened.facts()
    quiet = known.business.join(known.penalty, on="business_id", how="anti")
    first, second = quiet["business_id"].unique().sort().head(2).to_list()
    (folder / "new").mkdir()
    (folder / "new" / "penalty.csv").write_text(
        PENALTIES.format(first, second), "utf-8"
    )
    load(folder / "new", mapping="shian", warehouse=own, loaded_on=LOADED_ON)
    if store is None:
        (folder / "models").mkdir()
        kept_model(folder / "models")
    else:
        shutil.copytree(store, folder / "models")
    office = Office(folder, (first, second))
    create_register(office.places.register)
    for login, person, role, belongs in PEOPLE:
        who = Newcomer(login=login, person=person, role=role, office=belongs)
        add_account(office.accounts, who, by="test", at=office.clock())
        office.accounts.change(
            login, password_hash=HASH, is_initial=False, initial_until=None
        )
    return office


@dataclass(frozen=True)
class Answer:
    """What the server answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    cookies: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        return self.body.decode(errors="replace")

    def field(self, name: str) -> str:
        """Give the value of a hidden field of the page, as a browser would send it."""
        found = re.search(rf'name="{name}" value="([^"]*)"', self.text)
        assert found, f"no field {name} in {self.text[:2000]}"
        return found[1]


File = tuple[str, str, bytes]


class Visitor:
    """Keeps cookies and sends forms, and nothing else that a browser does."""

    def __init__(self, address: str) -> None:
        self.host = urllib.parse.urlsplit(address).netloc
        self.cookies: dict[str, str] = {}
        self.connection = http.client.HTTPConnection(self.host)

    def get(self, path: str, **headers: str) -> Answer:
        return self.ask("GET", path, headers=headers)

    def post(
        self,
        path: str,
        fields: Mapping[str, str | Sequence[str]],
        files: Sequence[File] = (),
        **headers: str,
    ) -> Answer:
        pairs = [
            (name, value)
            for name, said in fields.items()
            for value in ([said] if isinstance(said, str) else said)
        ]
        if files:
            kind, body = multipart(pairs, files)
        else:
            kind = "application/x-www-form-urlencoded"
            body = urllib.parse.urlencode(pairs).encode()
        return self.ask("POST", path, body, {"content-type": kind, **headers})

    def ask(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        sent = {name.replace("_", "-"): v for name, v in (headers or {}).items()}
        if self.cookies:
            sent["cookie"] = "; ".join(f"{n}={v}" for n, v in self.cookies.items())
        try:
            self.connection.request(method, path, body, sent)
            answer = self.connection.getresponse()
        except (ConnectionError, http.client.RemoteDisconnected):
            # Kept too long for the server: browsers begin a new one, too.
            self.connection.close()
            self.connection.request(method, path, body, sent)
            answer = self.connection.getresponse()
        given = tuple(answer.headers.get_all("set-cookie") or ())
        for cookie in given:
            self._keep(cookie)
        held = {name.lower(): value for name, value in answer.getheaders()}
        return Answer(answer.status, held, answer.read(), given)

    def sign_in(self, login: str, password: str = PASSWORD) -> Answer:
        page = self.get("/sign-in")
        fields = {"csrf": page.field("csrf"), "login": login, "password": password}
        return self.post("/sign-in", fields)

    def csrf(self) -> str:
        return self.get("/account").field("csrf")

    def close(self) -> None:
        self.connection.close()

    def _keep(self, cookie: str) -> None:
        name, _, value = cookie.partition(";")[0].partition("=")
        if value.strip('"'):
            self.cookies[name] = value
        else:
            self.cookies.pop(name, None)


def multipart(
    pairs: Sequence[tuple[str, str]], files: Sequence[File]
) -> tuple[str, bytes]:
    """Write a form with files as a browser does."""
    border = uuid.uuid4().hex
    parts = [
        f'--{border}\r\ncontent-disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in pairs
    ]
    for name, filename, content in files:
        head = f'--{border}\r\ncontent-disposition: form-data; name="{name}"; filename="{filename}"\r\n'
        parts.append(head.encode() + b"\r\n" + content + b"\r\n")
    body = b"".join((*parts, f"--{border}--\r\n".encode()))
    return f"multipart/form-data; boundary={border}", body
