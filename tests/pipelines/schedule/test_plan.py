"""The plan of a small district: complete, lawful, the same again, and honest when short."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from features.errors import NotFoundError, UsageError
from features.warehouse import open_warehouse
from pipelines.console import Voice
from pipelines.load import load
from pipelines.plan_checker import check_plan
from pipelines.schedule.demands import Planner
from pipelines.schedule.plan import PlanReport, plan_year
from pipelines.schedule.policy import Policy
from pipelines.schedule.records import Hands, read_records, records_of
from pipelines.schedule.weeks import PlanWeeks
from pipelines.screens.schedule import show_plan


@pytest.fixture(scope="module")
def warehouse(scored_warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("plan") / "small.duckdb"
    shutil.copy(scored_warehouse, path)
    return path


@pytest.fixture(scope="module")
def report(warehouse: Path) -> PlanReport:
    return plan_year(warehouse, year=2026, seed=7)


@pytest.fixture(scope="module")
def short(
    scored_warehouse: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Path, PlanReport]]:
    """Leave each office four inspectors, and all of one office away for most of the year."""
    path = tmp_path_factory.mktemp("short") / "small.duckdb"
    shutil.copy(scored_warehouse, path)
    with open_warehouse(path) as opened:
        opened.execute(
            "delete from mart.inspector where substr(inspector_id, 4)::int % 18 > 3"
        )
        opened.execute("update mart.inspector set qualifications = null")
        opened.execute(
            "insert into mart.inspector_leave "
            "select inspector_id, date '2026-01-05', date '2026-11-27', date '2025-12-01' "
            "from mart.inspector where office_id = 'OFF01'"
        )
    return path, plan_year(path, year=2026, seed=7)


def test_the_independent_checker_finds_nothing_wrong(
    warehouse: Path, report: PlanReport
) -> None:
    verdict = check_plan(warehouse, report.run_id)
    assert verdict.visits == report.visits.height > 500
    assert verdict.violations == ()


def test_the_plan_is_within_a_hundredth_of_the_bound(report: PlanReport) -> None:
    assert report.dropped == 0
    assert 0 <= report.gap < 0.01


def test_the_same_seed_gives_the_same_plan_and_another_other_weeks(
    warehouse: Path, report: PlanReport
) -> None:
    again = plan_year(warehouse, year=2026, seed=7)
    assert again.visits.equals(report.visits)
    other = plan_year(warehouse, year=2026, seed=8)
    assert other.run_id != report.run_id
    assert not other.visits.drop("run_id").equals(report.visits.drop("run_id"))


def test_the_plan_stands_in_the_warehouse_with_its_run(
    warehouse: Path, report: PlanReport
) -> None:
    with open_warehouse(warehouse, read_only=True) as opened:
        run = opened.sql("select * from output.run where run_id = ?", [report.run_id])
        kept = opened.sql(
            "select count(*) n from output.plan where run_id = ?", [report.run_id]
        ).item()
    assert kept == report.visits.height
    assert run["kind"].item() == "plan"
    assert json.loads(run["parameters"].item())["gap"] == pytest.approx(report.gap)


def test_chance_chooses_its_share_and_says_with_which_probability(
    report: PlanReport,
) -> None:
    random = report.visits.filter("is_random")
    assert random.height == pytest.approx(0.1 * report.visits.height, rel=0.2)
    assert random["inclusion_probability"].is_between(0, 1).all()
    assert random["serves"].str.contains("random").all()
    # A visit that is made anyway serves where it can; few are one more.
    assert (random["serves"] == "random").mean() < 0.1
    targeted = report.visits.filter(~pl.col("is_random"))
    assert targeted["inclusion_probability"].null_count() == targeted.height


def test_riskier_businesses_are_visited_earlier_where_hands_are_scarce(
    short: tuple[Path, PlanReport],
) -> None:
    free = (
        short[1]
        .visits.filter(
            pl.col("requirement").is_in(["grade_a", "grade_b"]),
            pl.col("visit_no") == 1,
            pl.col("office_id") != "OFF01",
            pl.col("earliest_on") == pl.col("earliest_on").min(),
            pl.col("due_on") == pl.col("due_on").max(),
        )
        .with_columns(value=pl.col("probability") * pl.col("harm"))
    )
    low, high = free["value"].quantile(0.25), free["value"].quantile(0.75)
    early = free.filter(pl.col("value") >= high)["week_starting"].mean()
    late = free.filter(pl.col("value") <= low)["week_starting"].mean()
    assert early < late


def test_no_month_takes_more_person_days_than_there_are(
    short: tuple[Path, PlanReport],
) -> None:
    months = short[1].shortage.with_columns(
        taken=pl.col("person_days_needed") - pl.col("person_days_missing")
    )
    # Whole weeks bind; who is on leave on some days of one makes the days uneven.
    over = months.filter(pl.col("taken") > 1.05 * pl.col("person_days_available"))
    assert over.is_empty(), over


def test_a_date_cannot_be_guessed_well(report: PlanReport) -> None:
    assert report.guessing.outsider > 1
    assert report.guessing.insider <= report.guessing.most


def test_a_short_plan_says_what_is_missing_where_and_what_a_pair_would_bring(
    short: tuple[Path, PlanReport],
) -> None:
    path, report = short
    assert report.dropped > 0
    by_office = report.shortage.group_by("office_id").agg(
        pl.col("person_days_missing").sum()
    )
    most = by_office.sort("person_days_missing", descending=True)["office_id"][0]
    assert most == "OFF01"
    assert report.relief[0].office_id == "OFF01"
    assert report.relief[0].dropped_with_pair is not None
    assert report.relief[0].dropped_with_pair < report.relief[0].dropped
    assert report.fails_first is not None
    rules = set(check_plan(path, report.run_id).by_rule())
    assert rules <= {"shortage"}, rules


def test_an_extra_visit_goes_where_harm_is_likely_and_never_alone(
    report: PlanReport,
) -> None:
    extra = report.visits.filter(pl.col("requirement") == "extra")
    usual = report.visits.filter(pl.col("requirement") == "grade_a")
    assert 0 < extra.height <= 0.25 * (report.visits.height - extra.height)
    worth = pl.col("probability") * pl.col("harm")
    assert extra.select(worth).mean().item() > usual.select(worth).mean().item()
    assert "S-33" in extra["legal_basis"][0]


def test_the_screen_puts_the_shortage_on_top(
    short: tuple[Path, PlanReport],
    report: PlanReport,
    capsys: pytest.CaptureFixture[str],
) -> None:
    show_plan(Voice(), short[1])
    said = capsys.readouterr().out
    assert said.startswith("人力不足")
    assert "系统默认、非法定" in said
    show_plan(Voice(lang="en"), report)
    said = capsys.readouterr().out
    assert said.startswith("No shortage")
    assert "bits for an outsider" in said


def test_the_facts_are_plain_values(report: PlanReport) -> None:
    told = json.loads(json.dumps(report.as_dict(), default=str))
    assert told["shortage"]["visits_dropped"] == 0
    assert told["gap"] == report.gap
    # Nothing is dropped: with penalties it is as near to the bound of everything.
    assert told["gap_with_penalties"] == pytest.approx(report.gap, abs=0.01)


def test_a_plan_made_again_counts_the_visits_that_were_loaded(
    scored_warehouse: Path, tmp_path: Path
) -> None:
    """A shop of grade A that was inspected in February is asked for no more in March."""
    path = Path(shutil.copy(scored_warehouse, tmp_path / "w.duckdb"))
    march = date(2026, 3, 2)
    name, before = _asked(path, march)[0]
    (tmp_path / "filled").mkdir()
    (tmp_path / "filled" / "inspection.csv").write_text(
        "inspection_id,business_id,inspected_on,recorded_at,purpose,level,"
        "is_full_checklist,result_code\n"
        f"W1,{name},2026-02-10,2026-02-11,routine,district,true,NO_ISSUE\n"
    )
    load(tmp_path / "filled", mapping="shian", warehouse=path, loaded_on=march)
    after = dict(_asked(path, march))[name]
    assert before == ("grade_a",)
    assert after == ()


def _asked(path: Path, day: date) -> list[tuple[str, tuple[str, ...]]]:
    """List what shops of grade A are asked for on a day, one visit first."""
    with open_warehouse(path, read_only=True) as opened:
        records = read_records(opened, 2026, None)
        run = replace(records.run, record={**records.run.record, "as_of": day})
        hands = Hands(
            staff=records.staff,
            offices=records.offices,
            leave=records.leave,
            conflicts=records.conflicts,
        )
        records = records_of(run, opened.facts(), hands, 2026)
    planner = Planner(Policy(records.law, 2026), PlanWeeks.of_year(2026, day))
    asked = [
        (
            row["business_id"],
            tuple(n for v in planner.demands(row, ()) for n in v.serves),
        )
        for row in records.businesses.to_dicts()
        if row["risk_grade"] == "A" and row["business_type"] == "seller"
    ]
    return sorted(asked, key=lambda one: (one[1] != ("grade_a",), one))


def test_a_plan_without_a_score_run_says_what_to_do(small_warehouse: Path) -> None:
    with pytest.raises(NotFoundError, match="shian score"):
        plan_year(small_warehouse, year=2026, seed=1)


@pytest.mark.parametrize("table", ["inspector", "office"])
def test_a_plan_without_anybody_to_send_says_what_to_do(
    scored_warehouse: Path, tmp_path: Path, table: str
) -> None:
    path = tmp_path / "w.duckdb"
    shutil.copy(scored_warehouse, path)
    with open_warehouse(path) as opened:
        opened.execute(f"delete from mart.{table}")  # noqa: S608
    with pytest.raises(NotFoundError, match="shian load"):
        plan_year(path, year=2026, seed=1)


def test_a_year_that_is_over_cannot_be_planned(scored_warehouse: Path) -> None:
    with pytest.raises(UsageError, match="2024"):
        plan_year(scored_warehouse, year=2024, seed=1)


@pytest.mark.parametrize("year", [0, -1, 9999, 99999])
def test_what_is_no_year_cannot_be_planned(scored_warehouse: Path, year: int) -> None:
    with pytest.raises(UsageError, match="--year"):
        plan_year(scored_warehouse, year=year, seed=1)
