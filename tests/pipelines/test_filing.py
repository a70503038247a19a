"""Which ground a case is opened on, when an officer says less than all of it."""

from datetime import date
from pathlib import Path

import pytest

from features.errors import NotFoundError, ProcedureError, UsageError
from features.warehouse import create_warehouse
from pipelines.acting import Places
from pipelines.filing import Wanted, find_ground
from pipelines.register.decisions import Ground, create_register
from tests.register_requests import RULES, recorded
from tests.source_files import Books, businesses, lines, write

TODAY = date(2026, 6, 30)
HEADER = (
    "penalty_id,business_id,decided_on,recorded_at,law_article,kinds,discretion_grade,"
    "fine_yuan,is_intentional,withdrawn_on,withdrawal"
)
PENALTIES = lines(
    HEADER,
    "p-b,b,2026-02-20,2026-02-21,fsl:123,fine,heavier,60000,true,,",
    "p-two,two,2026-02-20,2026-02-21,fsl:123+fsl:124,fine,heavier,60000,true,,",
    "p-old,two,2026-01-20,2026-01-21,fsl:124,fine,heavier,60000,true,,",
    "p-light,light,2026-02-20,2026-02-21,fsl:126,fine,ordinary,2000,true,,",
    "p-gone,light,2026-02-20,2026-02-21,fsl:126,fine,ordinary,2000,true,2026-03-01,annulled",
    "p-mild,mild,2026-02-20,2026-02-21,fsl:123,fine,heavier,60000,false,,",
    "p-today,late,2026-06-29,2026-06-30,fsl:123,fine,heavier,60000,true,,",
)


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("grounds")
    names = ("b", "two", "light", "mild", "late")
    source = write(folder / "s", business=businesses(*names), penalty=PENALTIES)
    create_warehouse(folder / "w.duckdb")
    report = Books(folder / "w.duckdb").load(source, on=TODAY)
    assert report.total.loaded == 12
    return folder / "w.duckdb"


@pytest.fixture
def places(warehouse: Path, tmp_path: Path) -> Places:
    create_register(tmp_path / "register.sqlite")
    return Places(
        register=tmp_path / "register.sqlite", warehouse=warehouse, store=tmp_path
    )


def ground(places: Places, business: str, **said: str) -> Ground:
    wanted = Wanted(business=business, **said)
    return find_ground(places, wanted, RULES, today=TODAY)


def test_the_only_ground_needs_no_more_words(places: Places) -> None:
    found = ground(places, "店b")
    assert (found.business_id, found.penalty_id, found.trigger) == ("b", "p-b", "F5-2")


def test_of_several_grounds_one_is_chosen_by_penalty_and_trigger(
    places: Places,
) -> None:
    with pytest.raises(
        UsageError, match="3 grounds: p-old F5-3, p-two F5-2, p-two F5-3"
    ):
        ground(places, "two")
    with pytest.raises(UsageError, match="2 grounds"):
        ground(places, "two", penalty="p-two")
    found = ground(places, "two", penalty="p-two", trigger="F5-3")
    assert (found.penalty_id, found.trigger) == ("p-two", "F5-3")


@pytest.mark.parametrize(
    ("business", "said", "why"),
    [
        ("light", {}, "没有列入线索"),
        ("light", {"penalty": "p-light", "trigger": "F5-2"}, "没有列入线索"),
        ("b", {"penalty": "p-two"}, "没有列入线索"),
        ("mild", {}, "没有主观故意"),
        ("late", {}, "没有列入线索"),
        ("b", {"list_type": "ZJ_FOOD_DRUG"}, "文本未提供"),
        # An officer's own finding needs a penalty of the business that stands.
        ("light", {"trigger": "F11"}, "没有列入线索"),
        ("light", {"trigger": "F11", "penalty": "p-gone"}, "没有列入线索"),
        ("light", {"trigger": "F11", "penalty": "p-b"}, "没有列入线索"),
        ("late", {"trigger": "F11", "penalty": "p-today"}, "没有列入线索"),
    ],
)
def test_without_a_ground_no_case_is_opened(
    places: Places, business: str, said: dict[str, str], why: str
) -> None:
    with pytest.raises(ProcedureError, match=why):
        ground(places, business, **said)


def test_an_officer_may_find_what_the_law_names_no_article_for(places: Places) -> None:
    found = ground(places, "light", penalty="p-light", trigger="F11")
    assert (found.penalty_id, found.trigger) == ("p-light", "F11")


def test_a_ground_in_procedure_is_left_to_the_register(places: Places) -> None:
    recorded(places.register, ["NOTICE"])
    assert ground(places, "b").penalty_id == "p-b"


def test_a_penalty_that_was_decided_on_opens_no_second_case(places: Places) -> None:
    recorded(places.register, ["NOTICE", "2026-03-11 Zhao decide_not_listed"])
    with pytest.raises(ProcedureError, match="已决定不予列入"):
        ground(places, "b")


def test_a_business_that_is_not_known_is_not_found(places: Places) -> None:
    with pytest.raises(NotFoundError):
        ground(places, "nobody")
