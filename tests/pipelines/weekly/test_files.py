"""What an office prints: looked at as it would be opened, the same bytes every time."""

import hashlib
import shutil
from datetime import date, timedelta
from pathlib import Path

import icalendar
import polars as pl
import pytest

from features.errors import NotFoundError, UsageError, WarehouseError
from features.warehouse import open_warehouse
from pipelines.weekly.files import export_week
from pipelines.weekly.making import Made, make_worklist
from pipelines.weekly.new_facts import visit_number
from tests.hand_plans import MONDAY

REPORT, SAMPLE, INCIDENT = "X-report", "X-sample", "X-incident"


@pytest.fixture(scope="module")
def printed(
    planned_warehouse: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Made, list[Path]]:
    folder = tmp_path_factory.mktemp("printed")
    own = Path(shutil.copyfile(planned_warehouse, folder / "own.duckdb"))
    with open_warehouse(own) as warehouse:
        _tell(warehouse)
    made = make_worklist(own, monday=MONDAY, as_of=MONDAY)
    return own, made, export_week(own, made.run_id, folder / "out")


def _tell(warehouse: object) -> None:
    """Let three things become known about one business since the plan."""
    first = "(select business_id from output.plan where visit_id = 'visit000001')"
    for statement in (
        "insert into output.plan_shortage select run_id, 'OFF00', date '2026-05-01', "
        "60, 50, 10, 7, 'grade_a' from output.run where kind = 'plan'",
        "update output.run set parameters = json_merge_patch(parameters, "
        """'{"one_more_pair": [{"office_id": "OFF00", "worth": 1.0, "dropped": 7, """
        """"dropped_with_pair": 2}]}') where kind = 'plan'""",
        "insert into mart.complaint by name select "
        f"'{REPORT}' complaint_id, {first} business_id, date '2026-02-02' received_on, "
        "date '2026-02-03' recorded_at, 'report' kind, 'spoiled' category",
        "insert into mart.sampling_result by name select "
        f"'{SAMPLE}' sample_id, {first} business_id, date '2026-01-05' sampled_on, "
        "date '2026-01-20' recorded_at, 'supervision' programme, 'district' as level, "
        "true is_failed",
        "insert into mart.incident by name select "
        f"'{INCIDENT}' incident_id, {first} business_id, date '2026-03-06' occurred_on, "
        "date '2026-03-06' recorded_at, 'foodborne' kind",
    ):
        warehouse.execute(statement)  # type: ignore[attr-defined]


def test_new_facts_come_with_their_legal_clocks(
    printed: tuple[Path, Made, list[Path]],
) -> None:
    due = {task.visit_id: task for task in printed[1].week.tasks}
    report = due[visit_number("report", REPORT)]
    # Ten workdays to the 14th, a Saturday that is worked, then off to the 23rd, then
    # 24 to 28 February, of which the last is a worked Saturday again.
    assert report.due_on == date(2026, 2, 28)
    assert "第二十三条" in report.legal_basis
    assert due[visit_number("failed_sample", SAMPLE)].due_on == date(2026, 4, 20)
    assert due[visit_number("incident", INCIDENT)].due_on == MONDAY
    late = [s for s in printed[1].worklist.stops if s.task == report]
    assert late[0].task.is_overdue(late[0].day)


def test_what_is_overdue_stands_first_and_codes_are_text(
    printed: tuple[Path, Made, list[Path]],
) -> None:
    sheets = [path for path in printed[2] if path.suffix == ".xlsx"]
    told = [pl.read_excel(path, sheet_id=1, infer_schema_length=0) for path in sheets]
    late = [sheet["事由 reason"].str.contains("已逾期").to_list() for sheet in told]
    assert any(any(flags) for flags in late)
    assert all(flags == sorted(flags, reverse=True) for flags in late)
    numbers = pl.concat(told)["统一社会信用代码 USCI"].drop_nulls()
    assert numbers.str.len_chars().is_in([0, 18]).all()


