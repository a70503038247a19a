"""The internal site: every number leads to its rows, and what is missing says so."""

import re
import shutil
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import polars as pl
import pytest

from features.errors import UsageError
from features.schema import schema
from features.warehouse import open_warehouse
from pipelines.site.building import build_site

DAY = date(2026, 1, 1)


def quiet(_what: str, _share: float) -> None:
    pass


class Links(HTMLParser):
    """The links of a page and the text of each."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []
        self._href: str | None = None
        self.feed(page.read_text("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self._href = dict(attrs)["href"]

    def handle_data(self, data: str) -> None:
        if self._href is not None and data.strip():
            self.found.append((self._href, data.strip()))
            self._href = None


def row(table: str, **values: object) -> pl.DataFrame:
    return pl.DataFrame([values], schema=schema()[table].empty().schema)


@pytest.fixture(scope="module")
def planned(scored_warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a graded district with a run of each other kind, of a few rows."""
    path = tmp_path_factory.mktemp("planned") / "planned.duckdb"
    shutil.copy(scored_warehouse, path)
    with open_warehouse(path) as opened:
        business, street = opened.sql(
            "select business_id, street_code from output.score order by 1 limit 1"
        ).row(0)
        for kind in ("plan", "sample_plan", "alerts", "indicators"):
            run = row(
                "output.run", run_id=kind, kind=kind, as_of=DAY, law_version="-",
                code_version="-", data_fingerprint="-", businesses=1, parameters="{}",
            )  # fmt: skip
            opened.insert("output.run", run)
        visit = {
            "run_id": "plan", "business_id": business, "visit_no": 1,
            "requirement": "grade_a", "serves": "grade_a", "purpose": "routine",
            "legal_basis": "-", "checklist": "full", "week_starting": date(2026, 3, 2),
            "earliest_on": DAY, "due_on": date(2026, 12, 31), "office_id": "OFF01",
            "street_code": street, "minutes": 60, "travel_minutes": 10,
            "probability": 0.1, "harm": 1.0, "is_random": False,
        }  # fmt: skip
        for number in (1, 2, 3):
            opened.insert(
                "output.plan", row("output.plan", visit_id=f"V{number}", **visit)
            )
        short = row(
            "output.plan_shortage", run_id="plan", office_id="OFF01",
            month=date(2026, 3, 1), person_days_needed=9.0, person_days_available=7.0,
            person_days_missing=2.0, visits_dropped=4, requirement="grade_a",
        )  # fmt: skip
        opened.insert("output.plan_shortage", short)
        opened.insert(
            "output.plan_shortage",
            short.with_columns(
                pl.lit("OFF02").alias("office_id"),
                pl.lit("legal_floor").alias("requirement"),
                pl.lit(1, pl.Int64).alias("visits_dropped"),
            ).cast(short.schema),
        )
        alert = row(
            "output.alert", run_id="alerts", alert_id="A1", raised_on=DAY, level="red",
            raised_level="red", kind="sample", signal="-", signal_en="-", businesses="",
            state="raised", owner_role="director", due_on=DAY, due_at="-",
            is_overdue=False, missing="cause",
        )  # fmt: skip
        opened.insert("output.alert", alert)
        value = row(
            "output.indicator_value", run_id="indicators", indicator_no=1, as_of=DAY,
            year=2025, period_from=date(2025, 1, 1), period_to=DAY, numerator=95.0,
            denominator=100.0, value=95.0, target=100.0, comparison=">=", is_met=False,
            missing=5.0, gaps=0, forecast_day=DAY, forecast=95.0,
        )  # fmt: skip
        opened.insert("output.indicator_value", value)
        quarter = row(
            "output.indicator_trend", run_id="indicators", indicator_no=1, until=DAY,
            numerator=95.0, denominator=100.0, value=95.0,
        )  # fmt: skip
        opened.insert("output.indicator_trend", quarter)
    return path


