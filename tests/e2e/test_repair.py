"""From a repair at the command line to features, grades, candidates and pages, in a day."""

from pathlib import Path

import pytest

from tests.e2e.conftest import Shian
from tests.e2e.office import LI, ZHAO, Office, refused

pytestmark = pytest.mark.slow

PUBLIC, ASKED, TAKEN, GRANTED = "2026-03-02", "2026-06-02", "2026-06-03", "2026-06-05"


@pytest.fixture(scope="module")
def office(empty: Office, tmp_path_factory: pytest.TempPathFactory) -> Office:
    """Give an office whose penalty L-2 is public since March, by its ledger."""
    office = empty.copy(tmp_path_factory.mktemp("repair"))
    assert "penalty:L-2" in public(office, PUBLIC, "--by", "王五")
    return office


def ledger(office: Office) -> tuple[object, ...]:
    return ("--published", office.folder / "published.sqlite")


def public(office: Office, day: str, *more: object) -> str:
    """Publish as of a day, and give the file of penalties that are public then."""
    out = office.folder / f"credit{day}{len(more)}"
    asked = ("publish", "--as-of", day, "--credit", out, *more, *ledger(office))
    done = office.on(day, *asked, *office.where, "--json")
    assert done.code == 0, done.err
    written = (out / "penalties.csv").read_text("utf-8-sig")
    return "".join(f"penalty:L-{n} " for n in (1, 2, 3) if f"〔2026〕{n}号" in written)


def explained(office: Office, day: str, business: str) -> dict[str, object]:
    where = (*office.where[2:], *office.store)
    scored = office.on(
        day, "score", "--as-of", day, *where, "--out", office.folder / day
    )
    assert scored.code == 0, scored.err
    told = office.on(day, "explain", business, "--as-of", day, *where, "--json")
    assert told.code == 0, told.err
    return dict(told.facts)


def test_a_repaired_penalty_is_gone_everywhere_on_the_day_of_the_repair(
    shian: Shian, office: Office, tmp_path: Path
) -> None:
    business = office.businesses[1]
    document = tmp_path / "page.pdf"
    document.write_text("seen", "utf-8")
    said = ("--actor", "李雷", "--reason", "申请修复")
    paper = ("--attach", f"publication_record={document}")
    opened = office.on(
        ASKED,
        *("listing", "repair", "L-2"),
        *said,
        *paper,
        *office.where,
        *ledger(office),
    )
    assert opened.code == 0, opened.err
    assert "penalty_ask" in opened.out
    for day, who, action in (
        (ASKED, LI, "penalty_ask"),
        (TAKEN, LI, "penalty_accept"),
    ):
        done = office.act(day, who, action)
        assert done.code == 0, done.err
    before = explained(office, GRANTED, business)
    granted = office.act(GRANTED, ZHAO, "penalty_grant")
    assert granted.code == 0, granted.err
    # The public page does not wait for the load.
    assert "L-2" not in public(office, GRANTED, "--due", "--by", "王五")
    out = tmp_path / "ended"
    wrote = office.on(GRANTED, "listing", "annulments", "--out", out, *office.where)
    assert wrote.code == 0, wrote.err
    loaded = shian("load", out, "--on", GRANTED, *office.where[2:], "--json")
    assert loaded.facts["total"]["updated"] == 1, loaded.err
    after = explained(office, GRANTED, business)
    grounds = {g["evidence_id"] for g in before["grounds"]}  # type: ignore[attr-defined]
    assert "L-2" in grounds
    assert "L-2" not in {g["evidence_id"] for g in after["grounds"]}  # type: ignore[attr-defined]
    (gone,) = [e for e in after["events"] if e["row"] == "L-2"]  # type: ignore[attr-defined]
    assert "已撤销或修复" in gone["zh"]
    asked = ("listing", "candidates", "--as-of", GRANTED, *office.where, "--json")
    excluded = office.on(GRANTED, *asked).facts["excluded"]
    assert {e["penalty_id"]: e["exclusion"] for e in excluded}["L-2"] == "repaired"
    waits = office.on(GRANTED, "listing", "worklist", *office.where, "--json").facts
    assert [(i["actions"], i["due"]) for i in waits["items"]] == [
        (["penalty_end_publicity"], "2026-06-10")
    ]


def test_a_repair_that_may_not_begin_is_refused_in_one_line(
    office: Office, tmp_path: Path
) -> None:
    office = office.copy(tmp_path)
    said = ("--actor", "李雷", "--reason", "申请修复")
    asked = ("listing", "repair", "L-9", *said, *office.where, *ledger(office))
    refused(office.on(ASKED, *asked), "no penalty L-9", code=7)


def test_a_case_is_printed_and_its_documents_are_made(
    filed: Office, tmp_path: Path
) -> None:
    out = tmp_path / "dossier.pdf"
    asked = ("listing", "dossier", "2026-0001", "--out", out, *filed.where)
    first = filed.on("2026-03-02", *asked, "--json")
    assert first.code == 0, first.err
    content = out.read_bytes()
    assert content.startswith(b"%PDF")
    assert filed.on("2026-03-02", *asked).code == 0
    assert out.read_bytes() == content
    made = ("listing", "document", "2026-0001", "notice", "--out", tmp_path / "n.pdf")
    done = filed.on("2026-03-02", *made, "--field", "organ=某某局", *filed.where[:2])
    assert done.code == 0, done.err
    assert (tmp_path / "n.pdf").read_bytes().startswith(b"%PDF")
    early = ("listing", "document", "2026-0001", "listed", "--out", tmp_path / "l.pdf")
    refused(filed.on("2026-03-02", *early, *filed.where[:2]), "不能制作")
