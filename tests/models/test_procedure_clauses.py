import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from features.errors import RuleError
from models.procedure_clauses import Clock, Step
from models.rules import LAW, load_rules

LAW_NOW = load_rules().in_force(date(2026, 3, 2))
FILING = LAW_NOW.get(Step, "step.file")
WINDOW = LAW_NOW.get(Clock, "clock.hearing")


def test_a_step_that_nobody_may_do_contradicts_itself() -> None:
    assert replace(FILING, roles=()).contradiction() == "nobody may do it"


def test_a_step_stands_under_the_name_of_its_action() -> None:
    wrong = replace(FILING, action="open")
    assert wrong.contradiction() == "must be called 'step.open'"


def test_a_clock_without_length_contradicts_itself() -> None:
    assert replace(WINDOW, amount=0).contradiction() == "has no length"


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("attachments =", "attachment =", "unknown key 'attachment'.*attachments"),
        ('counts = "duty"', 'counts = "dutty"', "'dutty' is none of duty, right"),
        ("amount = 90", "amount = 90.5", "expected int, got 90.5"),
        ('unit = "day"', 'unit = "week"', "'week' is none of workday, day"),
    ],
)
def test_a_slip_in_the_procedure_is_refused_by_name(
    tmp_path: Path, right: str, wrong: str, said: str
) -> None:
    law = tmp_path / "law"
    shutil.copytree(LAW, law)
    procedure = law / "listing_procedure.toml"
    text = procedure.read_text(encoding="utf-8")
    assert right in text
    procedure.write_text(text.replace(right, wrong, 1), encoding="utf-8")
    with pytest.raises(RuleError, match=said):
        load_rules(law)
