"""A worklist as people read it: names, addresses, and the three first risk reasons."""

import json
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import polars as pl

from features.errors import NotFoundError
from features.schema import labels
from features.warehouse import Warehouse
from pipelines.weekly.reading import BUSINESSES

REASONS = 3

_ROWS = """
select worklist.*, office.name as office
from output.worklist
left join mart.office using (office_id)
where run_id = ?
order by is_overdue desc, visit_on, inspector_id, second_inspector_id, position
"""
_GRADES = "select business_id, risk_grade from output.score where run_id = ?"
# What raises the risk; what lowers it is no reason to look anywhere.
_REASONS = """
select business_id, place, text_zh, text_en,
from (
    select *, row_number() over (partition by business_id order by rank) as place
    from output.reason where run_id = ? and contribution > 0
)
where place <= ? order by business_id, place
"""
_STREETS = "select street_code, name as street from mart.street"
_CHANGES = "select * from output.worklist_change where run_id = ? order by all"


@dataclass(frozen=True)
class Listing:
    """A list to print: its origin, the rows with what is overdue first, the changes.

    `rows` adds to output.worklist: office, name, address, street, licence_no, usci, lon,
    lat, risk_grade, and why_zh and why_en, the first risk reasons, one a line.
    """

    title: str
    title_en: str
    first: date
    last: date
    as_of: date
    run_id: str
    origin: dict[str, Any]
    rows: pl.DataFrame
    changes: pl.DataFrame

    def of_office(self, office: str) -> "Listing":
        """Keep the rows and changes of one office."""
        mine = self.rows.filter(pl.col("office_id").fill_null("") == office)
        touched = self.changes.filter(pl.col("office_id").fill_null("") == office)
        return replace(self, rows=mine, changes=touched)

    @property
    def series(self) -> str:
        """Name the list whose files a later run replaces: that of a week, or of a draw."""
        week = self.origin.get("week")
        return f"week {week}" if week else self.run_id

    @property
    def offices(self) -> list[str]:
        """List the offices that go out."""
        return sorted(self.rows["office_id"].fill_null("").unique())


def read_listing(
    warehouse: Warehouse, run_id: str, *, titles: tuple[str, str]
) -> Listing:
    """Read a worklist run as people read it.

    Raises:
        NotFoundError: there is no such run.
    """
    found = warehouse.sql("select * from output.run where run_id = ?", [run_id])
    if found.is_empty():
        message = f"{warehouse.path} holds no worklist {run_id}; make one with: shian schedule --week MONDAY"
        raise NotFoundError(message)
    run = found.row(0, named=True)
    stated = json.loads(run["parameters"])
    first = date.fromisoformat(stated["week"])
    known = warehouse.sql(BUSINESSES, [run["as_of"]])
    changes = warehouse.sql(_CHANGES, [run_id]).join(
        known.select("business_id", "name", "office_id"), on="business_id", how="left"
    )
    return Listing(
        title=titles[0],
        title_en=titles[1],
        first=first,
        last=first + timedelta(days=6),
        as_of=run["as_of"],
        run_id=run_id,
        origin={**run, **stated},
        rows=described(warehouse, warehouse.sql(_ROWS, [run_id]), known, stated),
        changes=changes,
    )


def described(
    warehouse: Warehouse,
    rows: pl.DataFrame,
    known: pl.DataFrame,
    stated: dict[str, Any],
) -> pl.DataFrame:
    """Add to the rows of a worklist what people need to find the door and know why."""
    score_run = stated.get("score_run") or ""
    told = warehouse.sql(_REASONS, [score_run, REASONS])
    why = told.group_by("business_id", maintain_order=True).agg(
        why_zh=_numbered("text_zh"), why_en=_numbered("text_en")
    )
    about = known.select(
        *("business_id", "name", "address", "street_code", "licence_no", "usci"),
        *("lon", "lat"),
    )
    return (
        rows.join(about, on="business_id", how="left", maintain_order="left")
        .join(
            warehouse.sql(_STREETS), on="street_code", how="left", maintain_order="left"
        )
        .join(
            warehouse.sql(_GRADES, [score_run]),
            on="business_id",
            how="left",
            maintain_order="left",
        )
        .join(why, on="business_id", how="left", maintain_order="left")
    )


def _numbered(column: str) -> pl.Expr:
    return pl.format("{}. {}", pl.col("place"), pl.col(column)).str.join("\n")


def word(kind: str, code: str | None, lang: str = "zh") -> str:
    """Say a code in words."""
    pair = labels(kind).get(code or "", (code or "", code or ""))
    return pair[0] if lang == "zh" else pair[1]
