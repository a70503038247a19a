import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import astuple, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from features.errors import RegisterError
from pipelines.register.backup import backup, restore
from pipelines.register.chain import Entry, Head, entry_hash
from pipelines.register.decisions import create_register, history
from pipelines.register.ledger import open_ledger
from pipelines.register.verify import (
    compare_published,
    export_head,
    head,
    read_head,
    verify,
)
from tests.register_requests import RULES, recorded

DAY = date(2027, 3, 18)
INSERT = "insert into entry values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
TRIGGERS = (
    "entry_follows",
    "entry_is_counted",
    "entry_is_not_changed",
    "entry_is_not_removed",
    "tally_follows",
    "tally_is_not_removed",
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    register = tmp_path / "register.sqlite"
    create_register(register)
    recorded(register, ["PUBLISHED"])  # rows 1 to 8
    recorded(register, ["NOTICE"], business="c")  # rows 9 and 10
    return register


def tampered(path: Path, *statements: str, parameters: tuple[object, ...] = ()) -> None:
    """Change the file past the program, with its triggers put back afterwards."""
    with closing(sqlite3.connect(path, isolation_level=None)) as raw:
        kept = [
            raw.execute(
                "select sql from sqlite_schema where name = ?", [name]
            ).fetchone()[0]
            for name in TRIGGERS
        ]
        for name in TRIGGERS:
            raw.execute(f"drop trigger {name}")
        for statement in statements:
            raw.execute(statement, parameters if "?" in statement else ())
        for sql in kept:
            raw.execute(sql)


def found(path: Path, anchor: Head | None = None) -> list[tuple[str, int | None]]:
    findings = verify(path, RULES, anchor=anchor).findings
    return [(f.kind, f.seq) for f in findings if f.kind != "procedure"]


def test_an_untouched_register_is_sound(path: Path) -> None:
    verified = verify(path, RULES, anchor=head(path))
    assert verified.is_sound
    assert verified.entries == 10


@pytest.mark.parametrize(
    "statement",
    [
        "update entry set reason = 'other' where seq = 3",
        "delete from entry where seq = 10",
        "delete from entry",
        "update tally set entries = 9",
        "delete from tally",
        "insert or replace into entry select * from entry where seq = 1",
        "replace into entry select 11, idempotency_key, 'x', action, happened_on,"
        " recorded_at, actor, role, reason, body, explanation, hash, hash"
        " from entry where seq = 10",
    ],
)
def test_the_triggers_stop_whoever_writes_past_the_program(
    path: Path, statement: str
) -> None:
    with closing(sqlite3.connect(path)) as raw, pytest.raises(sqlite3.Error):
        raw.execute(statement)
    assert verify(path, RULES).is_sound


@pytest.mark.parametrize(
    "forged",
    [
        pytest.param({"seq": 11}, id="a key that was used"),
        pytest.param({"seq": 12, "idempotency_key": "k"}, id="a number left out"),
        pytest.param({"seq": 10, "idempotency_key": "k"}, id="in another's place"),
        pytest.param(
            {"seq": 11, "idempotency_key": "k", "previous_hash": "0" * 64},
            id="after another row",
        ),
    ],
)
def test_the_triggers_stop_whoever_knows_the_hash_too(
    path: Path, forged: dict[str, Any]
) -> None:
    row = resealed(
        path, 10, lambda e: replace(e, **{"previous_hash": e.hash, **forged})
    )
    with closing(sqlite3.connect(path)) as raw:
        raw.create_function("shian_hash", 12, entry_hash, deterministic=True)
        with pytest.raises(sqlite3.Error, match="an entry must follow the last one"):
            raw.execute(INSERT.replace("insert", "insert or replace"), astuple(row))
    assert verify(path, RULES).is_sound


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("actor", "Zhou"),
        ("reason", "other"),
        ("happened_on", "2026-03-01"),
        ("recorded_at", "2026-03-01T09:00:00+08:00"),
        ("body", '{"attachments":[],"confirmed":[],"day":null}'),
        ("explanation", None),
        ("case_id", "2026-0009"),
        ("idempotency_key", "k"),
    ],
)
@pytest.mark.parametrize("seq", [2, 6, 10])
def test_an_altered_row_is_named(
    path: Path, column: str, value: str | None, seq: int
) -> None:
    if column == "explanation":
        value = '{"shap":{}}'
    sql = f"update entry set {column} = ? where seq = {seq}"  # noqa: S608
    tampered(path, sql, parameters=(value,))
    assert found(path) == [("altered", seq)]


@pytest.mark.parametrize("seq", [1, 5, 9])
def test_a_row_that_was_altered_with_its_hash_is_named(path: Path, seq: int) -> None:
    changed = resealed(path, seq, lambda e: replace(e, reason="other"))
    sql = "update entry set reason = 'other', hash = ? where seq = ?"
    tampered(path, sql, parameters=(changed.hash, seq))
    assert found(path) == [("altered", seq)]


def test_the_last_row_altered_with_its_hash_differs_from_the_tally(path: Path) -> None:
    changed = resealed(path, 10, lambda e: replace(e, reason="other"))
    sql = "update entry set reason = 'other', hash = ? where seq = 10"
    tampered(path, sql, parameters=(changed.hash,))
    assert found(path) == [("altered", 10)]


@pytest.mark.parametrize("seq", [1, 4, 10])
def test_a_removed_row_is_named(path: Path, seq: int) -> None:
    tampered(path, "delete from entry where seq = ?", parameters=(seq,))
    assert found(path) == [("removed", seq)]


