"""An analyst's own features from a warehouse: who is asked about, and what is known."""

import json
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from features.errors import InputError
from features.warehouse import open_warehouse
from pipelines.cli import app
from pipelines.declaring import make_features
from tests.source_files import Books
from tests.worked import CASES, Row, mart

OWN = CASES / "own_features.toml"
DAY = date(2025, 7, 1)
NAMES = [
    "general_failed_6mo_max",
    "general_failed_2y_max",
    "complaints_illness_1y",
    "complaints_pests_1y",
    "chain_serious_2y",
    "near_serious_1y",
]


def shop(name: str, **said: object) -> Row:
    row = {
        "business_id": name,
        "valid_from": date(2020, 1, 1),
        "recorded_at": date(2020, 1, 1),
        "name": f"{name}店",
        "business_type": "catering",
        "chain_code": "K",
        "lon": 120.0,
        "lat": 30.0,
    }
    return row | said


def visit(number: int, shop: str, day: date, **said: object) -> Row:
    row = {
        "inspection_id": str(number),
        "business_id": shop,
        "inspected_on": day,
        "recorded_at": day,
        "purpose": "routine",
        "is_serious": False,
    }
    return row | said


@pytest.fixture
def warehouse(books: Books) -> Path:
    """Three shops of a chain, of which one has closed and one is elsewhere."""
    shops = [
        shop("a"),
        shop("b", lat=30.001),
        shop("c", lat=31.0),
        shop("closed", chain_code=None, closed_on=date(2025, 6, 1)),
        shop("late", recorded_at=DAY),
    ]
    visits = [
        visit(1, "a", date(2025, 1, 1), general_failed=7),
        visit(2, "a", date(2024, 12, 31), general_failed=9),
        visit(3, "a", date(2025, 6, 30), general_failed=8, recorded_at=DAY),
        visit(4, "b", date(2025, 3, 1), is_serious=True),
        visit(5, "c", date(2025, 3, 1), is_serious=False),
    ]
    complaint = {
        "complaint_id": "1",
        "business_id": "a",
        "received_on": date(2025, 6, 1),
        "recorded_at": date(2025, 6, 1),
        "kind": "complaint",
        "category": "pests",
    }
    with open_warehouse(books.path) as opened:
        opened.insert("mart.business", mart("business", shops))
        opened.insert("mart.inspection", mart("inspection", visits))
        opened.insert("mart.complaint", mart("complaint", [complaint]))
    return books.path


def test_who_trades_and_was_known_on_the_day_is_asked_about(warehouse: Path) -> None:
    made = make_features(warehouse, OWN, days=[DAY, date(2025, 5, 1)])
    asked = made.matrix.select("business_id", "as_of").rows()
    assert asked == [
        *(("a", DAY), ("b", DAY), ("c", DAY)),
        *((name, date(2025, 5, 1)) for name in ("a", "b", "c", "closed")),
    ]
    flags = [f"{name}_missing" for name in NAMES[:2]]
    assert made.matrix.columns == ["business_id", "as_of", *NAMES, *flags]


def test_the_features_of_a_shop_are_those_declared(warehouse: Path) -> None:
    """The half year holds 1 January and not New Year's Eve; what is new is unknown."""
    made = make_features(warehouse, OWN, days=[DAY]).matrix
    a = made.row(by_predicate=pl.col("business_id") == "a", named=True)
    # Of the others one visit of two was serious, and so of the chain's others.
    chain = (1 + 3 * (1 / 2)) / (2 + 3)
    expected = [7, 9, 0, 1, chain, 1 / (1 + 3)]
    assert [a[name] for name in NAMES] == pytest.approx(expected)


def test_a_table_that_the_mart_has_not_is_refused(
    warehouse: Path, tmp_path: Path
) -> None:
    file = tmp_path / "own.toml"
    file.write_text('[tables.visits]\nentity = "a"\nhappened = "b"', encoding="utf-8")
    with pytest.raises(
        InputError, match=r"visits is none of the mart, which has .*business"
    ):
        make_features(warehouse, file, days=[DAY])


def test_the_command_writes_the_matrix_and_shows_each_feature(
    warehouse: Path, tmp_path: Path
) -> None:
    out = tmp_path / "new" / "own.parquet"
    where = ["--warehouse", str(warehouse), "--out", str(out), "--as-of", str(DAY)]
    told = CliRunner().invoke(app, ["features", str(OWN), *where, "--json"])
    assert told.exit_code == 0
    facts = json.loads(told.stdout)
    assert (facts["rows"], facts["columns"], facts["out"]) == (3, 8, str(out))
    assert facts["unknown"]["complaints_pests_1y"] == 0
    assert pl.read_parquet(out).height == 3
    shown = CliRunner().invoke(
        app, ["features", str(OWN), *where], env={"COLUMNS": "160"}
    )
    assert "近1年投诉（pests）件数（件）" in shown.stdout.replace("一年", "1年")
    assert "3 行，8 列" in shown.stdout
