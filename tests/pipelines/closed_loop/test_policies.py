"""Who is visited in a period: each policy's own order, and a draw from everybody alike."""

import ast
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from math import ceil
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2

from features.schema import Facts
from models.rules import load_rules
from pipelines.closed_loop import annual, policies
from pipelines.closed_loop.policies import (
    LEAST_GAP_DAYS,
    Desk,
    by_grade,
    by_harm_days,
    by_lot,
    by_risk,
    by_turn,
    ordered,
)
from pipelines.closed_loop.ways import POLICIES
from pipelines.schedule.records import Hands
from tests.worked import facts, mart

START, END = date(2026, 1, 1), date(2026, 7, 1)
RARE = 0.001
# Business, last visited, full checklist then, probability, visits a year, subtype.
SHOPS = [
    ("a", date(2025, 9, 1), True, 0.30, 3.0, "snack"),
    ("b", date(2025, 3, 1), True, 0.10, 1.0, "snack"),
    ("c", date(2024, 3, 1), True, 0.01, 1.0, "snack"),
    ("d", date(2025, 6, 1), True, 0.10, 1.0, "school_canteen"),
    ("e", date(2025, 12, 20), True, 0.60, 3.0, "snack"),
]


def shops(rows: list[tuple[object, ...]]) -> Facts:
    register = [
        {
            "business_id": b,
            "valid_from": date(2020, 1, 1),
            "recorded_at": date(2020, 1, 2),
            "name": b,
            "business_type": "catering",
            "subtype": subtype,
            "opened_on": date(2020, 1, 1),
        }
        for b, *_, subtype in rows
    ]
    seen = [
        {
            "inspection_id": f"i{b}",
            "business_id": b,
            "inspected_on": day,
            "recorded_at": day,
            "purpose": "routine",
            "is_full_checklist": is_full,
        }
        for b, day, is_full, *_ in rows
    ]
    return facts(business=register, inspection=seen)


def desk(
    rows: list[tuple[object, ...]] = SHOPS, *, visits: int = 2, seed: int = 0
) -> Desk:
    judged = pl.DataFrame(
        [(b, p, v, "catering", s) for b, _, _, p, v, s in rows],
        schema=[
            "business_id",
            "probability",
            "visits_per_year",
            "business_type",
            "subtype",
        ],
        orient="row",
    )
    return Desk(
        facts=shops(rows),
        start=START,
        end=END,
        visits=visits,
        law=load_rules().applied_to(START),
        rng=np.random.default_rng(seed),
        hands=Hands(
            *(
                mart(table)
                for table in (
                    "inspector",
                    "office",
                    "inspector_leave",
                    "conflict_of_interest",
                )
            )
        ),
        judged=lambda: judged,
    )


@pytest.mark.parametrize(
    ("order", "visited"),
    [
        (by_turn, "cbdae"),  # whoever waited longest
        (by_grade, "cabde"),  # 671 days at one a year, 122 at three, 306, 214, 12
        (by_risk, "eabdc"),  # the riskiest, though seen twelve days ago
        (by_harm_days, "cdab"),  # the floor of two years, then .1*4*214, .3*122, .1*306
    ],
)
def test_each_policy_has_its_order(
    order: Callable[[Desk, int], pl.Series], visited: str
) -> None:
    assert "".join(order(desk(), 5)) == visited


def test_nobody_is_visited_again_by_plan_before_faults_can_be_mended() -> None:
    rows = [("e", START - timedelta(days=LEAST_GAP_DAYS), True, 0.6, 3.0, "snack")]
    assert by_harm_days(desk(rows), 1).to_list() == ["e"]
    sooner = [("e", START - timedelta(days=29), True, 0.6, 3.0, "snack")]
    assert by_harm_days(desk(sooner), 1).to_list() == []


def test_a_visit_without_the_full_checklist_does_not_keep_the_floor() -> None:
    rows = [*SHOPS, ("f", date(2025, 11, 1), False, 0.0, 1.0, "snack")]
    assert by_harm_days(desk(rows), 2).to_list() == ["c", "f"]


def test_a_lot_is_cast_among_those_trading_alone() -> None:
    held = desk(visits=2)
    times = Counter(b for _ in range(1000) for b in by_lot(held, 2))
    expected = 2000 / 5
    spread = sum((n - expected) ** 2 / expected for n in times.values())
    # Two of five without putting back vary less than independent counts.
    assert RARE < chi2.sf(spread * (5 - 1) / (5 - 2), 4) < 1 - RARE


def test_the_drawn_carry_their_chance_and_the_chosen_have_none() -> None:
    plan = ordered(by_risk, 0.5)(desk(visits=4))
    chances = dict(plan.select("purpose", "inclusion_probability").iter_rows())
    assert Counter(plan["purpose"]) == {"random": 2, "routine": 2}
    assert chances == {"random": 2 / 5, "routine": None}


def test_visits_are_spread_over_the_period_in_their_order() -> None:
    plan = ordered(by_turn)(desk(visits=2))
    assert plan["visit_on"].to_list() == [START, date(2026, 4, 1)]


def test_the_same_lot_falls_whatever_the_others_are_chosen_by() -> None:
    drawn = [
        ordered(order, 0.4)(desk(visits=5, seed=3)).filter(
            pl.col("purpose") == "random"
        )
        for order in (by_turn, by_risk)
    ]
    assert drawn[0]["business_id"].equals(drawn[1]["business_id"])


@given(
    st.sampled_from(sorted(set(POLICIES) - {"annual", "annual_extra"})),
    st.integers(0, 9),
    st.integers(0, 99),
)
def test_every_policy_plans_within_its_number_nobody_twice_and_in_the_period(
    name: str, visits: int, seed: int
) -> None:
    plan = POLICIES[name].plan(desk(visits=visits, seed=seed))
    assert plan.height <= min(visits, len(SHOPS))
    assert plan["business_id"].n_unique() == plan.height
    assert plan["visit_on"].is_between(START, END, closed="left").all()
    drawn = plan.filter(pl.col("purpose") == "random")
    share = {"random": 1.0, "ours_40": 0.4, "ours_20": 0.2}.get(name, 0.1)
    assert drawn.height <= min(ceil(share * visits), len(SHOPS))


def test_no_policy_can_see_the_truth() -> None:
    """Only the environment and the measures may: policies import no simulator."""
    imported = {
        name
        for module in (policies, annual)
        for node in ast.walk(ast.parse(Path(module.__file__).read_text("utf-8")))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in [
            getattr(node, "module", None) or "",
            *(alias.name for alias in node.names),
        ]
    }
    assert imported
    assert not [name for name in imported if "simulate" in name]
    ours = {name for name in imported if "closed_loop" in name}
    assert ours == {"pipelines.closed_loop.policies"}
