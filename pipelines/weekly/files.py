"""The files of a list: a workbook an office, CSV, a calendar a pair, the one page."""

from pathlib import Path

from features.warehouse import open_warehouse
from pipelines.folder import Folder
from pipelines.weekly.calendars import calendars
from pipelines.weekly.overview import Picture, overview, read_picture
from pipelines.weekly.sheet import write_sheet
from pipelines.weekly.view import Listing, read_listing

PAGES = {"zh": "overview.html", "en": "overview.en.html"}
TABLE = "worklist.csv"


def export_week(warehouse: Path, run_id: str, out: Path) -> list[Path]:
    """Write the files of a week's list; the same list gives the same bytes.

    Raises:
        NotFoundError: there is no such list.
    """
    with open_warehouse(warehouse, read_only=True) as opened:
        titles = "周检查工作单", "Weekly worklist"
        listing = read_listing(opened, run_id, titles=titles)
        picture = read_picture(opened, listing)
    return write_files(listing, picture, out)


def write_files(listing: Listing, picture: Picture, out: Path) -> list[Path]:
    """Write all files or none; those of an earlier run of the same list are taken back.

    A sheet that somebody filled in is no longer what was written, and stays.
    """
    offices = listing.offices
    sheets = [
        out / f"worklist-{name or 'none'}-{listing.first}.xlsx" for name in offices
    ]
    plans = {
        out / "calendars" / f"{pair}-{listing.first}.ics": content
        for pair, content in calendars(listing).items()
    }
    pages = [out / name for name in PAGES.values()]
    paths = [*sheets, *plans, *pages, out / TABLE]
    folder = Folder(out, listing.series)
    with folder.drafts([str(path.relative_to(out)) for path in paths]) as written:
        draft = dict(zip(paths, written, strict=True))
        for office, path in zip(offices, sheets, strict=True):
            write_sheet(listing.of_office(office), draft[path])
        for path, content in plans.items():
            draft[path].write_bytes(content)
        for lang, name in PAGES.items():
            draft[out / name].write_text(overview(listing, picture, lang), "utf-8")
        _table(listing, draft[out / TABLE])
    folder.clear()
    return paths


def _table(listing: Listing, path: Path) -> None:
    """Write the rows as CSV; the mark at its head makes spreadsheets read UTF-8."""
    listing.rows.drop("run_id").write_csv(path, include_bom=True)
