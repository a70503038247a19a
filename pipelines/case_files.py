"""One case of the register, without the warehouse: nothing here loads an engine."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from features.errors import NotFoundError, UsageError
from models.case import Case, Running, is_public, running, state, words
from models.listing import Allowed, allowed
from models.rules import Rules, load_rules
from models.worklist import Item, to_do
from pipelines.register.chain import Entry, cases_of
from pipelines.register.decisions import history


@dataclass(frozen=True)
class CaseFile:
    """A case with all that was recorded in it and what may follow on a day.

    `waiting` is what must be done, `allowed` what may be, and `terms` every clock.
    """

    case: Case
    today: date
    state: str
    is_public: bool
    entries: tuple[Entry, ...]
    waiting: tuple[Item, ...]
    allowed: tuple[Allowed, ...]
    terms: tuple[Running, ...]


def find_case(register: Path, case_id: str) -> Case:
    """Read one case.

    Raises:
        NotFoundError: there is no such case.
    """
    return _case(case_id, history(register, case_id))


def _case(case_id: str, entries: list[Entry]) -> Case:
    """Put a case together from its own entries; those of others may be many."""
    if not entries:
        message = f"the register holds no case {case_id[:40]}; list them with: shian listing worklist"
        raise NotFoundError(message)
    return cases_of(entries)[case_id]


def code_of(rules: Rules, kind: str, text: str) -> str:
    """Give the code of a word that may be written as code, in Chinese or in English.

    Raises:
        UsageError: there is no such word.
    """
    known = words(rules, kind)
    for code, said in known.items():
        if text in (code, *said):
            return code
    choice = ", ".join(f"{code} {zh}" for code, (zh, _) in known.items())
    message = f"{text!r} is no {kind}; there are: {choice}"
    raise UsageError(message)


def find_case_file(register: Path, case_id: str, *, today: date) -> CaseFile:
    """Read one case with its history, its terms and what may follow today.

    Raises:
        NotFoundError: there is no such case.
    """
    entries, rules = history(register, case_id), load_rules()
    case = _case(case_id, entries)
    return CaseFile(
        case=case,
        today=today,
        state=state(case, rules),
        is_public=is_public(case, rules),
        entries=tuple(entries),
        waiting=to_do(case, rules, today),
        allowed=allowed(case, rules, today),
        terms=running(case, rules),
    )
