"""The files of an indicator run: a page to read, a workbook to work with, lists to sort."""

from pathlib import Path

from pipelines.indicators.book import write_book
from pipelines.indicators.gaps import gap_table
from pipelines.indicators.page import page
from pipelines.indicators.running import Indicators
from pipelines.written import drafts

PAGES = {"zh": "indicators.html", "en": "indicators.en.html"}
BOOK, GAPS = "indicators.xlsx", "gaps.csv"
# Spreadsheets take a CSV without it for the local encoding.
_BOM = "\ufeff"


def write_files(found: Indicators, out: Path, lang: str) -> list[Path]:
    """Write indicators.html, indicators.en.html, indicators.xlsx and gaps.csv, all or none.

    Raises:
        OSError: the folder cannot be written.
    """
    files = [out / name for name in (*PAGES.values(), BOOK, GAPS)]
    with drafts(files) as (*pages, book, gaps):
        for language, path in zip(PAGES, pages, strict=True):
            path.write_text(page(found, language), "utf-8")
        write_book(found, book, lang)
        gaps.write_text(_BOM + gap_table(found, lang).write_csv(None), "utf-8")
    return files