def test_removed_rows_are_counted(path: Path) -> None:
    tampered(path, "delete from entry where seq in (4, 5, 6)")
    texts = [f.text for f in verify(path, RULES).findings if f.kind == "removed"]
    assert texts == ["rows 4 to 6 were removed"]


@pytest.mark.parametrize("seq", [0, 11, 500])
def test_an_inserted_row_is_named(path: Path, seq: int) -> None:
    forged = resealed(
        path,
        10,
        lambda e: replace(e, seq=seq, idempotency_key="k", previous_hash=e.hash),
    )
    tampered(path, INSERT, parameters=astuple(forged))
    assert found(path) == [("inserted", seq)]


def test_a_forged_row_that_chains_well_was_never_allowed(path: Path) -> None:
    forged = resealed(
        path,
        10,
        lambda e: replace(
            e,
            seq=11,
            idempotency_key="k",
            action="decide_listed",
            previous_hash=e.hash,
        ),
    )
    tampered(
        path,
        INSERT,
        parameters=astuple(forged),
    )
    tampered(path, "update tally set entries = 11, head = ?", parameters=(forged.hash,))
    (finding,) = verify(path, RULES).findings
    assert (finding.kind, finding.seq) == ("procedure", 11)
    assert "the case is 'notice served'" in finding.text


def resealed(path: Path, seq: int, change: Callable[[Entry], Entry]) -> Entry:
    """Draw a row with other content and the hash that goes with it."""
    with open_ledger(path) as ledger:
        changed = change(ledger.entries()[seq - 1])
    return replace(changed, hash=entry_hash(*astuple(changed)[:-1]))


@pytest.mark.parametrize("name", TRIGGERS)
def test_a_missing_trigger_is_named(path: Path, name: str) -> None:
    with closing(sqlite3.connect(path)) as raw:
        raw.execute(f"drop trigger {name}")
    (finding,) = verify(path, RULES).findings
    assert finding.kind == "definition"
    assert name in finding.text


def test_rows_cut_off_together_with_the_tally_show_against_an_exported_head(
    path: Path, tmp_path: Path
) -> None:
    exported = tmp_path / "head.txt"
    export_head(path, exported)
    anchor = Head.from_text(exported.read_text())
    shorter = history(path, "2026-0001")[-1]
    tampered(
        path,
        "delete from entry where seq > 8",
        "update tally set entries = 8, head = ?",
        parameters=(shorter.hash,),
    )
    assert verify(path, RULES).is_sound
    (finding,) = verify(path, RULES, anchor=anchor).findings
    assert finding.text == "rows 9 to 10 were in the exported head and gone"


def test_a_head_stays_true_while_the_register_grows(path: Path) -> None:
    anchor = head(path)
    recorded(path, ["NOTICE"], business="d")
    assert verify(path, RULES, anchor=anchor).is_sound
    other = replace(anchor, hash="0" * 64)
    assert found(path, anchor=other) == [("anchor", 10)]


def test_what_is_no_head_is_refused() -> None:
    with pytest.raises(RegisterError, match="'ten' is no exported chain head"):
        Head.from_text("ten\n")


def test_an_exported_head_is_read_again(path: Path, tmp_path: Path) -> None:
    kept = tmp_path / "elsewhere" / "head.txt"
    assert export_head(path, kept) == read_head(kept) == head(path)
    with pytest.raises(RegisterError, match="no exported head can be read there"):
        read_head(tmp_path / "none.txt")
    with pytest.raises(RegisterError, match="could not be written"):
        export_head(path, kept / "below-a-file")


def test_a_backup_overwrites_nothing(path: Path, tmp_path: Path) -> None:
    for there in (path, tmp_path / "thesis.docx"):
        there.touch()
        before = there.read_bytes()
        with pytest.raises(RegisterError, match="give the copy another name"):
            backup(path, there, RULES)
        assert there.read_bytes() == before


def test_a_backup_comes_back_whole(path: Path, tmp_path: Path) -> None:
    copy, restored = tmp_path / "backup" / "copy.sqlite", tmp_path / "restored.sqlite"
    anchor = backup(path, copy, RULES)
    assert restore(copy, restored, RULES) == anchor
    assert history(restored, "2026-0001") == history(path, "2026-0001")
    recorded(restored, ["NOTICE"], business="d")
    assert verify(restored, RULES, anchor=anchor).is_sound


def test_a_backup_is_never_restored_over_decisions(path: Path, tmp_path: Path) -> None:
    backup(path, tmp_path / "copy.sqlite", RULES)
    recorded(path, ["NOTICE"], business="d")
    with pytest.raises(RegisterError, match="may hold decisions the copy lacks"):
        restore(tmp_path / "copy.sqlite", path, RULES)


def test_an_altered_backup_is_not_restored(path: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.sqlite"
    backup(path, copy, RULES)
    tampered(copy, "update entry set reason = 'other' where seq = 3")
    with pytest.raises(RegisterError, match="row 3 was altered"):
        restore(copy, tmp_path / "restored.sqlite", RULES)
    assert not (tmp_path / "restored.sqlite").exists()


def test_what_is_published_is_compared_with_what_must_be(path: Path) -> None:
    after_its_term = date(2029, 3, 17)
    assert compare_published(path, RULES, [], after_its_term) == ()
    (late,) = compare_published(path, RULES, ["2026-0001"], after_its_term)
    assert late.text == "case 2026-0001 is shown and must not be"
    assert compare_published(path, RULES, ["2026-0001"], DAY) == ()
    said = compare_published(path, RULES, ["2026-0002", "x"], DAY)
    assert [f.text for f in said] == [
        "case 2026-0002 is shown and must not be",
        "case x is shown and must not be",
        "case 2026-0001 must be shown and is not",
    ]
