"""A listing through the command line: three people, their clocks, and a tampered row."""

import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import fastexcel
import pytest

from tests.e2e.conftest import Shian
from tests.e2e.office import (
    FILED,
    HEARD,
    LI,
    SERVED,
    WANG,
    ZHAO,
    Office,
    refused,
)

pytestmark = pytest.mark.slow


def test_candidates_are_those_with_a_ground_whatever_their_score(
    empty: Office, tmp_path: Path
) -> None:
    asked = ("listing", "candidates", "--as-of", FILED, *empty.where)
    found = empty.on(FILED, *asked, "--out", tmp_path, "--json").facts
    own = [c for c in found["candidates"] if c["penalties"].startswith("L-")]
    assert {c["business_id"] for c in own} == set(empty.businesses[:2])
    chances = [c["probability"] for c in found["candidates"]]
    assert chances == sorted(chances, reverse=True)
    reasons = {e["penalty_id"]: e["reason_zh"] for e in found["excluded"]}
    assert "没有主观故意" in reasons["L-3"]
    assert "L-4" not in {*reasons, *(e["penalty_id"] for e in found["evidence"])}
    shown = empty.on(FILED, *asked)
    for words in ("线索", "第五条第（二）项", "罚〔2026〕1号", "仅为线索", "已排除"):
        assert words in shown.out
    book = fastexcel.read_excel(tmp_path / "candidates.xlsx")
    assert book.sheet_names == ["线索", "证据", "情节核对项", "已排除", "说明"]
    rows = book.load_sheet("证据", dtypes="string").to_polars()
    assert {"L-1", "L-2"} <= set(rows["处罚编号"])


def test_the_second_list_says_that_its_text_was_not_supplied(empty: Office) -> None:
    asked = ("listing", "candidates", "--as-of", FILED, *empty.where)
    shown = empty.on(FILED, *asked, "--list", "ZJ_FOOD_DRUG")
    assert shown.code == 0
    assert "文本未提供" in shown.out
    business = empty.businesses[0]
    refused(empty.open(FILED, business, "--list", "ZJ_FOOD_DRUG"), "文本未提供")


def test_three_people_bring_a_case_to_its_listing(listed: Office) -> None:
    case = listed.on("2026-03-17", "listing", "case", "2026-0001", *listed.where[:2])
    for words in (
        "已决定列入",
        "李雷",
        "王芳",
        "赵敏",
        "serve_decision",
        "二十个工作日",
    ):
        assert words in case.out
    facts = listed.on(
        "2026-03-17", "listing", "case", "2026-0001", *listed.where[:2], "--json"
    ).facts
    assert facts["state"] == "listed"
    assert not facts["is_public"]
    entries = facts["entries"]
    assert len({e["actor"] for e in entries}) == 3
    assert all(e["body"]["account"] for e in entries)
    explained = [e["action"] for e in entries if e["explanation"]]
    assert explained == ["file", "legal_review", "decide_listed"]
    due = {t["term"]: t["ends_on"] for t in facts["terms"] if not t["is_over"]}
    assert due["clock.publish"] == "2026-04-14"
    again = listed.on(
        FILED, "listing", "candidates", "--as-of", "2026-03-17", *listed.where, "--json"
    ).facts
    assert "L-1" not in {e["penalty_id"] for e in again["evidence"]}


def test_the_same_call_is_done_once(filed: Office, tmp_path: Path) -> None:
    office = filed.copy(tmp_path)
    seen = ("--seen", office.mark(FILED, office.businesses[0]))
    again = office.open(FILED, office.businesses[0], *seen, "--json")
    assert (again.code, again.facts["seq"]) == (0, 1), again.err
    first = office.act(SERVED, LI, "serve_notice", "--json").facts
    assert office.act(SERVED, LI, "serve_notice", "--json").facts == first
    key = ("--key", "k-1")
    assert office.act(SERVED, LI, "record_defence", *key).code == 0
    other = office.act(SERVED, LI, "answer_defence", *key)
    refused(other, "used for another act", code=9)


def test_looking_says_how_to_go_on(filed: Office) -> None:
    looked = ("listing", "look")
    where = (*filed.where, *filed.store)
    candidate = filed.on(FILED, *looked, filed.businesses[1], *where)
    for words in (
        "评分不是列入的依据",
        "主要理由",
        "贡献",
        "--confirm gravity",
        "--seen",
    ):
        assert words in candidate.out
    assert "listing act 2026-0001" in filed.on(FILED, *looked, "2026-0001", *where).out


def test_opening_is_refused_in_one_line(filed: Office) -> None:
    mine, second, no_intent, no_ground = filed.businesses
    refused(filed.open(FILED, second), "须查看系统说明")
    refused(filed.open(FILED, second, "--seen", "0" * 12), "不是今天的说明")
    refused(filed.open(FILED, no_intent), "没有主观故意")
    refused(filed.open(FILED, no_ground), "没有列入线索")
    refused(filed.open(SERVED, mine), "2026-0001")
    refused(filed.open(FILED, second, "--role", "approver"), "不是审批人")
    missing = f"evidence={filed.folder}/none.pdf"
    refused(filed.open(FILED, second, "--attach", missing), "none.pdf", code=3)


