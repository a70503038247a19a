"""What an officer types becomes the request that the register decides on."""

import hashlib
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.errors import InputError, NotFoundError, ProcedureError, UsageError
from pipelines.acting import Asked, Places, Subject, act, day_of, mark, request
from pipelines.case_files import find_case_file
from pipelines.listing import find_worklist
from pipelines.register.chain import Attachment
from pipelines.register.decisions import CHINA, create_register, history
from tests.register_requests import EXPLANATION, RULES, recorded

AT = datetime(2026, 3, 3, 9, tzinfo=CHINA)
TOLD = ("told_facts", "told_grounds", "told_rights")


@pytest.fixture
def places(tmp_path: Path) -> Places:
    create_register(tmp_path / "register.sqlite")
    (tmp_path / "a.pdf").write_bytes(b"signed")
    (tmp_path / "b.pdf").write_bytes(b"signed by another")
    return Places(
        register=tmp_path / "register.sqlite",
        warehouse=tmp_path / "none.duckdb",
        store=tmp_path / "none",
    )


@pytest.fixture
def asked(places: Places) -> Asked:
    """Give a notice with all it needs."""
    document = places.register.with_name("a.pdf")
    return Asked(
        action="serve_notice",
        at=AT,
        actor="李雷",
        role="case_officer",
        reason="依法告知",
        account="office3",
        attached=(f"notice={document}", f"proof_of_service={document}"),
        confirmed=TOLD,
    )


def made(places: Places, asked: Asked, subject: str = "2026-0001") -> Any:
    return request(places, asked, RULES, Subject(subject, "b"))


def test_an_act_keeps_who_asked_and_the_hash_of_its_documents(
    places: Places, asked: Asked
) -> None:
    recorded(places.register, ["2026-03-02 Li file"])
    entry = act(places, "2026-0001", asked)
    digest = hashlib.sha256(b"signed").hexdigest()
    assert '"account":"office3"' in entry.body
    assert f'"name":"a.pdf","sha256":"{digest}"' in entry.body
    assert entry.act().recorded_on == date(2026, 3, 3)


def test_a_document_that_was_hashed_already_stands_beside_the_others(
    places: Places, asked: Asked
) -> None:
    kept = Attachment(kind="evidence", sha256="b" * 64, name="scan.pdf")
    assert made(places, replace(asked, kept=(kept,))).attachments[-1] == kept


def test_an_explanation_that_somebody_keeps_is_held_against_its_mark_too(
    places: Places, asked: Asked
) -> None:
    def explain(_places: Places, business_id: str, _day: date) -> dict[str, Any]:
        return {**EXPLANATION, "business_id": business_id}

    seen = mark(explain(places, "b", AT.date()))
    about, read = Subject("2026-0001", "b"), replace(asked, seen=seen)
    given = request(places, read, RULES, about, explain=explain)
    assert given.explanation == explain(places, "b", AT.date())
    with pytest.raises(ProcedureError, match="不是今天的说明"):
        request(places, read, RULES, Subject("2026-0001", "c"), explain=explain)


def test_what_was_typed_in_chinese_is_the_same_request(
    places: Places, asked: Asked
) -> None:
    chinese = replace(
        asked,
        action="送达拟列入告知书",
        role="办案人员",
        attached=tuple(
            a.replace("notice=", "拟列入告知书=").replace(
                "proof_of_service=", "送达回证="
            )
            for a in asked.attached
        ),
        confirmed=("已告知拟列入的事实", "已告知理由和依据", "told_rights"),
    )
    assert made(places, chinese) == made(places, asked)


def test_the_same_words_on_the_same_day_are_one_request(
    places: Places, asked: Asked
) -> None:
    key = made(places, asked).idempotency_key
    later = replace(asked, at=AT.replace(hour=17))
    other = asked.attached[0].replace("a.pdf", "b.pdf")
    assert made(places, later).idempotency_key == key
    for different in (
        replace(asked, at=datetime(2026, 3, 4, 9, tzinfo=CHINA)),
        replace(asked, actor="王芳"),
        replace(asked, role="approver"),
        replace(asked, reason="另有理由"),
        replace(asked, account="office4"),
        replace(asked, confirmed=TOLD[:2]),
        replace(asked, attached=(other, asked.attached[1])),
        replace(asked, happened_on=date(2026, 3, 2)),
        replace(asked, day=date(2026, 4, 1)),
        replace(asked, key="own"),
    ):
        assert made(places, different).idempotency_key != key
    assert made(places, asked, subject="2026-0002").idempotency_key != key
    assert made(places, replace(asked, key="own")).idempotency_key == "own"


