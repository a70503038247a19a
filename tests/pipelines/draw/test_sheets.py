"""The visits of a draw are printed, filled in, and keep the chance they were drawn with."""

import shutil
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from features.errors import InputError, UsageError
from features.warehouse import open_warehouse
from pipelines.draw.bundle import Bundle
from pipelines.load import load
from pipelines.weekly.drawn import DrawnList, draw_number, export_draw
from tests.filled_sheets import fill

BEGINS = date(2026, 1, 5)
ENTRIES = {
    "inspected_on": date(2026, 1, 6),
    "result": "未发现问题",
    "all_items": "是",
    "items": 30,
    "key_failed": 0,
    "general_failed": 0,
    "minor": 0,
    "refused": "否",
}


@pytest.fixture(scope="module")
def listed(
    drawn: tuple[Path, Bundle],
    graded_warehouse: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> DrawnList:
    out = tmp_path_factory.mktemp("sheets")
    return export_draw(drawn[0] / "bundle.json", graded_warehouse, out, begins=BEGINS)


def test_everybody_drawn_is_visited_by_whom_chance_chose(
    listed: DrawnList, drawn: tuple[Path, Bundle]
) -> None:
    rows = listed.listing.rows
    told = {
        row["business_id"]: (row["inspector_id"], row["second_inspector_id"])
        for row in rows.iter_rows(named=True)
    }
    assert listed.left == ()
    assert told == {v.business_id: v.inspectors for v in drawn[1].standing}


def test_nobody_is_promised_twice_and_every_day_lies_in_the_task(
    listed: DrawnList,
) -> None:
    rows = listed.listing.rows
    promised = pl.concat(
        rows.select(
            "visit_on",
            who=who,
            pair=pl.concat_str("inspector_id", "second_inspector_id"),
        )
        for who in ("inspector_id", "second_inspector_id")
    ).unique()
    assert not promised.select("visit_on", "who").is_duplicated().any()
    assert rows["visit_on"].is_between(BEGINS, date(2026, 3, 31)).all()


def test_the_chance_of_a_draw_reaches_the_inspection(
    listed: DrawnList,
    drawn: tuple[Path, Bundle],
    graded_warehouse: Path,
    tmp_path: Path,
) -> None:
    own = Path(shutil.copyfile(graded_warehouse, tmp_path / "own.duckdb"))
    sheet = next(path for path in listed.files if path.suffix == ".xlsx")
    filled = Path(shutil.copyfile(sheet, tmp_path / sheet.name))
    first = pl.read_excel(filled, sheet_id=1, infer_schema_length=0)
    business = first["经营者编号 business_id"][0]
    fill(filled, 2, **ENTRIES)
    load(filled, mapping="worklist", warehouse=own, loaded_on=date(2026, 2, 1))
    with open_warehouse(own, read_only=True) as warehouse:
        kept = warehouse.sql(
            "from mart.inspection where inspection_id = ?",
            [draw_number(drawn[1], business)],
        ).row(0, named=True)
    (visit,) = [v for v in drawn[1].standing if v.business_id == business]
    assert kept["inclusion_probability"] == float(visit.inclusion_probability)
    assert (kept["purpose"], kept["is_serious"]) == ("random", False)


def test_nobody_is_sent_by_a_bundle_that_was_changed(
    drawn: tuple[Path, Bundle], graded_warehouse: Path, tmp_path: Path
) -> None:
    text = (drawn[0] / "bundle.json").read_text("utf-8")
    changed = tmp_path / "bundle.json"
    changed.write_text(text.replace(drawn[1].seed, "0" * 64), "utf-8")
    with pytest.raises(InputError, match="draw verify"):
        export_draw(changed, graded_warehouse, tmp_path, begins=BEGINS)


def test_a_task_that_is_over_is_not_printed(
    drawn: tuple[Path, Bundle], graded_warehouse: Path, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match="ends on 2026-03-31"):
        export_draw(
            drawn[0] / "bundle.json",
            graded_warehouse,
            tmp_path,
            begins=date(2026, 4, 1),
        )


def test_sheets_made_again_take_back_those_of_the_day_before_but_none_filled_in(
    drawn: tuple[Path, Bundle], graded_warehouse: Path, tmp_path: Path
) -> None:
    def made(begins: date) -> set[Path]:
        bundle = drawn[0] / "bundle.json"
        return set(export_draw(bundle, graded_warehouse, tmp_path, begins=begins).files)

    first = made(BEGINS)
    filled = next(path for path in sorted(first) if path.suffix == ".xlsx")
    filled.write_bytes(filled.read_bytes() + b"what somebody typed")
    second = made(date(2026, 1, 6))
    left = {p for p in tmp_path.rglob("*.*") if not p.name.startswith(".")}
    assert left == second | {filled}
    assert first - second - {filled}
