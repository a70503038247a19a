"""An invented district: the plan's counts, honest flaws, and the same bytes again."""

import hashlib
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from features.errors import MachineError
from features.identifiers import licence_flag, usci_flag
from features.schema import schema
from features.warehouse import open_warehouse
from pipelines.load import load
from pipelines.simulate import PLAN_TOTAL, simulate
from pipelines.simulate.grievances import CALL_BACK, CALL_BACK_SHARE
from pipelines.simulate.noise import DUPLICATE_SHARE, ERROR_SHARE
from pipelines.simulate.visits import DRAWN_A_MONTH, LATE_SHARE
from tests import ROOT

UNTIL = date(2026, 1, 1)
# Typed wrong on purpose in a few rows of a column.
TYPED_WRONG = {"餐饮", "日常", "食品", "抽检"}

HANDED_OVER = (
    "business",
    "static_factor",
    "inspection",
    "inspection_item",
    "complaint",
    "sampling_result",
    "penalty",
    "incident",
    "certificate",
    "kitchen_connection",
    "insurance_policy",
    "training_event",
    "inspector",
    "inspector_leave",
    "office",
    "street",
    "conflict_of_interest",
    "grade_decision",
    "roster_entry",
    "handled_food",
    "trace_upload",
    "unit",
    "school_lesson",
    "health_sample",
    "incident_report",
    "lead",
    "street_assessment",
    "reported_figure",
)

Read = Callable[[str], pl.DataFrame]


