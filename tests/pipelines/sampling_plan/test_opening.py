"""Opening the seal: results come back to their businesses, with the right key only."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from features.errors import InputError, NotFoundError
from pipelines.load import load
from pipelines.sampling_plan.opening import open_results
from pipelines.sampling_plan.planning import Plan
from pipelines.sampling_plan.results import read_results
from pipelines.sampling_plan.sides import laboratory_rows

Planned = tuple[Path, Plan]
HEAD = "检验码,检验机构,抽样日,报告日,是否不合格,不合格项目"


def returned(plan: Plan, folder: Path) -> Path:
    """Write what laboratories return: every code of theirs, one batch failed."""
    lines = [HEAD]
    for laboratory, rows in laboratory_rows(plan).items():
        lines += [
            f"{row['code']},{laboratory},{row['month']}-09,{row['month']}-27,否,"
            for row in rows
        ]
    lines[1] = lines[1].replace("否,", "是,铅")
    path = folder / "returned.csv"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def test_what_was_returned_comes_back_to_its_business_and_can_be_loaded(
    planned: Planned, warehouse: Path, tmp_path: Path
) -> None:
    path, plan = planned
    opened = open_results(
        path,
        returned(plan, tmp_path),
        plan.request.key,
        run_id=plan.run_id,
        out=tmp_path,
    )
    assert (opened.results, opened.failed) == (300, 1)
    found = pl.read_csv(opened.path)
    by_batch = {f"2026-{b.batch_no}": b for b in plan.batches}
    for row in found.iter_rows(named=True):
        batch = by_batch[row["sample_id"]]
        assert (row["business_id"], row["programme"]) == (
            batch.business_id,
            batch.programme,
        )
    loaded = load(
        opened.path, mapping="shian", warehouse=warehouse, loaded_on=date(2027, 1, 1)
    )
    assert loaded.total.quarantined == 0
    standings = read_results(warehouse, date(2027, 1, 1)).standings
    assert sum(sum(held.values()) for held in standings.values()) >= 300


def test_another_key_opens_nothing(planned: Planned, tmp_path: Path) -> None:
    path, plan = planned
    with pytest.raises(InputError, match="not the one"):
        open_results(
            path, returned(plan, tmp_path), bytes(32), run_id=plan.run_id, out=tmp_path
        )
    assert not (tmp_path / "sampling_result.csv").exists()


def test_a_plan_that_is_not_there_is_told(planned: Planned, tmp_path: Path) -> None:
    path, plan = planned
    with pytest.raises(NotFoundError, match="sample-plan"):
        open_results(path, tmp_path, plan.request.key, run_id="none", out=tmp_path)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("L0,LAB1,2026-01-09,2026-01-27,否,", "is no code of the plan"),
        ("{code},LAB1,2026-01-09,2026-01-27,maybe,", "is_failed is"),
        ("{code},LAB1,9.1.2026,2026-01-27,否,", "no day such as"),
        ("{code},LAB1,2026-01-09,2026-01-27,否,\n{code},L,2026-01-09,2026-01-27,否,", "stands twice"),
    ],
)  # fmt: skip
def test_a_return_that_is_not_as_it_must_be_is_refused_whole(
    planned: Planned, tmp_path: Path, line: str, said: str
) -> None:
    path, plan = planned
    code = next(iter(laboratory_rows(plan).values()))[0]["code"]
    table = tmp_path / "returned.csv"
    table.write_text(f"{HEAD}\n{line.format(code=code)}\n", "utf-8")
    with pytest.raises(InputError, match=said):
        open_results(path, table, plan.request.key, run_id=plan.run_id, out=tmp_path)
    assert not (tmp_path / "sampling_result.csv").exists()


def test_a_return_without_its_columns_is_refused(
    planned: Planned, tmp_path: Path
) -> None:
    path, plan = planned
    table = tmp_path / "returned.csv"
    table.write_text("code,is_failed\nL0,否\n", "utf-8")
    with pytest.raises(InputError, match="laboratory_id, reported_on, sampled_on"):
        open_results(path, table, plan.request.key, run_id=plan.run_id, out=tmp_path)
