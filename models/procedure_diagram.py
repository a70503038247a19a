"""Draws the states of a procedure as its rules have them, for the README.

Run as a program it writes the diagrams between the marks of a Markdown file:
`python -m models.procedure_diagram README.md`.
"""

import re
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from models.case import CANDIDATE, words
from models.procedure_clauses import Procedure, Step
from models.rules import Rules, load_rules

# The day whose rules are drawn: the newest that the law files tell of.
DRAWN_ON = date(2026, 1, 1)
PROCEDURES: tuple[Procedure, ...] = ("listing", "repair")
# A step from more states than these is drawn once, from a box that names them.
_FEW = 3
_BLOCK = re.compile(r"(<!-- states: (\w+) -->\n).*?(<!-- end of states -->)", re.DOTALL)


def diagram(rules: Rules, day: date, procedure: Procedure) -> str:
    """Draw the states and steps in force on a day as a mermaid diagram."""
    named = words(rules, "state")
    steps = [s for s in rules.in_force(day).all(Step) if s.procedure == procedure]
    used = {CANDIDATE, *(s for step in steps for s in (*step.states, step.to or ""))}
    # A state that only another procedure reaches is not drawn here.
    states = [code for code in named if code in used]
    lines = [
        "```mermaid",
        "stateDiagram-v2",
        *(f'  state "{named[code][0]} {code}" as {code}' for code in states),
        f"  [*] --> {CANDIDATE}",
        *(line for step in steps for line in _arrows(step, named)),
        "```",
    ]
    return "\n".join(lines) + "\n"


def _arrows(step: Step, named: dict[str, tuple[str, str]]) -> Iterator[str]:
    """Draw a step that leads to another state; one that stays is told by the worklist."""
    if step.to is None:
        return
    # A colon ends the label's name, and a semicolon the line.
    said = f"{step.action} {step.zh}".replace("：", " ").replace("；", "，")
    sources = [s for s in step.states if s != step.to]
    if len(sources) > _FEW:
        many = "、".join(named[code][0] for code in sources)
        yield f'  state "{many}" as from_{step.action}'
        yield f"  from_{step.action} --> {step.to}: {said}"
        return
    for source in sources:
        yield f"  {source} --> {step.to}: {said}"


def with_diagrams(text: str) -> str:
    """Put the diagrams of today's rules between the marks of a text."""
    rules = load_rules()
    drawn = {p: diagram(rules, DRAWN_ON, p) for p in PROCEDURES}

    def block(found: re.Match[str]) -> str:
        return found[1] + drawn[found[2]] + found[3]  # type: ignore[index]

    return _BLOCK.sub(block, text)


if __name__ == "__main__":
    for name in sys.argv[1:]:
        path = Path(name)
        path.write_text(with_diagrams(path.read_text("utf-8")), "utf-8")
