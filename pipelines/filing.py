"""Opening a case: the one ground that is meant, found among the candidates of the day."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from features.errors import ProcedureError, UsageError
from features.warehouse import open_warehouse
from models.candidates import Candidates
from models.procedure_clauses import Trigger
from models.rules import Rules, load_rules
from pipelines.acting import (
    Asked,
    Explain,
    Places,
    Subject,
    business_named,
    explanation,
    request,
)
from pipelines.listing import DEFAULT_LIST, find_candidates
from pipelines.register.chain import Entry
from pipelines.register.decisions import Ground, open_case

# The register itself says of these which case stands in the way.
_SAID_BY_REGISTER = ("case_open", "already_listed")


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """The candidate to open a case on; what is not said must be clear without."""

    business: str
    penalty: str | None = None
    trigger: str | None = None
    list_type: str = DEFAULT_LIST
    is_registered_elsewhere: bool = False


def file_case(
    places: Places, wanted: Wanted, asked: Asked, *, explain: Explain = explanation
) -> Entry:
    """Open a case on a candidate's ground.

    Raises:
        ProcedureError: there is no ground, or the procedure does not allow it.
        UsageError: the ground is not clear without more words.
    """
    rules = load_rules()
    ground = find_ground(places, wanted, rules, today=asked.today)
    subject = Subject(
        f"{ground.business_id} {ground.penalty_id} {ground.trigger}", ground.business_id
    )
    made = request(places, asked, rules, subject, explain=explain)
    return open_case(places.register, ground, made, rules)


def find_ground(places: Places, wanted: Wanted, rules: Rules, *, today: date) -> Ground:
    """Find the one ground that is meant, among the candidates of the day.

    Raises:
        ProcedureError: there is none, or it is excluded; the message says why.
        UsageError: there are several.
    """
    business_id = business_named(places.warehouse, wanted.business)
    found = find_candidates(
        places.warehouse,
        as_of=today,
        register=places.register,
        list_type=wanted.list_type,
    )
    pair = _one(found, business_id, wanted) or _own_finding(
        places.warehouse, business_id, wanted, rules, today
    )
    if pair is None:
        raise ProcedureError(_no_ground(found, business_id, wanted))
    trigger, penalty_id = pair
    return Ground(
        business_id=business_id,
        list_type=wanted.list_type,
        trigger=trigger,
        penalty_id=penalty_id,
        is_registered_elsewhere=wanted.is_registered_elsewhere,
    )


def _one(found: Candidates, business_id: str, wanted: Wanted) -> tuple[str, str] | None:
    """Find trigger and penalty of the ground; one in procedure is for the register."""
    for grounds in (
        found.evidence,
        found.excluded.filter(pl.col("exclusion").is_in(_SAID_BY_REGISTER)),
    ):
        rows = _meant(grounds, business_id, wanted).select("trigger", "penalty_id")
        if rows.height > 1:
            named = ", ".join(
                f"{penalty} {trigger}" for trigger, penalty in rows.rows()
            )
            message = f"{business_id} has {rows.height} grounds: {named}; choose with --penalty and --trigger"
            raise UsageError(message)
        if rows.height:
            trigger, penalty_id = rows.row(0)
            return trigger, penalty_id
    return None


def _meant(grounds: pl.DataFrame, business_id: str, wanted: Wanted) -> pl.DataFrame:
    said = {"penalty_id": wanted.penalty, "trigger": wanted.trigger}
    return grounds.filter(
        pl.col("business_id") == business_id,
        *(pl.col(name) == value for name, value in said.items() if value is not None),
    )


def _own_finding(
    warehouse: Path, business_id: str, wanted: Wanted, rules: Rules, today: date
) -> tuple[str, str] | None:
    """Take an officer's word where the law names no article the program could find.

    The penalty must be the business's own, known and standing all the same.
    """
    law = rules.in_force(today)
    trigger = law.find(Trigger, wanted.trigger or "")
    if trigger is None or trigger.law_articles or wanted.penalty is None:
        return None
    with open_warehouse(warehouse, read_only=True) as opened:
        penalty = opened.facts().penalty
    standing = penalty.filter(
        pl.col("penalty_id") == wanted.penalty,
        pl.col("business_id") == business_id,
        pl.col("recorded_at") < today,
        pl.col("withdrawn_on").is_null() | (pl.col("withdrawn_on") > today),
    )
    is_of_list = trigger.list_type == wanted.list_type
    return (trigger.id, wanted.penalty) if is_of_list and standing.height else None


def _no_ground(found: Candidates, business_id: str, wanted: Wanted) -> str:
    """Say why there is nothing to open a case on."""
    if not found.is_text_supplied:
        return f"{found.note_zh}（{found.note_en}）"
    excluded = _meant(found.excluded, business_id, wanted)
    if excluded.height:
        row = excluded.row(0, named=True)
        penalty = row["penalty_id"]
        return (
            f"处罚{penalty}不是列入线索：{row['reason_zh']}"
            f"（penalty {penalty} is no ground: {row['reason_en']}）"
        )
    return (
        f"{business_id}在{found.as_of}没有列入线索，不能立案"
        f"（no ground to list it on that day: shian listing candidates）"
    )
