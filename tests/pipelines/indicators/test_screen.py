"""The indicators in the terminal: Chinese first, English beside, JSON for a program."""

import io
import json
import shutil
from datetime import date
from pathlib import Path

import pytest
from rich.console import Console

from pipelines.console import Voice
from pipelines.indicators.gaps import gap_table
from pipelines.indicators.running import Indicators, indicators
from pipelines.screens.indicators import SHOWN, facts, show_gaps, show_indicators


@pytest.fixture(scope="module")
def found(
    small_warehouse: Path, tmp_path_factory: pytest.TempPathFactory
) -> Indicators:
    path = tmp_path_factory.mktemp("screen") / "small.duckdb"
    shutil.copy(small_warehouse, path)
    return indicators(path, as_of=date(2025, 7, 1))


def spoken(lang: str) -> tuple[Voice, io.StringIO]:
    heard = io.StringIO()
    return Voice(lang=lang, out=Console(file=heard, width=200)), heard


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        (
            "zh",
            ("约束性指标未达标", "尚未达标", "街道排名", "系统默认，非法定", "暂定"),
        ),
        ("en", ("binding ones not met", "not met yet", "our default", "provisional")),
    ],
)
def test_the_screen_says_how_the_plan_stands_and_what_is_doubtful(
    found: Indicators, lang: str, words: tuple[str, ...]
) -> None:
    voice, heard = spoken(lang)
    show_indicators(voice, found)
    for word in words:
        assert word in heard.getvalue(), word


def test_a_long_gap_list_says_where_the_rest_is(found: Indicators) -> None:
    voice, heard = spoken("zh")
    gaps = gap_table(found, "zh", 14)
    many = gaps.select(gaps.columns).sample(SHOWN + 1, with_replacement=True, seed=1)
    show_gaps(voice, found.of(14), many)
    assert f"前 {SHOWN} 条" in heard.getvalue()
    voice, heard = spoken("zh")
    show_gaps(voice, found.of(14), gaps.head(2))
    assert "以上为前" not in heard.getvalue()


def test_a_program_gets_every_reading_and_the_list_it_asked_for(
    found: Indicators,
) -> None:
    told = json.loads(json.dumps(facts(found, [Path("a")], 13), default=str))
    assert len(told["gap"]) == told["indicators"][12]["gaps"]
    assert "gap" not in facts(found, [], None)
    batches = told["indicators"][3]
    assert batches["other_readings"][0]["reading"] == "不含食用农产品"
    assert batches["forecast"] == sorted(batches["forecast"])
    assert told["indicators"][1]["interval"][0] < told["indicators"][1]["value"]
