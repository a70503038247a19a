"""Round after round: what a policy may know, and that the same seed lives the same life."""

from dataclasses import replace
from datetime import date
from itertools import pairwise

import numpy as np
import polars as pl
import pytest

from models.rules import load_rules
from pipelines.closed_loop.loop import (
    BEGIN,
    Lived,
    Past,
    Setting,
    desk_of,
    run,
    with_history,
)
from pipelines.closed_loop.measures import MEASURES, measured
from pipelines.closed_loop.policies import Desk, by_turn, ordered
from pipelines.closed_loop.study import compared, estimate, of_seed
from pipelines.closed_loop.ways import POLICIES, Policy
from pipelines.simulate.troubles import Troubles
from tests.pipelines.closed_loop.conftest import SETTING

END = SETTING.end
LAW = load_rules().applied_to(END)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def lived(history: Past) -> dict[str, Lived]:
    return {n: run(POLICIES[n], history, SETTING) for n in ("fixed", "ours_20")}


@pytest.fixture(scope="module")
def found(lived: dict[str, Lived]) -> dict[str, dict[str, float]]:
    return {n: measured(one, LAW, (BEGIN, END)) for n, one in lived.items()}


def test_periods_run_from_the_first_day_to_the_last_without_a_gap() -> None:
    assert SETTING.starts(6) == [date(2026, 1, 1), date(2026, 7, 1), date(2027, 1, 1)]
    quarters = Setting(loop_years=2).starts(3)
    assert len(quarters) == 9
    assert {(b - a).days for a, b in pairwise(quarters)} <= {90, 91, 92}


def test_another_future_changes_nothing_of_a_plan(history: Past) -> None:
    """Let nothing go wrong any more, and everything at once: the plans are the same."""
    troubles, plans = history.environment.district.troubles, []
    first = history.environment.today
    calm = [[s for s in one if s[0] < first] for one in troubles.stretches]
    wild = [[*one, (first + 1, first + 300)] for one in calm]
    for stretches in (calm, wild):
        other = history.environment.fork()
        other.district = replace(
            history.environment.district, troubles=Troubles(stretches)
        )
        days = SETTING.starts(6)[0], SETTING.starts(6)[1]
        rng = np.random.default_rng(1)
        desk = desk_of(other, history.learned, days, SETTING, rng)
        plans.append(POLICIES["ours_10"].plan(desk))
    assert plans[0].height > 200
    assert plans[0].equals(plans[1])


def test_the_history_is_left_as_it_was(history: Past, lived: dict[str, Lived]) -> None:
    assert history.environment.visits()["inspected_on"].max() < BEGIN
    assert lived["fixed"].environment.visits()["inspected_on"].max() >= BEGIN


def test_all_policies_give_as_many_visits(lived: dict[str, Lived]) -> None:
    given = [one.planned.height for one in lived.values()]
    assert given[0] == pytest.approx(given[1], rel=0.01)
    drawn = lived["ours_20"].planned.filter(pl.col("purpose") == "random")
    assert drawn.height / given[1] == pytest.approx(0.2, abs=0.005)


def test_a_model_is_trained_anew_every_year_on_what_is_known_by_then() -> None:
    setting, trained = Setting(businesses=900, loop_years=2), []

    def in_turn(desk: Desk) -> pl.DataFrame:
        graded = desk.judged()
        trained.append((desk.start, set(graded["as_of"]), len(desk.facts.inspection)))
        return ordered(by_turn)(desk)

    policy = Policy(in_turn, "轮查", "in turn", months=12)
    lived = run(policy, with_history(setting, 2), setting)
    starts = setting.starts(12)
    assert [row[:2] for row in trained] == [(day, {day}) for day in starts[:2]]
    assert trained[1][2] > trained[0][2] + 500
    assert lived.learned.day == setting.end
    assert lived.environment.today == (setting.end - date(1970, 1, 1)).days


def test_the_same_seed_lives_the_same_life(
    history: Past, lived: dict[str, Lived]
) -> None:
    again = run(POLICIES["fixed"], history, SETTING)
    one, other = (r.environment.visits() for r in (again, lived["fixed"]))
    assert one.equals(other)
    assert again.learned.model.version == lived["fixed"].learned.model.version


def test_what_is_measured_is_within_its_bounds(
    found: dict[str, dict[str, float]], lived: dict[str, Lived]
) -> None:
    for name, values in found.items():
        assert values.keys() == MEASURES.keys()
        assert 0 < values["found_by_plan"] < values["found"]
        assert 0.2 < values["found_share"] < 0.9
        assert values["coverage"] <= 1
        assert 0.5 < values["auc"] < 0.85
        assert lived[name].learned.graded["probability"].is_between(0, 1).all()


def test_the_study_measures_what_a_run_gives(
    found: dict[str, dict[str, float]],
) -> None:
    told: list[str] = []
    seed = of_seed(SETTING, 2, ["fixed"], lambda what, _: told.append(what))
    assert seed == {"fixed": found["fixed"]}
    assert told == ["fixed schedule"]


@pytest.mark.parametrize(
    ("values", "mean", "lower", "upper"),
    [
        ([1, 2, 3], 2.0, -0.484, 4.484),
        ([5, 5, 5, 5], 5.0, 5.0, 5.0),
        ([0, 1], 0.5, -5.853, 6.853),
    ],
)
def test_a_mean_has_students_interval(
    values: list[float], mean: float, lower: float, upper: float
) -> None:
    got = estimate(values)
    assert (got.value, got.lower, got.upper) == pytest.approx(
        (mean, lower, upper), abs=1e-3
    )


def test_differences_are_paired_by_seed() -> None:
    """Districts differ by hundreds, the policies by two in each: the gain is exact."""
    runs = [
        {
            "fixed": dict.fromkeys(MEASURES, size),
            "ours": dict.fromkeys(MEASURES, size + 2),
        }
        for size in (100.0, 300.0, 500.0)
    ]
    table = compared(runs, against="fixed").filter(policy="ours", measure="found")
    row = table.row(0, named=True)
    assert row["value"] == 302
    assert row["upper"] - row["lower"] > 900
    gain = [row[f"gain_{name}"] for name in ("value", "lower", "upper")]
    assert gain == pytest.approx([2, 2, 2])
