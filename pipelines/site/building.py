"""Builds the site from the newest runs of the warehouse."""

from collections.abc import Callable
from pathlib import Path

from features.errors import UsageError
from features.warehouse import Warehouse, open_warehouse
from pipelines.folder import Folder
from pipelines.site.alerts import alerts_section
from pipelines.site.book import Book
from pipelines.site.grades import grades_section
from pipelines.site.health import health_section
from pipelines.site.indicators import indicators_section
from pipelines.site.sampling import sampling_section
from pipelines.site.schedule import schedule_section
from pipelines.site.section import Section

Progress = Callable[[str, float], None]
SECTIONS: tuple[Callable[[Warehouse, Book], Section], ...] = (
    indicators_section,
    grades_section,
    schedule_section,
    sampling_section,
    alerts_section,
    health_section,
)
_TEMPLATE = "site.html.j2"


def build_site(warehouse: Path, path: Path, lang: str, say: Progress) -> Folder:
    """Write the pages of the state of the district, and the rows behind every number.

    A part of which there is no run yet says which command makes it. What an earlier run
    wrote and this one did not is taken back.

    Raises:
        UsageError: the folder cannot be written.
    """
    try:
        folder = Folder(path, "site")
        book = Book(folder, lang)
        sections = []
        with open_warehouse(warehouse, read_only=True) as opened:
            for number, section in enumerate(SECTIONS):
                say("pages", number / len(SECTIONS))
                sections.append(section(opened, book))
        _write(sections, book)
        folder.clear()
    except OSError as error:
        message = f"{path} cannot be written to ({error}); choose another folder"
        told = f"{path} 无法写入（{error}），请换一个文件夹"
        raise UsageError(message, said=told) from error
    return folder


def _write(sections: list[Section], book: Book) -> None:
    home = Section("index", book.pick("今日概况", "The district today"))
    nav = [home, *sections]
    for page, shown in [(home, sections), *((s, [s]) for s in sections)]:
        view = {
            "title": page.title,
            "here": page.key,
            "nav": nav,
            "sections": shown,
        }
        book.page(page.page, _TEMPLATE, view)
