"""A workbook to be written: bytes that follow from the facts, cells that are only text."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from pathlib import Path

import xlsxwriter
from xlsxwriter.exceptions import FileCreateError

# Nothing in a cell is ever taken for anything but what it says.
_OPTIONS = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "nan_inf_to_errors": True,
    "in_memory": True,
}


@contextmanager
def dated_book(path: Path, on: date) -> Iterator[xlsxwriter.Workbook]:
    """Open a workbook dated by its facts, and write it when it was filled to the end.

    A book whose filling fails is not written at all.

    Raises:
        OSError: the file cannot be written.
    """
    book = xlsxwriter.Workbook(path, _OPTIONS)
    # The file's own date is that of the facts: a clock would change its bytes.
    book.set_properties({"created": datetime.combine(on, time())})
    yield book
    try:
        book.close()
    except FileCreateError as error:
        # Its own kind of error hides the one that says what to do.
        raise OSError(*error.args) from error
