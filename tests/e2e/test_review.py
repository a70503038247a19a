"""A case's whole way in a real browser: three people, the keyboard alone, no scripts."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from features.warehouse import open_warehouse
from tests.browsers import DESK, PHONE
from tests.e2e.conftest import Demo
from tests.review_office import PASSWORD, PDF, Office, made_office

# Further than any form of ours has fields and links before it.
_MOST_TABS = 250
# Beside each reason of the model: whether it would keep.
MARK = "重抽样重训后"
SAID = "添加非食用物质，证据确凿，情节严重"
# Where pictures are put to be looked at; the tests compare none.
PICTURES = os.environ.get("SHIAN_PICTURES")

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def office(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Office:
    folder = tmp_path_factory.mktemp("office")
    return made_office(demo.folder / "warehouse.duckdb", folder, demo.folder / "models")


@pytest.fixture(scope="module")
def address(office: Office) -> Iterator[str]:
    with office.serving() as served:
        yield served


@dataclass
class Person:
    """Somebody at a keyboard, in a browser of their own that runs no script."""

    login: str
    context: BrowserContext
    page: Page
    address: str
    complaints: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def at(self, path: str) -> None:
        answer = self.page.goto(f"{self.address}{path}")
        assert answer is not None
        assert answer.status < 400, answer.text()

    def focused(self) -> str:
        return str(
            self.page.evaluate(
                "(() => { const e = document.activeElement; return "
                "[e.id, e.name, e.value, e.textContent].join(' ').trim(); })()"
            )
        )

    def tab_to(self, wanted: str) -> None:
        """Press Tab until something is reached; the way there is never lost."""
        for _ in range(_MOST_TABS):
            self.page.keyboard.press("Tab")
            if wanted in self.focused():
                return
        pytest.fail(f"{wanted} is not reached by Tab on {self.page.url}")

    def press(self, wanted: str) -> None:
        """Follow a link or press a button with Enter."""
        self.tab_to(wanted)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def type(self, where: str, text: str) -> None:
        self.tab_to(where)
        self.page.keyboard.insert_text(text)

    def attach(self, where: str, document: Path) -> None:
        """Reach the field by keyboard; the dialogue for files is the desktop's own."""
        self.tab_to(where)
        self.page.locator(f"#{where}:focus").set_input_files(document)

    def confirm(self, *codes: str) -> None:
        for code in codes:
            self.tab_to(f"confirm {code}")
            self.page.keyboard.press("Space")

    def sign_in(self) -> None:
        self.at("/sign-in")
        # The first field takes the focus by itself.
        self.page.locator("#login:focus").wait_for()
        self.page.keyboard.insert_text(self.login)
        self.type("password", PASSWORD)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")
        assert "/sign-in" not in self.page.url

    def said(self) -> str:
        return self.page.locator("main").inner_text()

    def picture(self, name: str) -> None:
        if PICTURES:
            self.page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)


@dataclass
class People:
    """Opens browsers for people."""

    browser: Browser
    address: str
    opened: list[Person] = field(default_factory=list)

    def of(
        self, login: str, width: dict[str, int] = DESK, scheme: str = "light"
    ) -> Person:
        context = self.browser.new_context(
            viewport=width,
            color_scheme=scheme,
            locale="zh-CN",
            java_script_enabled=False,
        )
        person = Person(login, context, context.new_page(), self.address)
        person.page.on("console", lambda m: person.complaints.append(m.text))
        person.page.on("pageerror", lambda e: person.complaints.append(str(e)))
        person.page.on("request", lambda r: person.asked.append(r.url))
        self.opened.append(person)
        person.sign_in()
        return person


@pytest.fixture
def people(browser: Browser, address: str) -> Iterator[People]:
    made = People(browser, address)
    yield made
    for person in made.opened:
        assert [u for u in person.asked if not u.startswith(address)] == []
        assert person.complaints == []
        person.context.close()


@pytest.fixture
def scan(tmp_path: Path) -> Path:
    path = tmp_path / "扫描件.pdf"
    path.write_bytes(PDF)
    return path


def test_three_people_bring_a_case_to_its_listing_by_keyboard_alone(
    office: Office, people: People, scan: Path
) -> None:
    files_and_serves(people.of("lilei"), name_of(office, 0), scan)
    office.clock.turn_to("2026-03-11")
    reviews(people.of("wangfang"), scan)
    zhao = people.of("zhaomin")
    discusses(zhao, scan)
    consents(people.of("hanmei"), scan)
    decides(zhao, scan)
    assert office.recorded() == [
        *("file", "serve_notice", "legal_review", "discuss", "consent"),
        "decide_listed",
    ]


