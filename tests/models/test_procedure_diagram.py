import re
import runpy
import sys
from datetime import date
from pathlib import Path

import pytest

from models import procedure_diagram
from models.procedure_clauses import Procedure, Step
from models.procedure_diagram import DRAWN_ON, PROCEDURES, diagram, with_diagrams
from models.rules import load_rules
from tests import README

RULES = load_rules()


def arrows(drawn: str) -> set[tuple[str, str, str]]:
    """Read source, target and action of each arrow of a diagram."""
    found = re.findall(r"^  (\w+) --> (\w+): (\w+)", drawn, re.MULTILINE)
    return {(source, to, action) for source, to, action in found}


def test_the_readme_shows_the_states_that_the_rules_have() -> None:
    text = README.read_text("utf-8")
    assert text.count("<!-- states: ") == len(PROCEDURES)
    assert with_diagrams(text) == text


@pytest.mark.parametrize("procedure", PROCEDURES)
def test_every_step_that_leads_on_is_drawn_and_nothing_else(
    procedure: Procedure,
) -> None:
    drawn = arrows(diagram(RULES, DRAWN_ON, procedure))
    steps = [s for s in RULES.in_force(DRAWN_ON).all(Step) if s.procedure == procedure]
    moving = {s.action for s in steps if s.to and set(s.states) != {s.to}}
    assert {action for _, _, action in drawn} == moving
    for source, to, action in drawn:
        (step,) = [s for s in steps if s.action == action]
        assert step.to == to
        assert source in {*step.states, f"from_{action}"}


def test_a_step_from_many_states_is_drawn_once() -> None:
    drawn = diagram(RULES, DRAWN_ON, "listing")
    assert (
        'state "已立案、已告知、已法制审核、已集体讨论、上级已同意" as from_decide_not_listed'
        in drawn
    )
    assert drawn.count("decide_not_listed --> ") == 1


def test_before_the_rules_there_was_no_procedure() -> None:
    assert arrows(diagram(RULES, date(2020, 1, 1), "listing")) == set()


def test_the_command_that_the_readme_names_rewrites_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = "# a\n<!-- states: repair -->\nold\n<!-- end of states -->\nafter\n"
    (tmp_path / "a.md").write_text(old, "utf-8")
    monkeypatch.setattr(
        sys, "argv", ["models.procedure_diagram", str(tmp_path / "a.md")]
    )
    runpy.run_path(str(procedure_diagram.__file__), run_name="__main__")
    written = (tmp_path / "a.md").read_text("utf-8")
    assert diagram(RULES, DRAWN_ON, "repair") in written
    assert "\nold\n" not in written
    assert written.endswith("<!-- end of states -->\nafter\n")
