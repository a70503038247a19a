"""Rules that look beyond one value: at the row, the load day, and what is known already.

The rules of a row are the constraints of warehouse.duckdb.sql; here stand the others.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import polars as pl

from features.schema import Column, Table
from features.warehouse import Warehouse
from pipelines.parsing import FAULTS
from pipelines.source_text import LINE

# A business is struck off some days before the register says so; a visit later than
# this after the closing day belongs to another business or carries a wrong date.
CLOSED_GRACE_DAYS = 30
# What no district record reaches by far, by unit: a larger number is a slip of the
# hand. Ten billion yuan is ten times the largest food fine known; a century of days.
ABSURD_FROM = {
    "yuan": 10_000_000_000,
    "item": 10_000,
    "count": 10_000,
    "person": 100_000_000,
    "day": 36_525,
}

_MAY_LIE_AHEAD = {
    "valid_from",
    "valid_to",
    "closed_on",
    "month",
    "left_on",
    "joined_on",
    "first_on",
    "last_on",
}
_PARENT = {"inspection_item": ("inspection", "inspection_id", "unknown_inspection")}
_VISIT_DAY = {"inspection": "inspected_on", "sampling_result": "sampled_on"}


@dataclass(frozen=True)
class Rule:
    """What breaks a rule, and the columns an officer must look at to see why."""

    name: str
    columns: tuple[str, ...]
    broken: str


def checked(
    warehouse: Warehouse, good: pl.DataFrame, rows: pl.DataFrame, rules: list[Rule]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Part the good rows from those that break a rule; each under the first it breaks.

    The faults show the values of `rows`, as they came.
    """
    if not rules:
        return good, pl.DataFrame(schema=FAULTS)
    cases = " ".join(f"when {r.broken} then {n}" for n, r in enumerate(rules))
    query = f'''select * from (select "{LINE}", case {cases} end as rule_no from good)
        where rule_no is not null'''  # noqa: S608
    found = warehouse.sql(query, good=good)
    faults = [pl.DataFrame(schema=FAULTS)]
    for number in found["rule_no"].unique().sort():
        lines = found.filter(pl.col("rule_no") == number)[LINE]
        faults.append(_shown(rules[number], lines, rows))
    kept = good.join(found, on=LINE, how="anti", maintain_order="left")
    return kept, pl.concat(faults)


def rules_of(table: Table, mart: str, loaded_on: date) -> list[Rule]:
    """List the rules of a table, in the order in which they are tried."""
    return [
        *_ranges(table, loaded_on),
        *(
            Rule(
                name, _named_in(condition, table), f"not coalesce(({condition}), true)"
            )
            for name, condition in table.rules.items()
        ),
        *_relations(table, mart),
    ]


def _ranges(table: Table, loaded_on: date) -> Iterator[Rule]:
    for column in table.columns.values():
        if column.sql_type == "date" and column.name not in _MAY_LIE_AHEAD:
            broken = f"{column.name} > date '{loaded_on.isoformat()}'"
            yield Rule("after_load_day", (column.name,), broken)
        elif limit := _limit(column):
            yield Rule(
                "absurd_amount", (column.name,), f"abs({column.name}) >= {limit}"
            )
    if {"lon", "lat"} <= set(table.columns):
        # Only told by a latitude that none can be, as everywhere in China.
        broken = "abs(lat) > 90 and abs(lat) <= 180 and abs(lon) <= 90"
        yield Rule("coordinates_swapped", ("lon", "lat"), broken)


def _limit(column: Column) -> int | None:
    is_number = column.sql_type not in {"date", "varchar", "boolean"}
    return ABSURD_FROM.get(column.unit) if is_number else None


def _relations(table: Table, mart: str) -> Iterator[Rule]:
    if mart in _PARENT:
        parent, key, name = _PARENT[mart]
        yield Rule(name, (key,), f"{key} not in (select {key} from mart.{parent})")  # noqa: S608
    elif mart != "business" and "business_id" in table.columns:
        known = "business_id not in (select business_id from mart.business)"
        yield Rule("unknown_business", ("business_id",), known)
    if day := _VISIT_DAY.get(mart):
        yield Rule("after_business_closed", (day,), _after_closing(day))


def _after_closing(day: str) -> str:
    """Compare with the period that began last: a business may have opened again."""
    return (
        f"{day} > {CLOSED_GRACE_DAYS} + ("  # noqa: S608
        "select arg_max_null(closed_on, valid_from) from mart.business known "
        "where known.business_id = good.business_id)"
    )


def _named_in(condition: str, table: Table) -> tuple[str, ...]:
    words = dict.fromkeys(re.findall(r"\w+", condition))
    return tuple(word for word in words if word in table.columns)


def _shown(rule: Rule, lines: pl.Series, rows: pl.DataFrame) -> pl.DataFrame:
    present = [name for name in rule.columns if name in rows.columns]
    values = {name: pl.col(name).str.strip_chars().fill_null("") for name in present}
    is_one = len(rule.columns) == 1
    listed = [
        value if is_one else pl.lit(f"{n}=") + value for n, value in values.items()
    ]
    return (
        rows.join(lines.to_frame(), on=LINE, how="semi", maintain_order="left")
        .select(
            LINE,
            rule=pl.lit(rule.name),
            column_name=pl.lit(rule.columns[0] if is_one else ""),
            offending_value=pl.concat_str(listed, separator=", ") if listed else None,
        )
        .cast(FAULTS)
    )
