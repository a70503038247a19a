"""A run of the risk loop: look at the signals, raise what is new, show what is open."""

import json
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path

import polars as pl

from features.schema import schema
from features.warehouse import Warehouse, open_warehouse
from models.alert_loop import Standing, raised_level, standing
from models.rules import RuleSet, load_rules
from pipelines.alerts.book import Known, raise_alerts, read_book, worst_first
from pipelines.alerts.signals import signals
from pipelines.provenance import code_version, fingerprint, run_name
from pipelines.register.decisions import CHINA
from pipelines.register.verify import verify_chain

# An earlier day is looked at again as if it were that morning.
MORNING = time(8, 0)


@dataclass(frozen=True)
class Open:
    """An open alert with where it stands."""

    known: Known
    standing: Standing


@dataclass(frozen=True)
class Board:
    """What a run found: new alerts, more of the same, and everything that is open."""

    run_id: str
    day: date
    law: RuleSet
    signals: int
    raised: tuple[str, ...]
    added: tuple[str, ...]
    open: tuple[Open, ...]
    closed: int


def run_alerts(warehouse: Path, book: Path, day: date, now: datetime) -> Board:
    """Raise alerts on what is known before a day, and keep the board in the warehouse.

    Raises:
        RegisterError: the book of alerts is not as it was written.
    """
    law = load_rules().in_force(day)
    at = moment(day, now)
    if book.exists():
        verify_chain(book)
    with open_warehouse(warehouse, read_only=True) as opened:
        found = signals(opened, law)
        facts = fingerprint(opened.facts())
    raised, added = raise_alerts(book, found, at)
    known = read_book(book)
    open_ = tuple(
        Open(one, standing(one.alert, one.acts, law, at))
        for one in worst_first(known)
        if not one.is_closed
    )
    board = Board(
        run_id=run_name("alerts", str(day), at.isoformat(), facts, str(len(known))),
        day=day,
        law=law,
        signals=len(found),
        raised=tuple(raised),
        added=tuple(dict.fromkeys(added)),
        open=open_,
        closed=len(known) - len(open_),
    )
    with open_warehouse(warehouse) as opened, opened.transaction():
        _keep(opened, board, facts)
    return board


def moment(day: date, now: datetime) -> datetime:
    """Give the time at which signals of a day are raised: now, or that morning."""
    here = now.astimezone(CHINA)
    return here if day >= here.date() else datetime.combine(day, MORNING, CHINA)


def _keep(opened: Warehouse, board: Board, facts: str) -> None:
    run = {
        "run_id": board.run_id,
        "kind": "alerts",
        "as_of": board.day,
        "law_version": load_rules().version,
        "code_version": code_version(),
        "data_fingerprint": facts,
        "businesses": len({b for o in board.open for b in o.known.alert.businesses}),
        "parameters": json.dumps(
            {"signals": board.signals, "raised": board.raised, "closed": board.closed}
        ),
    }
    frame = pl.DataFrame([run], schema=schema()["output.run"].empty().schema)
    opened.replace_run("output.run", frame, board.run_id)
    rows = [alert_row(board.run_id, one) for one in board.open]
    shape = schema()["output.alert"].empty().schema
    opened.replace_run("output.alert", pl.DataFrame(rows, schema=shape), board.run_id)


def alert_row(run_id: str, one: Open) -> dict[str, object]:
    """Give the row of output.alert of an open alert."""
    alert, now = one.known.alert, one.standing
    due = (now.due_at or alert.raised_at).astimezone(CHINA)
    return {
        "run_id": run_id,
        "alert_id": alert.alert_id,
        "raised_on": alert.raised_at.date(),
        "level": now.level.level,
        "raised_level": raised_level(alert, one.known.acts),
        "kind": alert.kind,
        "signal": alert.zh,
        "signal_en": alert.en,
        "business_id": alert.businesses[0] if len(alert.businesses) == 1 else None,
        "businesses": "+".join(alert.businesses),
        "street_code": alert.street,
        "category": alert.category,
        "state": now.state,
        "owner": now.owner,
        "owner_role": now.level.owner,
        "due_on": due.date(),
        "due_at": due.isoformat(timespec="minutes"),
        "is_overdue": now.is_overdue,
        "missing": "+".join(now.missing),
    }
