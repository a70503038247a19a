"""The page of risk grades: by street on a map, by type, and who is behind each number."""

import polars as pl
from markupsafe import Markup

from features.errors import NotFoundError
from features.schema import labels
from features.warehouse import Warehouse
from models.clauses import GRADES
from pipelines.charts import stacked_bars
from pipelines.runs import Run, grades_by, read_run
from pipelines.site.book import Book
from pipelines.site.district_map import district_map
from pipelines.site.section import Card, Cell, Section, Table

_COLUMNS = (
    *("business_id", "name", "street", "business_type", "subtype", "risk_grade"),
    *("total_points", "probability", "visits_per_year", "is_key_supervision"),
    "is_provisional",
)
_TABLE = "output.score"


def grades_section(warehouse: Warehouse, book: Book) -> Section:
    """Show the newest score run."""
    title = book.pick("风险等级", "Risk grades")
    try:
        run = read_run(warehouse)
    except NotFoundError:
        made = book.pick("还没有评分：shian score", "no score run yet: shian score")
        return Section("grades", title, missing=made)
    rows = run.scores
    return Section(
        "grades",
        title,
        lead=book.pick(
            f"数据截止 {run.as_of}。等级用于配置检查力量，内部使用，不对外公布。",
            f"As of {run.as_of}. Grades allocate inspection; they are internal.",
        ),
        cards=_cards(run, book),
        figures=[
            (book.pick("各处风险", "Where the risk is"), _map(warehouse, rows, book)),
            (
                book.pick("各业态", "By type"),
                stacked_bars(_by_type(rows, book)),
            ),
        ],
        tables=[_streets(rows, book)],
    )


def listed(rows: pl.DataFrame, book: Book) -> pl.DataFrame:
    """Choose the columns a reader of a list wants."""
    return rows.select(*_COLUMNS, f"reason_1_{book.lang}")


def _cards(run: Run, book: Book) -> list[Card]:
    rows = run.scores
    asked = {
        "all": (book.pick("在营经营者", "businesses trading"), pl.lit(value=True)),
        **{
            f"grade-{g}": (
                book.pick(f"{g} 级", f"grade {g}"),
                pl.col("risk_grade") == g,
            )
            for g in GRADES
        },
        "key": (book.pick("重点监管", "key supervision"), pl.col("is_key_supervision")),
        "provisional": (book.pick("暂定", "provisional"), pl.col("is_provisional")),
    }
    cards = []
    for key, (name, is_in) in asked.items():
        found = listed(rows.filter(is_in), book)
        cell = book.count(key, name, found, _TABLE)
        cards.append(Card(cell.text, name, cell.href))
    return cards


def _streets(rows: pl.DataFrame, book: Book) -> Table:
    """Count grades by street, most C and D first; every count leads to its rows."""
    header = (
        book.pick("街道", "street"),
        *GRADES,
        book.pick("合计", "total"),
        book.pick("C、D占比", "share of C, D"),
    )
    table = []
    for row in grades_by(rows, "street").iter_rows(named=True):
        street = row["street"]
        here = rows.filter(pl.col("street").fill_null("-") == street)
        code = str(here["street_code"].drop_nulls().first() or "none")
        counts = [
            _cell(here.filter(pl.col("risk_grade") == g), f"{code}-{g}", street, book)
            for g in GRADES
        ]
        total = _cell(here, code, street, book)
        risky = _cell(
            here.filter(pl.col("risk_grade").is_in(["C", "D"])),
            f"{code}-CD",
            street,
            book,
        )
        share = Cell(f"{row['share']:.1%}", risky.href, is_number=True)
        table.append([Cell(street, total.href), *counts, total, share])
    return Table(book.pick("各街道", "By street"), header, table)


def _cell(rows: pl.DataFrame, name: str, street: str, book: Book) -> Cell:
    return book.count(f"street-{name}", street, listed(rows, book), _TABLE)


def _by_type(rows: pl.DataFrame, book: Book) -> list[tuple[str, dict[str, int]]]:
    words = {code: book.pick(*both) for code, both in labels("business_type").items()}
    named = rows.with_columns(pl.col("business_type").replace(words))
    counted = grades_by(named, "business_type").iter_rows(named=True)
    return [(row["business_type"], {g: row[g] for g in GRADES}) for row in counted]


def _map(warehouse: Warehouse, rows: pl.DataFrame, book: Book) -> Markup:
    places = warehouse.table("mart.business", "business_id", "valid_from", "lon", "lat")
    newest = places.sort("business_id", "valid_from").unique("business_id", keep="last")
    located = rows.join(newest.collect(), on="business_id", how="left")
    return district_map(located, warehouse.table("mart.street").collect(), book.pick)
