"""Fills in the cells of a printed sheet, as an office does, leaving all else as it is."""

import re
import zipfile
from datetime import date
from pathlib import Path
from xml.sax.saxutils import escape

from pipelines.weekly.sheet import CODES, FILLED, TOLD

_EPOCH = date(1899, 12, 30)
_HEADERS = [header for header, _ in (*TOLD, *FILLED, *CODES)]

Value = str | int | float | date


def fill(path: Path, line: int, **entries: Value) -> None:
    """Enter values into a row of the visits; 2 is the first row below the header.

    A name is the English part of a header, with _ for a blank: inspected_on, result.
    """
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    sheet = parts["xl/worksheets/sheet1.xml"].decode()
    for name, value in entries.items():
        sheet = _entered(sheet, f"{_letter(name)}{line}", value)
    parts["xl/worksheets/sheet1.xml"] = sheet.encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        for part, content in parts.items():
            book.writestr(part, content)


def _letter(name: str) -> str:
    (at,) = [
        n
        for n, h in enumerate(_HEADERS)
        if h.split(" ", 1)[1] == name.replace("_", " ")
    ]
    return chr(ord("A") + at) if at < 26 else f"A{chr(ord('A') + at - 26)}"


def _entered(sheet: str, cell: str, value: Value) -> str:
    blank = re.compile(rf'<c r="{cell}" s="(\d+)"(?: t="\w+")?(?:/>|>.*?</c>)')
    assert blank.search(sheet), f"no cell {cell}"
    return blank.sub(lambda found: _cell(cell, found[1], value), sheet, count=1)


def _cell(cell: str, style: str, value: Value) -> str:
    if isinstance(value, date):
        value = (value - _EPOCH).days
    if isinstance(value, int | float):
        return f'<c r="{cell}" s="{style}"><v>{value}</v></c>'
    return (
        f'<c r="{cell}" s="{style}" t="inlineStr"><is><t>{escape(value)}</t></is></c>'
    )