@pytest.fixture(scope="module")
def district(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the whole district of the plan over one year."""
    folder = tmp_path_factory.mktemp("plan")
    simulate(folder, years=1, until=UNTIL)
    return folder


@pytest.fixture(scope="module")
def read(district: Path) -> Read:
    """Read a table of the district as it is handed over."""
    return lambda table: pl.read_parquet(district / "source" / f"{table}.parquet")


@pytest.fixture(scope="module")
def businesses(read: Read) -> pl.DataFrame:
    """Give the register, each business once, without what was typed wrong at first."""
    rows = read("business").filter(~pl.col("business_type").is_in(TYPED_WRONG))
    return rows.unique("business_id", keep="last", maintain_order=True)


def test_the_district_counts_what_the_plan_counts(businesses: pl.DataFrame) -> None:
    counted = dict(businesses.group_by("business_type").len().iter_rows())
    assert counted == {
        "producer": 13,
        "seller": 13_183,
        "catering": 10_910,
        "canteen": 1_034,
        "market": 34,
    }
    assert businesses.height == PLAN_TOTAL == 25_140 + 34


def test_the_canteens_of_schools_and_homes_are_the_plans(
    businesses: pl.DataFrame,
) -> None:
    counted = dict(businesses.group_by("subtype").len().iter_rows())
    assert (counted["school_canteen"], counted["eldercare_canteen"]) == (223, 25)


def test_every_street_has_its_businesses_and_its_office(
    read: Read, businesses: pl.DataFrame
) -> None:
    streets = set(read("street")["street_code"])
    assert len(streets) == 14
    assert set(businesses["street_code"]) == streets
    assert set(read("office")["street_code"]) == streets


def test_every_code_is_one_of_the_codes_of_the_warehouse(
    read: Read, small_warehouse: Path
) -> None:
    with open_warehouse(small_warehouse, read_only=True) as opened:
        listed = opened.sql("select * from mart.code")
    codes = listed.group_by("kind").agg("code")
    lists = {name: set(of) for name, of in codes.select("kind", "code").iter_rows()}
    checked = 0
    for name in HANDED_OVER:
        rows = read(name)
        for column in schema()[f"mart.{name}"].columns.values():
            if column.code_list and column.name in rows.columns:
                used = set(rows[column.name].drop_nulls().str.split("+").explode())
                assert used - lists[column.code_list] <= TYPED_WRONG, column
                checked += 1
    assert checked >= 20


def test_identifiers_are_invented_and_valid(businesses: pl.DataFrame) -> None:
    wrong = (usci_flag(businesses["usci"]) != "ok").mean()
    assert 0 < wrong < 2 * ERROR_SHARE
    assert businesses["usci"].n_unique() == businesses.height
    licensed = businesses["licence_no"]
    assert (licence_flag(licensed) == "ok").all()
    is_made = businesses["business_type"] == "producer"
    assert licensed.filter(is_made).str.starts_with("SC").all()
    assert licensed.filter(~is_made).str.starts_with("JY").all()


def test_owners_and_complainants_are_there_to_be_left_behind(read: Read) -> None:
    assert {"owner_name", "owner_phone"} <= set(read("business").columns)
    complaints = read("complaint")
    assert {"complainant_name", "complainant_phone"} <= set(complaints.columns)
    left = complaints["text"].str.contains(CALL_BACK + r"1\d{10}$").mean()
    assert left == pytest.approx(CALL_BACK_SHARE, rel=0.4)


def test_complaints_are_short_chinese_sentences(read: Read) -> None:
    text = read("complaint")["text"]
    assert text.str.contains(r"\p{Han}{5}").all()
    assert text.str.len_chars().is_between(8, 60).all()


COOKED = "凉菜|饭菜|米饭|的鱼|的汤|的菜"
TABLE_SERVICE = "餐位费|上菜|菜单|退单"


@pytest.mark.parametrize(
    ("column", "sorts", "strange"),
    [
        ("business_type", ["seller", "producer"], f"后厨|{TABLE_SERVICE}"),
        ("subtype", ["bakery", "drinks"], f"后厨|{COOKED}|{TABLE_SERVICE}|油烟|货架"),
        ("subtype", ["drinks"], "面包|蛋糕|散装|米袋|缺斤少两"),
        ("subtype", ["bakery"], "珍珠|制冰机|茶汤|米袋|缺斤少两"),
        ("business_type", ["canteen"], f"{TABLE_SERVICE}|货架|结账"),
    ],
)
def test_nobody_is_accused_of_what_only_others_do(
    read: Read,
    businesses: pl.DataFrame,
    column: str,
    sorts: list[str],
    strange: str,
) -> None:
    kind = businesses.select("business_id", "name", column)
    told = read("complaint").join(kind, on="business_id")
    rows = told.filter(pl.col(column).is_in(sorts)).select("text", "name")
    # A name may hold such a word itself.
    said = {text.replace(name, "") for text, name in rows.iter_rows()}
    assert len(said) > 10
    assert [text for text in said if re.search(strange, text)] == []


def test_each_penalty_names_the_article_that_punishes_its_act(read: Read) -> None:
    articles = read("penalty").group_by("act").agg(pl.col("law_article").n_unique())
    assert articles.height >= 5
    assert (articles["law_article"] == 1).all()


def test_samples_come_in_three_programmes_and_mostly_pass(read: Read) -> None:
    samples = read("sampling_result")
    kinds = set(samples["programme"]) - TYPED_WRONG
    assert kinds == {"supervision", "evaluation", "monitoring"}
    assert 0.005 < samples["is_failed"].mean() < 0.06


def test_rows_repeat_and_are_mistyped_at_their_rates(read: Read) -> None:
    visits = read("inspection")
    twice = visits.height - visits["inspection_id"].n_unique()
    assert twice / visits.height == pytest.approx(DUPLICATE_SHARE, rel=0.3)
    mistyped = (visits["purpose"].is_in(TYPED_WRONG)).sum() + (
        visits["key_failed"] < 0
    ).sum()
    # Five ways to go wrong share the rate; two of them are counted here.
    assert mistyped / visits.height == pytest.approx(ERROR_SHARE * 2 / 5, rel=0.6)


def test_some_visits_are_reported_a_month_late_or_more(read: Read) -> None:
    visits = read("inspection")
    delay = (visits["recorded_at"] - visits["inspected_on"]).dt.total_days()
    # The latest of the year have not been reported by its end.
    assert LATE_SHARE / 3 < (delay >= 30).mean() < LATE_SHARE
    assert visits.filter(pl.col("recorded_at") >= date(2036, 1, 1)).is_empty()


def test_only_planted_errors_name_a_business_that_is_not_there(
    read: Read, businesses: pl.DataFrame
) -> None:
    known = businesses["business_id"].implode()
    for table in ("inspection", "complaint", "sampling_result", "penalty", "incident"):
        named = read(table)["business_id"].drop_nulls()
        lost = named.filter(~named.is_in(known))
        assert lost.str.ends_with("X").all(), table
        assert len(lost) <= ERROR_SHARE * len(named), table


def test_an_item_belongs_to_a_visit_unless_its_number_was_mistyped(read: Read) -> None:
    visits = read("inspection")["inspection_id"].implode()
    of = read("inspection_item")["inspection_id"]
    assert of.filter(~of.is_in(visits)).str.starts_with("?").all()


def test_a_drawn_visit_carries_the_probability_of_its_draw(read: Read) -> None:
    visits = read("inspection")
    drawn = visits.filter(pl.col("purpose") == "random")["inclusion_probability"]
    assert drawn.unique().to_list() == [DRAWN_A_MONTH]
    others = visits.filter(pl.col("purpose").is_in(["routine", "follow_up"]))
    assert others["inclusion_probability"].null_count() == others.height


def test_strict_inspectors_find_more_than_lenient_ones(
    district: Path, read: Read
) -> None:
    severity = pl.read_parquet(district / "truth" / "inspector.parquet")
    found = (
        read("inspection")
        .filter(pl.col("purpose") == "random")
        .join(severity, on="inspector_id")
        .with_columns(is_strict=pl.col("severity") > 0)
        .group_by("is_strict")
        .agg(pl.col("is_serious").mean())
    )
    share = dict(found.iter_rows())
    assert share[True] > 1.5 * share[False]
    assert severity["severity"].std() > 0.4


def test_leave_is_known_before_the_year_in_which_it_falls(read: Read) -> None:
    leave = read("inspector_leave")
    assert leave["recorded_at"].max() < UNTIL <= leave["first_on"].min()
    assert set(leave["inspector_id"]) == set(read("inspector")["inspector_id"])
    assert (leave["last_on"] > leave["first_on"]).all()


def test_conflicts_join_an_inspector_and_a_business_that_exist(
    read: Read, businesses: pl.DataFrame
) -> None:
    conflicts = read("conflict_of_interest")
    assert conflicts.height > businesses.height // 50
    assert set(conflicts["inspector_id"]) <= set(read("inspector")["inspector_id"])
    assert set(conflicts["business_id"]) <= set(businesses["business_id"])


def test_officers_go_more_often_where_it_is_worse(district: Path, read: Read) -> None:
    truth = pl.read_parquet(district / "truth" / "latent.parquet")
    risk = truth.group_by("business_id").agg(pl.col("probability").mean())
    chosen = read("inspection").filter(pl.col("purpose") == "routine")
    drawn = read("inspection").filter(pl.col("purpose") == "random")
    met = [
        rows.join(risk, on="business_id")["probability"].mean()
        for rows in (chosen, drawn)
    ]
    assert met[0] > 1.1 * met[1]


def test_the_truth_holds_every_business_and_quarter_and_lies_apart(
    district: Path, businesses: pl.DataFrame
) -> None:
    truth = pl.read_parquet(district / "truth" / "latent.parquet")
    assert truth.height == 4 * businesses.height
    assert truth["probability"].is_between(0, 1, closed="none").all()
    columns = {
        column
        for path in (district / "source").iterdir()
        for column in pl.read_parquet_schema(path)
    }
    assert {"probability", "severity_of_inspector", "log_odds"} & columns == set()
    assert {path.stem for path in (district / "source").iterdir()} == set(HANDED_OVER)


def test_no_part_that_computes_reads_the_truth() -> None:
    sources = [
        path
        for package in ("features", "models", "pipelines", "notebooks")
        for path in (ROOT / package).rglob("*.py")
        if "simulate" not in path.parts and "screens" not in path.parts
    ]
    assert len(sources) > 50
    named = [
        p
        for p in sources
        if "truth/" in (text := p.read_text("utf-8")) or '"truth"' in text
    ]
    assert named == []


@pytest.mark.parametrize(("name", "seed"), [("same", 5), ("other", 6)])
def test_a_seed_decides_every_byte(tmp_path: Path, name: str, seed: int) -> None:
    simulate(tmp_path / "first", businesses=300, years=1, seed=5, until=UNTIL)
    simulate(tmp_path / name, businesses=300, years=1, seed=seed, until=UNTIL)
    first, second = fingerprints(tmp_path / "first"), fingerprints(tmp_path / name)
    assert first.keys() == second.keys()
    assert (first == second) == (name == "same")
    if name == "other":
        alike = {path for path in first if first[path] == second[path]}
        # So few businesses may have no certificate at all, nor be on any roster.
        rare = {f"source/{n}.parquet" for n in ("certificate", "roster_entry")}
        assert alike - rare - {"source/incident_report.parquet"} == {
            "source/street.parquet",
            "source/office.parquet",
        }


def fingerprints(folder: Path) -> dict[str, str]:
    """Give the SHA-256 of every file under a folder."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(
            path.read_bytes()
        ).hexdigest()
        for path in folder.rglob("*.parquet")
    }


