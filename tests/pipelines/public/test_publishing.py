"""What the public pages show, and above all what they never show."""

import re
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from features.errors import NotFoundError, UsageError
from features.schema import Facts
from features.warehouse import open_warehouse
from models.rules import load_rules
from pipelines.folder import Folder
from pipelines.public.cards import Shown, write_cards, write_doors
from pipelines.public.faces import Face, faces, public_until
from pipelines.public.publishing import Chosen, publish_cards, publish_red_black
from pipelines.public.red_black_list import write_red_black
from tests.worked import facts

AS_OF = date(2026, 1, 1)
ZH, EN = Shown(AS_OF, "zh"), Shown(AS_OF, "en")
# What a page may not speak of, in either language.
FORBIDDEN_WORDS = re.compile(
    "风险等级|风险分级|动态风险|静态风险|概率|信用分|信用风险|投诉|举报|重点监管|SHAP"
    "|risk grade|probability|credit|complain|key supervision|risk points",
    re.IGNORECASE,
)


@pytest.fixture(scope="module")
def district(small_warehouse: Path) -> Facts:
    with open_warehouse(small_warehouse, read_only=True) as opened:
        return opened.facts()


@pytest.fixture(scope="module")
def told(district: Facts) -> list[Face]:
    return faces(district, AS_OF)


