"""Every byte that comes of a score run, to compare one way of working with another."""

from datetime import date
from pathlib import Path

from features.warehouse import open_warehouse
from pipelines.engines import Spread
from pipelines.export import export
from pipelines.score import Progress, score

DAY = date(2026, 1, 1)


def outcome(
    warehouse: Path, store: Path, spread: Spread, progress: Progress | None = None
) -> dict[str, bytes]:
    """Score, and give every byte that comes of it."""
    report = score(warehouse, as_of=DAY, store=store, spread=spread, progress=progress)
    export(warehouse, warehouse.parent / "out", run_id=report.run_id)
    made: dict[str, bytes] = {"report": repr(report).encode()}
    made["file"] = (warehouse.parent / "out" / "scores.parquet").read_bytes()
    with open_warehouse(warehouse, read_only=True) as opened:
        for table in ("output.run", "output.score", "output.reason"):
            # As they lie there, not sorted first.
            made[table] = opened.table(table).collect().write_csv().encode()
    return made


def differing(one: dict[str, bytes], other: dict[str, bytes]) -> list[str]:
    return [name for name in one if one[name] != other[name]]
