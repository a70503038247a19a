"""What the pages keep is what the files say, whoever changed them in between."""

from datetime import date
from pathlib import Path

import pytest
from polars.testing import assert_frame_equal

from features.errors import RegisterError
from models.worklist import worklist
from pipelines.acting import Places
from pipelines.listing import find_candidates
from pipelines.register.decisions import cases, create_register
from pipelines.review.reading import Reading
from tests.register_requests import RULES, recorded
from tests.review_office import Office

TODAY = date(2026, 3, 11)


@pytest.fixture
def places(tmp_path: Path) -> Places:
    create_register(tmp_path / "register.sqlite")
    return Places(
        register=tmp_path / "register.sqlite",
        warehouse=tmp_path / "none.duckdb",
        store=tmp_path / "models",
    )


def test_an_entry_of_somebody_else_is_there_at_once(places: Places) -> None:
    reading = Reading(places)
    assert reading.waiting(TODAY) == ()
    for number in range(1, 4):
        recorded(places.register, ["NOTICE"], business=f"b{number}")
        known = cases(places.register)
        assert reading.cases() == known
        expected = worklist(known.values(), RULES, TODAY)
        assert reading.waiting(TODAY) == expected
        assert len(reading.entries()) == 2 * number


def test_another_register_in_its_place_is_read_anew(
    places: Places, tmp_path: Path
) -> None:
    reading = Reading(places)
    recorded(places.register, ["LISTED"])
    assert len(reading.entries()) == 6
    places.register.unlink()
    for left in tmp_path.glob("register.sqlite-*"):
        left.unlink()
    with pytest.raises(RegisterError, match="register init"):
        reading.entries()
    create_register(places.register)
    assert reading.entries() == []
    recorded(places.register, ["NOTICE"], business="other")
    assert [c.business_id for c in reading.cases().values()] == ["other"]


def test_a_person_is_not_given_what_must_be_anothers(places: Places) -> None:
    recorded(places.register, ["NOTICE"])
    reading = Reading(places)
    mine = reading.waiting(TODAY, role="legal_reviewer", actor="Li")
    hers = reading.waiting(TODAY, role="legal_reviewer", actor="Wang")
    assert mine == ()
    assert [item.actions for item in hers] == [("legal_review",)]


def test_without_a_warehouse_numbers_stand_for_names(places: Places) -> None:
    assert Reading(places).names() == {}


def test_an_explanation_is_computed_once_a_day_and_anew_when_the_data_change(
    office_as_made: Office, tmp_path: Path
) -> None:
    office = office_as_made.copy(tmp_path)
    reading, business = Reading(office.places), office.businesses[0]
    first = reading.seen(business, TODAY)
    assert reading.seen(business, TODAY) is first
    assert reading.explain(office.places, business, TODAY) is first.explanation
    assert reading.seen(business, date(2026, 3, 12)) is not first
    warehouse = office.places.warehouse
    warehouse.write_bytes(warehouse.read_bytes())
    again = reading.seen(business, TODAY)
    assert again is not first
    assert again.mark == first.mark


@pytest.mark.parametrize("list_type", ["SAMR44", "ZJ_FOOD_DRUG"])
def test_candidates_are_those_of_the_command_line(
    office_as_made: Office, tmp_path: Path, list_type: str
) -> None:
    office = office_as_made.copy(tmp_path)
    places, reading = office.places, Reading(office.places)
    for business in (None, *office.businesses):
        if business is not None:
            recorded(places.register, ["NOTICE"], business=business)
        found = find_candidates(
            places.warehouse,
            as_of=TODAY,
            register=places.register,
            list_type=list_type,
        )
        kept = reading.candidates(TODAY, list_type)
        for name in ("candidates", "evidence", "gravity", "excluded"):
            assert_frame_equal(getattr(kept, name), getattr(found, name))
        assert kept.note_zh == found.note_zh
