"""What a bureau hands over for the indicators, in its own words, is what is counted."""

from datetime import date
from pathlib import Path

import pytest

from features.schema import PlanFacts, loadable
from features.warehouse import open_warehouse
from pipelines.indicators.running import indicators
from pipelines.load import load

DAY = date(2026, 1, 1)
FILES = {
    "business": """经营者编号,有效期起,记录日,名称,业态大类,业态细类,街道代码
A,2020-01-01,2020-01-05,某超市,食品销售,商场超市,s1
B,2020-01-01,2020-01-05,某学校食堂,单位食堂,学校食堂,s1
""",
    "street": "街道代码,街道名称,常住人口\ns1,甲街道,1000\n",
    "handled_food": """经营者编号,主要食品品种,有效期起,记录日
A,肉,2020-01-01,2020-01-05
A,白酒,2020-01-01,2020-01-05
A,茶叶,2020-01-01,2020-01-05
""",
    "trace_upload": """经营者编号,主要食品品种,月份,有效上传批次,平台,记录日
A,肉,2025年11月1日,3,浙食链,2025-12-03
A,白酒,2025-11-15,3,浙食链,2025-12-03
""",
    "unit": """单位编号,单位类型,名称,街道代码,设立日,记录日
P1,小学,清波第一小学,s1,2000-01-01,2000-01-01
""",
    "school_lesson": """课程编号,学校编号,授课日,记录日,课时数
1,P1,2025.9.10,2025-09-20,2
""",
    "reported_figure": """数字名称,区域,年度,数值,来源文件,记录日
年末常住人口（人）,district,2024,1000,2024年统计公报,2025-03-20
""",
}


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / f"{name}.csv").write_text(text, "gb18030")
    path = tmp_path / "own.duckdb"
    report = load(tmp_path, mapping="shian", warehouse=path, loaded_on=DAY)
    # Tea is none of the eight foods, and the middle of a month is no month.
    assert report.rules == {"month_is_first_day": 1, "unknown_code": 1}
    return path


def test_files_with_chinese_headers_and_codes_are_counted(warehouse: Path) -> None:
    found = indicators(warehouse, as_of=DAY)
    traced, taught = found.of(1).assessed, found.of(14).assessed
    assert (traced.numerator, traced.denominator) == (1, 2)
    assert traced.gaps["name"].to_list() == ["某超市（白酒）"]
    assert taught.value == 100
    assert found.figures["document"].to_list() == ["2024年统计公报"]
    # Nobody loaded a policy: that is told, and no canteen is blamed.
    assert found.of(9).assessed.lacks == "insurance_policy"


def test_every_table_the_indicators_count_has_a_file_of_its_own_format() -> None:
    assert set(PlanFacts.__dataclass_fields__) <= set(loadable())


def test_loading_the_files_again_changes_nothing(
    warehouse: Path, tmp_path: Path
) -> None:
    again = load(tmp_path, mapping="shian", warehouse=warehouse, loaded_on=DAY)
    assert again.total.loaded == again.total.updated == 0
    with open_warehouse(warehouse, read_only=True) as opened:
        assert opened.plan_facts().trace_upload.height == 1
