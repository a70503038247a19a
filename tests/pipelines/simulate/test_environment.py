"""A district that answers: only where somebody went, only what stands there, and late."""

from datetime import date, timedelta

import polars as pl
import pytest

from pipelines.simulate.columns import day_number
from pipelines.simulate.environment import PLAN, Environment
from pipelines.simulate.unvisited import make_district

BEGIN, NOW, LATER = date(2024, 1, 1), date(2025, 1, 1), date(2025, 7, 1)


@pytest.fixture(scope="module")
def history() -> Environment:
    """Give a small district after a year as usual; fork it to go on."""
    district = make_district(businesses=400, seed=5, begin=BEGIN, months=24)
    environment = Environment(district)
    environment.live_as_usual(NOW)
    return environment


def plan(*visits: tuple[str, date]) -> pl.DataFrame:
    rows = [(business, day, "routine", None) for business, day in visits]
    return pl.DataFrame(rows, schema=PLAN, orient="row")


def everybody(environment: Environment, day: date) -> pl.DataFrame:
    return plan(*((b, day) for b in environment.district.block.register.ids))


def planned(environment: Environment) -> pl.DataFrame:
    return environment.visits().filter(
        pl.col("inspected_on") >= NOW, pl.col("purpose") == "routine"
    )


def test_without_a_plan_only_duty_brings_somebody_to_a_door(
    history: Environment,
) -> None:
    left_alone = history.fork()
    left_alone.advance(plan(), LATER)
    new = left_alone.visits().filter(pl.col("inspected_on") >= NOW)
    assert set(new["purpose"]) == {"complaint", "licensing", "follow_up"}
    assert planned(left_alone).is_empty()


def test_a_fork_leaves_the_past_and_the_other_future_alone(
    history: Environment,
) -> None:
    before = history.visits().height
    one, same, other = history.fork(), history.fork(), history.fork()
    for forked in (one, same):
        forked.advance(everybody(history, date(2025, 2, 3)), LATER)
    other.advance(plan(), LATER)
    assert history.visits().height == before
    assert one.visits().equals(same.visits())
    assert one.visits().height > other.visits().height


def test_what_a_visit_finds_does_not_depend_on_who_else_is_visited(
    history: Environment,
) -> None:
    day = date(2025, 2, 3)
    all_, few = history.fork(), history.fork()
    all_.advance(everybody(history, day), LATER)
    some = history.district.block.register.ids[::7]
    few.advance(plan(*((b, day) for b in some)), LATER)
    seen = ["business_id", "is_serious", "inspector_id", "key_failed"]
    both = planned(few).join(planned(all_), on="business_id", suffix="_all")
    assert both.height == planned(few).height > 30
    for column in seen[1:]:
        assert both[column].equals(both[f"{column}_all"].alias(column))


def test_trouble_that_was_found_is_gone_the_next_day(history: Environment) -> None:
    lived, day = history.fork(), date(2025, 2, 3)
    lived.advance(everybody(history, day), day + timedelta(days=1))
    found = planned(lived).filter("is_serious")["business_id"]
    assert len(found) > 5
    told = lived.would_find().filter(pl.col("business_id").is_in(found.implode()))
    assert (told["probability"] == 0).all()
    lived.advance(plan(*((b, day + timedelta(days=1)) for b in found)), LATER)
    again = planned(lived).filter(pl.col("inspected_on") > day)
    assert again.height == len(found)
    assert not again["is_serious"].any()


def test_a_case_is_found_by_a_visit_that_found_something(history: Environment) -> None:
    lived = history.fork()
    lived.advance(everybody(history, date(2025, 2, 3)), LATER)
    cases = lived.cases(NOW)
    serious = lived.visits().filter("is_serious", pl.col("inspected_on") >= NOW)
    ids = history.district.block.register.ids
    on = {(ids[c.business], c.end) for c in cases if c.is_found}
    days = serious["inspected_on"].to_physical()
    assert on == set(zip(serious["business_id"], days, strict=True))
    assert all(c.begin <= c.end <= day_number(LATER) for c in cases)


def test_nothing_is_on_record_before_it_was_recorded(history: Environment) -> None:
    facts, made = history.facts(), history.visits()
    for name, table in vars(facts).items():
        if "recorded_at" in table.columns and table.height:
            assert table["recorded_at"].max() < NOW, name
    assert (made["recorded_at"] >= NOW).any()
    assert facts.inspection.height == (made["recorded_at"] < NOW).sum()


def test_nobody_knows_yet_who_will_close(history: Environment) -> None:
    closing = history.district.tables["business"]["closed_on"]
    assert (closing >= NOW).any()
    assert not (history.facts().business["closed_on"] >= NOW).any()


def test_a_report_is_true_only_if_a_visit_found_it_so(history: Environment) -> None:
    reports = history.facts().complaint.filter(pl.col("is_verified").is_not_null())
    checks = history.visits().filter(pl.col("purpose") == "complaint")
    assert 5 < reports.height <= checks.height
    true = reports.filter("is_verified").select(
        "business_id", inspected_on="verified_on"
    )
    found = checks.filter("is_serious")
    assert true.join(found, on=["business_id", "inspected_on"], how="anti").is_empty()


def test_nobody_is_visited_before_opening_or_after_closing(
    history: Environment,
) -> None:
    lived, day = history.fork(), date(2025, 2, 3)
    lived.advance(everybody(history, day), LATER)
    register = history.district.block.register
    at = day_number(day)
    open_ = (register.opened <= at) & (register.closed > at)
    assert set(planned(lived)["business_id"]) == set(
        register.ids.filter(pl.Series(open_))
    )


def test_a_draw_keeps_its_chance_and_other_visits_have_none(
    history: Environment,
) -> None:
    lived = history.fork()
    drawn = everybody(history, date(2025, 2, 3)).with_columns(
        purpose=pl.lit("random"), inclusion_probability=pl.lit(0.25)
    )
    lived.advance(drawn, LATER)
    new = lived.visits().filter(pl.col("inspected_on") >= NOW)
    is_random = pl.col("purpose") == "random"
    assert set(new.filter(is_random)["inclusion_probability"]) == {0.25}
    assert new.filter(~is_random)["inclusion_probability"].is_null().all()


def test_planned_visits_bring_the_full_checklist(history: Environment) -> None:
    lived = history.fork()
    lived.advance(everybody(history, date(2025, 2, 3)), LATER)
    assert planned(lived)["is_full_checklist"].all()


def test_the_truth_ranks_who_is_found_serious(history: Environment) -> None:
    lived = history.fork()
    lived.advance(everybody(history, date(2025, 2, 3)), LATER)
    told = planned(lived).join(history.propensity(), on="business_id")
    serious = told.group_by("is_serious").agg(pl.col("probability").mean())
    share = dict(serious.iter_rows())
    assert share[True] > 1.5 * share[False]
