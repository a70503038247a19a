"""The publication ledger: appended, chained by hash, like the register of decisions.

Every publication and every taking down is an entry, so that what is public now can be
read off, and nothing is published twice or forgotten in public.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from pathlib import Path

from models.publication import Published, Removal, Wanted
from pipelines.register.chain import Entry, canonical, entry_hash
from pipelines.register.ledger import Ledger, open_ledger

PUBLISH, TAKE_DOWN = "publish", "take_down"


@dataclass(frozen=True)
class By:
    """Who publishes, and when; an account of the machine where it is the daily job."""

    actor: str
    at: datetime


def public_now(path: Path) -> list[Published]:
    """Read what is public by the ledger; one that is not there yet holds nothing."""
    if not path.exists():
        return []
    with open_ledger(path) as ledger:
        return list(_standing(ledger.entries()).values())


def record(
    path: Path,
    day: date,
    publish: Iterable[Wanted],
    take_down: Iterable[Removal],
    by: By,
) -> None:
    """Append what was done; what the ledger has already is not appended again.

    Raises:
        RegisterError: the ledger cannot be written.
    """
    acts: list[tuple[str, str, dict[str, str]]] = [
        *((w.item, PUBLISH, {"ends_on": w.ends_on.isoformat()}) for w in publish),
        *((r.item, TAKE_DOWN, {"why": str(r.why)}) for r in take_down),
    ]
    with open_ledger(path, create=True) as ledger:
        for item, action, body in acts:
            ledger.append(partial(_draft, act=(item, action, day), body=body, by=by))


def _draft(
    ledger: Ledger, *, act: tuple[str, str, date], body: dict[str, str], by: By
) -> Entry:
    """Draw the entry that would follow, or give the one that is there already."""
    item, action, day = act
    entries = ledger.entries(item)
    if entries and entries[-1].action == action:
        return entries[-1]
    tally = ledger.tally()
    columns = (
        tally.entries + 1,
        f"{item} {action} {len(entries)}",
        item,
        action,
        day.isoformat(),
        by.at.isoformat(),
        by.actor,
        "publisher",
        body.get("why", "due"),
        canonical(body) or "",
        None,
        tally.hash,
    )
    return Entry(*columns, entry_hash(*columns))


def _standing(entries: Iterable[Entry]) -> dict[str, Published]:
    shown: dict[str, Published] = {}
    for entry in entries:
        if entry.action == TAKE_DOWN:
            shown.pop(entry.case_id, None)
        else:
            ends_on = date.fromisoformat(json.loads(entry.body)["ends_on"])
            on = date.fromisoformat(entry.happened_on)
            shown[entry.case_id] = Published(entry.case_id, on, ends_on)
    return shown
