"""Enterprise credit: who is a case, who gets a score, and that the future says nothing."""

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from features.catalogue import catalogue
from models.clauses import GRADES
from models.credit import (
    Cases,
    card_columns,
    credit_class,
    credit_standing,
    enterprises,
    index_days,
    index_group,
    is_in_force,
    outcomes,
    past_cases,
)
from models.credit_clauses import CreditClasses, IndexGroup
from models.rules import RuleSet, load_rules
from tests.worked import facts

DAY = date(2025, 1, 1)
TODAY = date(2026, 1, 1)


@pytest.fixture(scope="module")
def law() -> RuleSet:
    return load_rules().applied_to(TODAY)


def business(name: str, form: str | None = "enterprise") -> dict[str, object]:
    return {
        "business_id": name,
        "valid_from": date(2020, 1, 1),
        "recorded_at": date(2020, 1, 1),
        "name": name,
        "business_type": "catering",
        "legal_form": form,
    }


def visit(on: date, *, serious: bool | None, recorded: date | None = None) -> dict:
    return {
        "inspection_id": f"I{on}",
        "business_id": "B",
        "inspected_on": on,
        "recorded_at": recorded or on,
        "purpose": "complaint",
        "is_serious": serious,
    }


def penalty(on: date, **more: object) -> dict[str, object]:
    row = {"penalty_id": "P", "business_id": "B", "decided_on": on, "recorded_at": on}
    return {**row, "kinds": "fine", "procedure": "ordinary", **more}


MAY = date(2025, 5, 1)
OUTCOMES = [
    ("a clean visit is a good case", [visit(MAY, serious=False)], [], False),
    ("a serious finding is a bad one", [visit(MAY, serious=True)], [], True),
    ("a penalty is a bad one", [], [penalty(MAY)], True),
    (
        "one serious finding outweighs any clean visits",
        [visit(MAY, serious=True), visit(date(2025, 6, 1), serious=False)],
        [],
        True,
    ),
    ("nobody looked: no case", [], [], None),
    ("a visit without a result is no case", [visit(MAY, serious=None)], [], None),
    ("the index day itself counts", [visit(DAY, serious=True)], [], True),
    (
        "a year later does not",
        [visit(DAY + timedelta(days=365), serious=True)],
        [],
        None,
    ),
    (
        "what was not recorded yet is not known",
        [visit(MAY, serious=True, recorded=TODAY)],
        [],
        None,
    ),
    (
        "a penalty by simple procedure is not bad information",
        [visit(MAY, serious=False)],
        [penalty(MAY, procedure="simple")],
        False,
    ),
    (
        "an annulled penalty never was",
        [],
        [penalty(MAY, withdrawal="annulled", withdrawn_on=date(2025, 9, 1))],
        None,
    ),
    (
        "a repaired penalty was deserved",
        [],
        [penalty(MAY, withdrawal="repaired", withdrawn_on=date(2025, 9, 1))],
        True,
    ),
]


@pytest.mark.parametrize(
    ("visits", "penalties", "is_bad"),
    [row[1:] for row in OUTCOMES],
    ids=[row[0] for row in OUTCOMES],
)
def test_what_became_of_an_enterprise(
    law: RuleSet, visits: list, penalties: list, is_bad: bool | None
) -> None:
    known = facts(business=[business("B")], inspection=visits, penalty=penalties)
    pairs = pl.DataFrame({"business_id": ["B"], "as_of": [DAY]})
    found = outcomes(known, pairs, TODAY, law)
    assert found["is_bad"].to_list() == ([] if is_bad is None else [is_bad])


def test_the_years_of_the_cases_do_not_overlap(law: RuleSet) -> None:
    known = facts(inspection=[visit(date(2022, 6, 1), serious=False)])
    assert index_days(known, TODAY, law) == [date(2025, 1, 1), date(2024, 1, 2)]


def test_without_any_inspection_there_is_no_case(law: RuleSet) -> None:
    cases = past_cases(
        facts(business=[business("B")]), TODAY, law, legal_life_days=1826
    )
    assert len(cases.bad) == 0
    assert "0 enterprise years" in (cases.shortfall() or "")


def test_only_enterprises_are_cases(law: RuleSet) -> None:
    forms = ["enterprise", "individual", "institution", "cooperative", None]
    known = facts(business=[business(str(form), form) for form in forms])
    assert enterprises(known, TODAY, law)["business_id"].to_list() == ["enterprise"]


def test_too_few_bad_cases_make_no_card() -> None:
    pairs = pl.DataFrame({"business_id": ["B"] * 1000})
    bad = np.r_[np.ones(99), np.zeros(901)]
    assert "99 bad" in (Cases(pairs, pairs, bad).shortfall() or "")
    assert Cases(pairs, pairs, np.r_[1.0, bad[1:-1], 1.0]).shortfall() is None


def test_the_five_index_groups_of_the_opinions_are_there(law: RuleSet) -> None:
    groups = {group.zh for group in law.all(IndexGroup)}
    assert groups == {
        "企业基础属性信息",
        "企业动态信息",
        "监管信息",
        "关联关系信息",
        "社会评价信息",
    }


def test_every_group_scores_something_and_everything_scored_has_a_direction(
    law: RuleSet,
) -> None:
    columns = {column.name: column for column in card_columns(law)}
    told = {f.name: f for f in catalogue()}
    groups = {index_group(told[name], law) for name in columns}
    assert groups == set(law.all(IndexGroup))
    for name, column in columns.items():
        assert column.direction in {-1, 1}
        assert told[name].direction in {0, column.direction}


def test_nobody_pays_for_the_street_the_season_the_size_or_the_visits(
    law: RuleSet,
) -> None:
    scored = {column.name for column in card_columns(law)}
    told = {f.name: f.story for f in catalogue() if f.name in scored}
    assert set(told.values()).isdisjoint({"place", "season", "size", "visits"})


@pytest.mark.parametrize(
    ("score", "credit"),
    [
        (740, "A"),
        (739, "B"),
        (680, "B"),
        (679, "C"),
        (630, "C"),
        (629, "D"),
        (None, None),
    ],
)
def test_classes_begin_where_the_policy_says(
    law: RuleSet, score: float | None, credit: str | None
) -> None:
    frame = pl.DataFrame({"credit_score": [score]}, schema={"credit_score": pl.Float64})
    assert frame.select(credit_class(law)).item() == credit


def test_classes_follow_the_policy_and_not_the_program(law: RuleSet) -> None:
    steps = law.get(CreditClasses, "credit.classes").steps
    stricter = law.what_if("credit.classes", steps=steps[:1])
    frame = pl.DataFrame({"credit_score": [700.0]})
    assert frame.select(credit_class(stricter)).item() == "D"
    assert [step.credit_class for step in steps] == list(GRADES[:3])


def test_before_the_opinions_there_was_no_class() -> None:
    older = load_rules().applied_to(date(2020, 1, 1))
    assert not is_in_force(older)
    known = facts(business=[business("B")])
    matrix = pl.DataFrame({"business_id": ["B"], "as_of": [date(2020, 6, 1)]})
    standing = credit_standing(known, matrix, None, older).row(0, named=True)
    assert standing["credit_score"] is None
    assert standing["credit_class"] is None
