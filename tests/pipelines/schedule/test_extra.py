"""Extra visits go where probability times harm is highest, and only with hands to spare."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from models.plan_task import Hands
from models.rules import RuleSet, load_rules
from pipelines.schedule.demands import Planner
from pipelines.schedule.extra import EXTRA, Extra
from pipelines.schedule.policy import Policy
from pipelines.schedule.sending import Case
from pipelines.schedule.weeks import PlanWeeks

WEEKS = PlanWeeks.of_year(2026, date(2026, 1, 1))


@pytest.fixture(scope="module")
def law() -> RuleSet:
    return load_rules().applied_to(date(2026, 1, 1))


def cases(planner: Planner, *risks: float) -> list[Case]:
    """List shops of one visit a year, an hour long, with these probabilities."""
    rows = [
        {
            "business_id": f"s{n}",
            "business_type": "seller",
            "subtype": None,
            "probability": risk,
            "last_higher": None,
            "opened_on": date(2015, 1, 1),
            "last_regular": date(2025, 1, 1),
        }
        for n, risk in enumerate(risks)
    ]
    usual = [replace(planner.visit_beyond(row), serves=("grade_a",)) for row in rows]
    return [Case(row, 1.0, (visit,)) for row, visit in zip(rows, usual, strict=True)]


def counted(law: RuleSet, risks: tuple[float, ...], minutes: float) -> list[int]:
    policy = Policy(law, 2026)
    planner = Planner(policy, WEEKS)
    hands = Hands(frozenset({"seller"}), np.array([minutes / 2, minutes / 2]))
    extra = Extra(policy, planner, lambda _row: 0.0)
    return [len(c.visits) for c in extra.added(cases(planner, *risks), [hands])]


def test_the_riskiest_get_them_first(law: RuleSet) -> None:
    # A quarter of four visits is one.
    assert counted(law, (0.1, 0.9, 0.2, 0.3), 1e6) == [1, 2, 1, 1]


def test_one_business_gets_no_more_than_the_policy_lets(law: RuleSet) -> None:
    often = law.what_if("plan.extra_share", value=2.0)
    assert max(counted(often, (0.99, 0.001, 0.001), 1e6)) == 3


def test_without_hands_to_spare_there_is_none(law: RuleSet) -> None:
    assert counted(law, (0.1, 0.9, 0.2, 0.3), 4 * 60) == [1, 1, 1, 1]


def test_a_share_of_nothing_switches_them_off(law: RuleSet) -> None:
    off = law.what_if("plan.extra_share", value=0.0)
    assert counted(off, (0.1, 0.9, 0.2, 0.3), 1e6) == [1, 1, 1, 1]


def test_who_was_not_seen_for_long_gets_one_before_who_was_seen_last_autumn(
    law: RuleSet,
) -> None:
    policy = Policy(law, 2026)
    planner = Planner(policy, WEEKS)
    lately, long_ago, *others = cases(planner, 0.3, 0.25, 0.01, 0.01)
    lately = replace(
        lately, business={**lately.business, "last_regular": date(2025, 10, 1)}
    )
    hands = Hands(frozenset({"seller"}), np.array([1e6]))
    added = Extra(policy, planner, lambda _row: 0.0).added(
        [lately, long_ago, *others], [hands]
    )
    # (365 + 365 + 182)² / 730 / 6 = 190 days against (91 + 365 + 182)² / 730 / 6 = 93.
    assert [len(case.visits) for case in added] == [1, 2, 1, 1]


def test_an_extra_visit_says_so(law: RuleSet) -> None:
    planner = Planner(Policy(law, 2026), WEEKS)
    (case,) = cases(planner, 0.5)
    visit = planner.visit_beyond(case.business)
    assert visit.serves == (EXTRA,)
    assert visit.purpose == "routine"
