"""The shapes of the rules of a procedure: list types, triggers, steps, clocks, words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from models.clauses import Rule
from models.workdays import Unit

Counts = Literal["duty", "right", "wait", "term"]
Home = Literal["any", "here", "elsewhere"]
Procedure = Literal["listing", "repair"]
Publicity = Literal["none", "begins", "ends"]


@dataclass(frozen=True, kw_only=True)
class ListType(Rule):
    """A list of serious breaches; without its text nobody can be put on it.

    The repair of a penalty is told apart by its procedure: it puts nobody on anything.
    """

    is_text_supplied: bool
    procedure: Procedure = "listing"


@dataclass(frozen=True, kw_only=True)
class Trigger(Rule):
    """An act that may lead to listing, and the law articles a penalty for it cites.

    Without articles the program finds none; an officer may still record it.
    """

    list_type: str
    law_articles: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Step(Rule):
    """An action of a procedure: from which states, by whom, with what.

    `apart_from` names actions whose actor may not be this one's. `waits_out` names
    rights of the party that must have run out. `opens` names duties that arise, and
    `settles` those this action ends; `after_settling` must have been ended before.
    `recorded_later` marks what happens outside and may be entered some days after;
    `needs_ground` what is done only while the law still names the ground.
    """

    action: str
    states: tuple[str, ...]
    roles: tuple[str, ...]
    to: str | None = None
    attachments: tuple[str, ...] = ()
    confirmations: tuple[str, ...] = ()
    apart_from: tuple[str, ...] = ()
    waits_out: tuple[str, ...] = ()
    opens: tuple[str, ...] = ()
    settles: tuple[str, ...] = ()
    after_settling: tuple[str, ...] = ()
    publicity: Publicity = "none"
    home: Home = "any"
    procedure: Procedure = "listing"
    is_onward: bool = False
    needs_ground: bool = False
    is_explained: bool = False
    fixes_day: bool = False
    recorded_later: bool = False

    def _own_contradiction(self) -> str | None:
        if self.id != step_id(self.action):
            return f"must be called '{step_id(self.action)}'"
        return None if self.roles else "nobody may do it"


@dataclass(frozen=True, kw_only=True)
class Term(Rule):
    """A length of time."""

    amount: int
    unit: Unit

    def _own_contradiction(self) -> str | None:
        return "has no length" if self.amount <= 0 else None


@dataclass(frozen=True, kw_only=True)
class Clock(Term):
    """A term that runs from the latest of some actions and concerns others.

    duty: one of the actions must be done by its end. right: the party may act up to
    its end. wait: the actions may not be done before its end. term: both at once.
    A day fixed by the starting action that lies later takes the place of the end.
    """

    after: tuple[str, ...]
    actions: tuple[str, ...]
    counts: Counts
    home: Home = "any"


@dataclass(frozen=True, kw_only=True)
class Word:
    """What a code is called on a screen."""

    code: str
    zh: str
    en: str


@dataclass(frozen=True, kw_only=True)
class Words(Rule):
    """What the codes of a procedure are called."""

    entries: tuple[Word, ...]


def step_id(action: str) -> str:
    """Give the id under which the step of an action stands."""
    return f"step.{action}"


PROCEDURE_SHAPES: Mapping[str, type[Rule]] = {
    "list_type": ListType,
    "trigger": Trigger,
    "step": Step,
    "clock": Clock,
    "term": Term,
    "words": Words,
}
