import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path

import pytest

from features.errors import NotFoundError, ProcedureError, RegisterError
from models.case import state
from pipelines.case_files import find_case
from pipelines.listing import find_worklist
from pipelines.register.decisions import (
    cases,
    create_register,
    history,
    open_case,
    record,
    worklist,
)
from tests.register_requests import EXPLANATION, GROUND, RULES, recorded, request


@pytest.fixture
def path(tmp_path: Path) -> Path:
    create_register(tmp_path / "register.sqlite")
    return tmp_path / "register.sqlite"


def test_a_whole_case_is_kept_as_it_was_decided(path: Path) -> None:
    entries = recorded(path, ["PUBLISHED"])
    (case,) = cases(path).values()
    assert state(case, RULES) == "published"
    assert history(path, case.case_id) == entries
    assert [e.seq for e in entries] == list(range(1, 9))
    assert all(b.previous_hash == a.hash for a, b in pairwise(entries))


def test_a_case_is_numbered_by_year_and_order(path: Path) -> None:
    first, *_ = recorded(path, ["NOTICE"])
    second, *_ = recorded(path, ["NOTICE"], business="c")
    assert (first.case_id, second.case_id) == ("2026-0001", "2026-0002")


def test_the_explanation_is_frozen_with_the_decision(path: Path) -> None:
    filed, *_ = recorded(path, ["NOTICE"])
    assert filed.explanation is not None
    for part in ("0.71", "一年内严重不合格2次", "risk-1", RULES.version, "f" * 16):
        assert part in filed.explanation


def test_an_explanation_that_lacks_a_part_is_refused(path: Path) -> None:
    less = {k: v for k, v in EXPLANATION.items() if k != "shap"}
    asked = replace(request("2026-03-02 Li file"), explanation=less)
    with pytest.raises(RegisterError, match="lacks shap"):
        open_case(path, GROUND, asked, RULES)


def test_what_the_procedure_refuses_leaves_no_trace(path: Path) -> None:
    (filed,) = recorded(path, ["2026-03-02 Li file"])
    with pytest.raises(ProcedureError, match="案件现为“已立案”"):
        record(path, filed.case_id, request("2026-03-20 Zhao decide_listed"), RULES)
    assert history(path, filed.case_id) == [filed]


def test_the_same_person_cannot_file_and_decide(path: Path) -> None:
    entries = recorded(
        path,
        [
            "NOTICE",
            "2026-03-11 Wang legal_review",
            "2026-03-12 Zhao discuss",
            "2026-03-13 Li consent",
        ],
    )
    asked = request("2026-03-16 Li decide_listed")
    with pytest.raises(ProcedureError, match="之外的人"):
        record(path, entries[0].case_id, asked, RULES)


def test_the_same_request_twice_is_done_once(path: Path) -> None:
    asked = request("2026-03-02 Li file", key="k")
    again = replace(asked, at=asked.at.replace(hour=10))
    first = open_case(path, GROUND, asked, RULES)
    assert open_case(path, GROUND, again, RULES) == first
    noticed = request("2026-03-03 Li serve_notice", key="n")
    second = record(path, first.case_id, noticed, RULES)
    assert record(path, first.case_id, noticed, RULES) == second
    assert len(history(path, first.case_id)) == 2


def test_a_key_is_not_used_for_another_act(path: Path) -> None:
    (filed,) = recorded(path, ["2026-03-02 Li file"])
    asked = request("2026-03-03 Li serve_notice", key=filed.idempotency_key)
    with pytest.raises(RegisterError, match="was used for another act, entry 1"):
        record(path, filed.case_id, asked, RULES)


def test_a_case_nobody_filed_is_not_found(path: Path) -> None:
    with pytest.raises(NotFoundError, match="no case 2026-0009"):
        record(path, "2026-0009", request("2026-03-03 Li serve_notice"), RULES)


def test_a_penalty_has_one_open_case(path: Path) -> None:
    recorded(path, ["NOTICE"])
    ground = replace(GROUND, penalty_id="p-b")
    with pytest.raises(ProcedureError, match=r"该处罚已立案，见2026-0001"):
        open_case(path, ground, request("2026-03-04 Sun file"), RULES)


def test_a_listed_business_is_not_listed_twice(path: Path) -> None:
    recorded(path, ["LISTED"])
    another = replace(GROUND, penalty_id="q")
    with pytest.raises(ProcedureError, match=r"已在名单中，见2026-0001"):
        open_case(path, another, request("2026-04-01 Sun file"), RULES)


def test_a_list_without_text_opens_no_case(path: Path) -> None:
    ground = replace(GROUND, list_type="ZJ_FOOD_DRUG")
    with pytest.raises(ProcedureError, match="文本未提供"):
        open_case(path, ground, request("2026-03-02 Li file"), RULES)


def test_a_business_without_a_penalty_opens_no_case(path: Path) -> None:
    ground = replace(GROUND, penalty_id="")
    with pytest.raises(ProcedureError, match="没有法定列入情形"):
        open_case(path, ground, request("2026-03-02 Li file"), RULES)


