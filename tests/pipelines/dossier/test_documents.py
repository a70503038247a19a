import json
import re
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import pytest

from features.errors import ProcedureError, UsageError
from pipelines.acting import Places
from pipelines.dossier.content import Dossier
from pipelines.dossier.documents import (
    document_html,
    fields_of,
    write_document,
)
from pipelines.dossier.gathering import gather_kept
from pipelines.register.decisions import create_register
from tests.dossiers import DAY, SEEN
from tests.register_requests import recorded

HEARING = (
    "NOTICE",
    "2026-03-10 Li request_hearing",
    "2026-03-11 Wang call_hearing day=2026-03-20",
)
REPAIRED = ("PUBLISHED", "2027-03-17 Li request_repair", "2027-03-18 Li accept_repair")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a register whose explanations are whole, as the program's own are."""
    monkeypatch.setattr("tests.register_requests.EXPLANATION", SEEN)
    create_register(tmp_path / "register.sqlite")
    return tmp_path


def case(folder: Path, texts: Iterable[str], today: date = DAY) -> Dossier:
    recorded(folder / "register.sqlite", texts)
    places = Places(register=folder / "register.sqlite", warehouse=folder, store=folder)
    return gather_kept(places, "2026-0001", today=today)


def said(page: str) -> str:
    """Give the words of a page without its styles and marks."""
    body = page.partition("<body")[2]
    return re.sub(r"\s+", "", re.sub(r"<[^>]+>", "", body))


def missing(page: str) -> set[str]:
    return set(re.findall(r'class="missing">【待填：(.+?)】', page))


def test_a_notice_tells_facts_grounds_and_rights_with_their_articles(
    folder: Path,
) -> None:
    page = document_html(case(folder, ["NOTICE"]), "notice", {})
    text = said(page)
    assert "罚〔2026〕1号" in text
    assert "2026年2月10日作出的行政处罚决定" in text
    assert "《中华人民共和国食品安全法》第一百二十三条" in text
    assert "第五条第（二）项" in text
    assert (
        "5个工作日内要求听证（《中华人民共和国行政处罚法》第六十四条第（一）项）"
        in text
    )
    assert "没有主观故意的，不予列入" in text
    assert {"机关全称", "文书编号", "联系人和联系电话"} <= missing(page)


def test_a_decision_states_all_that_article_13_asks_for(folder: Path) -> None:
    page = document_html(case(folder, ["LISTED"]), "listed", {"organ": "某某局"})
    text = said(page)
    for part in (
        "事由：",
        "依据：",
        "惩戒措施提示：",
        "移出条件和程序：",
        "救济措施：",
    ):
        assert part in text
    assert "2026年3月3日向你（单位）送达" in text
    assert "2026年3月13日经上一级部门同意" in text
    assert "没有提出陈述申辩" in text
    assert "未再受到较重行政处罚" in text
    assert "60日内向" in text
    assert "6个月内向" in text
    assert "某某局（印章）2026年3月16日" in text
    assert "机关全称" not in missing(page)


def test_a_defence_and_its_answer_are_told_in_the_decision(folder: Path) -> None:
    acts = [
        "NOTICE",
        "2026-03-06 Li record_defence",
        "2026-03-09 Li answer_defence",
        "2026-03-11 Wang legal_review",
        "2026-03-12 Zhao discuss",
        "2026-03-13 Li consent",
        "2026-03-16 Zhao decide_listed day=2031-03-16",
    ]
    text = said(document_html(case(folder, acts), "listed", {}))
    assert "2026年3月6日提出陈述申辩，本局已复核：because" in text
    assert "至2031年3月16日届满" in text


@pytest.mark.parametrize(
    ("acts", "kind", "words"),
    [
        (
            HEARING,
            "hearing",
            ["2026年3月10日就拟列入", "2026年3月20日", "7个工作日前送达"],
        ),
        (
            ("NOTICE", "2026-03-04 Zhao decide_not_listed"),
            "not_listed",
            ["决定不予列入", "理由：because", "2026年3月3日告知"],
        ),
        (
            (*REPAIRED, "2027-03-19 Zhao grant_removal"),
            "removed",
            ["2027年3月17日申请提前移出", "三个工作日内停止公示"],
        ),
        (
            ("PUBLISHED", "2029-03-16 Li expire"),
            "removed",
            ["列入满三年移出", "2026年3月16日因"],
        ),
        (REPAIRED, "repair", ["决定：受理申请", "七个工作日内决定是否移出"]),
        (
            (*REPAIRED[:2], "2027-03-18 Li refuse_repair"),
            "repair",
            ["决定：不予受理申请", "救济措施："],
        ),
    ],
)
def test_each_document_says_what_the_register_holds(
    folder: Path, acts: tuple[str, ...], kind: str, words: list[str]
) -> None:
    text = said(document_html(case(folder, acts), kind, {}))
    assert [word for word in words if word not in text] == []


def test_what_no_record_says_is_marked_and_never_made_up(noticed: Places) -> None:
    """An explanation kept by an older program has neither name nor penalty."""
    dossier = gather_kept(noticed, "2026-0001", today=DAY)
    page = document_html(dossier, "notice", {})
    assert {"处罚决定书文号", "处罚决定日期", "统一社会信用代码"} <= missing(page)
    assert "None" not in said(page)


def test_before_its_act_a_document_is_undated(folder: Path) -> None:
    page = document_html(case(folder, ["2026-03-02 Li file"]), "notice", {})
    assert "签发日期" in missing(page)
    assert "登记簿尚未记录本件所载事项" in page


def test_a_decision_is_not_drawn_before_it_may_be_made(folder: Path) -> None:
    with pytest.raises(ProcedureError, match=r"已告知.*不能制作列入"):
        document_html(case(folder, ["NOTICE"]), "listed", {})


def test_a_candidate_has_no_documents() -> None:
    with pytest.raises(ProcedureError, match="drawn for a case"):
        document_html(Dossier(DAY, SEEN, "abc", None, None), "notice", {})


def test_unknown_documents_and_fields_are_refused_by_name(noticed: Places) -> None:
    dossier = gather_kept(noticed, "2026-0001", today=DAY)
    with pytest.raises(UsageError, match=r"'letter' is no document.*notice"):
        document_html(dossier, "letter", {})
    with pytest.raises(UsageError, match=r"'stamp' is no field.*organ"):
        document_html(dossier, "notice", {"stamp": "x"})
    with pytest.raises(UsageError, match="NAME=TEXT"):
        fields_of(["organ"])
    assert fields_of(["organ=某=局"]) == {"organ": "某=局"}


def test_what_an_officer_fills_in_cannot_become_markup(noticed: Places) -> None:
    dossier = gather_kept(noticed, "2026-0001", today=DAY)
    page = document_html(dossier, "notice", {"organ": "<script>alert(1)</script>"})
    assert "<script>" not in page


def test_a_document_is_written_as_pdf(noticed: Places, tmp_path: Path) -> None:
    dossier = gather_kept(noticed, "2026-0001", today=DAY)
    path = write_document(dossier, "notice", tmp_path / "notice.pdf", {})
    assert path.read_bytes().startswith(b"%PDF")
    assert json.loads(json.dumps(str(path))).endswith("notice.pdf")
