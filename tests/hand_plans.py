"""Writes a plain plan into a warehouse: one visit a business, weeks in turn."""

from datetime import date, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import polars as pl

from features.schema import schema
from features.warehouse import open_warehouse
from models.rules import load_rules
from pipelines.weekly.reading import BUSINESSES, read_roster

PLAN, MONDAY, AS_OF = "handplan", date(2026, 3, 9), date(2026, 1, 1)
WEEKS = 12


def hand_plan(path: Path, *, score_run: str = "scored", weeks: int = WEEKS) -> None:
    """Plan each business once, in one of some weeks from MONDAY on, in turn."""
    with open_warehouse(path) as warehouse:
        known = warehouse.sql(BUSINESSES, [AS_OF])
        roster = read_roster(warehouse, [], AS_OF)
        numbers = count()
        rows = [
            row
            for business in known.iter_rows(named=True)
            if (row := _row(business, next(numbers), roster, weeks))
        ]
        run = {
            "run_id": PLAN,
            "kind": "plan",
            "as_of": AS_OF,
            "law_version": load_rules().version,
            "code_version": "1",
            "data_fingerprint": "1",
            "businesses": len(rows),
            "parameters": f'{{"year": 2026, "score_run": "{score_run}"}}',
        }
        warehouse.replace_run("output.run", _frame("output.run", [run]), PLAN)
        warehouse.replace_run("output.plan", _frame("output.plan", rows), PLAN)


def _row(
    business: dict[str, Any], number: int, roster: Any, weeks: int
) -> dict[str, Any] | None:
    able = [
        who
        for who, office in roster.office.items()
        if office == business["office_id"]
        and (
            roster.qualified[who] is None
            or business["business_type"] in roster.qualified[who]
        )
        and (who, business["business_id"]) not in roster.conflicts
    ]
    if len(able) < 2:
        return None
    at = 2 * (number % (len(able) // 2))
    return {
        "run_id": PLAN,
        "visit_id": f"visit{number:06d}",
        "business_id": business["business_id"],
        "visit_no": 1,
        "requirement": "grade_b",
        "serves": "grade_b",
        "purpose": "routine",
        "legal_basis": "《食品生产经营监督检查管理办法》第二十二条",
        "checklist": "full",
        "week_starting": MONDAY + timedelta(weeks=number % weeks),
        "earliest_on": AS_OF,
        "due_on": date(2026, 12, 31),
        "office_id": business["office_id"],
        "street_code": business["street_code"],
        "inspector_id": able[at],
        "second_inspector_id": able[at + 1],
        "minutes": 75.0,
        "travel_minutes": 10.0,
        "probability": (1 + number % 60) / 100,
        "harm": 1.0,
        "is_random": number % 10 == 0,
        "inclusion_probability": 0.125 if number % 10 == 0 else None,
    }


def _frame(table: str, rows: list[dict[str, Any]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=schema()[table].empty().schema)
