"""Visits a year, key supervision and the first check, by worked examples."""

from datetime import date

import polars as pl
import pytest

from models.clauses import KeySupervision
from models.rules import load_rules
from models.supervision import with_supervision
from tests.worked import DAY, cases

RULES = load_rules().in_force(DAY)


def supervised(rules=RULES, **changes):
    """Look at one graded business; unnamed it is an ordinary caterer of grade B."""
    usual = {
        "business_type": "catering",
        "subtype": "restaurant_s",
        "is_special_food": None,
        "risk_grade": "B",
        "is_new_business": False,
        "opened_on": date(2015, 1, 1),
    }
    types = {"is_special_food": pl.Boolean(), "subtype": pl.String()}
    frame = pl.DataFrame([{**usual, **changes}], schema_overrides=types)
    return with_supervision(frame, rules).row(0, named=True)


@pytest.mark.parametrize("example", cases("supervision.csv"))
def test_visits_and_key_supervision(example):
    got = supervised(
        business_type=example["business_type"],
        subtype=example["subtype"],
        is_special_food={"true": True, "false": False}.get(example["special"]),
        risk_grade=example["grade"],
    )
    assert got["visits_per_year"] == float(example["visits"])
    assert got["is_key_supervision"] is bool(example["key"])
    if example["key"]:
        assert got["key_supervision_article"].startswith(
            "《食品生产经营监督检查管理办法》第二十二条："
        )
        assert example["key"] in got["key_supervision_article"]
        assert got["key_supervision_article_en"].startswith(
            "Measures for Supervision and Inspection of Food Production and Trade, "
            "art. 22: "
        )
    else:
        assert got["key_supervision_article"] is None
        assert got["key_supervision_article_en"] is None


def test_every_group_of_key_supervision_has_a_worked_example():
    shown = " ".join(case.values[0]["key"] or "" for case in cases("supervision.csv"))
    said = {
        "特殊食品生产者",
        "食品生产者",
        "食品经营者",
        "中央厨房",
        "集体用餐配送单位",
    }
    assert len(RULES.all(KeySupervision)) == len(said)
    assert all(words in shown for words in said)


def test_recorded_food_categories_tell_special_food_too():
    got = supervised(business_type="producer", makes_special_food=True)
    assert got["is_key_supervision"] is True
    assert supervised(business_type="producer")["is_key_supervision"] is False


def test_a_milder_policy_stays_at_what_the_measures_require():
    often = dict.fromkeys("ABCD", 0.25)
    policy = type(RULES.rules["policy.visits"].visits)(**often)
    rules = RULES.what_if("policy.visits", visits=policy)
    visits = [supervised(rules, risk_grade=g)["visits_per_year"] for g in "ABCD"]
    assert visits == [1, 1, 2, 3]


def test_a_stricter_policy_counts():
    policy = type(RULES.rules["policy.visits"].visits)(A=1, B=2, C=3, D=6)
    rules = RULES.what_if("policy.visits", visits=policy)
    visits = [supervised(rules, risk_grade=g)["visits_per_year"] for g in "ABCD"]
    assert visits == [1, 2, 3, 6]


@pytest.mark.parametrize(
    ("subtype", "is_new", "opened", "due"),
    [
        ("small_catering", True, date(2026, 6, 10), date(2026, 7, 10)),
        ("small_workshop", True, date(2026, 1, 31), date(2026, 2, 28)),
        ("small_grocery", False, date(2025, 1, 1), None),
        ("restaurant_s", True, date(2026, 6, 10), None),
        (None, True, date(2026, 6, 10), None),
    ],
)
def test_a_new_small_business_is_first_checked_within_a_month(
    subtype, is_new, opened, due
):
    got = supervised(subtype=subtype, is_new_business=is_new, opened_on=opened)
    assert got["first_check_by"] == due


def test_before_zhejiangs_rule_there_is_no_first_check_and_no_key_supervision():
    rules = load_rules().in_force(date(2017, 1, 1))
    got = supervised(
        rules,
        subtype="small_catering",
        is_new_business=True,
        opened_on=date(2016, 12, 20),
        risk_grade="D",
    )
    assert got["first_check_by"] is None
    assert got["is_key_supervision"] is False
    assert got["visits_per_year"] == 3
