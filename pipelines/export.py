"""The files of a score run: for programs, for a spreadsheet, for a browser."""

from pathlib import Path

import polars as pl
import pyarrow.parquet as pq

from features.warehouse import open_warehouse
from pipelines import settings
from pipelines.backtest import BacktestReport
from pipelines.report import report
from pipelines.runs import Run, in_slices, read_run
from pipelines.spreadsheet import write_spreadsheet
from pipelines.written import drafts

PARQUET, SPREADSHEET = "scores.parquet", "scores.xlsx"
REPORTS = {"zh": "report.html", "en": "report.en.html"}


def export(
    warehouse: Path,
    out: Path,
    *,
    run_id: str,
    lang: str = "zh",
    backtest: BacktestReport | None = None,
) -> tuple[Run, list[Path]]:
    """Write a score run as scores.parquet, scores.xlsx and report.html.

    The same run gives the same bytes, and all files are replaced or none. The report shows how far the model can be
    relied on when it is given a backtest.

    Raises:
        NotFoundError: there is no such run.
    """
    with open_warehouse(warehouse, read_only=True) as opened:
        run = read_run(opened, run_id=run_id)
    files = [out / name for name in (PARQUET, SPREADSHEET, *REPORTS.values())]
    with drafts(files) as (parquet, spreadsheet, *pages):
        _write_scores(warehouse, run_id, parquet)
        write_spreadsheet(run, spreadsheet, lang)
        for language, path in zip(REPORTS, pages, strict=True):
            path.write_text(report(run, backtest, language), "utf-8")
    return run, files


def export_scores(warehouse: Path, out: Path, *, run_id: str) -> list[Path]:
    """Write a score run as scores.parquet alone, however large; memory stays small."""
    file = out / PARQUET
    with drafts([file]) as (parquet,):
        _write_scores(warehouse, run_id, parquet)
    return [file]


def _write_scores(warehouse: Path, run_id: str, path: Path) -> None:
    """Write all rows in the order of the businesses, never holding all of them."""
    writer: pq.ParquetWriter | None = None
    with open_warehouse(warehouse, read_only=True) as opened:
        opened.limit_memory(settings.WAREHOUSE_MEMORY)
        for rows in in_slices(opened, run_id, settings.SLICE_ROWS):
            table = rows.to_arrow(compat_level=pl.CompatLevel.oldest())
            if writer is None:
                writer = pq.ParquetWriter(path, table.schema, compression="zstd")
            writer.write_table(table)
    if writer is not None:
        writer.close()
