"""The checker reads a written plan and the records as they were on its day."""

import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest

from features.errors import NotFoundError
from features.warehouse import open_warehouse
from pipelines.plan_checker import check_plan
from pipelines.plan_checker.reading import read_book
from tests.hand_plans import AS_OF, PLAN, hand_plan


@pytest.fixture(scope="module")
def written(small_warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("written") / "plan.duckdb"
    shutil.copyfile(small_warehouse, path)
    hand_plan(path)
    with open_warehouse(path) as warehouse:
        warehouse.execute(
            "insert into mart.inspector_leave values "
            "('INS0000', date '2026-03-09', date '2026-03-15', date '2025-12-01'), "
            "('INS0000', date '2026-05-04', date '2026-05-10', date '2026-02-01')"
        )
    return path


def test_the_records_are_those_known_before_the_plan(written: Path) -> None:
    with open_warehouse(written, read_only=True) as warehouse:
        book = read_book(warehouse)
        facts = warehouse.facts()
    assert (book.run_id, book.year, book.as_of) == (PLAN, 2026, AS_OF)
    known = facts.business.filter(facts.business["recorded_at"] < AS_OF)
    assert set(book.records.businesses) <= set(known["business_id"])
    assert all(
        made.inspected_on < AS_OF
        for visits in book.records.made.values()
        for made in visits
    )
    leave = {period.first for period in book.records.leave["INS0000"]}
    # Beside the leave that the district invents: one was recorded in time, one was not.
    assert date(2026, 3, 9) in leave
    assert date(2026, 5, 4) not in leave
    assert set(book.records.offices.values()) >= {v.office_id for v in book.visits}


def test_a_plan_of_one_visit_each_lacks_what_the_law_wants(written: Path) -> None:
    found = check_plan(written, PLAN)
    assert not found.is_sound
    assert found.visits > 400
    assert {"skill_check", "school_term", "legal_floor"} <= set(found.by_rule())
    assert not {"two_inspectors", "inspector_office", "qualification"} & set(
        found.by_rule()
    )


def test_a_dairy_maker_without_a_system_inspection_is_named(
    written: Path, tmp_path: Path
) -> None:
    """A maker of 0501 liquid milk, class 05 of S-17, that is no maker of special food."""
    own = Path(shutil.copyfile(written, tmp_path / "own.duckdb"))
    with open_warehouse(own) as warehouse:
        maker = warehouse.sql(
            "select business_id from output.plan where visit_id = 'visit000001'"
        ).item()
        warehouse.execute(
            "update mart.business set business_type = 'producer', "
            "subtype = 'food_producer', is_special_food = false where business_id = ?",
            [maker],
        )
        warehouse.execute(
            "delete from mart.static_factor where business_id = ?", [maker]
        )
        warehouse.execute("delete from mart.inspection where purpose = 'system'")
    assert maker not in lacking_system(own)
    with open_warehouse(own) as warehouse:
        warehouse.execute(
            "insert into mart.static_factor values "
            "(?, 'food_category', '0501', null, date '2024-01-01', date '2024-01-01')",
            [maker],
        )
    assert maker in lacking_system(own)


def lacking_system(warehouse: Path) -> set[str | None]:
    found = check_plan(warehouse, PLAN).violations
    return {v.business_id for v in found if v.rule == "system_inspection"}


def test_a_row_spoiled_in_the_warehouse_is_named(written: Path, tmp_path: Path) -> None:
    own = Path(shutil.copyfile(written, tmp_path / "own.duckdb"))
    with open_warehouse(own) as warehouse:
        warehouse.execute(
            "update output.plan set second_inspector_id = null, "
            "week_starting = ? where visit_id = 'visit000007'",
            [AS_OF + timedelta(days=4)],
        )
    found = check_plan(own)
    spoiled = [v.rule for v in found.violations if v.visit_id == "visit000007"]
    assert "two_inspectors" in spoiled


def test_without_a_plan_there_is_nothing_to_check(small_warehouse: Path) -> None:
    with pytest.raises(NotFoundError, match="shian schedule --year"):
        check_plan(small_warehouse)
    with pytest.raises(NotFoundError, match="holds no plan nobody"):
        check_plan(small_warehouse, "nobody")
