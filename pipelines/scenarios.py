"""What would change the grade: the same computation on facts that have not happened yet.

A scenario adds visits to the record (clean inspections, or the re-inspection that is
due) or lets time pass, and grades the business anew. So it respects every window, direction and rule, and never asks to change the past.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta

import polars as pl

from features.schema import Facts
from pipelines.judging import Assessed

# The days after which a scenario looks again: a day, and whole years, so that the season
# is the same and what differs is the record.
_NEXT, _HALF_YEAR, _YEAR = 1, 183, 365

AssessedAt = Callable[[Facts, date], Assessed]


@dataclass(frozen=True)
class Scenario:
    """What happens, and the grade it leads to on a later day."""

    zh: str
    en: str
    on: date
    probability: float
    total_points: float
    risk_grade: str


def scenarios(
    facts: Facts, business_id: str, as_of: date, assessed_at: AssessedAt
) -> list[Scenario]:
    """Grade a business under what it could bring about: clean visits and clean time."""
    clean = "全项目检查未发现问题"
    plans = (
        (f"下一次{clean}", "the next full inspection finds nothing", [0], _NEXT),
        (
            f"一年内两次{clean}，无新的不良记录",
            "two full inspections in a year find nothing, and nothing else is recorded",
            [_HALF_YEAR, _YEAR - 1],
            _YEAR,
        ),
        (
            f"两年内四次{clean}，无新的不良记录",
            "four full inspections in two years find nothing, and nothing else is recorded",
            [_HALF_YEAR, _YEAR - 1, _YEAR + _HALF_YEAR, 2 * _YEAR - 1],
            2 * _YEAR,
        ),
    )
    clean_time = [
        _scenario(
            (zh, en),
            as_of + timedelta(days=after),
            _with_clean_visits(facts, business_id, as_of, days),
            assessed_at,
        )
        for zh, en, days, after in plans
    ]
    if not _awaits_follow_up(facts, business_id, as_of):
        return clean_time
    passed = _with_clean_visits(facts, business_id, as_of, [0], purpose="follow_up")
    text = "整改复查合格", "the re-inspection of what was found is passed"
    after = as_of + timedelta(days=_NEXT)
    return [_scenario(text, after, passed, assessed_at), *clean_time]


def _awaits_follow_up(facts: Facts, business_id: str, as_of: date) -> bool:
    """Tell whether the latest visit on record was serious, so that another will look."""
    known = facts.inspection.filter(
        pl.col("business_id") == business_id, pl.col("recorded_at") < as_of
    ).sort("inspected_on", "inspection_id")
    return bool(known.tail(1)["is_serious"].fill_null(value=False).any())


def _scenario(
    text: tuple[str, str], on: date, facts: Facts, assessed_at: AssessedAt
) -> Scenario:
    grade = assessed_at(facts, on).graded.row(0, named=True)
    return Scenario(
        *text, on, grade["probability"], grade["total_points"], grade["risk_grade"]
    )


def _with_clean_visits(
    facts: Facts,
    business_id: str,
    as_of: date,
    days: list[int],
    *,
    purpose: str = "routine",
) -> Facts:
    """Add inspections without any finding, recorded the same day; routine ones are full."""
    is_full = purpose == "routine"
    visits = pl.DataFrame(
        {
            "inspection_id": [f"scenario-{day}" for day in days],
            "business_id": business_id,
            "inspected_on": [as_of + timedelta(days=day) for day in days],
            "recorded_at": [as_of + timedelta(days=day) for day in days],
            "purpose": purpose,
            "result_code": "NO_ISSUE",
            "is_full_checklist": is_full,
            "key_failed": 0,
            "general_failed": 0,
            "minor_failed": 0,
            "checklist_points": 0.0 if is_full else None,
            "is_serious": False,
            "is_refused": False,
        }
    )
    schema = facts.inspection.schema
    missing = [name for name in schema if name not in visits.columns]
    full = visits.with_columns(pl.lit(None).alias(name) for name in missing)
    typed = full.select(pl.col(name).cast(dtype) for name, dtype in schema.items())
    return replace(facts, inspection=pl.concat([facts.inspection, typed]))
