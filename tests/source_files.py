"""Writes small sources as a bureau would export them, loads them, and asks what came."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import xlsxwriter

from features.warehouse import open_warehouse
from pipelines.load import LoadReport, load

LOAD_DAY = date(2026, 1, 1)
BUSINESS = "business_id,valid_from,recorded_at,name,business_type"
INSPECTION = "inspection_id,business_id,inspected_on,recorded_at,purpose"
PENALTY = "penalty_id,business_id,decided_on,recorded_at,kinds,fine_yuan"
COMPLAINT = "complaint_id,received_on,recorded_at,kind,text"


def businesses(*ids: str) -> str:
    """Draw the business file of a source in which all is well."""
    return lines(BUSINESS, *(f"{i},2020-01-01,2020-01-02,店{i},catering" for i in ids))


def lines(*text: str) -> str:
    """Join lines the way a CSV file ends them."""
    return "".join(f"{line}\n" for line in text)


def write(folder: Path, **files: str | bytes) -> Path:
    """Write CSV files named after tables; bytes as they are, text as UTF-8."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        raw = content if isinstance(content, bytes) else content.encode()
        (folder / f"{name}.csv").write_bytes(raw)
    return folder


def workbook(path: Path, rows: Sequence[Sequence[Any]], sheet: str = "Sheet1") -> Path:
    """Write a workbook of one sheet, each value in the cell type of its Python type."""
    with xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd"}) as book:
        page = book.add_worksheet(sheet)
        for at, row in enumerate(rows):
            for column, value in enumerate(row):
                if value is not None:
                    page.write(at, column, value)
    return path


@dataclass(frozen=True)
class Books:
    """A warehouse under test."""

    path: Path

    def load(
        self, source: Path, mapping: str | Path = "shian", on: date = LOAD_DAY
    ) -> LoadReport:
        """Load a source, and hold the report to its one promise."""
        report = load(source, mapping=mapping, warehouse=self.path, loaded_on=on)
        for counts in (report.total, *report.tables.values()):
            fates = counts.loaded + counts.updated + counts.unchanged
            assert counts.read == fates + counts.quarantined
        assert sum(report.rules.values()) == report.total.quarantined
        return report

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        """Run a query."""
        with open_warehouse(self.path, read_only=True) as opened:
            return opened.sql(query).rows()

    def quarantine(self) -> list[tuple[Any, ...]]:
        """List what was set aside: file, line, rule, column and value."""
        return self.ask(
            "select distinct path, line, rule, column_name, offending_value "
            "from output.quarantine join raw.file using (file_id, table_name) "
            "order by all"
        )

    def content(self) -> dict[str, pl.DataFrame]:
        """Read every table, in a settled order, to compare two states."""
        with open_warehouse(self.path, read_only=True) as opened:
            names = opened.sql(
                "select schema_name || '.' || table_name as name from duckdb_tables()"
            )["name"]
            return {
                name: opened.sql(f"from {name} order by all") for name in sorted(names)
            }

    def copy(self, path: Path) -> "Books":
        """Copy the warehouse file."""
        return Books(Path(shutil.copy(self.path, path)))
