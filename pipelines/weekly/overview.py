"""One page on a week: who is out how long, what of the year is covered, and where."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl
from markupsafe import Markup

from features.schema import labels
from features.warehouse import Warehouse
from pipelines import charts
from pipelines.report import pages
from pipelines.street_map import Street, street_map
from pipelines.weekly.reading import BUSINESSES, MADE
from pipelines.weekly.view import Listing, word

# How the year's plan stands before the week: done, in this week, missed, still to come.
_COVERAGE = f"""
with made as ({MADE}),
stand as (
    select
        plan.requirement,
        case
            when visit_id in (select visit_id from made) then 'done'
            when visit_id in (
                select visit_id from output.worklist where run_id = $3
            ) then 'week'
            when plan.week_starting + 7 <= $2 then 'missed'
            else 'ahead'
        end as state,
    from output.plan plan where run_id = $1
)
select requirement, state, count(*) as visits from stand group by all order by all
"""  # noqa: S608  both parts are ours
_STATES = {
    "done": ("已完成", "done", "done"),
    "week": ("本周", "this week", "week"),
    "missed": ("已过周次未完成", "missed", "late"),
    "ahead": ("以后各周", "still to come", "ahead"),
}
_URGENT_ROWS = 20


# What the year's plan has no hands for, by month, and what another pair would bring.
_SHORTAGE = """
select
    month,
    sum(person_days_needed - person_days_missing) as planned,
    sum(person_days_missing) as missing,
    sum(visits_dropped) as visits_dropped,
from output.plan_shortage where run_id = ? group by month order by month
"""
_PAIRS = "select parameters from output.run where run_id = ? and kind = 'plan'"
_OFFICES = "select office_id, name from mart.office"
_PAIR_ROWS = 5


@dataclass(frozen=True)
class Picture:
    """What the page shows beside the list: the year's plan, and the streets."""

    coverage: pl.DataFrame
    streets: Sequence[Street]
    shortage: pl.DataFrame
    pairs: Sequence[Mapping[str, Any]]


def read_picture(warehouse: Warehouse, listing: Listing) -> Picture:
    """Read how the year's plan stands, and where the businesses and visits are."""
    plan_run = listing.origin.get("plan_run")
    coverage = warehouse.sql(_COVERAGE, [plan_run, listing.as_of, listing.run_id])
    known = warehouse.sql(BUSINESSES, [listing.as_of]).drop_nulls(["lon", "lat"])
    names = dict(warehouse.sql("select street_code, name from mart.street").iter_rows())
    counted = {
        row["street_code"]: row
        for row in listing.rows.group_by("street_code")
        .agg(visits=pl.len(), overdue=pl.col("is_overdue").sum())
        .iter_rows(named=True)
    }
    streets = []
    for (code,), rows in known.sort("street_code", "business_id").group_by(
        ["street_code"], maintain_order=True
    ):
        told = counted.get(code, {"visits": 0, "overdue": 0})
        name = names.get(code, code or "-")
        streets.append(
            Street(
                name=name.removesuffix("街道"),
                places=rows.select("lon", "lat").rows(),
                visits=told["visits"],
                overdue=told["overdue"],
                tip=f"{name}：{told['visits']} 次检查，逾期 {told['overdue']}",
            )
        )
    shortage = warehouse.sql(_SHORTAGE, [plan_run])
    return Picture(coverage, streets, shortage, _pairs(warehouse, plan_run))


def _pairs(warehouse: Warehouse, plan_run: str | None) -> list[dict[str, Any]]:
    """List the offices short of hands, with what one more pair would bring."""
    run = warehouse.sql(_PAIRS, [plan_run])
    told = json.loads(run.item()).get("one_more_pair", []) if run.height else []
    names = dict(warehouse.sql(_OFFICES).iter_rows())
    short = [
        {**one, "office": names.get(one["office_id"]) or one["office_id"]}
        for one in told
        if one["dropped"]
    ]
    return short[:_PAIR_ROWS]


