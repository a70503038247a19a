"""The weeks of a plan against the Chinese calendar of 2026."""

from datetime import date

import numpy as np

from pipelines.schedule.weeks import PlanWeeks

WEEKS = PlanWeeks.of_year(2026, date(2025, 12, 1))


def test_a_plan_begins_with_the_year_or_with_its_facts() -> None:
    assert WEEKS.first == date(2026, 1, 1)
    assert WEEKS.mondays[0] == date(2025, 12, 29)
    assert PlanWeeks.of_year(2026, date(2026, 7, 1)).first == date(2026, 7, 1)


def test_new_year_leaves_one_make_up_workday_and_the_festival_none() -> None:
    assert WEEKS.workdays[0] == (date(2026, 1, 4),)
    festival = WEEKS.number(date(2026, 2, 17))
    assert WEEKS.workdays[festival] == ()
    assert not WEEKS.is_workweek[festival]
    assert not WEEKS.is_provisional
    assert PlanWeeks.of_year(2031, date(2031, 1, 1)).is_provisional


def test_a_stretch_gives_the_weeks_that_lie_in_it_whole() -> None:
    first, last = WEEKS.within(date(2026, 3, 4), date(2026, 3, 26))
    assert WEEKS.mondays[first] == date(2026, 3, 9)
    assert WEEKS.mondays[last] == date(2026, 3, 16)


def test_a_stretch_without_a_whole_week_gives_the_week_of_its_days() -> None:
    first, last = WEEKS.within(date(2026, 3, 11), date(2026, 3, 12))
    assert WEEKS.mondays[first] == WEEKS.mondays[last] == date(2026, 3, 9)


def test_a_stretch_without_a_workday_gives_the_last_week_before_it() -> None:
    first, last = WEEKS.within(date(2026, 2, 17), date(2026, 2, 18))
    assert first == last
    assert WEEKS.mondays[first] < date(2026, 2, 16)
    assert WEEKS.within(date(2026, 1, 1), date(2026, 1, 2)) == (0, 0)


def test_a_week_is_closed_when_all_its_workdays_are() -> None:
    closed = WEEKS.closed([(date(2026, 7, 1), date(2026, 8, 31))])
    assert not closed[WEEKS.number(date(2026, 6, 29))]
    assert closed[WEEKS.number(date(2026, 7, 6))]


def test_weighted_days_run_faster_in_a_campaign() -> None:
    weights = np.ones(365)
    plain = WEEKS.reached(weights)
    weights[31:59] = 2.0
    boosted = WEEKS.reached(weights)
    assert plain[1] == boosted[1] == 7
    assert boosted[-1] == plain[-1] + 28
