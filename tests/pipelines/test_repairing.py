"""Repairs a penalty's publicity, in a district of a few rows and no model at all."""

from dataclasses import replace
from datetime import date, datetime, time
from pathlib import Path

import pytest

from features.errors import NotFoundError, ProcedureError, UsageError
from features.warehouse import open_warehouse
from models.rules import load_rules
from pipelines.acting import Asked, Places, act
from pipelines.listing import find_candidates, unloaded_ends, write_annulments
from pipelines.publication.ledger import By, public_now
from pipelines.publication.publishing import Sources, publish_due, state_on
from pipelines.register.decisions import CHINA, create_register
from pipelines.repairing import WantedRepair, open_repair
from tests.source_files import Books

BUSINESSES = (
    "business_id,valid_from,recorded_at,name,business_type,opened_on\n"
    "b,2020-01-01,2020-01-02,老王,catering,2020-01-01\n"
)
PENALTIES = (
    "penalty_id,business_id,decided_on,recorded_at,law_article,kinds,fine_yuan,"
    "discretion_grade,procedure,is_intentional,withdrawn_on,withdrawal\n"
    "p,b,2025-12-30,2025-12-31,fsl:124,fine,50000,heavier,ordinary,true,,\n"
    "stop,b,2025-12-30,2025-12-31,fsl:124,stop_business,,heavier,ordinary,true,,\n"
    "spot,b,2025-12-30,2025-12-31,fsl:126,fine,100,,simple,true,,\n"
    "gone,b,2025-12-01,2025-12-02,fsl:124,fine,50000,heavier,ordinary,true,2026-01-05,annulled\n"
)
PUBLIC = date(2026, 1, 6)
ASKED_ON, GRANTED = date(2026, 4, 7), date(2026, 4, 10)
BY = By("王五", datetime.combine(PUBLIC, time(9), CHINA))


def asked(action: str, day: date, actor: str = "李雷", **more: object) -> Asked:
    role = "approver" if actor == "赵敏" else "case_officer"
    plain = Asked(
        action=action,
        at=datetime.combine(day, time(9), CHINA),
        actor=actor,
        role=role,
        reason="依法办理",
    )
    return replace(plain, **more)  # type: ignore[arg-type]


@pytest.fixture
def paper(tmp_path: Path) -> Path:
    (tmp_path / "paper.pdf").write_text("signed", "utf-8")
    return tmp_path / "paper.pdf"


@pytest.fixture
def places(books: Books, tmp_path: Path) -> Places:
    folder = tmp_path / "source"
    folder.mkdir()
    (folder / "business.csv").write_text(BUSINESSES, "utf-8")
    (folder / "penalty.csv").write_text(PENALTIES, "utf-8")
    report = books.load(folder, on=date(2026, 1, 5))
    assert report.total.quarantined == 0
    create_register(tmp_path / "register.sqlite")
    return Places(
        register=tmp_path / "register.sqlite",
        warehouse=books.path,
        store=tmp_path / "models",
    )


def sources(places: Places) -> Sources:
    folder = places.register.parent
    return Sources(places.warehouse, places.register, folder / "published.sqlite")


def publish(places: Places, day: date, *, only_removals: bool = False) -> list[str]:
    """Publish what a day asks for, and tell which penalties are public then."""
    found = sources(places)
    state = state_on(found, day)
    folder = places.register.parent / f"files{day}"
    publish_due(found, state, folder, BY, only_removals=only_removals)
    return [item.item for item in public_now(found.ledger)]


def begin(places: Places, paper: Path, penalty: str = "p") -> str:
    wanted = WantedRepair(penalty_id=penalty, ledger=sources(places).ledger)
    first = asked("penalty_public", ASKED_ON, attached=(f"publication_record={paper}",))
    return open_repair(places, wanted, first).case_id


def repaired(places: Places, paper: Path) -> str:
    case_id = begin(places, paper)
    kinds = ("application", "promise", "performance_proof")
    attached = tuple(f"{kind}={paper}" for kind in kinds)
    act(places, case_id, asked("penalty_ask", ASKED_ON, attached=attached))
    act(places, case_id, asked("penalty_accept", date(2026, 4, 8)))
    granting = asked(
        "penalty_grant",
        GRANTED,
        actor="赵敏",
        attached=(f"decision={paper}",),
        confirmed=("performed", "harm_removed", "no_same_breach", "on_no_list"),
    )
    act(places, case_id, granting)
    return case_id


