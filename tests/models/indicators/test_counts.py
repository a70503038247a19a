"""Every indicator on a district small enough to count on paper."""

from dataclasses import fields, replace
from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.errors import RuleError
from features.schema import PlanFacts
from models.indicator_clauses import Alternative, Parameter
from models.indicators.asked import COUNTED
from models.indicators.assess import INDICATORS, Span, readings
from models.indicators.counts import COUNTS, count
from tests.models.indicators.drawn_plan import LAW, PLANS, assessed, plan_facts
from tests.worked import cases

CASES = cases("indicators.toml")


@pytest.mark.parametrize("case", CASES)
def test_an_indicator_is_what_a_director_would_count(case) -> None:
    found = assessed(plan_facts(case), case["no"], case["as_of"])
    expect = case["expect"]
    assert (found.numerator, found.denominator) == (expect["has"], expect["needs"])
    assert found.missing == expect["missing"]
    assert sorted(found.gaps["unit_id"]) == sorted(expect["gaps"])
    assert found.is_met == expect.get("is_met")
    value = found.value if found.value is None else round(found.value, 2)
    assert value == expect.get("value")


def test_every_indicator_has_an_example() -> None:
    assert {case.values[0]["no"] for case in CASES} == set(INDICATORS)


@pytest.mark.parametrize("case", CASES)
def test_what_is_recorded_on_the_day_or_later_changes_nothing(case) -> None:
    """Every row again under another number and with another outcome, known a day late."""
    facts, day = plan_facts(case), case["as_of"]
    later = plan_facts(changed(case, day))
    both = {
        f.name: pl.concat([getattr(facts, f.name), getattr(later, f.name)])
        for f in fields(PlanFacts)
        if "recorded_at" in getattr(facts, f.name).columns
    }
    before = assessed(facts, case["no"], day)
    after = assessed(replace(facts, **both), case["no"], day)
    assert after.rows.equals(before.rows)


def changed(case, day: date):
    tables = {name: rows for name, rows in case.items() if isinstance(rows, list)}
    flip = {"is_failed": True, "online_days": 0, "is_complete": False}
    return {
        name: [
            {
                **{k: (flip.get(k, v)) for k, v in row.items()},
                "recorded_at": day,
            }
            for row in rows
        ]
        for name, rows in tables.items()
        if name != "street"
    }


@settings(max_examples=25, deadline=None)
@given(
    case=st.sampled_from([case.values[0] for case in CASES]),
    days=st.integers(-500, 500),
)
def test_on_any_day_what_counts_is_part_of_what_is_counted(case, days: int) -> None:
    found = assessed(plan_facts(case), case["no"], case["as_of"] + timedelta(days=days))
    assert dict(found.rows.schema) == dict(COUNTED)
    assert found.rows["unit_id"].is_unique().all()
    if PLANS[case["no"]].is_share:
        assert 0 <= found.numerator <= found.denominator
        assert found.missing <= found.gaps.height
    assert (found.value is None) == (found.denominator == 0)
    if found.lower is not None:
        assert found.lower <= found.value <= found.upper
    # Who lacks nothing is not in the way.
    assert (found.gaps["missing"] > 0).all()


@pytest.mark.parametrize("no", INDICATORS)
def test_without_any_record_an_indicator_is_not_applicable(no: int) -> None:
    found = assessed(plan_facts({}), no, date(2026, 1, 1))
    assert (found.value, found.is_met, found.lower) == (None, None, None)
    assert found.lacks == PLANS[no].definition.inputs[0]


@pytest.mark.parametrize("no", INDICATORS)
def test_the_alternatives_can_be_counted(no: int) -> None:
    facts = next(c.values[0] for c in CASES if c.values[0]["no"] == no)
    day = date(2026, 1, 1)
    asked = assessed(plan_facts(facts), no, day).asked
    found = readings(PLANS[no], asked)
    assert len(found) == len(PLANS[no].definition.alternatives)
    assert any(other.value is not None for other in found) or not found


def test_farm_produce_in_or_out_is_a_matter_of_data() -> None:
    case = next(c.values[0] for c in CASES if c.values[0]["no"] == 4)
    asked = assessed(plan_facts(case), 4, case["as_of"]).asked
    found = {other.zh: other.value for other in readings(PLANS[4], asked)}
    assert found["不含食用农产品"] == 3.5
    assert found["只计区级任务"] == 2.5
    assert found["按2020年普查人口"] is None


def test_a_year_that_has_not_begun_has_no_value_yet() -> None:
    case = next(c.values[0] for c in CASES if c.values[0]["no"] == 4)
    found = assessed(plan_facts(case), 4, date(2026, 1, 1), year=2026)
    assert found.value is None
    assert found.lacks is None


def test_a_definition_that_forgets_a_parameter_is_told_so() -> None:
    plan = PLANS[4]
    definition = replace(plan.definition, parameters=())
    asked = assessed(plan_facts({}), 4, date(2026, 1, 1)).asked
    bare = replace(asked, parameters=definition.parameters_by_name())
    with pytest.raises(RuleError, match="needs parameter 'without_classes'"):
        count("batches", bare)
    unnumbered = {"least_stars": Parameter(name="least_stars")}
    with pytest.raises(RuleError, match="'least_stars' needs a number"):
        count("standardised", replace(asked, parameters=unnumbered))
    with pytest.raises(RuleError, match="no count 'guessed'"):
        count("guessed", asked)


def test_an_alternative_may_change_only_what_there_is() -> None:
    other = Alternative(zh="另", en="other", parameters=(Parameter(name="moon"),))
    changed_rule = replace(PLANS[4].definition, alternatives=(other,))
    assert "moon" in str(changed_rule.contradiction())


def test_every_count_serves_an_indicator() -> None:
    assert {plan.definition.count for plan in PLANS.values()} == set(COUNTS)


def test_targets_attributes_and_departments_are_the_plans() -> None:
    targets = [PLANS[no].target for no in INDICATORS]
    assert sum(t.attribute == "binding" for t in targets) == 8
    assert [t.no for t in targets if t.comparison == ">"] == [2]
    assert [t.target for t in targets] == [100, 98.5, 99, 4.5, 100, 1, 90, *[100] * 7]
    assert targets[9].departments_zh == ("区卫健局", "区市场监管局")
    assert all(PLANS[no].definition.status == "proposal" for no in INDICATORS)
    assert "系统默认" in LAW.citation("indicator.definition.4")
    assert "存疑" in LAW.citation("indicator.stars")


def test_the_first_day_of_twelve_months_before_a_leap_day_exists() -> None:

    assert Span(date(2024, 2, 29), date(2024, 2, 29)).first("day") == date(2023, 2, 28)
    assert Span(date(2026, 1, 1), date(2026, 1, 1), 2025).first("year") == date(
        2025, 1, 1
    )