@pytest.fixture(scope="module")
def pages(
    district: Facts, told: list[Face], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("public")
    # A code takes milliseconds to draw: the English pages are the same but for words.
    for shown, these in ((ZH, told), (EN, told[::5])):
        written = Folder(folder / shown.lang, "public")
        write_doors(write_cards(these, written, shown, quiet), written, shown)
        write_red_black(district, told, written, shown, "王五")
    return {str(p.relative_to(folder)): p.read_text() for p in folder.rglob("*.html")}


def quiet(_what: str, _share: float) -> None:
    pass


def secrets(district: Facts) -> Iterator[str]:
    """Name what only the office knows: its staff, its files, what people wrote."""
    yield from district.inspection["inspector_id"].drop_nulls().unique()
    yield from district.inspection["inspection_id"]
    yield from district.complaint["complaint_id"]
    yield from district.complaint["text"].drop_nulls().unique()
    yield from district.sampling_result["sample_id"]


def test_no_page_holds_what_must_not_be_public(
    district: Facts, pages: dict[str, str]
) -> None:
    everything = "\n".join(pages.values())
    assert len(pages) > 600
    assert FORBIDDEN_WORDS.findall(everything) == []
    known = list(secrets(district))
    assert len(known) > 1000
    shown = pl.Series([everything]).str.extract_many(known).explode()
    assert shown.drop_nulls().to_list() == []


def test_a_page_needs_nothing_from_elsewhere(pages: dict[str, str]) -> None:
    for text in pages.values():
        assert not re.search(r"<script|https?://|@import|src=", text)
        assert "default-src 'none'" in text


def test_there_is_a_card_for_every_trading_business_and_a_sheet_for_every_street(
    told: list[Face], pages: dict[str, str]
) -> None:
    graded = {face.street_code for face in told if face.is_graded}
    expected = {f"zh/{face.business_id}.html" for face in told}
    expected |= {f"zh/street-{street}.html" for street in graded}
    found = {
        name for name in pages if name.startswith("zh/") and "red-black" not in name
    }
    assert found == expected


def test_a_seller_has_a_card_without_a_grade(told: list[Face]) -> None:
    sellers = [face for face in told if face.business_type == "seller"]
    assert sellers
    assert {(f.is_graded, f.level, f.colour) for f in sellers} == {(False, None, None)}


def one(**rows: list[dict[str, object]]) -> Face:
    business = {
        "business_id": "B",
        "valid_from": date(2020, 1, 1),
        "recorded_at": date(2020, 1, 1),
        "opened_on": date(2020, 1, 1),
        "name": "老王面馆",
        "business_type": "catering",
    }
    (face,) = faces(facts(business=[business], **rows), AS_OF)
    return face


def check(day: date, **more: object) -> dict[str, object]:
    return {
        "inspection_id": f"I{day}",
        "business_id": "B",
        "inspected_on": day,
        "recorded_at": day,
        "purpose": "routine",
        "result_code": "NO_ISSUE",
        **more,
    }


def test_a_visit_after_a_complaint_is_not_told() -> None:
    visit = check(date(2025, 12, 1), purpose="complaint")
    assert one(inspection=[visit]).checks == ()


def test_of_an_open_investigation_nothing_is_told_but_that_it_is_dealt_with() -> None:
    visit = check(date(2025, 12, 1), result_code="INVESTIGATE")
    (told,) = one(inspection=[visit]).checks
    assert told.result is None


def test_what_was_recorded_on_the_day_is_not_told_yet() -> None:
    late = check(date(2025, 12, 31), recorded_at=AS_OF)
    assert one(inspection=[late]).checks == ()


def penalty(decided: date, **more: object) -> dict[str, object]:
    return {
        "penalty_id": "P",
        "business_id": "B",
        "decided_on": decided,
        "recorded_at": decided,
        "kinds": "fine",
        "procedure": "ordinary",
        "fine_yuan": 5000,
        **more,
    }


@pytest.mark.parametrize(
    ("row", "shown"),
    [
        (penalty(date(2025, 6, 1)), True),
        (penalty(date(2022, 12, 31)), False),
        (penalty(date(2025, 6, 1), procedure="simple"), False),
        (penalty(date(2025, 6, 1), kinds="warning"), False),
        (penalty(date(2025, 6, 1), withdrawn_on=AS_OF, withdrawal="annulled"), False),
        (penalty(date(2025, 6, 1), withdrawn_on=AS_OF, withdrawal="repaired"), False),
        (penalty(date(2025, 12, 31), recorded_at=AS_OF), False),
    ],
)
def test_a_penalty_is_shown_while_order_45_has_it_public(
    row: dict[str, object], shown: bool
) -> None:
    assert bool(one(penalty=[row]).penalties) == shown


def test_a_fine_is_public_for_three_years() -> None:
    row = penalty(date(2025, 6, 2))
    assert public_until(row, load_rules()) == date(2028, 6, 2)


def test_a_list_that_nobody_approved_is_a_draft(
    small_warehouse: Path, tmp_path: Path
) -> None:
    (draft,) = publish_red_black(small_warehouse, tmp_path, ZH, None).written
    assert draft.name == "red-black-draft.html"
    assert "草稿，不得公布" in draft.read_text()
    (issue,) = publish_red_black(small_warehouse, tmp_path, ZH, "王五").written
    assert issue.name == "red-black-2026-01-01.html"
    assert "草稿" not in issue.read_text()
    with pytest.raises(UsageError, match="blank"):
        publish_red_black(small_warehouse, tmp_path, ZH, " ")


def test_an_issue_takes_the_place_of_the_draft_and_of_older_issues(
    small_warehouse: Path, tmp_path: Path
) -> None:
    for day in (date(2025, 11, 1), AS_OF):
        for by in (None, "王五"):
            publish_red_black(small_warehouse, tmp_path, Shown(day, "zh"), by)
    pages = [path.name for path in tmp_path.glob("*.html")]
    assert pages == ["red-black-2026-01-01.html"]
    # A draft takes nothing away: nobody has approved that yet.
    publish_red_black(small_warehouse, tmp_path, Shown(date(2026, 2, 1), "zh"), None)
    assert len(list(tmp_path.glob("*.html"))) == 2


def test_a_card_is_written_for_the_one_that_is_asked_for(
    small_warehouse: Path, told: list[Face], tmp_path: Path
) -> None:
    face = next(face for face in told if face.is_graded)
    shown = Shown(AS_OF, "zh", "https://example.org/cards/")
    made = publish_cards(
        small_warehouse, tmp_path, shown, Chosen(face.business_id), quiet
    )
    # A sheet of doors is of a whole street: one shop alone would replace it.
    assert [p.name for p in made.written] == [f"{face.business_id}.html"]
    with pytest.raises(NotFoundError, match="nobody"):
        publish_cards(small_warehouse, tmp_path, shown, Chosen("nobody"), quiet)


def test_the_same_facts_give_the_same_bytes(told: list[Face], tmp_path: Path) -> None:
    few = told[:20]
    first, second = (Folder(tmp_path / name, "cards") for name in "ab")
    for folder in (first, second):
        write_doors(write_cards(few, folder, ZH, quiet), folder, ZH)
    assert len(first.written) > len(few)
    for one_, other in zip(first.written, second.written, strict=True):
        assert one_.read_bytes() == other.read_bytes()


@pytest.fixture
def own(small_warehouse: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(small_warehouse, tmp_path / "own.duckdb"))


def test_whoever_may_no_longer_be_shown_is_taken_back_whoever_is_chosen(
    own: Path, told: list[Face], tmp_path: Path
) -> None:
    street = next(face.street for face in told if face.is_graded)
    here = [face for face in told if face.street == street]
    gone = next(face for face in here if face.is_graded)
    other = next(face for face in told if face.street != street)
    folder, chosen = tmp_path / "cards", Chosen(street=street)
    publish_cards(own, folder, ZH, chosen, quiet)
    stranger = folder / "about.html"
    stranger.write_text("the office's own page")
    with open_warehouse(own) as opened:
        opened.execute(
            "update mart.business set closed_on = '2025-12-01' where business_id = ?",
            [gone.business_id],
        )
    # Only another business's card is asked for: the closed one and its sheet go all the same.
    made = publish_cards(own, folder, ZH, Chosen(other.business_id), quiet)
    sheet = f"street-{gone.street_code}.html"
    assert {p.name for p in made.removed} == {f"{gone.business_id}.html", sheet}
    assert made.strangers() == [stranger]
    cards = {f"{f.business_id}.html" for f in (*here, other) if f != gone}
    assert {p.name for p in folder.glob("*.html")} == {*cards, stranger.name}
    publish_cards(own, folder, ZH, chosen, quiet)
    assert gone.licence_no
    assert gone.licence_no not in (folder / sheet).read_text("utf-8")
