"""A sampling plan through the command line: planned, handed to its sides, followed up."""

import shutil
from pathlib import Path

import pytest

from tests.e2e.conftest import Demo, Shian

pytestmark = pytest.mark.slow

DAY = ("--as-of", "2026-01-01")
KEY = ("--key", "0123456789abcdef" * 4)


@pytest.fixture
def own(demo: Demo, tmp_path: Path) -> Path:
    """Give the demo's warehouse, score run and all, to write a plan into."""
    whole = demo.folder / "warehouse.duckdb"
    return Path(shutil.copyfile(whole, tmp_path / "own.duckdb"))


def test_a_plan_from_the_population_to_the_files_of_each_side(
    shian: Shian, own: Path, tmp_path: Path
) -> None:
    asked = ("sample-plan", "--year", "2026", *DAY, *KEY, "-w", own)
    out = tmp_path / "plan"
    made = shian(*asked, "--residents", "50000", "--out", out, "--json")
    assert made.code == 0, made.err
    assert made.facts["wanted"] == sum(made.facts["batches"].values()) == 225
    assert made.facts["health_samples"] == 50
    assert all(Path(path).exists() for path in made.facts["files"])
    for name in ("plan.xlsx", "plan.csv", "plan.html", "sealed/key.txt"):
        assert (out / name).exists()

    again = shian(*asked, "--residents", "50000", "--out", out)
    assert again.code == 2
    assert "another folder" in again.err

    page = shian(*asked, "--residents", "50000", "--out", tmp_path / "other")
    for words in ("抽检分离", "另计，不在本计划内", "监督抽检", "密钥"):
        assert words in page.out
    assert "系统默认，非法定" in (tmp_path / "other" / "plan.html").read_text("utf-8")


def test_a_table_of_laboratories_too_small_for_a_month_is_told(
    shian: Shian, own: Path, tmp_path: Path
) -> None:
    table = tmp_path / "labs.csv"
    table.write_text("laboratory_id,batches_a_month\nLAB1,3\n", "utf-8")
    asked = ("sample-plan", "--year", "2026", *DAY, *KEY, "-w", own)
    said = shian(
        *(*asked, "--residents", "50000", "--laboratories", table),
        *("--out", tmp_path / "plan"),
    )
    assert said.code == 2
    assert "--laboratories" in said.err
    assert not (tmp_path / "plan").exists()


def test_results_are_told_before_any_plan_has_begun(shian: Shian, own: Path) -> None:
    said = shian("sample-results", *DAY, "-w", own)
    assert said.code == 0, said.err
    assert "复检中的不计" in said.out
    facts = shian("sample-results", *DAY, "-w", own, "--json", "--lang", "en").facts
    assert facts["plan_run"] is None
    assert 0.9 < facts["pass_rate"]["rate"] <= 1
