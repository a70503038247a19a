"""The law of draws as data: shares as written, for every stratum, rising with risk."""

from dataclasses import replace
from fractions import Fraction

import pytest

from models.clauses import GRADES
from models.draw_clauses import (
    CREDIT_CLASSES,
    DrawRatios,
    DrawReasons,
    exactly,
    stratum_name,
)
from models.rules import load_rules
from tests.worked import DAY

RULES = load_rules().in_force(DAY)
RATIOS = RULES.get(DrawRatios, "draw.directed.ratios")


@pytest.mark.parametrize(
    ("written", "meant"),
    [(0.05, "1/20"), (0.1, "1/10"), (1.0, "1"), (1e-05, "1/100000")],
)
def test_a_share_is_taken_as_it_is_written(written: float, meant: str) -> None:
    assert exactly(written) == Fraction(meant)


def test_a_business_without_a_class_has_a_stratum_of_its_own() -> None:
    assert stratum_name("C", "B") == "C/B"
    assert stratum_name("C", None) == "C/none"


def test_every_stratum_has_a_share_and_worse_ones_no_smaller_share() -> None:
    shares = RATIOS.by_stratum()
    assert len(shares) == len(GRADES) * len(CREDIT_CLASSES)
    for name in CREDIT_CLASSES:
        by_grade = [shares[stratum_name(grade, name)] for grade in GRADES]
        assert by_grade == sorted(by_grade)
    for grade in GRADES:
        by_class = [shares[stratum_name(grade, name)] for name in CREDIT_CLASSES[:4]]
        assert by_class == sorted(by_class)


def test_what_is_no_law_says_so_where_it_is_cited() -> None:
    assert "系统默认，非法定" in RULES.citation("draw.directed.ratios")
    assert "第二十三条" in RULES.citation("draw.min_inspectors")


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        (RATIOS.rows[:4], "one row for each of A, B, C, D, none"),
        (RATIOS.rows[::-1], "in this order"),
        ((replace(RATIOS.rows[0], D=1.2), *RATIOS.rows[1:]), "D/A: a share lies"),
    ],
)
def test_a_table_of_shares_that_cannot_be_drawn_is_refused(
    rows: tuple[object, ...], says: str
) -> None:
    assert says in str(replace(RATIOS, rows=rows).contradiction())


def test_an_officer_gives_no_reason_that_only_the_program_can_know() -> None:
    reasons = RULES.get(DrawReasons, "draw.reasons")
    for_business = reasons.an_officer_may_give("business")
    for_inspector = reasons.an_officer_may_give("inspector")
    assert {"closed", "other"} <= set(for_business)
    assert {"interest", "leave", "other"} == set(for_inspector)
    program = {r.code for r in reasons.rows if r.by == "program"}
    assert not program & {*for_business, *for_inspector}
