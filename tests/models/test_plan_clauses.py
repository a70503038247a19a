"""The rules of the plan: what contradicts itself is refused, and seasons come back."""

from datetime import date

import pytest

from features.errors import RuleError
from models.plan_clauses import Amount, Campaign, ClosedSeason
from models.rules import load_rules

LAW = load_rules().in_force(date(2026, 1, 1))


def test_a_season_comes_back_every_year_and_an_event_once() -> None:
    term = LAW.get(Campaign, "plan.term.spring")
    assert term.within(2026) == (date(2026, 2, 2), date(2026, 3, 1))
    assert term.within(2027) == (date(2027, 2, 2), date(2027, 3, 1))
    event = LAW.get(Campaign, "plan.campaign.major_event")
    assert event.within(2026) == (date(2026, 10, 12), date(2026, 10, 30))
    assert event.within(2027) is None


def test_the_last_day_of_february_needs_a_leap_year() -> None:
    season = LAW.what_if("plan.closed.winter", begins="01-01", ends="02-28")
    assert season.get(ClosedSeason, "plan.closed.winter").within(2026)


@pytest.mark.parametrize(
    ("rule", "changes", "said"),
    [
        ("plan.closed.winter", {"begins": "soon"}, "no day"),
        ("plan.closed.winter", {"begins": "02-30"}, "no day"),
        ("plan.closed.winter", {"begins": "03-01"}, "ends before"),
        ("plan.campaign.exam", {"coverage": 0.0}, "coverage"),
        ("plan.campaign.exam", {"weight": 0.5}, "matter less"),
        (
            "plan.harm",
            {"rows": (Amount(code="x", zh="某", en="x", amount=0.0),)},
            "above 0",
        ),
        (
            "plan.harm",
            {"rows": (Amount(code="x", zh="某", en="x", amount=1.0),) * 2},
            "stands twice",
        ),
    ],
)
def test_a_rule_that_contradicts_itself_is_refused(
    rule: str, changes: dict[str, object], said: str
) -> None:
    with pytest.raises(RuleError, match=said):
        LAW.what_if(rule, **changes)