@pytest.fixture(scope="module")
def site(planned: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    build_site(planned, folder, "zh", quiet)
    return folder


def test_every_link_leads_to_a_page(site: Path) -> None:
    pages = list(site.rglob("*.html"))
    assert len(pages) > 30
    for page in pages:
        for href, _ in Links(page).found:
            assert (page.parent / href).exists(), (page, href)


def test_every_count_is_the_number_of_the_rows_behind_it(site: Path) -> None:
    counts = [
        (page, href, said)
        for page in site.glob("*.html")
        for href, said in Links(page).found
        if re.fullmatch(r"[\d,]+", said) and "plan-short" not in href
    ]
    assert len(counts) > 50
    for page, href, said in counts:
        rows = pl.read_csv((page.parent / href).with_suffix(".csv"), infer_schema=False)
        assert rows.height == int(said.replace(",", "")), (page, href)


def test_no_card_or_cell_that_counts_stands_without_its_rows(site: Path) -> None:
    for page in site.glob("*.html"):
        text = page.read_text("utf-8")
        bare = re.findall(r'<div class="card"><b>([^<]*)</b>', text)
        bare += re.findall(r'<td class="n">([^<]*)</td>', text)
        # Nothing stands behind a zero, and a target is the plan's and not a count.
        counts = {said for said in bare if not said.startswith("&gt;")}
        assert counts <= {"0", "0.0%", "1"}, page
    assert 'href="rows/indicator-1-quarters.html">95%' in (
        site / "indicators.html"
    ).read_text("utf-8")


def test_grades_are_those_of_the_newest_run(site: Path, planned: Path) -> None:
    with open_warehouse(planned, read_only=True) as opened:
        scored = opened.table("output.score").collect()
    rows = pl.read_csv(site / "rows" / "all.csv", infer_schema=False)
    assert set(rows["经营者编号"]) == set(scored["business_id"])


def test_a_plan_that_is_short_says_so_first(site: Path) -> None:
    page = (site / "schedule.html").read_text("utf-8")
    # A single visit of the legal floor weighs more than four of grade A.
    assert "能力不足：5 次检查排不进，次序最高而未能全部满足的是“法定底线" in page
    assert ("rows/plan.html", "3") in Links(site / "schedule.html").found


def test_an_alert_says_that_a_district_may_not_publish_it(site: Path) -> None:
    assert "区级不得发布风险警示" in (site / "alerts.html").read_text("utf-8")


def test_a_page_needs_nothing_from_elsewhere(site: Path) -> None:
    for page in site.rglob("*.html"):
        assert not re.search(r"<script|https?://|@import|src=", page.read_text("utf-8"))


def test_what_there_is_no_run_of_says_which_command_makes_it(
    empty_warehouse: Path, tmp_path: Path
) -> None:
    build_site(empty_warehouse, tmp_path, "en", quiet)
    said = (tmp_path / "index.html").read_text("utf-8")
    for command in ("score", "indicators", "schedule --year", "sample-plan", "alerts"):
        assert f"shian {command}" in said


def test_a_cell_that_looks_like_a_formula_is_written_as_text(
    planned: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.duckdb"
    shutil.copy(planned, copy)
    with open_warehouse(copy) as opened:
        opened.execute("update mart.business set name = '=cmd()'")
    build_site(copy, tmp_path / "site", "zh", quiet)
    rows = pl.read_csv(tmp_path / "site" / "rows" / "all.csv", infer_schema=False)
    assert set(rows["名称"]) == {"'=cmd()"}
    # A number that is negative is no formula.
    shift = pl.read_csv(
        tmp_path / "site" / "rows" / "near-edge.csv", infer_schema=False
    )
    assert not shift["建议调整级数"].str.starts_with("'").any()


def test_the_same_runs_give_the_same_bytes(
    planned: Path, site: Path, tmp_path: Path
) -> None:
    for path in build_site(planned, tmp_path, "zh", quiet).written:
        assert path.read_bytes() == (site / path.relative_to(tmp_path)).read_bytes()


def test_a_folder_that_cannot_be_written_is_told(planned: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="choose another folder"):
        build_site(planned, tmp_path / "file", "zh", quiet)


def test_what_an_earlier_run_said_stands_beside_what_was_found_since(
    planned: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.duckdb"
    shutil.copy(planned, copy)
    with open_warehouse(copy) as opened:
        for table in ("run", "score"):
            opened.execute(
                f"insert into output.{table} by name (select * replace "  # noqa: S608
                "('early' as run_id, date '2025-06-01' as as_of) "
                f"from output.{table} where as_of = date '2026-01-01' "
                "and run_id in (select run_id from output.run where kind = 'score'))"
            )
        found = opened.sql(
            "select count(*) as visits from mart.inspection "
            "join output.score using (business_id) where run_id = 'early' "
            "and inspected_on >= date '2025-06-01' and inspected_on < date '2026-01-01' "
            "and purpose in ('routine', 'random') and is_serious is not null"
        ).item()
    build_site(copy, tmp_path / "site", "zh", quiet)
    page = (tmp_path / "site" / "health.html").read_text("utf-8")
    assert "事先所言与此后所见" in page
    links = Links(tmp_path / "site" / "health.html").found
    assert ("rows/since-2025-06-01.html", f"{found:,}") in links


def test_what_an_earlier_run_wrote_and_this_one_did_not_is_taken_back(
    planned: Path, tmp_path: Path
) -> None:
    copy, folder = tmp_path / "copy.duckdb", tmp_path / "site"
    shutil.copy(planned, copy)
    before = build_site(copy, folder, "zh", quiet)
    (folder / "notes.html").write_text("the office's own page")
    with open_warehouse(copy) as opened:
        opened.execute("delete from output.run where kind = 'plan'")
    again = build_site(copy, folder, "zh", quiet)
    gone = set(before.written) - set(again.written)
    assert {path.parent.name for path in gone} == {"rows"}
    assert set(again.removed) == gone
    left = {path for path in folder.rglob("*.*") if not path.name.startswith(".")}
    assert left == {*again.written, folder / "notes.html"}
