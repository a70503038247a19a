"""Opening the repair of a penalty's publicity: which penalty, and since when it is public."""

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from features.errors import NotFoundError, ProcedureError, UsageError
from features.warehouse import open_warehouse
from models.publicity import Penalty, publish_by
from models.rules import Rules, load_rules
from pipelines.acting import Asked, Places, Subject, explanation, request
from pipelines.publication.ledger import public_now
from pipelines.publication.publishing import PENALTY
from pipelines.register.chain import Entry
from pipelines.register.decisions import Ground, open_case

REPAIR = "REPAIR45"


@dataclass(frozen=True, kw_only=True)
class WantedRepair:
    """The penalty whose publicity is to end early, and since when it is public.

    Without a day the ledger of publications says it.
    """

    penalty_id: str
    ledger: Path
    published_on: date | None = None


def open_repair(places: Places, wanted: WantedRepair, asked: Asked) -> Entry:
    """Open the repair of a penalty's publicity.

    Raises:
        NotFoundError: there is no such penalty.
        ProcedureError: it is not public, never ends early, or the business is listed.
        UsageError: nobody says since when it is public.
    """
    rules = load_rules()
    row = _penalty(places.warehouse, wanted.penalty_id, asked.today)
    _refuse_unrepairable(row, rules, asked.today)
    asked = replace(asked, happened_on=_published_on(wanted))
    subject = Subject(f"{REPAIR} {wanted.penalty_id}", row["business_id"])
    ground = Ground(
        business_id=row["business_id"],
        list_type=REPAIR,
        trigger="",
        penalty_id=wanted.penalty_id,
    )
    made = request(places, asked, rules, subject, explain=explanation)
    return open_case(places.register, ground, made, rules)


def _penalty(warehouse: Path, penalty_id: str, today: date) -> dict[str, Any]:
    with open_warehouse(warehouse, read_only=True) as opened:
        penalty = opened.table("mart.penalty").collect()
    known = penalty.filter(
        pl.col("penalty_id") == penalty_id, pl.col("recorded_at") < today
    )
    if known.is_empty():
        message = f"no penalty {penalty_id} was known before {today}; its number is in: shian listing candidates, or the business's page"
        raise NotFoundError(message)
    return known.row(0, named=True)


def _refuse_unrepairable(row: dict[str, Any], rules: Rules, today: date) -> None:
    """Refuse what is gone already, was never public, or must stay to its end."""
    penalty, number = Penalty.of_row(row), row["penalty_id"]
    if row["withdrawn_on"] is not None and row["withdrawn_on"] <= today:
        message = f"处罚{number}已于{row['withdrawn_on']}撤销或修复（the penalty ended on {row['withdrawn_on']}: nothing to repair）"
        raise ProcedureError(message)
    if publish_by(penalty, rules) is None:
        message = f"处罚{number}不属于公示范围，无须修复（the penalty is not published: nothing to repair）"
        raise ProcedureError(message)
    law = rules.in_force(today)
    never = set(law.codes("publicity.no_early_stop_kinds")) & set(penalty.kinds)
    if never:
        basis = law.citation("publicity.no_early_stop_kinds")
        message = f"处罚{number}的种类不得提前停止公示：{'、'.join(sorted(never))}，{basis}（a penalty of this kind stays public to its end）"
        raise ProcedureError(message)


def _published_on(wanted: WantedRepair) -> date:
    item = f"{PENALTY}{wanted.penalty_id}"
    known = {p.item: p.published_on for p in public_now(wanted.ledger)}
    day = known.get(item, wanted.published_on)
    if day is None:
        message = f"the ledger does not say since when penalty {wanted.penalty_id} is public; give it: --published-on YYYY-MM-DD"
        raise UsageError(message)
    if wanted.published_on not in {None, day}:
        message = f"by the ledger penalty {wanted.penalty_id} is public since {day}, not {wanted.published_on}; leave the day out"
        raise UsageError(message)
    return day
