"""The annual plan as one policy among others."""

from dataclasses import replace
from datetime import date

import numpy as np
import polars as pl
import pytest

from pipelines.closed_loop.annual import by_annual_plan, by_annual_plan_of_as_many
from pipelines.closed_loop.loop import Past, desk_of
from pipelines.closed_loop.policies import Desk
from tests.pipelines.closed_loop.conftest import SETTING

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def desk(history: Past) -> Desk:
    first, last = SETTING.starts(12)
    rng = np.random.default_rng(1)
    return desk_of(history.environment, history.learned, (first, last), SETTING, rng)


@pytest.fixture(scope="module")
def plan(desk: Desk) -> pl.DataFrame:
    return by_annual_plan(desk)


def test_the_year_is_planned_in_its_workweeks(plan: pl.DataFrame) -> None:
    assert plan["visit_on"].is_between(date(2026, 1, 1), date(2026, 12, 31)).all()
    assert plan["visit_on"].dt.weekday().max() <= 6
    assert plan["visit_on"].dt.truncate("1w").n_unique() > 20


def test_everybody_who_trades_is_planned_by_grade(
    plan: pl.DataFrame, desk: Desk
) -> None:
    times = plan.group_by("business_id").len()
    planned = desk.graded.join(times, on="business_id", how="left").with_columns(
        pl.col("len").fill_null(0)
    )
    made = desk.facts.inspection.filter(pl.col("inspected_on") >= desk.start)
    assert made.is_empty()
    short = planned.filter(pl.col("len") < pl.col("visits_per_year").ceil())
    # Campaigns add visits and a want of hands may drop some, of the safest first.
    assert short.height <= 0.05 * planned.height
    assert set(short["risk_grade"]) <= {"A", "B"}


def test_a_tenth_is_left_to_chance_with_its_probability(plan: pl.DataFrame) -> None:
    is_random = pl.col("purpose") == "random"
    drawn = plan.filter(is_random)
    assert drawn.height / plan.height == pytest.approx(0.1, abs=0.02)
    assert drawn["inclusion_probability"].is_between(0, 1, closed="right").all()
    assert plan.filter(~is_random)["inclusion_probability"].is_null().all()


def test_as_many_visits_as_the_others_make_leave_only_some_extra_ones(
    plan: pl.DataFrame, desk: Desk
) -> None:
    as_many = by_annual_plan_of_as_many(desk)
    assert as_many.height == pytest.approx(desk.visits, rel=0.01)
    assert as_many.height < plan.height
    often = as_many.group_by("business_id").len().filter(pl.col("len") > 2)
    risk = desk.graded.select("business_id", "probability")
    twice = often.join(risk, on="business_id")["probability"].mean()
    assert twice > risk["probability"].mean()


def test_where_more_is_required_than_there_are_visits_none_is_extra(
    desk: Desk,
) -> None:
    few = replace(desk, visits=10)
    least = by_annual_plan_of_as_many(few)
    assert 0.8 * desk.trading.height < least.height < desk.visits


def test_follow_ups_are_left_to_duty(plan: pl.DataFrame) -> None:
    assert "follow_up" not in set(plan["purpose"])