def test_a_repaired_penalty_leaves_pages_at_once_and_records_when_loaded(
    places: Places, paper: Path, books: Books, tmp_path: Path
) -> None:
    assert publish(places, PUBLIC) == ["penalty:p", "penalty:stop"]
    repaired(places, paper)
    # The daily job takes it down before anything was loaded.
    assert publish(places, GRANTED, only_removals=True) == ["penalty:stop"]
    assert unloaded_ends(places.register, places.warehouse) == 1
    assert write_annulments(places.register, places.warehouse, tmp_path / "out") == 1
    books.load(tmp_path / "out", on=GRANTED)
    assert unloaded_ends(places.register, places.warehouse) == 0
    found = find_candidates(places.warehouse, as_of=GRANTED)
    ended = dict(found.excluded.select("penalty_id", "exclusion").rows())
    assert ended["p"] == "repaired"
    eve = find_candidates(places.warehouse, as_of=date(2026, 4, 9))
    assert "p" in eve.evidence["penalty_id"]


def test_a_repair_that_is_taken_back_brings_the_penalty_back(
    places: Places, paper: Path, books: Books, tmp_path: Path
) -> None:
    publish(places, PUBLIC)
    case_id = repaired(places, paper)
    publish(places, GRANTED, only_removals=True)
    write_annulments(places.register, places.warehouse, tmp_path / "out")
    books.load(tmp_path / "out", on=GRANTED)
    kinds = ("evidence", "notice", "proof_of_service")
    ended = asked(
        "penalty_end_publicity",
        date(2026, 4, 13),
        attached=(f"withdrawal_record={paper}",),
    )
    told = asked(
        "penalty_notice_restore",
        date(2026, 5, 6),
        attached=tuple(f"{kind}={paper}" for kind in kinds),
    )
    back = asked(
        "penalty_restore",
        date(2026, 5, 14),
        actor="赵敏",
        attached=(f"decision={paper}",),
        confirmed=("false_materials",),
    )
    for step in (ended, told, back):
        act(places, case_id, step)
    assert "penalty:p" in publish(places, date(2026, 5, 14))
    assert write_annulments(places.register, places.warehouse, tmp_path / "back") == 1
    books.load(tmp_path / "back", on=date(2026, 5, 14))
    with open_warehouse(places.warehouse, read_only=True) as opened:
        rows = (
            opened.table("mart.penalty").collect().rows_by_key("penalty_id", named=True)
        )
    assert rows["p"][0]["withdrawn_on"] is None
    assert write_annulments(places.register, places.warehouse, tmp_path / "none") == 0


@pytest.mark.parametrize(
    ("penalty", "why"),
    [
        ("stop", "不得提前停止公示：stop_business"),
        ("spot", "不属于公示范围"),
        ("gone", "已于2026-01-05撤销或修复"),
    ],
)
def test_what_is_gone_never_public_or_public_to_its_end_is_not_repaired(
    places: Places, paper: Path, penalty: str, why: str
) -> None:
    with pytest.raises(ProcedureError, match=why):
        begin(places, paper, penalty)


def test_a_penalty_nobody_knows_is_not_repaired(places: Places, paper: Path) -> None:
    with pytest.raises(NotFoundError, match="no penalty nothing"):
        begin(places, paper, "nothing")


def test_the_day_of_publication_comes_from_the_ledger_or_the_officer(
    places: Places, paper: Path
) -> None:
    with pytest.raises(UsageError, match="--published-on"):
        begin(places, paper)
    publish(places, PUBLIC)
    first = asked("penalty_public", ASKED_ON, attached=(f"publication_record={paper}",))
    other = WantedRepair(
        penalty_id="p", ledger=sources(places).ledger, published_on=date(2026, 1, 1)
    )
    with pytest.raises(UsageError, match="public since 2026-01-06"):
        open_repair(places, other, first)
    entry = open_repair(places, replace(other, published_on=PUBLIC), first)
    assert entry.happened_on == PUBLIC.isoformat()


def test_the_least_term_of_a_repair_is_of_the_rule_in_force() -> None:
    rules = load_rules()
    lengths = [
        rules.in_force(day).rules["clock.penalty_least"].amount  # type: ignore[attr-defined]
        for day in (date(2025, 12, 24), date(2025, 12, 25))
    ]
    assert lengths == [12, 3]
