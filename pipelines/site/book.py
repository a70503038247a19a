"""Where the pages of a site are written, and the rows behind their numbers."""

from collections.abc import Mapping

import polars as pl

from features.schema import Column, labels, schema
from pipelines.folder import Folder
from pipelines.plain_text import plain_column
from pipelines.report import pages
from pipelines.site.section import Cell

ROWS = "rows"
# More rows than anybody reads on a page; the file beside it has them all.
_SHOWN = 500


class Book:
    """A folder of pages in one language; rows are written once, under a name."""

    def __init__(self, folder: Folder, lang: str) -> None:
        self.folder = folder
        self.lang = lang

    def pick(self, zh: str, en: str) -> str:
        """Choose the text in the language."""
        return zh if self.lang == "zh" else en

    def count(self, name: str, title: str, rows: pl.DataFrame, table: str) -> Cell:
        """Give the number of rows as a cell that leads to them."""
        if rows.is_empty():
            return Cell("0", is_number=True)
        href = self.rows(name, title, rows, table)
        return Cell(f"{rows.height:,}", href, is_number=True)

    def rows(self, name: str, title: str, rows: pl.DataFrame, table: str) -> str:
        """Write rows as a page and as a file beside it; give the link to the page.

        `table` is the one of the schema that names the columns.
        """
        href = f"{ROWS}/{name}.html"
        header = [self._label(column, table) for column in rows.columns]
        said = self._in_words(rows, table)
        file = f"{name}.csv"
        text = [name for name, dtype in rows.schema.items() if dtype == pl.String]
        with self.folder.drafts([f"{ROWS}/{file}"]) as (draft,):
            said.with_columns(map(plain_column, text)).rename(
                dict(zip(rows.columns, header, strict=True))
            ).write_csv(draft, include_bom=True)
        view = {
            "title": title,
            "header": header,
            "rows": said.head(_SHOWN).rows(),
            "total": rows.height,
            "file": file,
        }
        self.page(href, "site_rows.html.j2", view)
        return href

    def page(self, href: str, template: str, view: Mapping[str, object]) -> None:
        """Write a page of the site."""
        page = pages().get_template(template)
        self.folder.write(href, page.render(lang=self.lang, t=self.pick, **view))

    def _label(self, column: str, table: str) -> str:
        words = column.replace("_", " ")
        if column == "street":
            return self.pick("街道", words)
        if column.startswith("reason_"):
            return self.pick("理由", "reason")
        known = _columns(table).get(column)
        return self.pick(known.zh, words) if known else words

    def _in_words(self, rows: pl.DataFrame, table: str) -> pl.DataFrame:
        """Say codes, yes and no, and numbers as a reader expects them."""
        known = _columns(table)
        return rows.select(
            self._said(name, known[name].unit if name in known else "", dtype)
            for name, dtype in rows.schema.items()
        )

    def _said(self, name: str, unit: str, dtype: pl.DataType) -> pl.Expr:
        column = pl.col(name)
        if dtype == pl.Boolean:
            yes = {"true": self.pick("是", "yes"), "false": ""}
            column = column.cast(pl.String).replace(yes)
        elif dtype.is_float() and unit == "share":
            column = (column * 100).round(1).cast(pl.String) + "%"
        elif dtype.is_float():
            column = column.round(2).cast(pl.String).str.strip_suffix(".0")
        elif labels(name):
            words = {code: self.pick(*both) for code, both in labels(name).items()}
            column = column.replace(words)
        return column.cast(pl.String).fill_null("").alias(name)


def _columns(table: str) -> Mapping[str, Column]:
    """Give what is known of columns: those of the table before those of others."""
    tables = ("mart.business", "output.score", table)
    return {k: v for name in tables for k, v in schema()[name].columns.items()}
