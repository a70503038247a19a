"""The report and a business's page, opened in a real browser."""

from pathlib import Path

import polars as pl
import pytest
from playwright.sync_api import Browser, Page

from tests.browsers import DESK, PHONE
from tests.e2e.conftest import Demo, Shian

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def pages(
    shian: Shian, demo: Demo, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Path]:
    """Give the paths of every page by what it is."""
    out = tmp_path_factory.mktemp("pages")
    facts = shian("explain", riskiest(demo), *demo.where, "--out", out, "--json").facts
    return {
        "report": demo.folder / "report.html",
        "report in English": demo.folder / "report.en.html",
        "business": Path(facts["page"]),
    }


def riskiest(demo: Demo) -> str:
    scores = pl.read_parquet(demo.folder / "scores.parquet")
    return str(scores.sort("total_points", descending=True)["business_id"][0])


@pytest.mark.parametrize("width", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("name", ["report", "report in English", "business"])
def test_a_page_stands_alone_and_fits_its_screen(
    browser: Browser, pages: dict[str, Path], name: str, width: dict[str, int]
) -> None:
    page = browser.new_page(viewport=width)
    asked, complaints = watched(page)
    page.goto(pages[name].as_uri())
    assert [url for url in asked if not url.startswith("file:")] == []
    assert complaints == []
    assert page.locator("h1").inner_text()
    overflow = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    assert overflow <= 0
    page.close()


def watched(page: Page) -> tuple[list[str], list[str]]:
    asked: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    return asked, complaints


def test_the_report_shows_its_charts_and_the_ten_highest_risks(
    browser: Browser, pages: dict[str, Path], demo: Demo
) -> None:
    page = browser.new_page(viewport=DESK)
    page.goto(pages["report"].as_uri())
    charts = page.locator("svg.chart")
    assert charts.count() == 5
    for number in range(charts.count()):
        box = charts.nth(number).bounding_box()
        assert box is not None
        assert box["height"] > 50
    assert page.locator("table").first.locator("tr").count() == 11
    cards = page.locator(".card b").all_inner_texts()
    assert cards[0] == f"{demo.facts['businesses']:,}"
    page.close()


def test_texts_of_a_chart_do_not_leave_the_picture(
    browser: Browser, pages: dict[str, Path]
) -> None:
    page = browser.new_page(viewport=DESK)
    for name in ("report", "report in English", "business"):
        page.goto(pages[name].as_uri())
        outside = page.evaluate(
            """() => [...document.querySelectorAll('svg.chart')].flatMap(svg => {
                const frame = svg.getBoundingClientRect();
                return [...svg.querySelectorAll('text')].filter(text => {
                    const box = text.getBoundingClientRect();
                    return box.left < frame.left - 1 || box.right > frame.right + 1;
                }).map(text => text.textContent);
            })"""
        )
        assert outside == [], name
    page.close()


def test_the_page_of_a_business_adds_up(
    browser: Browser, pages: dict[str, Path]
) -> None:
    page = browser.new_page(viewport=DESK)
    page.goto(pages["business"].as_uri())
    cells = page.locator("table").first.locator("tr >> nth=-1").locator("th")
    parts = page.locator("table").first.locator("td.n").all_inner_texts()
    assert float(cells.nth(1).inner_text()) == pytest.approx(sum(map(float, parts)))
    page.close()