def test_an_attachment_is_named_by_its_hash(path: Path) -> None:
    asked = request("2026-03-02 Li file")
    (evidence,) = asked.attachments
    wrong = replace(asked, attachments=(replace(evidence, sha256="evidence.pdf"),))
    with pytest.raises(RegisterError, match=r"'evidence\.pdf' is no SHA-256"):
        open_case(path, GROUND, wrong, RULES)


def test_a_time_without_a_zone_is_refused(path: Path) -> None:
    naive = replace(request("2026-03-02 Li file"), at=datetime(2026, 3, 2, 9))  # noqa: DTZ001
    with pytest.raises(RegisterError, match="no time zone"):
        open_case(path, GROUND, naive, RULES)


def test_the_day_is_that_of_the_office_wherever_the_clock_stands(path: Path) -> None:
    late = datetime.fromisoformat("2026-03-01T23:30:00+00:00")
    asked = replace(request("2026-03-02 Li file"), at=late, happened_on=None)
    entry = open_case(path, GROUND, asked, RULES)
    assert entry.happened_on == "2026-03-02"
    assert entry.recorded_at == "2026-03-02T07:30:00+08:00"


def test_the_worklist_comes_from_the_register(path: Path) -> None:
    recorded(path, ["NOTICE"])
    (item,) = worklist(path, RULES, date(2026, 3, 4), role="legal_reviewer")
    assert item.case_id == "2026-0001"
    assert item.opens_on == date(2026, 3, 11)
    assert worklist(path, RULES, date(2026, 3, 4), role="approver") == ()


def test_a_register_that_is_missing_is_not_made_by_accident(tmp_path: Path) -> None:
    with pytest.raises(RegisterError, match="there is no register"):
        cases(tmp_path / "typo.sqlite")
    assert list(tmp_path.iterdir()) == []


def test_another_file_is_not_taken_for_a_register(tmp_path: Path) -> None:
    other = tmp_path / "notes.txt"
    other.write_text("this is no database, and long enough to be looked into" * 20)
    with pytest.raises(RegisterError, match=r"notes\.txt"):
        cases(other)


def test_a_database_of_another_program_is_not_taken_for_a_register(
    tmp_path: Path,
) -> None:
    other = tmp_path / "other.sqlite"
    with closing(sqlite3.connect(other)) as raw:
        raw.execute("create table entry (seq integer)")
    before = other.read_bytes()
    with pytest.raises(RegisterError, match="no register of version 1"):
        cases(other)
    with pytest.raises(RegisterError, match="no register of version 1"):
        create_register(other)
    assert other.read_bytes() == before


def test_a_case_is_found_by_its_number(path: Path) -> None:
    (filed,) = recorded(path, ["2026-03-02 Li file"])
    assert find_case(path, filed.case_id).business_id == "b"
    with pytest.raises(NotFoundError, match="no case 2026-0002"):
        find_case(path, "2026-0002")


def test_the_worklist_without_a_warehouse_knows_of_no_annulment(path: Path) -> None:
    recorded(path, ["NOTICE"])
    items, unknown = find_worklist(path, today=date(2026, 3, 4))
    assert len(items) == 1
    assert unknown.is_empty()


def test_making_a_register_again_changes_nothing(path: Path) -> None:
    recorded(path, ["NOTICE"])
    create_register(path)
    assert len(history(path, "2026-0001")) == 2


def test_two_lists_are_two_matters_and_nobody_on_one_is_repaired(
    path: Path,
) -> None:
    recorded(path, ["LISTED"])
    mine = replace(GROUND, business_id="b", penalty_id="p-b")
    public = replace(request("2026-03-17 Li penalty_public"), idempotency_key="r")
    with pytest.raises(ProcedureError, match="已在名单中，见2026-0001"):
        open_case(path, replace(mine, list_type="REPAIR45"), public, RULES)
    second = replace(request("2026-03-17 Li file"), idempotency_key="s")
    other = replace(mine, list_type="ZJ_FOOD_DRUG", penalty_id="q")
    # Refused for want of a text, and not because of the other list.
    with pytest.raises(ProcedureError, match="文本未提供"):
        open_case(path, other, second, RULES)


def test_a_penalty_on_the_way_to_a_listing_may_be_repaired_all_the_same(
    path: Path,
) -> None:
    recorded(path, ["NOTICE"])
    mine = replace(GROUND, business_id="b", penalty_id="p-b", list_type="REPAIR45")
    public = request("2026-03-17 Li penalty_public")
    assert open_case(path, mine, public, RULES).case_id == "2026-0002"
    again = replace(public, idempotency_key="again")
    with pytest.raises(ProcedureError, match="该处罚已立案，见2026-0002"):
        open_case(path, mine, again, RULES)


def test_a_request_sent_again_to_a_newer_program_is_the_same_request(
    path: Path,
) -> None:
    filing = request("2026-03-02 Li file")
    by_version = [
        replace(filing, explanation={**EXPLANATION, "code_version": version})
        for version in ("0.1.0+a", "0.1.0+b")
    ]
    first, again = (open_case(path, GROUND, asked, RULES) for asked in by_version)
    assert again == first
    other = replace(filing, explanation={**EXPLANATION, "model_version": "risk-2"})
    with pytest.raises(RegisterError, match="used for another act"):
        open_case(path, GROUND, other, RULES)
