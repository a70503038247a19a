"""Dynamic points by worked examples: the scale, the basis, the last checklist."""

from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.clauses import Scale
from models.dynamic_points import (
    SCALE,
    last_checklist,
    model_points,
    with_dynamic_points,
)
from models.rules import load_rules
from tests import README
from tests.worked import DAY, cases, mart

RULES = load_rules().in_force(DAY)


def points_of(*probabilities):
    frame = pl.DataFrame({"probability": probabilities}, {"probability": pl.Float64()})
    return frame.select(model_points(pl.col("probability"), RULES)).to_series()


@pytest.mark.parametrize("example", cases("scale.csv"))
def test_the_published_scale_gives_the_points(example):
    assert points_of(float(example["probability"]))[0] == float(example["points"])


def test_every_knot_of_the_scale_has_a_worked_example():
    shown = {float(case.values[0]["probability"]) for case in cases("scale.csv")}
    assert {knot.probability for knot in RULES.get(Scale, SCALE).knots} <= shown


def test_the_scale_is_published_with_a_version_of_its_own():
    assert RULES.get(Scale, SCALE).version == "1"
    assert "系统默认" in RULES.citation(SCALE)


def test_no_probability_gives_no_points():
    assert points_of(None).to_list() == [None]


@given(st.lists(st.floats(0, 1), min_size=2, max_size=30))
def test_the_scale_never_falls_and_stays_within_zero_to_sixty(probabilities):
    points = points_of(*sorted(probabilities))
    assert points.is_sorted()
    assert points.is_between(0, RULES.number("grade.dynamic_max")).all()
    assert ((points * 10 - (points * 10).round(0)).abs() < 1e-9).all()


INPUTS = {
    "checklist_points": pl.Float64(),
    "opened_on": pl.Date(),
    "probability": pl.Float64(),
    "stated_lower": pl.Float64(),
    "stated_upper": pl.Float64(),
}


def number(text):
    return None if text is None else float(text)


@pytest.mark.parametrize("example", cases("basis.csv"))
def test_the_policy_says_which_dynamic_points_count(example):
    rules = RULES.what_if("policy.dynamic_basis", value=example["policy"])
    opened = example["opened_on"] and date.fromisoformat(example["opened_on"])
    probability = number(example["probability"])
    inputs = pl.DataFrame(
        [(number(example["checklist"]), opened, *[probability] * 3)],
        schema=INPUTS,
        orient="row",
    )
    got = with_dynamic_points(inputs, rules).row(0, named=True)
    assert got["dynamic_points"] == float(example["dynamic"])
    assert got["basis"] == example["basis"]
    assert got["dynamic_lower"] == got["dynamic_upper"] == got["dynamic_points"]


def test_the_interval_of_the_points_follows_the_policy():
    inputs = pl.DataFrame(
        {
            "checklist_points": [12.0],
            "opened_on": [date(2015, 1, 1)],
            "probability": [0.10],
            "stated_lower": [0.05],
            "stated_upper": [0.20],
        }
    )
    got = with_dynamic_points(inputs, RULES).row(0, named=True)
    assert (got["dynamic_lower"], got["dynamic_points"], got["dynamic_upper"]) == (
        12.0,  # the checklist counts where the model would give 10
        16.0,
        25.0,
    )


def visit(**changes):
    usual = {
        "inspection_id": "v",
        "business_id": "b",
        "inspected_on": date(2026, 3, 1),
        "recorded_at": date(2026, 3, 2),
        "checklist_points": 10.0,
        "is_full_checklist": True,
    }
    return {**usual, **changes}


OLDEST = DAY - timedelta(days=730)


@pytest.mark.parametrize(
    ("changes", "counts", "why"),
    [
        ({}, True, "a full checklist"),
        ({"is_full_checklist": None}, True, "not said to be partial"),
        ({"is_full_checklist": False}, False, "a visit to some items only"),
        ({"checklist_points": None}, False, "no score"),
        ({"checklist_points": 0.0}, True, "nothing found is a score too"),
        ({"recorded_at": DAY}, False, "recorded on the day"),
        ({"recorded_at": date(2026, 6, 29)}, True, "recorded the day before"),
        ({"inspected_on": OLDEST}, True, "730 days ago"),
        ({"inspected_on": date(2024, 6, 29)}, False, "731 days ago"),
    ],
)
def test_a_scored_visit_counts(changes, counts, why):
    found = last_checklist(mart("inspection", [visit(**changes)]), RULES)
    assert found.height == counts, why


def test_the_last_scored_visit_counts_whatever_the_order_of_the_rows():
    rows = [
        visit(
            inspection_id="old", inspected_on=date(2026, 1, 1), checklist_points=30.0
        ),
        visit(inspection_id="new", checklist_points=8.0),
        visit(
            inspection_id="partial",
            inspected_on=date(2026, 5, 1),
            is_full_checklist=False,
        ),
        visit(inspection_id="other", business_id="c", checklist_points=1.0),
    ]
    for shuffled in (rows, rows[::-1]):
        found = last_checklist(mart("inspection", shuffled), RULES).sort("business_id")
        assert found["checklist_inspection_id"].to_list() == ["new", "other"]
        assert found["checklist_points"].to_list() == [8.0, 1.0]
        assert found["checklist_on"].to_list() == [date(2026, 3, 1)] * 2


def test_the_readme_publishes_the_scale_in_force() -> None:
    scale = RULES.get(Scale, SCALE)
    shares = " | ".join(f"{knot.probability:.0%}" for knot in scale.knots)
    points = " | ".join(f"{knot.points:g}" for knot in scale.knots)
    text = README.read_text("utf-8")
    assert f"| scale version {scale.version}: probability | {shares} |" in text
    assert f"| dynamic points | {points} |" in text
