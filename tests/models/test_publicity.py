from datetime import date

import pytest

from models.publicity import Penalty, publicity, publish_by, withdraw_by
from models.rules import load_rules
from tests.worked import cases

RULES = load_rules()


def day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


@pytest.mark.parametrize("case", cases("publicity.csv"))
def test_how_long_a_penalty_is_public(case: dict[str, str]) -> None:
    penalty = Penalty(
        kinds=tuple(case["kinds"].split("+")),
        decided_on=date.fromisoformat(case["decided"]),
        procedure=case["procedure"],
        fine_yuan=float(case["fine"]),
        restricted_until=day(case["restricted"]),
    )
    by = publish_by(penalty, RULES)
    assert (by and by.date) == day(case["by"])
    if by is not None:
        found = publicity(penalty, date.fromisoformat(case["published"]), RULES)
        assert found.ends_on == day(case["ends"])
        assert found.may_end_early_on == day(case["early"])


def test_an_annulled_penalty_leaves_the_public_in_three_workdays() -> None:
    standing = Penalty(kinds=("fine",), decided_on=date(2026, 3, 2))
    assert withdraw_by(standing, RULES) is None
    annulled = Penalty(
        kinds=("fine",),
        decided_on=date(2026, 3, 2),
        withdrawn_on=date(2026, 9, 24),
    )
    found = withdraw_by(annulled, RULES)
    assert found is not None
    assert found.date == date(2026, 9, 30)
