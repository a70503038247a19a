"""The files of a score run: for programs, for a spreadsheet, for a browser."""

from pathlib import Path

from features.warehouse import open_warehouse
from pipelines.backtest import BacktestReport
from pipelines.report import write_reports
from pipelines.runs import Run, read_run
from pipelines.spreadsheet import write_spreadsheet

PARQUET, SPREADSHEET = "scores.parquet", "scores.xlsx"


def export(
    warehouse: Path,
    out: Path,
    *,
    run_id: str,
    lang: str = "zh",
    backtest: BacktestReport | None = None,
) -> tuple[Run, list[Path]]:
    """Write a score run as scores.parquet, scores.xlsx and report.html.

    The same run gives the same bytes. The report shows how far the model can be
    relied on when it is given a backtest.

    Raises:
        NotFoundError: there is no such run.
    """
    with open_warehouse(warehouse, read_only=True) as opened:
        run = read_run(opened, run_id=run_id)
    out.mkdir(parents=True, exist_ok=True)
    run.scores.sort("business_id").write_parquet(out / PARQUET, compression="zstd")
    write_spreadsheet(run, out / SPREADSHEET, lang)
    reports = write_reports(run, backtest, out)
    return run, [out / PARQUET, out / SPREADSHEET, *reports]
