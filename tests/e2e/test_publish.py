"""What others may see, through the command line and in a browser."""

from pathlib import Path

import pytest

from tests.e2e.conftest import Demo, Shian

pytestmark = pytest.mark.slow


def test_a_publication_is_looked_at_approved_and_taken_down(
    shian: Shian, demo: Demo, tmp_path: Path
) -> None:
    places = (
        *("-w", demo.folder / "warehouse.duckdb"),
        *("--register", tmp_path / "none.sqlite"),
        *("--published", tmp_path / "published.sqlite"),
    )
    files = ("--credit", tmp_path / "credit")
    day = ("--as-of", "2026-01-01")
    looked = shian("publish", *files, *day, *places, "--json")
    assert looked.code == 0, looked.err
    assert looked.facts["standing"] == 0
    assert looked.facts["to_publish"]
    assert not (tmp_path / "credit").exists()
    done = shian("publish", *files, *day, *places, "--by", "王五")
    assert done.code == 0, done.err
    assert (tmp_path / "credit" / "penalties.csv").exists()
    later = shian(
        "publish", "--due", *files, "--as-of", "2027-06-01", *places, "--json"
    )
    assert later.facts["to_take_down"]
    assert {gone["why"] for gone in later.facts["to_take_down"]} == {"term_over"}


def test_cards_the_list_and_the_site_are_written_at_once(
    shian: Shian, demo: Demo, tmp_path: Path
) -> None:
    folders = [
        word
        for name in ("cards", "red-black", "site")
        for word in (f"--{name}", tmp_path / name)
    ]
    ran = shian(
        *("publish", *folders, "--street", "清波街道", "--as-of", "2026-01-01"),
        *("-w", demo.folder / "warehouse.duckdb"),
    )
    assert ran.code == 0, ran.err
    assert "草稿" in ran.out
    assert list((tmp_path / "cards").glob("street-*.html"))
    assert (tmp_path / "site" / "index.html").exists()


def test_what_to_write_must_be_said(shian: Shian) -> None:
    ran = shian("publish")
    assert (ran.code, ran.out) == (2, "")
    assert "--credit" in ran.err
