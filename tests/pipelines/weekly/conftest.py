"""A small district with a plain plan, made once; copy it to write to it."""

import shutil
from pathlib import Path

import polars as pl
import pytest

from features.schema import schema
from features.warehouse import open_warehouse
from tests.hand_plans import hand_plan


@pytest.fixture(scope="session")
def planned_warehouse(
    small_warehouse: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Give the small district a plan of twelve weeks, and reasons for one business."""
    path = tmp_path_factory.mktemp("planned") / "planned.duckdb"
    shutil.copyfile(small_warehouse, path)
    hand_plan(path)
    with open_warehouse(path) as warehouse:
        ids = warehouse.sql("select business_id from output.plan order by visit_id")
        told = [
            {
                "run_id": "scored",
                "business_id": business,
                "rank": rank,
                "source": "model",
                "code": f"code{rank}",
                "contribution": 1.0 if rank != 2 else -1.0,
                "text_zh": f"理由{rank}",
                "text_en": f"reason {rank}",
            }
            for business in ids["business_id"]
            for rank in range(1, 6)
        ]
        frame = pl.DataFrame(told, schema=schema()["output.reason"].empty().schema)
        warehouse.insert("output.reason", frame)
    return path


@pytest.fixture
def planned(planned_warehouse: Path, tmp_path: Path) -> Path:
    """Give a planned district of one's own."""
    return Path(shutil.copyfile(planned_warehouse, tmp_path / "own.duckdb"))
