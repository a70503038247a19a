"""What a plan reads from the rules for one business."""

from datetime import date

import pytest

from models.rules import load_rules
from pipelines.schedule.policy import Policy

DAY = date(2026, 1, 1)
POLICY = Policy(load_rules().applied_to(DAY), 2026)


@pytest.mark.parametrize(
    ("last", "opened", "days"),
    [
        (date(2025, 12, 20), date(2015, 1, 1), 0.0),
        (date(2025, 10, 1), date(2015, 1, 1), 91.25),
        (date(2025, 1, 1), date(2015, 1, 1), 365.0),
        (date(2020, 1, 1), date(2015, 1, 1), 730.0),
        (None, date(2025, 7, 1), 182.5),
        (None, None, 730.0),
    ],
)
def test_days_unseen_run_from_the_last_visit_to_the_legal_floor(
    last: date | None, opened: date | None, days: float
) -> None:
    business = {"last_regular": last, "opened_on": opened}
    assert POLICY.quarters_unseen(business, DAY) == days
