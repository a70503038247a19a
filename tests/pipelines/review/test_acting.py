"""A case through the pages: what the session says, what the register then holds."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pipelines.register.decisions import history
from tests.review_desk import Desk
from tests.review_office import PDF, Office, Visitor


@pytest.fixture(scope="module")
def filed(office_as_made: Office, tmp_path_factory: pytest.TempPathFactory) -> Office:
    """Give an office in which a case was filed; copy it to go on."""
    office = office_as_made.copy(tmp_path_factory.mktemp("filed"))
    with office.serving() as address:
        desk = Desk(office, address)
        answer = desk.file()
        assert (answer.status, answer.headers["location"]) == (303, "/cases/2026-0001")
        desk.close()
    return office


@pytest.fixture
def desk(filed: Office, tmp_path: Path) -> Iterator[Desk]:
    """Give everybody a place in an office of the test's own, with its case filed."""
    office = filed.copy(tmp_path)
    with office.serving() as address:
        made = Desk(office, address)
        yield made
        made.close()


def test_three_people_bring_a_case_to_its_listing(desk: Desk) -> None:
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
    kept = desk.of("qianyi").get("/cases/2026-0001/kept").text
    for words in ("为什么可能有错", "什么会改变结果", "随登记簿第6行", "列入依据"):
        assert words in kept
    for printed in ("dossier", "documents/listed"):
        paper = desk.of("qianyi").get(f"/cases/2026-0001/{printed}.pdf")
        assert (paper.status, paper.body[:5]) == (200, b"%PDF-")
        assert f"/cases/2026-0001/{printed}.pdf" in page
    assert desk.of("qianyi").get("/cases/2026-0001/documents/none.pdf").status == 422


def test_nobody_decides_what_they_have_not_read(desk: Desk) -> None:
    path = f"/candidates/{desk.office.businesses[1]}/file"
    assert "须当日查看系统说明" in desk.of("hanmei").get(path).text
    unread = desk.act("hanmei", path, "file", ground="L-2 F5-3")
    assert unread.status == 409
    assert "须查看系统说明" in unread.text
    assert desk.office.recorded("2026-0002") == []


def test_a_form_that_is_sent_twice_is_done_once(desk: Desk) -> None:
    one = desk.in_case("lilei", "serve_notice", nonce="the same")
    two = desk.in_case("lilei", "serve_notice", nonce="the same")
    assert (one.status, two.status) == (303, 303)
    assert desk.office.recorded() == ["file", "serve_notice"]


def test_the_second_person_is_another_and_sees_what_the_first_said(desk: Desk) -> None:
    desk.in_case("lilei", "serve_notice")
    desk.turn_to("2026-03-11")
    form = desk.of("wangfang").get("/cases/2026-0001/acts/ask_evidence").text
    assert "file的理由" in form
    assert desk.in_case("wangfang", "ask_evidence").status == 303
    assert desk.office.recorded()[-1] == "ask_evidence"


def test_an_approver_rejects_with_a_reason_once_it_was_read(desk: Desk) -> None:
    unread = desk.in_case("zhaomin", "decide_not_listed")
    assert unread.status == 409
    assert "须查看系统说明" in unread.text
    desk.read("zhaomin", "/cases/2026-0001/explanation")
    assert desk.in_case("zhaomin", "decide_not_listed").status == 303
    page = desk.of("lilei").get("/cases/2026-0001").text
    assert "不予列入" in page
    assert "decide_not_listed的理由" in page


def test_pages_that_compute_keep_nobody_from_the_worklist(desk: Desk) -> None:
    """Sixty ask for explanations at once, more than the server has threads."""
    office, cookies = desk.office, desk.of("qianyi").cookies

    def asks(number: int) -> int:
        visitor = Visitor(desk.address)
        visitor.cookies = dict(cookies)
        day = f"/candidates/{office.businesses[1]}?x={number}"
        status = visitor.get(day).status
        visitor.close()
        return status

    with ThreadPoolExecutor(60) as pool:
        computing = [pool.submit(asks, number) for number in range(60)]
        assert desk.of("lilei").get("/").status == 200
        is_waited_for = not all(asked.done() for asked in computing)
        assert {asked.result() for asked in computing} == {200}
    assert is_waited_for


def test_name_and_role_of_an_act_are_those_of_the_session(desk: Desk) -> None:
    said = {"actor": "赵敏", "role": "approver", "account": "zhaomin"}
    assert desk.in_case("lilei", "serve_notice", **said).status == 303
    entry = history(desk.office.places.register, "2026-0001")[-1]
    assert (entry.actor, entry.role) == ("李雷", "case_officer")


def test_what_the_procedure_refuses_comes_back_with_what_was_typed(desk: Desk) -> None:
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
    path = "/cases/2026-0001/acts/record_defence"
    fields = {"csrf": desk.of("lilei").csrf(), "nonce": "n", "reason": "申辩"}
    answer = desk.of("lilei").post(
        path, fields, [("attachment.defence", name, content)]
    )
    assert answer.status == 422
    assert said in answer.text
    assert desk.office.recorded() == ["file"]
