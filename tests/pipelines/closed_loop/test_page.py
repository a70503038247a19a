"""The page of a study: every policy, both directions of the trade, and what is assumed."""

import re
from pathlib import Path

import polars as pl
import pytest

from pipelines.closed_loop import page
from pipelines.closed_loop.loop import Setting
from pipelines.closed_loop.measures import MEASURES
from pipelines.closed_loop.study import Study, compared
from pipelines.closed_loop.ways import POLICIES


def runs(districts: int) -> list[dict[str, dict[str, float]]]:
    """Invent what policies achieved: each finds ten more than the one before."""
    return [
        {
            policy: dict.fromkeys(MEASURES, 100.0 + 10 * n + seed)
            for n, policy in enumerate(POLICIES)
        }
        for seed in range(districts)
    ]


@pytest.fixture
def study() -> Study:
    return Study(Setting(), (1, 2, 3), compared(runs(3), against="fixed"))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_page_names_every_policy_and_measure(study: Study, lang: str) -> None:
    text = page.page(study, lang)
    for policy in POLICIES:
        assert text.count(page.name_of(policy, lang)) >= 2
    for measure in MEASURES.values():
        assert measure.label(lang) in text
    assert "<script" not in text


def test_the_fixed_schedule_has_no_difference_from_itself(study: Study) -> None:
    laid_out = page.rows(study, "en")
    assert [cell[1] for cell in laid_out[0]] == [""] * (1 + len(MEASURES))
    found = 1 + list(MEASURES).index("found")
    assert laid_out[1][found] == ("111 (109, 113)", "+10 (+10, +10)")


def test_the_picture_has_a_dot_for_every_policy(study: Study) -> None:
    svg = page.picture(study, "zh")
    assert len(re.findall("<circle", svg)) == len(POLICIES)
    assert "只按风险排序: +30 (+30, +30) / +30 (+30, +30)" in svg


def test_one_district_gives_values_without_intervals() -> None:
    alone = Study(Setting(), (1,), compared(runs(1), against="fixed"))
    found = 1 + list(MEASURES).index("found")
    assert page.rows(alone, "en")[1][found] == ("110", "+10")


def test_the_files_are_the_page_in_two_languages_and_the_numbers(
    study: Study, tmp_path: Path
) -> None:
    zh, en, numbers = page.write_files(study, tmp_path / "new")
    assert "怎样安排检查" in zh.read_text("utf-8")
    assert "ways to plan visits" in en.read_text("utf-8")
    assert pl.read_csv(numbers).height == len(POLICIES) * len(MEASURES)
    assert study.as_dict()["against"] == "fixed"
