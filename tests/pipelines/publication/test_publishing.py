"""From the records to the files of a day and the ledger, and back out of the public."""

import csv
import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from features.errors import UsageError
from features.warehouse import open_warehouse
from models.case import words
from models.rules import load_rules
from pipelines.publication.files import penalty_table, write_files
from pipelines.publication.ledger import By, public_now, record
from pipelines.publication.publishing import Sources, publish_due, state_on
from pipelines.register.decisions import create_register
from pipelines.register.ledger import open_ledger
from tests.register_requests import recorded

DAY = date(2026, 1, 1)
BY = By("王五", datetime(2026, 1, 1, 1, tzinfo=UTC))


@pytest.fixture
def sources(small_warehouse: Path, tmp_path: Path) -> Sources:
    copy = tmp_path / "copy.duckdb"
    shutil.copy(small_warehouse, copy)
    return Sources(copy, tmp_path / "register.sqlite", tmp_path / "published.sqlite")


def rows(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))[1:]


def test_what_is_published_is_public_and_is_not_published_again(
    sources: Sources, tmp_path: Path
) -> None:
    first = state_on(sources, DAY)
    assert first.due.publish
    publish_due(sources, first, tmp_path / "files", BY, only_removals=False)
    second = state_on(sources, DAY)
    assert second.due.publish == ()
    assert {p.item for p in second.due.standing} == {w.item for w in first.due.publish}
    shown = rows(tmp_path / "files" / "penalties.csv")
    assert len(shown) == len(first.due.publish)


def test_a_repeated_day_writes_the_same_files(sources: Sources, tmp_path: Path) -> None:
    written = []
    for name in ("a", "b"):
        state = state_on(sources, DAY)
        files = publish_due(sources, state, tmp_path / name, BY, only_removals=False)
        written.append([path.read_bytes() for path in files])
    assert written[0] == written[1]


def test_an_annulled_penalty_leaves_the_public_on_the_same_day(
    sources: Sources, tmp_path: Path
) -> None:
    state = state_on(sources, DAY)
    publish_due(sources, state, tmp_path / "files", BY, only_removals=False)
    item = state.due.publish[0].item
    number = item.removeprefix("penalty:")
    with open_warehouse(sources.warehouse) as opened:
        opened.execute(
            "update mart.penalty set withdrawn_on = ?, withdrawal = 'annulled' "
            "where penalty_id = ?",
            [date(2026, 2, 2), number],
        )
    later = state_on(sources, date(2026, 2, 2))
    assert [(r.item, r.why) for r in later.due.take_down if r.item == item] == [
        (item, "annulled")
    ]
    publish_due(sources, later, tmp_path / "later", BY, only_removals=True)
    assert item not in {p.item for p in public_now(sources.ledger)}
    assert number in {row[0] for row in rows(tmp_path / "later" / "taken_down.csv")}


def test_the_daily_job_takes_down_and_publishes_nothing(
    sources: Sources, tmp_path: Path
) -> None:
    publish_due(
        sources, state_on(sources, DAY), tmp_path / "a", BY, only_removals=False
    )
    much_later = date(2035, 1, 1)
    state = state_on(sources, much_later)
    assert state.due.standing == ()
    publish_due(sources, state, tmp_path / "b", BY, only_removals=True)
    assert public_now(sources.ledger) == []


def test_money_is_written_in_ten_thousands_and_formulas_as_text(tmp_path: Path) -> None:
    row = {
        "name": "=cmd()", "legal_form": "enterprise", "usci": "91330102MA24HR8A39",
        "document_no": "1号", "act": "x", "law_article": "fsl:126", "kinds": "fine",
        "fine_yuan": 5000, "confiscated_yuan": None, "decided_on": DAY, "ends_on": DAY,
    }  # fmt: skip
    (path,) = write_files(tmp_path, {"p.csv": penalty_table([row], load_rules())})
    (written,) = rows(path)
    assert written[0] == "'=cmd()"
    assert "0.5" in written
    assert "罚款" in written


def test_the_ledger_is_chained_and_keeps_who_did_it(sources: Sources) -> None:
    state = state_on(sources, DAY)
    record(sources.ledger, DAY, state.due.publish[:2], (), BY)
    record(sources.ledger, DAY, state.due.publish[:2], (), BY)
    with open_ledger(sources.ledger) as ledger:
        entries = ledger.entries()
    assert [e.actor for e in entries] == ["王五", "王五"]
    assert all(entry.is_whole() for entry in entries)
    assert entries[1].previous_hash == entries[0].hash


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="choose another folder"):
        write_files(tmp_path / "file", {"p.csv": (["a"], [])})


def test_whoever_keeps_a_measure_is_told_of_a_listing_and_of_its_end(
    sources: Sources, tmp_path: Path
) -> None:
    with open_warehouse(sources.warehouse, read_only=True) as opened:
        business = str(opened.table("mart.business").collect()["business_id"][0])
    create_register(sources.register)
    recorded(sources.register, ["PUBLISHED"], business=business)
    day = date(2026, 3, 20)
    state = state_on(sources, day)
    assert "listing:2026-0001" in {w.item for w in state.due.publish}
    publish_due(sources, state, tmp_path / "a", BY, only_removals=False)
    (listed,) = rows(tmp_path / "a" / "serious_list.csv")
    assert listed[3] == "SAMR44"
    told = rows(tmp_path / "a" / "notices.csv")
    assert len(told) == len(words(load_rules(), "listing_measure"))
    assert all(row[0] and row[1] for row in told)
    assert {row[-1] for row in told} == {"列入"}
    recorded(sources.register, ["PUBLISHED", "2026-04-01 Li annul"], business=business)
    later = state_on(sources, date(2026, 4, 1))
    gone = {r.item: r.why for r in later.due.take_down}
    assert gone["listing:2026-0001"] == "annulled"
    publish_due(sources, later, tmp_path / "b", BY, only_removals=True)
    assert rows(tmp_path / "b" / "serious_list.csv") == []
    ended = rows(tmp_path / "b" / "notices.csv")
    assert {row[-1] for row in ended} == {"移出"}
    assert len(ended) == len(told)
