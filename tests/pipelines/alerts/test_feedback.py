"""What a closed alert taught becomes a record, and counts from the day after."""

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from features.complaints import verified_complaints
from features.conduct import incidents
from features.errors import UsageError
from features.warehouse import open_warehouse
from models.rules import load_rules
from pipelines.alerts.book import Asked, act, raise_alerts
from pipelines.alerts.feedback import COMPLAINTS, INCIDENTS, write_feedback
from pipelines.alerts.signals import Signal
from pipelines.load import load
from pipelines.register.chain import Attachment
from pipelines.register.decisions import CHINA
from tests.pipelines.alerts.test_signals import business, put
from tests.source_files import Books

DAY = date(2026, 6, 1)
CLOSED = date(2026, 6, 12)
LAW = load_rules().in_force(DAY)
NOW = datetime(2026, 6, 1, 9, 30, tzinfo=CHINA)
PHOTO = Attachment(kind="evidence", sha256="0" * 64, name="photo.jpg")
PESTS = Signal(
    "complaints", "s1|pests|2026-05-25", "blue", "鼠害", "pests",
    street="s1", category="pests", businesses=("b1",),
)  # fmt: skip
ILL = Signal("incident", "n1", "yellow", "发病", "ill", businesses=("b1",))


def closed(book: Path, signal: Signal, outcome: str) -> None:
    raise_alerts(book, [signal], NOW)
    at = datetime(CLOSED.year, CLOSED.month, CLOSED.day, 10, tzinfo=CHINA)
    steps = (
        ("take", "李雷", {}),
        ("cause", "李雷", {}),
        ("control", "李雷", {"documents": (PHOTO,)}),
        ("recheck", "王芳", {"passed": True}),
        ("close", "王芳", {"outcome": outcome}),
    )
    for action, actor, more in steps:
        step = Asked(
            action=action, actor=actor, role="officer", reason="-", at=at, **more
        )
        act(book, signal.alert_id, step, LAW)


def complaint(number: str, received: date, **more: object) -> dict[str, object]:
    return {
        "complaint_id": number, "business_id": "b1", "received_on": received,
        "recorded_at": received, "kind": "complaint", "category": "pests",
        "street_code": "s1", **more,
    }  # fmt: skip


def taken_in(books: Books, book: Path, folder: Path) -> dict[str, int]:
    """Write what was taught and load it, as an officer would."""
    rows = write_feedback(book, books.path, folder)
    load(folder, mapping="shian", warehouse=books.path, loaded_on=CLOSED)
    return rows


def test_complaints_of_a_real_cluster_are_verified_from_the_day_it_was_closed(
    books: Books, tmp_path: Path
) -> None:
    put(books, "business", business("b1"))
    put(books, "complaint", complaint("c1", date(2026, 5, 28)))
    put(books, "complaint", complaint("old", date(2026, 4, 1)))
    put(books, "complaint", complaint("price", date(2026, 5, 28), category="price"))
    closed(tmp_path / "book", PESTS, "controlled")
    rows = taken_in(books, tmp_path / "book", tmp_path / "out")
    assert rows == {COMPLAINTS: 1, INCIDENTS: 0}
    with open_warehouse(books.path, read_only=True) as opened:
        facts = opened.facts()
    found = verified_complaints(facts)
    assert found.select("business_id", "recorded").rows() == [("b1", CLOSED)]


def test_complaints_of_a_false_alarm_are_found_without_ground(
    books: Books, tmp_path: Path
) -> None:
    put(books, "business", business("b1"))
    put(books, "complaint", complaint("c1", date(2026, 5, 28)))
    closed(tmp_path / "book", PESTS, "no_hazard")
    taken_in(books, tmp_path / "book", tmp_path / "out")
    with open_warehouse(books.path, read_only=True) as opened:
        facts = opened.facts()
    assert facts.complaint["is_verified"].to_list() == [False]
    assert verified_complaints(facts).is_empty()


def test_what_an_officer_recorded_himself_is_left_alone(
    books: Books, tmp_path: Path
) -> None:
    put(books, "business", business("b1"))
    own = complaint(
        "c1", date(2026, 5, 28), is_verified=False, verified_on=date(2026, 6, 2)
    )
    put(books, "complaint", own)
    closed(tmp_path / "book", PESTS, "controlled")
    assert write_feedback(tmp_path / "book", books.path, tmp_path / "out") == {
        COMPLAINTS: 0,
        INCIDENTS: 0,
    }


@pytest.mark.parametrize(
    ("outcome", "confirmed"), [("controlled", 1), ("no_hazard", 0)]
)
def test_an_incident_is_confirmed_on_the_day_its_alert_was_closed(
    books: Books, tmp_path: Path, outcome: str, confirmed: int
) -> None:
    put(books, "business", business("b1"))
    incident = {
        "incident_id": "n1", "business_id": "b1", "occurred_on": date(2026, 5, 30),
        "recorded_at": date(2026, 5, 31), "kind": "foodborne", "cases": 4, "deaths": 0,
    }  # fmt: skip
    put(books, "incident", incident)
    closed(tmp_path / "book", ILL, outcome)
    rows = taken_in(books, tmp_path / "book", tmp_path / "out")
    assert rows == {COMPLAINTS: 0, INCIDENTS: 1}
    with open_warehouse(books.path, read_only=True) as opened:
        facts = opened.facts()
    found = incidents(facts)
    assert found.height == confirmed
    assert found["recorded"].to_list() == [CLOSED] * confirmed
    # Loaded again, nothing is left to teach.
    assert taken_in(books, tmp_path / "book", tmp_path / "again")[INCIDENTS] == 0


def test_an_open_alert_teaches_nothing(books: Books, tmp_path: Path) -> None:
    put(books, "complaint", complaint("c1", date(2026, 5, 28)))
    raise_alerts(tmp_path / "book", [PESTS], NOW + timedelta(hours=1))
    rows = write_feedback(tmp_path / "book", books.path, tmp_path / "out")
    assert set(rows.values()) == {0}


def test_a_folder_that_cannot_be_written_is_told(books: Books, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="choose another folder"):
        write_feedback(tmp_path / "book", books.path, tmp_path / "file")
