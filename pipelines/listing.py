"""The listing procedure as a command needs it: warehouse, register and rules together."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from features.errors import NotFoundError, UsageError
from features.schema import Facts
from features.warehouse import Warehouse, open_warehouse
from models.candidates import Candidates, candidates, in_order_of
from models.case import Case, Running, is_public, running, state, words
from models.listing import Allowed, allowed, barred_by
from models.procedure_clauses import Step
from models.rules import Rules, RuleSet, load_rules
from models.worklist import Item, to_do, worklist
from pipelines.register.annulments import unrecorded_annulments, write_corrections
from pipelines.register.chain import Entry
from pipelines.register.decisions import cases, history

DEFAULT_LIST = "SAMR44"


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


def find_candidates(
    warehouse: Path,
    *,
    as_of: date,
    register: Path | None = None,
    list_type: str = DEFAULT_LIST,
) -> Candidates:
    """Find whom there may be a ground to list, ordered by the newest score on the day.

    Without a register nobody is known to be listed or in procedure.

    Raises:
        UsageError: no such list was in force on the day.
    """
    with open_warehouse(warehouse, read_only=True) as opened:
        facts, scores = opened.facts(), _scores(opened, as_of)
    known = _cases(register)
    found = candidates(facts, load_rules(), as_of, list_type=list_type, cases=known)
    return in_order_of(found, scores)


def find_worklist(
    register: Path,
    *,
    today: date,
    role: str | None = None,
    actor: str | None = None,
    warehouse: Path | None = None,
) -> tuple[tuple[Item, ...], pl.DataFrame]:
    """List what waits for a role, and the annulments that the register must still learn.

    With an actor, what that person did before bars them from is left to others. The
    annulments are known only with a warehouse, whose penalties say what was annulled.

    Raises:
        UsageError: there is no such role.
    """
    known, rules = cases(register), load_rules()
    role = None if role is None else code_of(rules, "role", role)
    items = worklist(known.values(), rules, today, role=role)
    if actor is not None:
        law = rules.in_force(today)
        items = tuple(i for i in items if _may(known[i.case_id], i, actor, law))
    penalty = _facts(warehouse).penalty if warehouse else _no_penalty()
    return items, unrecorded_annulments(known.values(), penalty)


def write_annulments(register: Path, warehouse: Path, folder: Path) -> int:
    """Write penalty.csv with the penalties the register knows to be annulled.

    Load the folder with the mapping `shian`; from the day of the annulment on the
    penalty leaves features, scores, grades and candidates. Gives the number of rows.
    """
    return write_corrections(_cases(register), _facts(warehouse).penalty, folder)


def find_case(register: Path, case_id: str) -> Case:
    """Read one case.

    Raises:
        NotFoundError: there is no such case.
    """
    found = cases(register).get(case_id)
    if found is None:
        message = f"the register holds no case {case_id}; list them with: shian listing worklist"
        raise NotFoundError(message)
    return found


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
    case, rules = find_case(register, case_id), load_rules()
    return CaseFile(
        case=case,
        today=today,
        state=state(case, rules),
        is_public=is_public(case, rules),
        entries=tuple(history(register, case_id)),
        waiting=to_do(case, rules, today),
        allowed=allowed(case, rules, today),
        terms=running(case, rules),
    )


def _may(case: Case, item: Item, actor: str, law: RuleSet) -> bool:
    """Tell whether what a person did in the case leaves them any way to do the item."""
    steps = [s for s in law.all(Step) if s.action in item.actions]
    return any(barred_by(case, step, actor) is None for step in steps)


def _cases(register: Path | None) -> list[Case]:
    return [] if register is None else list(cases(register).values())


def _facts(warehouse: Path) -> Facts:
    with open_warehouse(warehouse, read_only=True) as opened:
        return opened.facts()


def _no_penalty() -> pl.DataFrame:
    return pl.DataFrame(
        schema={
            "penalty_id": pl.String,
            "withdrawal": pl.String,
            "withdrawn_on": pl.Date,
        }
    )


def _scores(warehouse: Warehouse, as_of: date) -> pl.DataFrame:
    """Read the probabilities of the newest score run up to the day, if there is one."""
    return warehouse.sql(
        "select business_id, probability from output.score where run_id = ("
        "select run_id from output.run where kind = 'score' and as_of <= ? "
        "order by as_of desc, run_id limit 1)",
        [as_of],
    )