def overview(listing: Listing, picture: Picture, lang: str) -> str:
    """Render the page in a language."""
    rows = listing.rows
    view = {
        "lang": lang,
        "t": lambda zh, en: zh if lang == "zh" else en,
        "title": listing.title if lang == "zh" else listing.title_en,
        "listing": listing,
        "visits": rows.height,
        "overdue": int(rows["is_overdue"].sum()),
        "pairs": rows.select("inspector_id", "second_inspector_id").n_unique(),
        "new": rows.filter(~pl.col("source").is_in(["plan", "draw"])).height,
        "moved": listing.changes.height,
        "workload": _workload(rows, lang),
        "days": _by_day(rows, lang),
        "coverage": _coverage(picture.coverage, lang),
        "map": street_map(picture.streets),
        "shortage": _shortage(picture.shortage, lang),
        "short_pairs": picture.pairs,
        "urgent": _urgent(rows, lang),
        "changes": _changes(listing.changes, lang),
    }
    return pages().get_template("worklist.html.j2").render(view)


def _workload(rows: pl.DataFrame, lang: str) -> Markup:
    by_office = (
        rows.group_by(office=pl.coalesce("office", "office_id", pl.lit("-")))
        .agg(
            premises=pl.col("minutes").sum() / 60,
            way=pl.col("travel_minutes").sum() / 60,
            visits=pl.len(),
        )
        .sort("premises", "office", descending=[True, False])
    )
    names = ("现场", "路途") if lang == "zh" else ("on premises", "on the way")
    return charts.parted_bars(
        [
            (
                row["office"].removesuffix("市场监管所"),
                [(names[0], "done", row["premises"]), (names[1], "way", row["way"])],
                f"{row['premises'] + row['way']:.0f} h",
            )
            for row in by_office.iter_rows(named=True)
        ]
    )


def _by_day(rows: pl.DataFrame, lang: str) -> Markup:
    late, other = ("逾期", "其他") if lang == "zh" else ("overdue", "other")
    by_day = (
        rows.group_by("visit_on")
        .agg(visits=pl.len(), late=pl.col("is_overdue").sum())
        .sort("visit_on")
    )
    return charts.parted_bars(
        [
            (
                f"{row['visit_on']:%m-%d}",
                [
                    (late, "late", row["late"]),
                    (other, "done", row["visits"] - row["late"]),
                ],
                str(row["visits"]),
            )
            for row in by_day.iter_rows(named=True)
        ]
    )


def _coverage(coverage: pl.DataFrame, lang: str) -> Markup:
    at = 0 if lang == "zh" else 1
    counts: dict[str, dict[str, int]] = {}
    for requirement, state, visits in coverage.iter_rows():
        counts.setdefault(requirement, {})[state] = visits
    order = [code for code in labels("plan_requirement") if code in counts]
    return charts.parted_bars(
        [
            (
                word("plan_requirement", code, lang).split("：")[0],
                [
                    (names[at], names[2], counts[code].get(state, 0))
                    for state, names in _STATES.items()
                ],
                f"{sum(counts[code].values()):,}",
            )
            for code in order
        ],
        is_share=True,
    )


def _shortage(shortage: pl.DataFrame, lang: str) -> Markup:
    """Draw what each month of the year needs and lacks; nothing where nothing lacks."""
    if not shortage["missing"].sum():
        return Markup()
    has, lacks = ("已排", "缺") if lang == "zh" else ("planned", "missing")
    return charts.parted_bars(
        [
            (
                f"{row['month']:%m}",
                [(has, "done", row["planned"]), (lacks, "late", row["missing"])],
                f"-{row['missing']:,.0f}" if row["missing"] else "",
            )
            for row in shortage.iter_rows(named=True)
        ]
    )


def _urgent(rows: pl.DataFrame, lang: str) -> list[dict[str, Any]]:
    """List what is overdue or new, the earliest last day first."""
    pressing = rows.filter(
        pl.col("is_overdue") | ~pl.col("source").is_in(["plan", "draw"])
    ).sort("due_on", "visit_id")
    return [
        {
            **row,
            "reason": row["reason"] if lang == "zh" else row["reason_en"],
            "why": (row[f"why_{lang}"] or "").split("\n")[0],
        }
        for row in pressing.head(_URGENT_ROWS).iter_rows(named=True)
    ]


def _changes(changes: pl.DataFrame, lang: str) -> list[tuple[str, str, int]]:
    why = "why" if lang == "zh" else "why_en"
    counted = changes.group_by("change", why).len().sort("len", "change", why)
    return [
        (word("worklist_change", change, lang), reason, count)
        for change, reason, count in counted.reverse().iter_rows()
    ]