def test_what_the_procedure_refuses_is_one_line_and_leaves_no_trace(
    filed: Office, tmp_path: Path
) -> None:
    office = filed.copy(tmp_path)
    assert office.act(SERVED, LI, "serve_notice").code == 0
    for day, who, action, said in (
        (SERVED, LI, "publish", "不能“公示列入信息”"),
        ("2026-03-05", WANG, "legal_review", "届满"),
        (HEARD, "李雷 legal_reviewer", "legal_review", "之外的人"),
        (HEARD, WANG, "discuss", "不能"),
        (HEARD, WANG, "legal_review", "shian listing look"),
        (HEARD, ZHAO, "decide_listed", "不能“作出列入决定”"),
        (FILED, LI, "record_defence", "先后不合"),
        (HEARD, LI, "forget", "没有“forget”的现行规则"),
    ):
        refused(office.act(day, who, action), said)
    dated = ("--happened-on", SERVED)
    refused(office.act(HEARD, ZHAO, "decide_not_listed", *dated), "只能在当日登记")
    facts = office.on(HEARD, "register", "head", *office.where[:2], "--json").facts
    assert facts["entries"] == 2


def test_a_case_that_is_not_there_is_not_found(filed: Office) -> None:
    case = filed.on(FILED, "listing", "case", "2026-0009", *filed.where[:2])
    refused(case, "shian listing worklist", code=7)


def test_no_option_changes_the_time_of_recording(shian: Shian) -> None:
    for verb in ("open", "act"):
        said = set(re.findall(r"--[\w-]+", shian("listing", verb, "--help").out))
        assert not said & {"--at", "--on", "--now", "--time", "--as-of", "--today"}


def test_a_worklist_is_that_of_a_role_and_a_person_and_says_what_is_late(
    listed: Office,
) -> None:
    def waits(day: str, *more: str) -> list[dict[str, object]]:
        called = listed.on(day, "listing", "worklist", *listed.where, *more, "--json")
        assert called.code == 0, called.err
        return list(called.facts["items"])

    first, *later = waits("2026-03-17", "--role", "case_officer")
    assert (first["actions"], first["due"]) == (["serve_decision"], "2026-03-25")
    assert [item["actions"] for item in later] == [["expire"]]
    assert waits("2026-03-17", "--role", "approver") == []
    assert waits("2026-06-17", "--role", "case_officer")[0]["is_overdue"]
    late = listed.on("2026-06-17", "listing", "worklist", *listed.where)
    assert "逾期 2026-03-25" in late.out


def test_a_person_is_not_given_what_must_be_anothers(
    filed: Office, tmp_path: Path
) -> None:
    office = filed.copy(tmp_path)
    assert office.act(SERVED, LI, "serve_notice").code == 0
    asked = ("listing", "worklist", "--role", "legal_reviewer", *office.where, "--json")
    mine = office.on(HEARD, *asked, "--actor", "李雷").facts["items"]
    hers = office.on(HEARD, *asked, "--actor", "王芳").facts["items"]
    assert mine == []
    assert [item["actions"] for item in hers] == [["legal_review"]]


def test_an_annulment_goes_back_into_the_warehouse(
    shian: Shian, listed: Office, tmp_path: Path
) -> None:
    office = listed.copy(tmp_path)
    assert office.act("2026-03-18", LI, "annul").code == 0
    out = tmp_path / "annulled"
    wrote = shian("listing", "annulments", "--out", out, *office.where, "--json")
    assert wrote.facts["rows"] == 1, wrote.err
    where = ("--warehouse", office.warehouse)
    loaded = shian("load", out, "--on", "2026-03-19", *where, "--json")
    assert loaded.facts["total"]["updated"] == 1
    asked = ("listing", "candidates", "--as-of", "2026-03-19", *office.where, "--json")
    reasons = {
        e["penalty_id"]: e["exclusion"]
        for e in office.on(FILED, *asked).facts["excluded"]
    }
    assert reasons["L-1"] == "annulled"


def test_a_backup_brings_the_register_back_and_never_over_another(
    shian: Shian, listed: Office, tmp_path: Path
) -> None:
    of, copy, back = listed.where[:2], tmp_path / "copy", tmp_path / "back"
    head = shian("register", "head", *of, "--json").facts
    made = shian("register", "backup", copy, *of, "--json")
    assert made.facts["hash"] == head["hash"]
    refused(shian("register", "backup", listed.register, *of), "another name", code=9)
    refused(shian("register", "restore", copy, *of), "move it away", code=9)
    restored = shian("register", "restore", copy, "--register", back)
    assert restored.code == 0, restored.err
    assert shian("verify", "--register", back, "--json").facts["head"]["entries"] == 6


def test_verify_says_which_row_was_tampered_with(
    shian: Shian, listed: Office, tmp_path: Path
) -> None:
    office, kept = listed.copy(tmp_path), tmp_path / "head.txt"
    of = office.where[:2]
    assert shian("register", "head", "--out", kept, *of).code == 0
    sound = shian("verify", "--anchor", kept, *of)
    assert (sound.code, sound.err) == (0, "")
    assert "核验通过" in sound.out
    with closing(sqlite3.connect(office.register)) as tampered:
        (sql,) = tampered.execute(
            "select sql from sqlite_schema where name = 'entry_is_not_changed'"
        ).fetchone()
        tampered.execute("drop trigger entry_is_not_changed")
        tampered.execute("update entry set actor = '王芳' where seq = 4")
        tampered.execute(sql)
        tampered.commit()
    found = shian("verify", "--anchor", kept, *of, "--json")
    assert found.code == 9
    assert found.err.count("\n") == 1
    assert "row 4 was altered" in found.err
    assert 4 in {finding["seq"] for finding in json.loads(found.out)["findings"]}
    assert "被改动" in shian("verify", *of).out
