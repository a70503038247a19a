"""A run of the indicators on a small district: rows, page, workbook, lists."""

import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from features.errors import UsageError
from features.warehouse import create_warehouse, open_warehouse
from pipelines.indicators import words
from pipelines.indicators.files import write_files
from pipelines.indicators.gaps import gap_table
from pipelines.indicators.page import page
from pipelines.indicators.running import Indicators, indicators

DAY, OCTOBER = date(2026, 1, 1), date(2025, 10, 1)
TABLES = ("run", "indicator_value", "indicator_trend", "indicator_gap")


@pytest.fixture(scope="module")
def warehouse(small_warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("plan") / "small.duckdb"
    shutil.copy(small_warehouse, path)
    return path


@pytest.fixture(scope="module")
def found(warehouse: Path) -> Indicators:
    return indicators(warehouse, as_of=DAY)


@pytest.fixture(scope="module")
def october(warehouse: Path) -> Indicators:
    return indicators(warehouse, as_of=OCTOBER)


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Indicators:
    path = tmp_path_factory.mktemp("none") / "empty.duckdb"
    create_warehouse(path)
    return indicators(path, as_of=OCTOBER)


def written(warehouse: Path, run_id: object) -> dict[str, pl.DataFrame]:
    with open_warehouse(warehouse, read_only=True) as opened:
        return {
            name: opened.table(f"output.{name}")
            .filter(pl.col("run_id") == run_id)
            .collect()
            for name in TABLES
        }


def test_a_run_writes_fourteen_values_nine_quarters_and_every_gap(
    warehouse: Path, found: Indicators
) -> None:
    rows = written(warehouse, found.record["run_id"])
    assert rows["run"]["kind"].to_list() == ["indicators"]
    values = rows["indicator_value"]
    assert values["indicator_no"].to_list() == list(range(1, 15))
    assert rows["indicator_trend"].height == 14 * 9
    assert rows["indicator_gap"].height == values["gaps"].sum()
    keys = rows["indicator_gap"].select("indicator_no", "unit_id")
    assert not keys.is_duplicated().any()


def test_the_same_run_again_writes_the_same_rows(
    warehouse: Path, found: Indicators
) -> None:
    before = written(warehouse, found.record["run_id"])
    again = indicators(warehouse, as_of=DAY)
    assert again.record == found.record
    after = written(warehouse, found.record["run_id"])
    assert all(after[name].equals(before[name]) for name in TABLES)


def test_the_last_quarter_of_a_year_that_is_over_is_its_value(
    found: Indicators,
) -> None:
    for judged in found.judged:
        assert judged.trend[-1].value == judged.assessed.value
        assert judged.trend[-1].until == DAY
        if judged.forecast:
            assert judged.forecast.value == judged.assessed.value


def test_within_the_year_a_forecast_lies_in_its_interval(october: Indicators) -> None:
    told = [j.forecast for j in october.judged if j.forecast]
    assert len(told) >= 10
    assert all(f.lower <= f.value <= f.upper for f in told)
    batches = october.of(4)
    assert batches.forecast.lower >= batches.assessed.value


def test_what_becomes_known_later_does_not_change_a_former_day(
    warehouse: Path, october: Indicators
) -> None:
    """The whole last quarter is in the warehouse, and October does not know it."""
    bound = [j.assessed.asked.facts for j in october.judged]
    for facts in bound:
        assert (facts.sampling_result["recorded_at"] < OCTOBER).all()
        assert (facts.trace_upload["recorded_at"] < OCTOBER).all()
    assert warehouse.exists()


def test_streets_are_ranked_by_targets_met_then_by_gaps(found: Indicators) -> None:
    league = found.league.with_columns(share=pl.col("met") / pl.col("applicable"))
    assert league["rank"].to_list() == list(range(1, 15))
    order = list(zip(-league["share"], league["gaps"], strict=True))
    assert order == sorted(order)
    placed = sum(
        j.assessed.gaps["street_code"].is_not_null().sum() for j in found.judged
    )
    assert league["gaps"].sum() == placed


def test_a_year_ahead_is_forecast_and_has_no_value_yet(warehouse: Path) -> None:
    ahead = indicators(warehouse, as_of=DAY, year=2026)
    batches = ahead.of(4)
    assert batches.assessed.value is None
    assert batches.forecast.lower < batches.forecast.value < batches.forecast.upper
    assert words.none_reason(ahead, batches, "zh") == "考核年度尚未开始"
    assert words.none_reason(ahead, batches, "en") == "the year has not begun"
    # A state needs no year to have begun.
    assert ahead.of(8).assessed.value is not None


@pytest.mark.parametrize("year", [2020, 2032])
def test_a_year_of_another_plan_is_refused(warehouse: Path, year: int) -> None:
    with pytest.raises(UsageError, match=r"2021 to 2031"):
        indicators(warehouse, as_of=DAY, year=year)


def test_the_files_are_the_same_bytes_for_the_same_run(
    found: Indicators, tmp_path: Path
) -> None:
    first = write_files(found, tmp_path / "first", "zh")
    second = write_files(found, tmp_path / "second", "zh")
    assert [
        a.read_bytes() == b.read_bytes() for a, b in zip(first, second, strict=True)
    ]
    gaps = pl.read_csv(tmp_path / "first" / "gaps.csv", infer_schema=False)
    assert gaps.height == sum(j.assessed.gaps.height for j in found.judged)
    assert gaps.columns == ["序号", "指标", "编号", "名称", "街道", "差额", "原因"]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_workbook_holds_a_sheet_for_each_question(
    found: Indicators, tmp_path: Path, lang: str
) -> None:
    import fastexcel  # noqa: PLC0415

    write_files(found, tmp_path, lang)
    book = fastexcel.read_excel(tmp_path / "indicators.xlsx")
    assert len(book.sheet_names) == 7
    first = book.load_sheet(0, header_row=3).to_polars()
    assert first.height >= 14
    assert first[first.columns[1]][3] in {"抽检监测数", "batches per thousand"}


def test_a_folder_that_is_a_file_is_told(found: Indicators, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(OSError, match="file"):
        write_files(found, tmp_path / "file", "zh")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_page_says_what_is_proposed_provisional_and_typed(
    found: Indicators, lang: str
) -> None:
    text = page(found, lang)
    said = {
        "zh": ("建议口径，待确认", "暂定", "存疑", "其他部门报送的数字", "模拟公报"),
        "en": (
            "proposal",
            "provisional",
            "uncertain",
            "reported by another",
            "模拟公报",
        ),
    }
    for word in (*said[lang], "90.01", "99.48", "I-4"):
        assert word in text, word
    assert text.count('class="ind"') == 14
    assert 'src="http' not in text


def test_of_an_empty_warehouse_every_indicator_says_what_is_missing(
    empty: Indicators,
) -> None:
    assert {j.assessed.value for j in empty.judged} == {None}
    said = [words.none_reason(empty, j, "zh") for j in empty.judged]
    assert all(reason.startswith("尚未装载数据表 mart.") for reason in said)
    assert "不适用" in page(empty, "zh")
    assert words.headline(empty, "zh").startswith("0项可计算的指标中0项达标")
    assert gap_table(empty, "zh").is_empty()
    assert (
        words.ahead_text(empty, empty.judged[0], "en") == "too little to forecast from"
    )


def test_only_a_number_of_the_plan_has_a_gap_list(found: Indicators) -> None:
    assert set(gap_table(found, "en", 13)["indicator"]) <= {"communities told"}
    with pytest.raises(UsageError, match="1 to 14, not 15"):
        gap_table(found, "zh", 15)


def test_a_value_just_short_of_its_target_is_not_rounded_up_to_it(
    found: Indicators,
) -> None:
    judged = found.of(13)
    close = replace(judged.assessed, value=99.996, is_met=False)
    assert words.value_text(replace(judged, assessed=close)) == "99.99%"
    reached = replace(judged.assessed, value=100.0, is_met=True)
    assert words.value_text(replace(judged, assessed=reached)) == "100%"


def test_what_grows_until_the_year_ends_is_not_met_yet(
    found: Indicators, october: Indicators
) -> None:
    assert words.state(october, october.of(4), "zh") == "尚未达标"
    assert words.state(found, found.of(4), "zh") == "未达标"


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [(None, "%", "-"), (98.3, "%", "98.3%"), (3.676, "", "3.68"), (5138, "", "5,138")],
)
def test_numbers_are_written_with_as_many_places_as_they_have(
    value: float | None, unit: str, text: str
) -> None:
    assert words.number(value, unit) == text


@pytest.mark.parametrize(
    ("no", "least", "most"),
    [
        *((1, 85, 100), (2, 90, 100), (4, 2.5, 5.5), (5, 50, 100), (6, 0.6, 1.6)),
        *((8, 30, 100), (9, 40, 100), (11, 80, 100), (12, 80, 100)),
        *((13, 90, 100), (14, 80, 100)),
    ],
)
def test_the_invented_district_stands_near_where_the_plan_has_a_district(
    found: Indicators, no: int, least: float, most: float
) -> None:
    assert least <= found.of(no).assessed.value <= most