@pytest.mark.parametrize(
    ("change", "kind", "said"),
    [
        ({"role": "boss"}, UsageError, "no role; there are: case_officer 办案人员"),
        ({"confirmed": ("all",)}, UsageError, "'all' is no confirmation"),
        ({"attached": ("notice",)}, UsageError, "KIND=FILE"),
        ({"attached": ("notice=",)}, UsageError, "KIND=FILE"),
        ({"attached": ("photo=a.pdf",)}, UsageError, "'photo' is no attachment"),
        ({"attached": ("notice=no/such",)}, InputError, "no/such"),
        ({"attached": ("notice=/",)}, InputError, "nothing was recorded"),
    ],
)
def test_a_slip_is_told_before_anything_is_recorded(
    places: Places, asked: Asked, change: dict[str, Any], kind: type, said: str
) -> None:
    recorded(places.register, ["2026-03-02 Li file"])
    with pytest.raises(kind, match=said):
        act(places, "2026-0001", replace(asked, **change))
    assert len(history(places.register, "2026-0001")) == 1


def test_what_is_refused_says_why(places: Places, asked: Asked) -> None:
    with pytest.raises(NotFoundError, match="2026-0001"):
        act(places, "2026-0001", asked)
    recorded(places.register, ["2026-03-02 Li file"])
    with pytest.raises(ProcedureError, match="办案人员办理，不是审批人"):
        act(places, "2026-0001", replace(asked, role="approver"))
    with pytest.raises(ProcedureError, match="没有“forget”的现行规则"):
        act(places, "2026-0001", replace(asked, action="forget"))


@given(st.sampled_from(sorted(EXPLANATION)), st.text(max_size=5))
def test_the_mark_names_all_that_an_explanation_says(part: str, other: str) -> None:
    assert mark(dict(reversed(EXPLANATION.items()))) == mark(EXPLANATION)
    assert mark({**EXPLANATION, part: [other]}) != mark(EXPLANATION)
    assert mark({**EXPLANATION, "code_version": other}) == mark(EXPLANATION)


def test_the_day_is_that_of_the_office() -> None:
    assert day_of(datetime(2026, 3, 2, 15, 59, tzinfo=UTC)) == date(2026, 3, 2)
    assert day_of(datetime(2026, 3, 2, 16, 0, tzinfo=UTC)) == date(2026, 3, 3)


def test_a_person_is_given_what_is_not_anothers(places: Places) -> None:
    recorded(places.register, ["NOTICE"])

    def waits(actor: str | None) -> list[tuple[str, ...]]:
        items, _ = find_worklist(
            places.register, today=date(2026, 3, 11), role="legal_reviewer", actor=actor
        )
        return [item.actions for item in items]

    assert waits(None) == waits("Wang") == [("legal_review",)]
    assert waits("LI ") == []


def test_a_role_that_is_none_has_no_worklist(places: Places) -> None:
    recorded(places.register, ["NOTICE"])
    day = date(2026, 3, 11)
    chinese, _ = find_worklist(places.register, today=day, role="法制审核人员")
    assert [item.actions for item in chinese] == [("legal_review",)]
    with pytest.raises(UsageError, match="'legal' is no role"):
        find_worklist(places.register, today=day, role="legal")


def test_a_case_file_holds_history_terms_and_what_may_follow(places: Places) -> None:
    recorded(places.register, ["NOTICE"])
    file = find_case_file(places.register, "2026-0001", today=date(2026, 3, 11))
    assert [e.action for e in file.entries] == ["file", "serve_notice"]
    assert "legal_review" in {a.step.action for a in file.allowed}
    assert "clock.defence" in {t.clock.id for t in file.terms}
    assert [item.actions for item in file.waiting] == [("legal_review",)]