def test_a_file_where_the_folder_should_be_is_told_before_anything_is_invented(
    tmp_path: Path,
) -> None:
    (tmp_path / "file").write_text("irreplaceable")
    told: list[str] = []
    for out in (tmp_path / "file", tmp_path / "file" / "deeper"):
        with pytest.raises(MachineError, match=r"file.* cannot be written.* --out$"):
            simulate(out, businesses=100, progress=lambda what, _: told.append(what))
    assert told == []
    assert (tmp_path / "file").read_text() == "irreplaceable"


def test_a_disk_that_fills_up_is_told_in_one_line(tmp_path: Path) -> None:
    """No file may grow past a size, as on a full disk; the visits are larger."""
    script = (
        "import resource, sys; from pathlib import Path;"
        " from features.errors import MachineError;"
        " from pipelines.simulate import simulate\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))\n"
        "try: simulate(Path(sys.argv[1]), businesses=300, years=1)\n"
        "except MachineError as error: print(error)"
    )
    told = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.startswith(f"{tmp_path} cannot be written: ")
    assert told.stdout.endswith("free space there or give another folder with --out\n")
    assert told.stderr == ""


def test_size_and_length_scale_as_they_are_asked_to(tmp_path: Path) -> None:
    one = simulate(tmp_path / "one", businesses=400, years=1, until=UNTIL)
    long = simulate(tmp_path / "long", businesses=400, years=3, until=UNTIL)
    large = simulate(tmp_path / "large", businesses=1200, years=1, until=UNTIL)
    assert 2 < long.rows["inspection"] / one.rows["inspection"] < 4.5
    assert 2 < large.rows["inspection"] / one.rows["inspection"] < 4.5
    ids = pl.read_parquet(tmp_path / "large" / "source" / "business.parquet")
    assert ids["business_id"].n_unique() == 1200


