"""From points to a grade: worked examples of the rulebook, then properties."""

from datetime import date

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.clauses import GRADES, GradeBands
from models.grading import BANDS, grade, grade_parts
from models.ratings import grade_of
from models.rules import load_rules
from models.static_points import static_points
from tests.graded import decision, decisions, found, graded, inputs
from tests.worked import DAY, cases, mart

RULES = load_rules().in_force(DAY)


@pytest.mark.parametrize("example", cases("grade_bands.csv"))
def test_points_give_the_grade_of_their_band(example):
    got = graded(
        float(example["static"]),
        checklist_points=float(example["dynamic"]),
    )
    assert got["grade_by_points"] == got["risk_grade"] == example["grade"]


def test_every_edge_of_the_bands_has_worked_examples_on_both_sides():
    totals = {
        float(case.values[0]["static"]) + float(case.values[0]["dynamic"])
        for case in cases("grade_bands.csv")
    }
    for band in RULES.get(GradeBands, BANDS).bands[:-1]:
        assert band.up_to in totals
        assert any(band.up_to < total <= band.up_to + 0.5 for total in totals)


def vector_frames(example):
    """Draw the business of a test vector: the inputs of grading, and static parts."""
    rows = [
        {"factor": factor, "value_code": "-", "value_number": amount}
        for factor, amount in example.get("factors", {}).items()
    ] + [
        {"factor": factor, "value_code": code}
        for factor, codes in example.get("categories", {}).items()
        for code in codes
    ]
    who = {"business_id": "b", "business_type": example["business_type"]}
    static = static_points(
        mart("business", [who]),
        mart("static_factor", [{"business_id": "b", **row} for row in rows]),
        RULES,
    )
    points = static.points.row(0, named=True)
    probability = example.get("probability")
    frame = inputs(
        points["static_points"],
        business_type=example["business_type"],
        subtype=None,
        is_provisional=points["is_provisional"],
        makes_special_food=points["makes_special_food"],
        opened_on=example.get("opened_on", date(2015, 1, 1)),
        checklist_points=None if probability else 0.0,
        probability=probability,
        stated_lower=probability,
        stated_upper=probability,
    )
    return frame, static.parts


@pytest.mark.parametrize("example", cases("test_vectors.toml"))
def test_the_rulebooks_test_vectors(example):
    if "scores" in example:
        frame = pl.DataFrame({"score": example["scores"]})
        grades = frame.select(grade_of(pl.col("score"), RULES.get(GradeBands, BANDS)))
        assert grades.to_series().to_list() == example["grades"]
        return
    if "grade_before" in example:
        taken = [decision(d["ground"], d["shift"]) for d in example["decisions"]]
        got = graded(
            example["points"],
            grounds=found(*example["grounds"]),
            decisions=decisions(*taken),
        )
        assert got["grade_by_points"] == example["grade_before"]
        assert got["recommended_shift"] == example["recommended"]
        assert got["risk_grade"] == example["grade"]
        return
    frame, parts = vector_frames(example)
    got = grade(frame, RULES, grounds=found(), decisions=decisions())
    row = got.row(0, named=True)
    assert row["total_points"] == example["total"]
    assert row["risk_grade"] == example["grade"]
    assert row["is_key_supervision"] is example["key"]
    assert row["is_provisional"] is False
    assert grade_parts(got, parts, RULES)["points"].sum() == example["total"]


@pytest.mark.parametrize(
    ("changes", "basis", "rule_id", "zh"),
    [
        (
            {"checklist_points": 20.0, "probability": 0.05},
            "checklist",
            "grade.dynamic_checklist",
            "最近一次检查表评分，动态风险分计20分",
        ),
        (
            {"checklist_points": 5.0, "probability": 0.06},
            "model",
            "policy.probability_scale",
            "模型估计严重不合格概率6%，按公布的第1版换算表计11.2分",
        ),
    ],
)
def test_the_dynamic_part_names_its_basis_and_its_article(changes, basis, rule_id, zh):
    frame = inputs(10.0, **changes, stated_lower=0.05, stated_upper=0.06)
    got = grade(frame, RULES, grounds=found(), decisions=decisions())
    part = grade_parts(got, no_parts(), RULES).row(0, named=True)
    assert got["basis"].item() == basis
    assert part["rule_id"] == rule_id
    assert part["zh"] == zh
    assert part["points"] == got["dynamic_points"].item()
    assert part["article"] == RULES.citation(rule_id)
    assert part["article_en"] == RULES.citation(rule_id, "en")


def no_parts():
    return static_points(mart("business"), mart("static_factor"), RULES).parts


