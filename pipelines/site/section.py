"""What a page of the site is made of: cards, figures and tables, all with links."""

from dataclasses import dataclass, field

from markupsafe import Markup


@dataclass(frozen=True)
class Card:
    """A number with its name; `href` leads to the rows it was counted from."""

    value: str
    name: str
    href: str


@dataclass(frozen=True)
class Cell:
    """A cell of a table, with the rows behind it where it is a count."""

    text: str
    href: str = ""
    is_number: bool = False


@dataclass(frozen=True)
class Table:
    """A table with its title."""

    title: str
    header: tuple[str, ...]
    rows: list[list[Cell]]


@dataclass(frozen=True)
class Section:
    """A page: what it says first, and what it shows.

    `missing` says which command makes what the page would show, where nothing has.
    """

    key: str
    title: str
    lead: str = ""
    cards: list[Card] = field(default_factory=list)
    figures: list[tuple[str, Markup]] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    missing: str = ""

    @property
    def page(self) -> str:
        """Name the file of the page."""
        return f"{self.key}.html"
