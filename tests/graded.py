"""Draws what `grade` asks for around one business of so many points."""

from datetime import date

import polars as pl

from models.clauses import Ground
from models.grading import grade
from models.rules import load_rules
from tests.worked import DAY, mart

RULES = load_rules().in_force(DAY)


def inputs(points=0.0, **changes):
    """Draw one ordinary caterer whose static points are all it has."""
    usual = {
        "business_id": "b",
        "business_type": "catering",
        "subtype": "restaurant_s",
        "is_special_food": None,
        "opened_on": date(2015, 1, 1),
        "static_points": points,
        "is_provisional": False,
        "checklist_points": None,
        "probability": None,
        "stated_lower": None,
        "stated_upper": None,
    }
    types = {
        "is_special_food": pl.Boolean(),
        "subtype": pl.String(),
        "opened_on": pl.Date(),
        "static_points": pl.Float64(),
        "is_provisional": pl.Boolean(),
        "checklist_points": pl.Float64(),
        "probability": pl.Float64(),
        "stated_lower": pl.Float64(),
        "stated_upper": pl.Float64(),
    }
    return pl.DataFrame([{**usual, **changes}], schema_overrides=types)


def found(*grounds, business_id="b"):
    """Draw grounds as find_grounds gives them, as far as grading looks at them."""
    rows = [
        {
            "business_id": business_id,
            "ground": ground,
            "direction": RULES.get(Ground, ground).direction,
        }
        for ground in grounds
    ]
    types = {"business_id": pl.String(), "ground": pl.String(), "direction": pl.Int8()}
    return pl.DataFrame(rows, schema=types)


def decision(ground, shift):
    """Draw an officer's decision for the year."""
    return {
        "business_id": "b",
        "ground": ground,
        "decided_on": date(2026, 3, 1),
        "recorded_at": date(2026, 3, 2),
        "grade_year": 2026,
        "shift": shift,
        "officer": "王某",
        "reason": "依法调整",
    }


def decisions(*rows):
    """Draw the table of decisions."""
    return mart("grade_decision", rows)


def graded(points=0.0, *, rules=RULES, grounds=None, decisions=None, **changes):
    """Grade the one business and give its row."""
    frame = grade(
        inputs(points, **changes),
        rules,
        grounds=found() if grounds is None else grounds,
        decisions=mart("grade_decision") if decisions is None else decisions,
    )
    return frame.row(0, named=True)
