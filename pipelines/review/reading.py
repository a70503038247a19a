"""What the pages read again and again, kept as long as the files stay the same.

The register's cases are kept until its chain has another head, what comes from the
warehouse until its file is another. A warehouse that is being written to leaves the
worklist standing: it shows numbers instead of names.
"""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar, cast

import polars as pl

from features.errors import WarehouseError
from features.schema import Facts
from features.warehouse import open_warehouse
from models.candidates import Candidates, candidates, in_order_of
from models.case import Case, words
from models.procedure_clauses import Step
from models.registry import CHALLENGER, CHAMPION
from models.rules import Rules, load_rules
from models.worklist import Item, in_order, to_do
from pipelines.acting import Places, Seen, look
from pipelines.listing import may_do, newest_scores
from pipelines.register.chain import Entry, cases_of
from pipelines.register.ledger import open_ledger

T = TypeVar("T")
# Explanations of a day's work: each holds some kilobytes.
_MOST_KEPT = 200


@dataclass(frozen=True)
class Name:
    """What a business is called, and its street."""

    name: str
    street_code: str | None


class Reading:
    """Reads register and warehouse for the pages."""

    def __init__(self, places: Places) -> None:
        self.places = places
        self.rules: Rules = load_rules()
        self._kept: dict[str, dict[Hashable, Any]] = {}
        self._locks: dict[str, Lock] = {}
        self._lock = Lock()
        self._entries: list[Entry] = []
        self._growing = Lock()
        self._items: dict[Hashable, tuple[Item, ...]] = {}

    def kinds(self) -> frozenset[str]:
        """Give the kinds of documents the procedure knows."""
        return frozenset(words(self.rules, "attachment"))

    def entries(self) -> list[Entry]:
        """Give every entry of the register; only those that are new are read."""
        with self._growing, open_ledger(self.places.register) as ledger:
            known = self._entries
            # The last known row is read again: another register has another there.
            found = ledger.entries(after=max(len(known) - 1, 0))
            is_same = bool(known) and found[:1] == known[-1:]
            self._entries = known + found[1:] if is_same else ledger.entries()
            return self._entries

    def cases(self) -> Mapping[str, Case]:
        """Give every case of the register."""
        return self._cases(self.entries())

    def waiting(
        self, today: date, *, role: str | None = None, actor: str | None = None
    ) -> tuple[Item, ...]:
        """List what waits, for a role, less what a person may not do themselves."""
        entries = self.entries()
        known, key = self._cases(entries), (_head(entries), today)
        items = self._once("waiting", key, lambda: self._waiting(known, today))
        law = self.rules.in_force(today)
        steps = law.all(Step)
        return tuple(
            item
            for item in items
            if (role is None or role in item.roles)
            and (actor is None or may_do(known[item.case_id], item, actor, steps))
        )

    def names(self) -> Mapping[str, Name]:
        """Give the newest name of every business; none while the warehouse is busy."""
        try:
            return self._once("names", self._edition(), self._names)
        except WarehouseError:
            return {}

    def streets(self, office: str) -> frozenset[str]:
        """Give the streets of an office by its name or number; none of an unknown one."""
        try:
            offices = self._once("offices", self._edition(), self._offices)
        except WarehouseError:
            return frozenset()
        return frozenset(
            street for number, name, street in offices if office in (number, name)
        )

    def candidates(self, today: date, list_type: str) -> Candidates:
        """Give whom there may be a ground to list today."""
        entries, edition = self.entries(), self._edition()
        facts, scores = self._once(
            "penalised", (edition, today), lambda: self._penalised(today)
        )
        known = self._cases(entries).values()
        return self._once(
            f"candidates {list_type}",
            (edition, _head(entries), today),
            lambda: in_order_of(
                candidates(facts, self.rules, today, list_type=list_type, cases=known),
                scores,
            ),
        )

    def seen(self, business_id: str, today: date) -> Seen:
        """Give what the system says of a business today."""
        # Until a model is promoted its challenger is in use, and a new one is another.
        models = tuple(
            stamp(self.places.store / f"{role}.json") for role in (CHAMPION, CHALLENGER)
        )
        key = (self._edition(), models, today, business_id)
        return self._once(
            "seen",
            key,
            lambda: look(self.places, business_id, today=today),
            most=_MOST_KEPT,
        )

    def explain(
        self,
        places: Places,  # noqa: ARG002  the acting code gives its own, the same
        business_id: str,
        day: date,
    ) -> Mapping[str, Any]:
        """Give the explanation of a day to the acting code, which freezes it."""
        return self.seen(business_id, day).explanation

    def _cases(self, entries: list[Entry]) -> dict[str, Case]:
        return self._once("cases", _head(entries), lambda: cases_of(entries))

    def _waiting(self, known: Mapping[str, Case], today: date) -> tuple[Item, ...]:
        """List what waits; a case that nobody touched since is not walked again."""
        kept: dict[Hashable, tuple[Item, ...]] = {}
        for case in known.values():
            key = (case.case_id, len(case.acts), today)
            kept[key] = self._items.get(key) or to_do(case, self.rules, today)
        self._items = kept
        return in_order(item for items in kept.values() for item in items)

    def _penalised(self, today: date) -> tuple[Facts, pl.DataFrame]:
        """Read the facts of those who were ever penalised: nobody else has a ground."""
        with open_warehouse(self.places.warehouse, read_only=True) as opened:
            facts, scores = opened.facts(), newest_scores(opened, today)
        who = facts.penalty.select("business_id").unique()
        frames = {
            name: frame.join(who, on="business_id", how="semi", maintain_order="left")
            if "business_id" in frame.columns
            else frame
            for name, frame in vars(facts).items()
        }
        return Facts(**frames), scores.join(who, on="business_id", how="semi")

    def _edition(self) -> Hashable:
        return stamp(self.places.warehouse)

    def _names(self) -> dict[str, Name]:
        with open_warehouse(self.places.warehouse, read_only=True) as opened:
            rows = opened.sql(
                "select business_id, name, street_code from mart.business "
                "order by business_id, valid_from"
            )
        return {number: Name(name, street) for number, name, street in rows.iter_rows()}

    def _offices(self) -> list[tuple[str, str, str]]:
        with open_warehouse(self.places.warehouse, read_only=True) as opened:
            rows = opened.sql("select office_id, name, street_code from mart.office")
        return rows.rows()

    def _once(
        self, what: str, key: Hashable, make: Callable[[], T], *, most: int = 1
    ) -> T:
        """Make a thing once for a key, however many ask for it at the same time."""
        with self._lock:
            lock = self._locks.setdefault(what, Lock())
        with lock:
            kept = self._kept.setdefault(what, {})
            if key not in kept:
                made = make()
                while len(kept) >= most:
                    del kept[next(iter(kept))]
                kept[key] = made
            return cast("T", kept[key])


def _head(entries: list[Entry]) -> str:
    """Name the register by its last entry, as the chain does."""
    return entries[-1].hash if entries else ""


def stamp(path: Path) -> Hashable:
    """Tell one edition of a file from the next without reading it."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size
