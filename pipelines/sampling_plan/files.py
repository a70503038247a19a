"""The files of a sampling plan for those who steer it: sheet, list and page."""

from pathlib import Path

import polars as pl
import xlsxwriter
from xlsxwriter.format import Format

from features.schema import labels, schema
from pipelines.dated_book import dated_book
from pipelines.report import pages
from pipelines.sampling_plan.overview import Overview, Table
from pipelines.sampling_plan.planning import Plan, plan_rows
from pipelines.written import drafts

LIST, WORKBOOK = "plan.csv", "plan.xlsx"
PAGES = {"zh": "plan.html", "en": "plan.en.html"}
_CODES = ("programme", "reason", "food_class")
_SHOWN = (
    *("batch_no", "programme", "business_id", "name", "street", "food_class", "food"),
    *("items", "sample_month", "reason", "inclusion_probability", "expected_failure"),
    *("cost_yuan", "sampler_id", "second_sampler_id"),
)
_WIDTHS = {"name": 30, "items": 36, "food": 18, "street": 12, "reason": 22}
_USUAL_WIDTH, _TWO_LINES = 13, 34
_TABLE_WIDTHS = {
    "rules": {0: 60, 1: 30, 2: 60},
    "priorities": {0: 6, 1: 62, 2: 78},
    "groups": {2: 30},
}


def write_files(plan: Plan, out: Path, lang: str) -> list[Path]:
    """Write plan.csv, plan.xlsx and the pages, all or none of them."""
    files = [out / name for name in (LIST, WORKBOOK, *PAGES.values())]
    shown = batch_list(plan, lang)
    with drafts(files) as (listed, workbook, *drawn):
        listed.write_text(shown.write_csv(include_bom=True), "utf-8")
        _write_workbook(plan, shown, workbook, lang)
        for language, path in zip(PAGES, drawn, strict=True):
            path.write_text(page(plan, language), "utf-8")
    return files


def page(plan: Plan, lang: str) -> str:
    """Render the overview as a page that needs nothing but a browser."""
    overview = Overview(plan, lang)
    year = plan.request.year
    return (
        pages()
        .get_template("sample_plan.html.j2")
        .render(
            lang=lang,
            t=overview.pick,
            title=overview.pick(f"{year} 年抽检计划", f"Sampling plan of {year}"),
            as_of=plan.request.as_of,
            run_id=plan.run_id,
            facts=overview.facts(),
            cautions=overview.cautions(),
            tables=[
                {"table": table, "cells": [_cells(table, row) for row in table.rows]}
                for table in overview.tables()
            ],
        )
    )


def batch_list(plan: Plan, lang: str) -> pl.DataFrame:
    """List every batch in the words of a language; no laboratory is among them."""
    pick = Overview(plan, lang).pick
    food = {b.variety.code: pick(b.variety.zh, b.variety.en) for b in plan.batches}
    who = plan.known.register.select("business_id", "name", "street")
    words = [
        pl.col(c).replace({code: pick(*said) for code, said in labels(c_list).items()})
        for c, c_list in zip(
            _CODES, ("programme", "sample_reason", "food_class"), strict=True
        )
    ]
    rows = plan_rows(plan).join(
        who, on="business_id", how="left", maintain_order="left"
    )
    shown = rows.with_columns(
        *words,
        food=pl.col("variety").replace(food),
        items=pl.col("items").str.replace_all("+", "、", literal=True),
        sample_month=pl.col("sample_month").dt.strftime("%Y-%m"),
        inclusion_probability=pl.col("inclusion_probability").round(6),
        expected_failure=pl.col("expected_failure").round(6),
    ).select(_SHOWN)
    return shown.rename({name: _label(name, lang) for name in _SHOWN})


def _label(name: str, lang: str) -> str:
    if name in {"food", "street"}:
        zh = {"food": "样品品种", "street": "街道"}[name]
    else:
        known = {
            **schema()["mart.business"].columns,
            **schema()["output.sample_plan"].columns,
        }
        zh = known[name].zh
    return zh if lang == "zh" else name.replace("_", " ")


def _write_workbook(plan: Plan, shown: pl.DataFrame, path: Path, lang: str) -> None:
    overview = Overview(plan, lang)
    with dated_book(path, plan.request.as_of) as book:
        head = book.add_format({"bold": True, "bg_color": "#E8EDF2", "text_wrap": True})
        share = book.add_format({"num_format": "0.0%"})
        count = book.add_format({"num_format": "#,##0.###"})
        _about(book, overview, head)
        for table in overview.tables():
            _sheet(book, table, (head, share, count))
        listed = Table(
            "batches",
            overview.pick("批次", "batches"),
            tuple(shown.columns),
            shown.rows(),
            frozenset(
                _SHOWN.index(n) for n in ("inclusion_probability", "expected_failure")
            ),
        )
        _sheet(book, listed, (head, share, count))


def _about(book: xlsxwriter.Workbook, overview: Overview, head: Format) -> None:
    sheet = book.add_worksheet(overview.pick("概览", "overview"))
    sheet.set_column(0, 0, 14, head)
    sheet.set_column(1, 1, 90, book.add_format({"text_wrap": True}))
    for row, (number, said) in enumerate(overview.facts()):
        sheet.write_string(row, 0, number)
        sheet.write_string(row, 1, said)
    for row, said in enumerate(overview.cautions(), len(overview.facts()) + 1):
        sheet.set_row(row, _TWO_LINES)
        sheet.write_string(row, 1, said)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)


def _sheet(
    book: xlsxwriter.Workbook, table: Table, styles: tuple[Format, Format, Format]
) -> None:
    head, share, count = styles
    # A sheet's name holds 31 characters and no bracket.
    sheet = book.add_worksheet(table.title.partition("（")[0][:31])
    for at, name in enumerate(table.header):
        sheet.write_string(0, at, name, head)
        sheet.set_column(at, at, _width(table, at))
    for row, values in enumerate(table.rows, 1):
        for at, value in enumerate(values):
            if isinstance(value, int | float):
                style = share if at in table.shares else count
                sheet.write_number(row, at, value, style)
            elif value:
                sheet.write_string(row, at, str(value))
    sheet.freeze_panes(1, 1)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)


def _width(table: Table, at: int) -> float:
    if table.name == "batches":
        return _WIDTHS.get(_SHOWN[at], _USUAL_WIDTH)
    return _TABLE_WIDTHS.get(table.name, {}).get(at, 18)


def _cells(table: Table, row: tuple[object, ...]) -> list[tuple[str, bool]]:
    """Write a row for the page: each cell's text, and whether it is a number."""
    return [
        (_cell(value, is_share=at in table.shares), isinstance(value, int | float))
        for at, value in enumerate(row)
    ]


def _cell(value: object, *, is_share: bool) -> str:
    if isinstance(value, float):
        return f"{value:.1%}" if is_share else f"{value:,.1f}"
    return f"{value:,}" if isinstance(value, int) else str(value)
