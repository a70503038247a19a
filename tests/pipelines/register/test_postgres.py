"""The register on a real PostgreSQL server: many officers, tampering, power cuts, copies."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest

from features.errors import RegisterError
from models.case import state
from pipelines.register.backup import backup, restore
from pipelines.register.chain import GENESIS, Entry, Head
from pipelines.register.decisions import cases, create_register, open_case
from pipelines.register.ledger import address_of, open_ledger
from pipelines.register.verify import head, verify
from tests import ROOT
from tests.e2e.conftest import SHIAN
from tests.listing_acts import TO_PUBLISHED
from tests.pipelines.register.test_faults import OFFICER
from tests.register_requests import GROUND, RULES, recorded, request
from tests.servers import Server, postgres

pytestmark = pytest.mark.slow
_NUMBER = count()


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with postgres() as running:
        yield running


@pytest.fixture
def name(server: Server) -> str:
    """Give the name of a database with an empty register."""
    name = f"register{next(_NUMBER)}"
    create_register(server.database(name))
    return name


@pytest.fixture
def path(server: Server, name: str) -> Path:
    return server.address(name)


def officer(path: Path, first: int, last: int, *acts: str) -> "subprocess.Popen[str]":
    arguments = [sys.executable, "-c", OFFICER, str(path), str(first), str(last), *acts]
    return subprocess.Popen(arguments, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def keys(path: Path) -> list[str]:
    with open_ledger(path) as ledger:
        return [entry.idempotency_key for entry in ledger.entries()]


def found(path: Path) -> list[tuple[str, int | None]]:
    return [(f.kind, f.seq) for f in verify(path, RULES).findings]


def test_the_whole_way_of_a_case_is_the_same_as_in_a_file(
    path: Path, tmp_path: Path
) -> None:
    file = tmp_path / "register.sqlite"
    create_register(file)
    acts = ["PUBLISHED", "2027-03-16 Li request_repair"]
    entries = recorded(path, acts)
    assert entries == recorded(file, acts)
    for there in (path, file):
        with open_ledger(there) as ledger:
            assert ledger.entries() == ledger.entries("2026-0001") == entries
            assert ledger.entries(after=7) == entries[7:]
    assert head(path) == head(file)
    verified = verify(path, RULES)
    assert verified.is_sound, verified.findings
    assert verified.entries == len(TO_PUBLISHED) + 1
    assert {state(c, RULES) for c in cases(path).values()} == {"published"}


def test_the_server_works_out_the_hash_of_any_text(path: Path) -> None:
    """Quotes, backslashes, control characters and rare letters are hashed alike."""
    odd = '引号" 反斜\\杠 / \t\n\r\b\f\x01\x1f\x7f 𠮷 é \u2028 </script>'
    asked = replace(request("2026-03-02 Li file"), reason=odd, actor=f"李{odd}")
    entry = open_case(path, GROUND, asked, RULES)
    assert entry.is_whole()
    assert verify(path, RULES).is_sound


def test_the_same_request_is_done_once_and_another_under_its_key_refused(
    path: Path,
) -> None:
    first = open_case(path, GROUND, request("2026-03-02 Li file"), RULES)
    assert open_case(path, GROUND, request("2026-03-02 Li file"), RULES) == first
    other = replace(request("2026-03-02 Li file"), reason="another")
    with pytest.raises(RegisterError, match="used for another act"):
        open_case(path, GROUND, other, RULES)
    assert len(keys(path)) == 1


def test_officers_who_write_at_once_lose_nothing_and_do_nothing_twice(
    path: Path,
) -> None:
    officers = [officer(path, 0, 3, "NOTICE") for _ in range(2)]
    officers += [officer(path, 3 * n, 3 * n + 3, "NOTICE") for n in (1, 2)]
    said = [process.communicate()[0].split("\n")[:-1] for process in officers]
    assert [process.returncode for process in officers] == [0] * 4
    written = keys(path)
    assert sorted(written) == sorted({key for lines in said for key in lines})
    assert len(written) == 9 * 2
    assert verify(path, RULES).is_sound


def test_a_server_that_loses_power_keeps_every_acknowledged_decision(
    server: Server, path: Path
) -> None:
    process = officer(path, 0, 6, "PUBLISHED")
    assert process.stdout is not None
    said = [process.stdout.readline().strip() for _ in range(5)]
    server.stop("immediate")
    said += process.communicate()[0].split("\n")[:-1]
    server.start()
    assert process.returncode != 0
    assert set(said) <= set(keys(path))
    again = officer(path, 0, 6, "PUBLISHED")
    again.communicate()
    written = keys(path)
    assert len(written) == len(set(written)) == 6 * len(TO_PUBLISHED)
    assert verify(path, RULES).is_sound


@pytest.mark.parametrize(
    "tampering",
    [
        "update entry set reason = 'x' where seq = 1",
        "delete from entry where seq = 2",
        "truncate entry",
        "truncate tally",
        "delete from tally",
        "update tally set entries = 1",
        "insert into entry select 3, 'k', case_id, action, happened_on, recorded_at, "
        "actor, role, reason, body, explanation, hash, repeat('a', 64) from entry where seq = 2",
    ],
)
def test_the_server_refuses_to_change_what_is_written(
    server: Server, name: str, path: Path, tampering: str
) -> None:
    recorded(path, ["NOTICE"])
    assert "register:" in server.sql(name, tampering)
    assert verify(path, RULES).is_sound


@pytest.mark.parametrize(
    ("tampering", "seen"),
    [
        ("update entry set reason = 'x' where seq = 3", ("altered", 3)),
        ("delete from entry where seq = 4", ("removed", 4)),
        ("update tally set entries = 9", ("removed", 9)),
    ],
)
def test_who_drops_the_triggers_is_found_out_to_the_row(
    server: Server, name: str, path: Path, tampering: str, seen: tuple[str, int]
) -> None:
    recorded(path, ["PUBLISHED"])
    off = "alter table entry disable trigger all; alter table tally disable trigger all"
    on = "alter table entry enable trigger all; alter table tally enable trigger all"
    server.sql(name, f"{off}; {tampering}; {on}")
    assert seen in found(path)


def test_a_trigger_that_is_off_changed_or_gone_is_named(
    server: Server, name: str, path: Path
) -> None:
    recorded(path, ["NOTICE"])
    server.sql(name, "alter table entry disable trigger entry_follows")
    server.sql(name, "drop trigger tally_follows on tally")
    server.sql(
        name,
        "create or replace function nothing_is_changed() returns trigger "
        "language plpgsql as $$ begin return old; end $$",
    )
    texts = [f.text for f in verify(path, RULES).findings if f.kind == "definition"]
    assert [t.partition(" is ")[0] for t in texts] == [
        "entry entry_follows",
        "function nothing_is_changed",
        "tally tally_follows",
    ]


def test_whoever_rewrites_the_whole_is_seen_against_an_exported_head(
    server: Server, name: str, path: Path
) -> None:
    recorded(path, ["PUBLISHED"])
    kept = head(path)
    server.sql(name, "drop table entry, tally cascade")
    server.sql(
        name,
        "drop function if exists entry_follows, entry_is_counted, nothing_is_changed, tally_follows",
    )
    create_register(path)
    recorded(path, ["NOTICE"])
    assert verify(path, RULES).is_sound
    assert [f.kind for f in verify(path, RULES, anchor=kept).findings] == ["anchor"]


def test_an_officer_needs_the_right_to_read_and_to_append_and_no_other(
    server: Server, name: str
) -> None:
    server.sql(name, "create role clerk login")
    server.sql(
        name, "grant select, insert on entry to clerk; grant select on tally to clerk"
    )
    clerk = server.address(name, "clerk")
    recorded(clerk, ["PUBLISHED"])
    assert verify(clerk, RULES).is_sound
    assert "permission denied" in server.sql(
        name, "update tally set entries = 1", "clerk"
    )
    assert "permission denied" in server.sql(name, "delete from entry", "clerk")
    with pytest.raises(RegisterError, match="could not be used"):
        create_register(server.address("postgres", "clerk"))


def test_a_copy_is_a_file_that_goes_back_to_a_server_or_a_file(
    server: Server, path: Path, tmp_path: Path
) -> None:
    recorded(path, ["PUBLISHED"])
    copy = tmp_path / "away" / "copy.sqlite"
    assert backup(path, copy, RULES) == head(path)
    assert list(copy.parent.iterdir()) == [copy]
    other = server.database(f"restored{next(_NUMBER)}")
    assert restore(copy, other, RULES) == head(path)
    assert restore(copy, tmp_path / "file.sqlite", RULES) == head(path)
    recorded(other, ["PUBLISHED", "2027-03-16 Li request_repair"])
    assert verify(other, RULES).is_sound
    with pytest.raises(RegisterError, match="restore into an empty database"):
        restore(copy, other, RULES)


def test_a_server_without_a_register_or_without_an_answer_is_said_without_its_password(
    server: Server,
) -> None:
    with pytest.raises(RegisterError, match="shian register init"):
        cases(server.database(f"empty{next(_NUMBER)}"))
    gone = Path("postgresql://clerk:secret@localhost/db?host=/nowhere")
    with pytest.raises(RegisterError, match="could not be used") as said:
        cases(gone)
    assert "secret" not in str(said.value)


def test_settings_that_would_lose_an_entry_in_a_power_cut_are_findings(
    server: Server, path: Path
) -> None:
    server.sql("postgres", "alter system set full_page_writes = off")
    server.sql("postgres", "select pg_reload_conf()")
    try:
        server.stop()
        server.start()
        texts = [f.text for f in verify(path, RULES).findings]
    finally:
        server.sql("postgres", "alter system reset full_page_writes")
        server.stop()
        server.start()
    assert texts == [
        "PostgreSQL: full_page_writes is off: an acknowledged entry may be lost in a power cut"
    ]


def test_an_empty_register_on_a_server_has_the_first_head(path: Path) -> None:
    assert head(path) == Head(0, GENESIS)
    assert address_of(path) is not None
    assert isinstance(recorded(path, ["2026-03-02 Li file"])[0], Entry)


def test_the_command_line_keeps_a_register_by_its_address_and_shows_no_password(
    server: Server, tmp_path: Path
) -> None:
    name = f"office{next(_NUMBER)}"
    server.database(name)
    address = f"postgresql://postgres:secret@localhost/{name}?host={server.folder}"
    said = ""
    for call in (
        ("register", "init", "--json"),
        ("register", "init"),
        ("register", "backup", str(tmp_path / "copy.sqlite")),
        ("verify",),
        ("listing", "worklist", "--warehouse", str(tmp_path / "none.duckdb")),
    ):
        done = subprocess.run(
            [str(SHIAN), *call, "--register", address],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        said += done.stdout + done.stderr
    assert f"postgresql://postgres@localhost/{name}" in said
    assert "secret" not in said