@pytest.mark.parametrize("seed", [0, 1])
def test_a_table_of_a_single_shop_has_types_though_it_may_have_no_rows(
    tmp_path: Path, seed: int
) -> None:
    """Tables of few rows and of none open a file that other blocks go on with."""
    simulate(tmp_path, businesses=1, years=1, seed=seed, until=UNTIL)
    untyped = {
        path.stem
        for path in tmp_path.rglob("*.parquet")
        if pl.Null in pl.read_parquet_schema(path).values()
    }
    assert untyped == set()
    path = tmp_path / "single.duckdb"
    report = load(tmp_path / "source", mapping="shian", warehouse=path, loaded_on=UNTIL)
    assert report.total.quarantined == 0


def test_blocks_join_without_a_seam(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cut a district into blocks: no number is used twice, every table loads."""
    monkeypatch.setattr("pipelines.simulate.district.BLOCK", 150)
    simulate(tmp_path, businesses=400, years=1, until=UNTIL)
    path = tmp_path / "blocks.duckdb"
    report = load(tmp_path / "source", mapping="shian", warehouse=path, loaded_on=UNTIL)
    with open_warehouse(path, read_only=True) as opened:
        assert opened.facts().business["business_id"].n_unique() == 400
    assert report.total.updated <= 0.01 * report.total.read
    assert report.total.quarantined <= 0.01 * report.total.read


def test_what_arrives_in_the_warehouse_is_the_plan_without_its_flaws(
    small_warehouse: Path,
) -> None:
    with open_warehouse(small_warehouse, read_only=True) as opened:
        facts = opened.facts()
        texts = opened.sql("select text from mart.complaint")["text"]
    assert facts.business["business_id"].n_unique() == 600
    assert not texts.str.contains(r"1\d{10}").any()
    assert texts.str.contains(r"\*\*\*").any()
