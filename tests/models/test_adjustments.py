"""What grounds recommend and what decisions do, by worked examples and properties."""

from datetime import date

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.adjustments import decided_shifts, recommended_shifts
from models.clauses import GRADES, Ground
from models.rules import load_rules
from tests.graded import decision, decisions, found, graded
from tests.worked import DAY, cases

RULES = load_rules().in_force(DAY)
GROUNDS = [rule.id for rule in RULES.all(Ground)]


@pytest.mark.parametrize("example", cases("adjustments.csv"))
def test_grounds_recommend_and_decisions_decide(example):
    taken = [text.split(":") for text in (example["decisions"] or "").split()]
    got = graded(
        float(example["points"]),
        grounds=found(*(example["grounds"] or "").split()),
        decisions=decisions(*(decision(g, int(shift)) for g, shift in taken)),
    )
    assert got["recommended_shift"] == int(example["recommended"])
    assert got["decided_shift"] == int(example["decided"])
    assert got["risk_grade"] == example["grade"]
    assert got["open_grounds"] == (example["open"] or "")


def test_every_ground_of_the_measures_has_a_decided_example():
    rows = [case.values[0] for case in cases("adjustments.csv")]
    decided = {
        text.split(":")[0]
        for row in rows
        if row["decided"] != "0"
        for text in row["decisions"].split()
    }
    assert set(GROUNDS) <= decided


@pytest.mark.parametrize(
    ("changes", "counts", "why"),
    [
        ({}, True, "decided and recorded in the year"),
        ({"recorded_at": DAY}, False, "recorded on the day"),
        ({"grade_year": 2025}, False, "for another year"),
        ({"grade_year": 2027}, False, "for the next year"),
        (
            {"decided_on": date(2025, 12, 20), "recorded_at": date(2025, 12, 21)},
            True,
            "last year's record adjusts this year's grade (art 28)",
        ),
    ],
)
def test_a_decision_counts_in_its_year_once_it_is_known(changes, counts, why):
    taken = decisions({**decision("R29-2", 1), **changes})
    assert (graded(35, decisions=taken)["decided_shift"] == 1) is counts, why


def test_of_several_decisions_on_one_ground_the_last_counts():
    first = {**decision("R29-2", 2), "decided_on": date(2026, 2, 1)}
    last = {**decision("R29-2", 0), "decided_on": date(2026, 5, 1)}
    for taken in (decisions(first, last), decisions(last, first)):
        got = graded(35, grounds=found("R29-2"), decisions=taken)
        assert got["risk_grade"] == "B"
        assert got["open_grounds"] == ""


def test_a_bureau_may_recommend_two_grades():
    rules = RULES.what_if("policy.raise_shift", value=2.0)
    got = recommended_shifts(found("R29-4"), rules)
    assert got["recommended_shift"].to_list() == [2]


some_decisions = st.lists(
    st.tuples(st.sampled_from([*GROUNDS, "X99"]), st.integers(-1, 2)), max_size=6
)
some_grounds = st.lists(st.sampled_from(GROUNDS), unique=True, max_size=4)


@settings(max_examples=40)
@given(st.floats(0, 100), some_grounds)
def test_a_recommendation_alone_never_changes_a_grade(points, grounds):
    got = graded(points, grounds=found(*grounds))
    assert got["risk_grade"] == got["grade_by_points"]
    assert got["decided_shift"] == 0


@settings(max_examples=40)
@given(st.floats(0, 100), some_grounds, some_decisions)
def test_a_decided_shift_stays_within_the_law_and_a_to_d(points, grounds, taken):
    rows = [decision(ground, shift) for ground, shift in taken]
    got = graded(points, grounds=found(*grounds), decisions=decisions(*rows))
    assert -1 <= got["decided_shift"] <= 2
    moved = GRADES.index(got["risk_grade"]) - GRADES.index(got["grade_by_points"])
    place = GRADES.index(got["grade_by_points"]) + got["decided_shift"]
    assert GRADES.index(got["risk_grade"]) == min(max(place, 0), 3)
    assert moved * got["decided_shift"] >= 0


@settings(max_examples=40)
@given(some_decisions, st.sampled_from([g for g in GROUNDS if g.startswith("R")]))
def test_a_decided_raise_blocks_every_lowering(taken, raised):
    others = [decision(ground, shift) for ground, shift in taken if ground != raised]
    got = decided_shifts(decisions(*others, decision(raised, 1)), RULES)
    assert got["decided_shift"].item() >= 1


@settings(max_examples=40)
@given(some_decisions, st.randoms(use_true_random=False))
def test_the_order_of_decisions_on_different_grounds_changes_nothing(taken, random):
    rows = [decision(ground, shift) for ground, shift in dict(taken).items()]
    shuffled = random.sample(rows, len(rows))
    got = decided_shifts(decisions(*rows), RULES)
    assert got.equals(decided_shifts(decisions(*shuffled), RULES))


def test_a_district_of_many_is_adjusted_one_by_one():
    grounds = pl.concat([found("R29-2", business_id="a"), found("L31-1")])
    got = recommended_shifts(grounds, RULES).sort("business_id")
    assert got["recommended_shift"].to_list() == [1, -1]
