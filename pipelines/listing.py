"""The listing procedure as a command needs it: warehouse, register and rules together."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path

import polars as pl

from features.schema import Facts
from features.warehouse import Warehouse, open_warehouse
from models.candidates import Candidates, candidates, in_order_of
from models.case import Case
from models.listing import barred_by
from models.procedure_clauses import Step
from models.rules import load_rules
from models.worklist import Item, worklist
from pipelines.case_files import code_of
from pipelines.register.annulments import (
    penalty_corrections,
    unrecorded_annulments,
    write_corrections,
)
from pipelines.register.decisions import cases

DEFAULT_LIST = "SAMR44"


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
        facts, scores = opened.facts(), newest_scores(opened, as_of)
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
        steps = rules.in_force(today).all(Step)
        items = tuple(i for i in items if may_do(known[i.case_id], i, actor, steps))
    penalty = _facts(warehouse).penalty if warehouse else _no_penalty()
    return items, unrecorded_annulments(known.values(), penalty)


def unloaded_ends(register: Path, warehouse: Path) -> int:
    """Count the penalties that ended, or came back, and that the warehouse holds as before.

    Until they are loaded, features and grades rest on what is no more.
    """
    with open_warehouse(warehouse, read_only=True) as opened:
        penalty = opened.table("mart.penalty").collect()
    return penalty_corrections(_cases(register), penalty).height


def write_annulments(register: Path, warehouse: Path, folder: Path) -> int:
    """Write penalty.csv with the penalties the register knows to be annulled.

    Load the folder with the mapping `shian`; from the day of the annulment on the
    penalty leaves features, scores, grades and candidates. Gives the number of rows.
    """
    return write_corrections(_cases(register), _facts(warehouse).penalty, folder)


def may_do(case: Case, item: Item, actor: str, steps: Iterable[Step]) -> bool:
    """Tell whether what a person did in the case leaves them any way to do the item."""
    wanted = (step for step in steps if step.action in item.actions)
    return any(barred_by(case, step, actor) is None for step in wanted)


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


def newest_scores(warehouse: Warehouse, as_of: date) -> pl.DataFrame:
    """Read the probabilities of the newest score run up to the day, if there is one."""
    return warehouse.sql(
        "select business_id, probability from output.score where run_id = ("
        "select run_id from output.run where kind = 'score' and as_of <= ? "
        "order by as_of desc, run_id limit 1)",
        [as_of],
    )
