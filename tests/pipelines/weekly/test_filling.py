"""There and back: an office fills in its sheet, loads it, and the plan knows."""

import shutil
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from features.errors import UsageError
from features.warehouse import open_warehouse
from pipelines.load import LoadReport, load
from pipelines.weekly.files import export_week
from pipelines.weekly.making import make_worklist
from tests.filled_sheets import Value, fill
from tests.hand_plans import MONDAY

TUESDAY, FRIDAY = MONDAY + timedelta(days=1), MONDAY + timedelta(days=4)
GOOD: Mapping[str, Value] = {
    "inspected_on": TUESDAY,
    "result": "限期改正",
    "all_items": "是",
    "items": 40,
    "key_failed": 0,
    "general_failed": 3,
    "minor": 1,
    "refused": "否",
}


@pytest.fixture(scope="module")
def week(planned_warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Print a week once, into a folder with the warehouse that holds it."""
    folder = tmp_path_factory.mktemp("week")
    own = Path(shutil.copyfile(planned_warehouse, folder / "own.duckdb"))
    found = make_worklist(own, monday=MONDAY, as_of=MONDAY)
    export_week(own, found.run_id, folder / "printed")
    return folder


@pytest.fixture
def office(week: Path, tmp_path: Path) -> Path:
    """Give an office's folder of its own: the sheets, and the warehouse above them."""
    shutil.copyfile(week / "own.duckdb", tmp_path / "own.duckdb")
    shutil.copytree(week / "printed", tmp_path / "printed")
    return tmp_path


def sheets(office: Path) -> list[Path]:
    return sorted((office / "printed").glob("*.xlsx"))


def loaded(office: Path, sheet: Path) -> LoadReport:
    own = office / "own.duckdb"
    return load(sheet, mapping="worklist", warehouse=own, loaded_on=FRIDAY)


def rows(office: Path, query: str) -> list[dict[str, Any]]:
    with open_warehouse(office / "own.duckdb", read_only=True) as opened:
        return opened.sql(query).to_dicts()


def printed(sheet: Path) -> pl.DataFrame:
    return pl.read_excel(sheet, sheet_id=1, infer_schema_length=0)


def test_a_filled_sheet_is_loaded_and_the_plan_knows_the_visit_was_made(
    office: Path,
) -> None:
    sheet = sheets(office)[0]
    told = printed(sheet)
    visit = told["任务编号 visit_id"][0]
    fill(sheet, 2, **GOOD)
    report = loaded(office, sheet)
    assert (report.total.read, report.total.loaded) == (1, 1)
    assert report.left_out == {"inspection": told.height - 1}
    (kept,) = rows(office, f"from mart.inspection where inspection_id = '{visit}'")
    assert kept["inspected_on"] == kept["recorded_at"] == TUESDAY
    assert (kept["result_code"], kept["is_serious"]) == ("CORRECT_BY_DATE", False)
    assert (kept["level"], kept["general_failed"]) == ("district", 3)
    again = make_worklist(office / "own.duckdb", monday=MONDAY, as_of=FRIDAY)
    assert visit not in {task.visit_id for task in again.week.tasks}
    assert visit not in {change.visit_id for change in again.worklist.changes}


def test_of_a_week_that_is_over_no_list_is_made(office: Path) -> None:
    own, sunday = office / "own.duckdb", MONDAY + timedelta(days=6)
    assert make_worklist(own, monday=MONDAY, as_of=sunday).week.tasks
    before = rows(office, "from output.worklist_change order by all")
    with pytest.raises(UsageError, match=r"is over by .*; give a later --week"):
        make_worklist(own, monday=MONDAY, as_of=sunday + timedelta(days=1))
    assert rows(office, "from output.worklist_change order by all") == before


def test_loading_a_sheet_twice_changes_nothing(office: Path) -> None:
    sheet = sheets(office)[0]
    fill(sheet, 2, **GOOD)
    loaded(office, sheet)
    again = loaded(office, sheet)
    assert (again.total.loaded, again.total.unchanged) == (0, 1)


def test_the_chance_behind_a_random_visit_comes_back_exactly(
    office: Path,
) -> None:
    for sheet in sheets(office):
        told = printed(sheet).with_row_index("line", offset=2)
        random = told.filter(pl.col("抽取概率 chance").fill_null("") != "")
        if random.height:
            fill(sheet, random["line"][0], **GOOD)
            loaded(office, sheet)
            visit = random["任务编号 visit_id"][0]
            (kept,) = rows(
                office, f"from mart.inspection where inspection_id = '{visit}'"
            )
            assert kept["inclusion_probability"] == 0.125
            return
    pytest.fail("no random visit in the week")


def test_an_inquiry_or_a_key_item_makes_a_visit_serious(
    office: Path,
) -> None:
    sheet = sheets(office)[0]
    fill(sheet, 2, **{**GOOD, "result": "立案调查"})
    fill(sheet, 3, **{**GOOD, "key_failed": 1})
    loaded(office, sheet)
    numbers = printed(sheet)["任务编号 visit_id"].to_list()[:2]
    kept = rows(office, f"from mart.inspection where inspection_id in {tuple(numbers)}")
    assert [row["is_serious"] for row in kept] == [True, True]


@pytest.mark.parametrize(
    ("entries", "rule", "column"),
    [
        ({"result": "还行"}, "unknown_code", "result_code"),
        ({"inspected_on": "昨天"}, "bad_date", "inspected_on"),
        ({"inspected_on": date(2026, 12, 1)}, "after_load_day", "inspected_on"),
        ({"key_failed": "两项"}, "bad_number", "key_failed"),
        ({"all_items": "差不多"}, "bad_yes_or_no", "is_full_checklist"),
        ({"points": 90}, "checklist_points_in_range", "checklist_points"),
    ],
)
def test_a_wrong_entry_goes_to_the_quarantine_under_its_rule(
    office: Path,
    entries: dict[str, Value],
    rule: str,
    column: str,
) -> None:
    sheet = sheets(office)[0]
    fill(sheet, 2, **{**GOOD, **entries})
    report = loaded(office, sheet)
    assert report.rules == {rule: 1}
    kept, *_ = report.examples
    assert (kept["line"], kept["column"]) == (2, column)


@pytest.mark.parametrize("missing", sorted(GOOD))
def test_a_missing_entry_goes_to_the_quarantine_too(office: Path, missing: str) -> None:
    sheet = sheets(office)[0]
    fill(sheet, 2, **{name: value for name, value in GOOD.items() if name != missing})
    report = loaded(office, sheet)
    assert (report.total.loaded, report.total.quarantined) == (0, 1)


def test_all_sheets_of_a_folder_are_loaded_at_once(
    office: Path,
) -> None:
    written = sheets(office)
    for sheet in written[:3]:
        fill(sheet, 2, **GOOD)
    report = loaded(office, office / "printed")
    assert report.total.loaded == 3
    assert report.unused_files == ["worklist.csv"]