def files_and_serves(li: Person, name: str, scan: Path) -> None:
    li.picture("01-worklist-empty")
    li.press("线索")
    li.picture("02-candidates")
    li.press(name)
    assert MARK in li.said()
    li.picture("03-candidate")
    li.press("我已看过这份说明")
    li.type("reason", SAID)
    li.confirm("breach", "gravity", "heavier_penalty", "listed_act")
    li.attach("file-evidence", scan)
    li.picture("04-file")
    li.press("登记：立案")
    assert "/cases/2026-0001" in li.page.url
    li.press("送达拟列入告知书")
    li.type("reason", "依法告知事实、理由、依据和权利")
    li.confirm("told_facts", "told_grounds", "told_rights")
    li.attach("file-notice", scan)
    li.attach("file-proof_of_service", scan)
    li.press("登记：送达")
    li.picture("05-case-noticed")


def reviews(wang: Person, scan: Path) -> None:
    wang.picture("06-worklist-reviewer")
    wang.press("2026-0001")
    wang.press("法制审核")
    assert "须当日查看系统说明" in wang.said()
    wang.press("查看系统说明")
    assert MARK in wang.said()
    wang.press("我已看过这份说明")
    wang.press("法制审核")
    # What the first person did, and why, stands above the form of the second.
    assert SAID in wang.said()
    assert "李雷" in wang.said()
    wang.type("reason", "程序合法，证据充分，同意")
    wang.attach("file-legal_opinion", scan)
    wang.picture("07-legal-review")
    wang.press("登记：法制审核")


def discusses(zhao: Person, scan: Path) -> None:
    zhao.press("2026-0001")
    zhao.press("集体讨论")
    zhao.type("reason", "集体讨论一致同意")
    zhao.attach("file-minutes", scan)
    zhao.press("登记：")


def consents(han: Person, scan: Path) -> None:
    han.press("2026-0001")
    han.press("登记上一级部门同意")
    han.type("reason", "市局批复同意")
    han.attach("file-consent", scan)
    han.press("登记：")


def decides(zhao: Person, scan: Path) -> None:
    zhao.at("/cases/2026-0001/explanation")
    zhao.press("我已看过这份说明")
    zhao.press("作出列入决定")
    zhao.type("reason", "符合第五条第二项，决定列入")
    for code in ("reason", "basis", "measures", "removal", "remedies"):
        zhao.confirm(f"decision_{code}")
    zhao.confirm("intent_not_disproved")
    zhao.attach("file-decision", scan)
    zhao.picture("08-decide")
    zhao.press("登记：作出列入决定")
    assert "已决定列入" in zhao.said()
    zhao.picture("09-case-listed")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [PHONE, DESK], ids=["phone", "desk"])
def test_every_page_fits_its_screen_in_both_languages(
    office: Office, people: People, width: dict[str, int], scheme: str
) -> None:
    person = people.of("lilei", width, scheme)
    business = office.businesses[1]
    paths = {
        "worklist": "/?role=all",
        "cases": "/cases",
        "candidates": "/candidates",
        "other-list": "/candidates?list=ZJ_FOOD_DRUG",
        "candidate": f"/candidates/{business}",
        "case": "/cases/2026-0001",
        "kept": "/cases/2026-0001/kept",
        "act": "/cases/2026-0001/acts/serve_decision",
        "account": "/account",
    }
    for name, path in paths.items():
        for lang in ("zh", "en"):
            person.at(f"{path}{'&' if '?' in path else '?'}lang={lang}")
            overflow = person.page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            assert overflow <= 0, (name, lang)
            person.picture(f"{name}-{width['width']}-{scheme}-{lang}")
            if lang == "en":
                chrome = person.page.locator("header nav").inner_text()
                assert "Candidates" in chrome


def test_an_administrator_locks_somebody_out_and_their_next_click_ends(
    office: Office, people: People
) -> None:
    viewer, admin = people.of("qianyi"), people.of("admin")
    admin.at("/accounts")
    admin.picture("10-accounts")
    row = admin.page.locator("tr", has_text="qianyi")
    with admin.page.expect_navigation():
        row.get_by_role("button", name="锁定").click()
    viewer.at("/cases")
    assert viewer.page.url.endswith("/sign-in")
    assert office.accounts.account("qianyi").is_locked


def name_of(office: Office, number: int) -> str:
    with open_warehouse(office.places.warehouse, read_only=True) as opened:
        names = opened.sql(
            "select name from mart.business where business_id = ? order by valid_from",
            [office.businesses[number]],
        )
    return str(names["name"][-1])
