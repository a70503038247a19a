"""A case through the pages: what the session says, what the register then holds."""

import json
from collections.abc import Iterator

import pytest

from models.case import step_of
from models.rules import load_rules
from pipelines.register.decisions import history
from tests.review_office import PDF, Answer, File, Office, Visitor

RULES = load_rules()


@pytest.fixture
def own(office_as_made: Office, tmp_path_factory: pytest.TempPathFactory) -> Office:
    return office_as_made.copy(tmp_path_factory.mktemp("acting"))


class Desk:
    """An office with everybody signed in."""

    def __init__(self, office: Office, address: str) -> None:
        self.office = office
        self.address = address
        self.people: dict[str, Visitor] = {}

    def of(self, login: str) -> Visitor:
        if login not in self.people:
            self.people[login] = Visitor(self.address)
            assert self.people[login].sign_in(login).status == 303
        return self.people[login]

    def turn_to(self, day: str) -> None:
        """Go on to another day; every session of the day before ran out."""
        self.office.clock.turn_to(day)
        self.close()

    def read(self, login: str, path: str) -> Answer:
        page = self.of(login).get(path)
        assert page.status == 200, page.text
        fields = {"csrf": page.field("csrf"), "mark": page.field("mark")}
        return self.of(login).post(path, fields)

    def act(self, login: str, path: str, action: str, **more: str) -> Answer:
        """Fill in everything the form asks for, and send it."""
        page = self.of(login).get(path)
        step = step_of(RULES, action, self.office.clock().date())
        fields: dict[str, str | tuple[str, ...]] = {
            "csrf": self.of(login).csrf(),
            "nonce": page.field("nonce") if 'name="nonce"' in page.text else "n",
            "reason": f"{action}的理由",
            "confirm": step.confirmations if step else (),
            **more,
        }
        kinds = step.attachments if step else ()
        files: list[File] = [(f"attachment.{k}", f"{k}.pdf", PDF) for k in kinds]
        return self.of(login).post(path, fields, files)

    def file(self, login: str = "lilei", number: int = 0) -> Answer:
        business = self.office.businesses[number]
        assert self.read(login, f"/candidates/{business}").status == 303
        ground = {"ground": f"L-{number + 1} F5-2", "list": "SAMR44"}
        return self.act(login, f"/candidates/{business}/file", "file", **ground)

    def in_case(self, login: str, action: str, **more: str) -> Answer:
        return self.act(login, f"/cases/2026-0001/acts/{action}", action, **more)

    def close(self) -> None:
        for visitor in self.people.values():
            visitor.close()
        self.people.clear()


@pytest.fixture
def desk(own: Office) -> Iterator[Desk]:
    with own.serving() as address:
        made = Desk(own, address)
        yield made
        made.close()


def test_three_people_bring_a_case_to_its_listing(desk: Desk) -> None:
    filed = desk.file()
    assert (filed.status, filed.headers["location"]) == (303, "/cases/2026-0001")
    desk.turn_to("2026-03-03")
    assert desk.in_case("lilei", "serve_notice").status == 303
    desk.turn_to("2026-03-11")
    assert desk.read("wangfang", "/cases/2026-0001/explanation").status == 303
    assert desk.in_case("wangfang", "legal_review").status == 303
    assert desk.in_case("zhaomin", "discuss").status == 303
    assert desk.in_case("hanmei", "consent").status == 303
    desk.read("zhaomin", "/cases/2026-0001/explanation")
    assert desk.in_case("zhaomin", "decide_listed").status == 303
    entries = history(desk.office.places.register, "2026-0001")
    assert [(e.action, e.actor, e.role) for e in entries][-1] == (
        *("decide_listed", "赵敏", "approver"),
    )
    assert [e.action for e in entries if e.explanation] == [
        *("file", "legal_review", "decide_listed"),
    ]
    body = json.loads(entries[0].body)
    assert body["account"] == "lilei@清波市场监管所"
    (attached,) = body["attachments"]
    kept = desk.of("lilei").get(f"/documents/{attached['sha256']}")
    assert (kept.status, kept.body) == (200, PDF)
    assert kept.headers["content-disposition"].startswith("attachment")
    page = desk.of("qianyi").get("/cases/2026-0001").text
    for words in ("已决定列入", "file的理由", "李雷", "二十个工作日", "还有"):
        assert words in page


def test_nobody_decides_what_they_have_not_read(desk: Desk) -> None:
    business = desk.office.businesses[0]
    unread = desk.act(
        "lilei", f"/candidates/{business}/file", "file", ground="L-1 F5-2"
    )
    assert unread.status == 409
    assert "须查看系统说明" in unread.text
    assert (
        "须当日查看系统说明"
        in desk.of("lilei").get(f"/candidates/{business}/file").text
    )
    assert desk.office.recorded() == []


def test_a_form_that_is_sent_twice_is_done_once(desk: Desk) -> None:
    desk.file()
    one = desk.in_case("lilei", "serve_notice", nonce="the same")
    two = desk.in_case("lilei", "serve_notice", nonce="the same")
    assert (one.status, two.status) == (303, 303)
    assert desk.office.recorded() == ["file", "serve_notice"]


def test_the_second_person_is_another_and_sees_what_the_first_said(desk: Desk) -> None:
    desk.file()
    desk.in_case("lilei", "serve_notice")
    desk.turn_to("2026-03-11")
    form = desk.of("wangfang").get("/cases/2026-0001/acts/ask_evidence").text
    assert "file的理由" in form
    assert desk.in_case("wangfang", "ask_evidence").status == 303
    assert desk.office.recorded()[-1] == "ask_evidence"


def test_name_and_role_of_an_act_are_those_of_the_session(desk: Desk) -> None:
    desk.file()
    said = {"actor": "赵敏", "role": "approver", "account": "zhaomin"}
    assert desk.in_case("lilei", "serve_notice", **said).status == 303
    entry = history(desk.office.places.register, "2026-0001")[-1]
    assert (entry.actor, entry.role) == ("李雷", "case_officer")


def test_what_the_procedure_refuses_comes_back_with_what_was_typed(desk: Desk) -> None:
    desk.file()
    early = desk.in_case("lilei", "publish", reason="还不能公示")
    assert early.status == 409
    assert "还不能公示" in early.text
    assert "不能“公示列入信息”" in early.text
    assert desk.office.recorded() == ["file"]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("page.html", b"<script>alert(1)</script>", "须为"),
        ("scan.pdf", b"MZ no pdf at all", "与后缀一致"),
        ("scan.pdf", b"", "空文件"),
    ],
)
def test_a_document_is_what_its_name_says(
    desk: Desk, name: str, content: bytes, said: str
) -> None:
    desk.file()
    path = "/cases/2026-0001/acts/record_defence"
    fields = {"csrf": desk.of("lilei").csrf(), "nonce": "n", "reason": "申辩"}
    answer = desk.of("lilei").post(
        path, fields, [("attachment.defence", name, content)]
    )
    assert answer.status == 422
    assert said in answer.text
    assert desk.office.recorded() == ["file"]