def test_the_three_first_reasons_are_those_that_raise_the_risk(
    printed: tuple[Path, Made, list[Path]],
) -> None:
    table = next(path for path in printed[2] if path.name == "worklist.csv")
    why = pl.read_csv(table)["why_zh"].drop_nulls().unique().to_list()
    assert why == ["1. 理由1\n2. 理由3\n3. 理由4"]


def test_a_calendar_holds_the_days_of_its_pair(
    printed: tuple[Path, Made, list[Path]],
) -> None:
    found = [path for path in printed[2] if path.suffix == ".ics"]
    events = [
        event
        for path in found
        for event in icalendar.Calendar.from_ical(path.read_bytes()).walk("VEVENT")
    ]
    stops = printed[1].worklist.stops
    assert len(found) == len({stop.pair for stop in stops})
    assert {str(event["uid"]) for event in events} == {
        f"{stop.task.visit_id}@shian" for stop in stops
    }
    days = {event.decoded("dtstart") for event in events}
    assert days == {stop.day for stop in stops}


@pytest.mark.parametrize("name", ["overview.html", "overview.en.html"])
def test_the_page_shows_workload_coverage_and_the_streets(
    printed: tuple[Path, Made, list[Path]], name: str
) -> None:
    page = next(p for p in printed[2] if p.name == name).read_text("utf-8")
    assert page.count("<svg") == 5
    assert page.count('class="street"') == 14
    assert 'class="overdue"' in page
    assert ("逾期" if name == "overview.html" else "overdue") in page
    assert ("增加一对检查员" if name == "overview.html" else "one more pair") in page
    assert "05 缺 10" in page or "05 missing 10" in page


def test_the_same_list_gives_the_same_bytes(
    printed: tuple[Path, Made, list[Path]], tmp_path: Path
) -> None:
    warehouse, made, before = printed
    again = export_week(warehouse, made.run_id, tmp_path)

    def marks(paths: list[Path]) -> dict[str, str]:
        return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in paths}

    assert marks(again) == marks(before)


def test_made_again_from_the_same_facts_it_is_the_same_list(
    printed: tuple[Path, Made, list[Path]],
) -> None:
    again = make_worklist(printed[0], monday=MONDAY, as_of=MONDAY)
    assert again.run_id == printed[1].run_id
    assert again.worklist == printed[1].worklist


def test_a_withdrawn_inspector_changes_only_their_own_visits(
    printed: tuple[Path, Made, list[Path]], tmp_path: Path
) -> None:
    own = Path(shutil.copyfile(printed[0], tmp_path / "own.duckdb"))
    who = printed[1].worklist.stops[0].pair[0]
    with open_warehouse(own) as warehouse:
        warehouse.execute(
            "update mart.inspector set left_on = ? where inspector_id = ?",
            [MONDAY, who],
        )
    again = make_worklist(own, monday=MONDAY, as_of=MONDAY)
    theirs = {s.task.visit_id for s in printed[1].worklist.stops if who in s.pair}
    assert {c.visit_id for c in again.worklist.changes} == theirs
    assert not any(who in stop.pair for stop in again.worklist.stops)


def test_what_cannot_be_made_is_told(
    printed: tuple[Path, Made, list[Path]], small_warehouse: Path, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match="2026-03-09"):
        make_worklist(printed[0], monday=MONDAY + timedelta(days=1), as_of=MONDAY)
    with pytest.raises(NotFoundError, match="no plan for 2026"):
        make_worklist(small_warehouse, monday=MONDAY, as_of=MONDAY)
    with pytest.raises(NotFoundError, match="no worklist nobody"):
        export_week(printed[0], "nobody", tmp_path)
    with pytest.raises(WarehouseError, match="shian init"):
        make_worklist(tmp_path / "none.duckdb", monday=MONDAY, as_of=MONDAY)