def test_static_points_alone_have_no_dynamic_part():
    got = grade(inputs(10.0), RULES, grounds=found(), decisions=decisions())
    assert grade_parts(got, no_parts(), RULES).is_empty()


def test_parts_of_a_business_that_is_not_graded_are_left_out():
    _, parts = vector_frames({"business_type": "seller"})
    got = grade(inputs(business_id="x"), RULES, grounds=found(), decisions=decisions())
    assert grade_parts(got, parts, RULES).is_empty()


@pytest.mark.parametrize(
    ("static", "checklist", "grade_"),
    [(17.7, 12.3, "A"), (0.1 + 0.2, 29.7, "A"), (18.2, 26.8, "B"), (30.2, 29.8, "C")],
)
def test_a_sum_of_floats_does_not_step_over_an_edge(static, checklist, grade_):
    got = graded(static, checklist_points=checklist)
    assert got["risk_grade"] == grade_
    assert got["is_near_edge"] is False


def test_an_interval_across_an_edge_is_near_the_edge():
    across = {"probability": 0.10, "stated_lower": 0.05, "stated_upper": 0.2}
    assert graded(10.0, **across)["is_near_edge"] is True
    assert graded(0.0, **across)["is_near_edge"] is False


@pytest.mark.parametrize(
    ("changes", "provisional", "why"),
    [
        ({"checklist_points": 5.0}, False, "all known"),
        ({"checklist_points": 5.0, "is_provisional": True}, True, "static doubtful"),
        ({}, True, "nothing dynamic to go by"),
        ({"opened_on": date(2026, 6, 1)}, False, "a new business needs none"),
    ],
)
def test_a_grade_is_provisional_when_a_value_behind_it_is_doubtful(
    changes, provisional, why
):
    assert graded(10.0, **changes)["is_provisional"] is provisional, why


def test_extra_columns_pass_through_and_scratch_columns_do_not():
    got = graded(10.0, street_code="330102001")
    assert got["street_code"] == "330102001"
    assert not {"raising", "lowering", "dynamic_lower", "disallowed"} & set(got)


probabilities = st.floats(0, 1)


@settings(max_examples=40)
@given(
    static=st.tuples(st.floats(0, 40), st.floats(0, 40)),
    checklist=st.tuples(st.floats(0, 60), st.floats(0, 60)),
    probability=st.tuples(probabilities, probabilities),
)
def test_more_points_never_give_a_milder_grade(static, checklist, probability):
    low, high = (
        graded(
            pick(static),
            checklist_points=pick(checklist),
            probability=pick(probability),
            stated_lower=pick(probability),
            stated_upper=pick(probability),
        )
        for pick in (min, max)
    )
    assert GRADES.index(low["risk_grade"]) <= GRADES.index(high["risk_grade"])
    assert low["visits_per_year"] <= high["visits_per_year"]


@settings(max_examples=40)
@given(
    amounts=st.dictionaries(
        st.sampled_from(["area_m2", "bulk_chilled_sku", "prepacked_ambient_sku"]),
        st.integers(0, 12_000),
    ),
    checklist=st.none() | st.floats(0, 60).map(lambda x: round(x, 1)),
    probability=st.none() | probabilities,
)
def test_the_parts_sum_to_the_total_and_every_part_is_cited(
    amounts, checklist, probability
):
    frame, parts = vector_frames({"business_type": "seller", "factors": amounts})
    frame = frame.with_columns(
        checklist_points=pl.lit(checklist, pl.Float64),
        probability=pl.lit(probability, pl.Float64),
        stated_lower=pl.lit(probability, pl.Float64),
        stated_upper=pl.lit(probability, pl.Float64),
    )
    got = grade(frame, RULES, grounds=found(), decisions=decisions())
    listed = grade_parts(got, parts, RULES)
    total = got["total_points"].item()
    assert listed["points"].sum() == pytest.approx(total)
    assert listed["article"].str.starts_with("《").all()
    texts = listed.select("article", "article_en", "zh", "en")
    assert texts.null_count().sum_horizontal().item() == 0


def test_the_law_of_another_day_marks_every_grade():
    day = date(2014, 6, 30)
    rules = load_rules().applied_to(day)
    got = graded(40.0, rules=rules, checklist_points=10.0, opened_on=date(2010, 1, 1))
    assert rules.is_hypothetical
    assert got["risk_grade"] == "C"
    assert got["is_provisional"] is True
    assert got["notes"].startswith("按2016-12-01的规定推算")
    assert got["notes_en"].startswith("computed under the rules of 2016-12-01")
