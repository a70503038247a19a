"""The indicators through the command line, and their page in a real browser."""

import json
import re
from pathlib import Path

import polars as pl
import pytest
from playwright.sync_api import Browser

from tests.browsers import DESK, PHONE
from tests.e2e.conftest import Called, Shian
from tests.e2e.test_pages import watched

DAY = "2025-10-01"


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("indicators")


@pytest.fixture(scope="module")
def warehouse(shian: Shian, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Load a district of its own: the indicators need no model."""
    folder = tmp_path_factory.mktemp("district")
    path = folder / "warehouse.duckdb"
    asked = ("--out", folder, "--businesses", "1500", "--years", "3")
    assert shian("simulate", *asked).code == 0
    loaded = shian("load", folder / "source", "-w", path, "--on", "2026-01-01")
    assert loaded.code == 0, loaded.err
    return path


@pytest.fixture(scope="module")
def called(shian: Shian, warehouse: Path, out: Path) -> Called:
    asked = ("indicators", "--as-of", DAY, "-w", warehouse, "--out", out)
    return shian(*asked, "--gap", "8", "--json")


def test_the_facts_hold_fourteen_indicators_with_all_they_promise(
    called: Called,
) -> None:
    assert called.code == 0, called.err
    facts = called.facts
    assert [row["no"] for row in facts["indicators"]] == list(range(1, 15))
    assert facts["stars_are_provisional"]
    for row in facts["indicators"]:
        assert row["status_of_definition"] == "proposal"
        assert (row["value"] is None) == bool(row["not_applicable"])
        assert len(row["trend"]) == 9
    assert [r["comparison"] for r in facts["indicators"]].count(">") == 1
    assert len(facts["gap"]) == facts["indicators"][7]["gaps"] > 0
    assert len(facts["streets"]) == len(facts["stars"]) == 14


def test_the_gap_list_on_the_screen_names_businesses_and_why(
    shian: Shian, warehouse: Path, out: Path
) -> None:
    asked = ("indicators", "--as-of", DAY, "-w", warehouse, "--out", out)
    said = shian(*asked, "--gap", "8")
    assert said.code == 0, said.err
    assert re.search(r"8\. 智能阳光厨房覆盖率 [\d.]+%，目标 ≥100%", said.out)
    assert re.search(r"SC\d{8}.*天", said.out)
    whole = shian(*asked, "--lang", "en")
    assert "batches per thousand" in whole.out
    assert "our default, not law" in whole.out


def test_the_lists_are_files_that_agree(called: Called, out: Path) -> None:
    listed = pl.read_csv(out / "gaps.csv", infer_schema=False)
    counted = {row["no"]: row["gaps"] for row in called.facts["indicators"]}
    assert listed.height == sum(counted.values())
    assert {Path(f).name for f in called.facts["files"]} == {
        p.name for p in out.iterdir()
    }


@pytest.mark.parametrize(
    ("more", "code", "said"),
    [
        (("--gap", "15"), 2, "1 to 14"),
        (("--year", "2019"), 2, "2021"),
        (("--as-of", "2019-05-01"), 5, "2019-05-01"),
        (("-w", "none.duckdb"), 4, "shian init"),
    ],
)
def test_what_goes_wrong_is_one_line(
    shian: Shian,
    warehouse: Path,
    tmp_path: Path,
    more: tuple[str, ...],
    code: int,
    said: str,
) -> None:
    asked = ("indicators", "--as-of", DAY, "-w", warehouse, "--out", tmp_path)
    found = shian(*asked, *more)
    assert (found.code, found.err.count("\n")) == (code, 1), found.err
    assert said in found.err
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
@pytest.mark.usefixtures("called")
@pytest.mark.parametrize("width", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("name", ["indicators.html", "indicators.en.html"])
def test_the_page_stands_alone_fits_and_cuts_no_number(
    browser: Browser, out: Path, name: str, width: dict[str, int]
) -> None:
    page = browser.new_page(viewport=width)
    asked, complaints = watched(page)
    page.goto((out / name).as_uri())
    assert [url for url in asked if not url.startswith("file:")] == []
    assert complaints == []
    assert page.evaluate(
        "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    )
    assert page.locator(".ind").count() == 14
    outside = page.evaluate(
        """() => [...document.querySelectorAll('svg.small')].flatMap(svg => {
            const frame = svg.getBoundingClientRect();
            return [...svg.querySelectorAll('text')].filter(text => {
                const box = text.getBoundingClientRect();
                return box.left < frame.left - 1 || box.right > frame.right + 1;
            }).map(text => text.textContent);
        })"""
    )
    assert outside == []
    page.close()


@pytest.mark.slow
def test_a_gap_list_opens_from_its_indicator(
    browser: Browser, called: Called, out: Path
) -> None:
    page = browser.new_page(viewport=DESK)
    page.goto((out / "indicators.html").as_uri())
    page.locator("#i8 a").click()
    assert page.url.endswith("#gap8")
    rows = page.locator("#gap8 table tr").count() - 1
    assert rows == min(15, json.loads(called.out)["indicators"][7]["gaps"])
    assert page.locator("#league tr").count() == 15
    page.close()
