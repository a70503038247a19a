"""Publishes what is due, takes down what is over, and keeps the ledger of both."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from features.profile import attributes_at
from features.schema import Facts
from features.warehouse import open_warehouse
from models.case import Case, state
from models.publication import (
    Due,
    Removal,
    Wanted,
    Why,
    due,
    wanted_listing,
    wanted_penalty,
)
from models.publicity import Penalty
from models.rules import Rules, load_rules
from pipelines.publication import files
from pipelines.publication.ledger import By, public_now, record
from pipelines.register.annulments import REPAIRED, ends_of
from pipelines.register.decisions import cases
from pipelines.register.ledger import is_there

PENALTY, LISTING = "penalty:", "listing:"
_ANNULLED = ("annulled", "listing_annulled")


@dataclass(frozen=True)
class Sources:
    """Where facts, decisions and the ledger of publications are."""

    warehouse: Path
    register: Path
    ledger: Path


@dataclass(frozen=True)
class State:
    """What a day asks for, and the rows the files are written from."""

    day: date
    due: Due
    penalties: Mapping[str, dict[str, Any]]
    listings: Mapping[str, tuple[Case, dict[str, Any]]]


def state_on(sources: Sources, day: date) -> State:
    """Compare what must be public on a day with what is by the ledger.

    Facts count that were recorded before the day; a penalty annulled or repaired on the
    day itself leaves it at once, for nobody may be shown a day too long.
    """
    rules = load_rules()
    with open_warehouse(sources.warehouse, read_only=True) as opened:
        facts = opened.facts()
    known = cases(sources.register) if is_there(sources.register) else {}
    penalties = _as_registered(_penalties(facts, day), known, day)
    wanted = _wanted_penalties(penalties, day, rules) | _wanted_listings(known, rules)
    gone = _gone(penalties, known)
    found = due(wanted, gone, public_now(sources.ledger), day)
    return State(day, found, penalties, _listings(known, facts, day))


def publish_due(
    sources: Sources, state: State, folder: Path, by: By, *, only_removals: bool
) -> list[Path]:
    """Record what is published and taken down, then write the files of the day.

    The ledger comes first: files that were lost are written again from it, while a
    publication nobody recorded would stay public for ever. The daily job only removes.
    """
    publish = () if only_removals else state.due.publish
    record(sources.ledger, state.day, publish, state.due.take_down, by)
    shown = {p.item: p.ends_on for p in public_now(sources.ledger)}
    return files.write_files(folder, _tables(state, shown, load_rules()))


def _penalties(facts: Facts, day: date) -> dict[str, dict[str, Any]]:
    """Give every penalty known before the day, with the name and number of its party."""
    known = facts.penalty.filter(pl.col("recorded_at") < day)
    ids = known.select("business_id").unique().with_columns(as_of=pl.lit(day))
    party = attributes_at(facts.business, ids).select(
        "business_id", "name", "usci", "legal_form"
    )
    rows = known.join(party, on="business_id", how="left").iter_rows(named=True)
    return {f"{PENALTY}{row['penalty_id']}": row for row in rows}


def _as_registered(
    penalties: dict[str, dict[str, Any]], known: Mapping[str, Case], day: date
) -> dict[str, dict[str, Any]]:
    """End what the register knows to be ended, or bring it back, before it is loaded.

    A public page must not wait for the day's load.
    """
    ends = {
        f"{PENALTY}{penalty_id}": {"withdrawn_on": end.on, "withdrawal": end.withdrawal}
        for penalty_id, end in ends_of(known.values()).items()
        if end.on is None or end.on <= day
    }
    return {
        item: row | ends[item] if _knows_better(row, ends.get(item)) else row
        for item, row in penalties.items()
    }


def _knows_better(row: dict[str, Any], end: dict[str, Any] | None) -> bool:
    if end is None:
        return False
    return row["withdrawal"] is None or (
        end["withdrawal"] is None and row["withdrawal"] == REPAIRED
    )


def _wanted_penalties(
    penalties: Mapping[str, dict[str, Any]], day: date, rules: Rules
) -> dict[str, Wanted]:
    wanted = {}
    for item, row in penalties.items():
        if row["withdrawn_on"] is not None and row["withdrawn_on"] <= day:
            continue
        found = wanted_penalty(item, Penalty.of_row(row), day, rules)
        if found is not None:
            wanted[item] = found
    return wanted


def _wanted_listings(known: Mapping[str, Case], rules: Rules) -> dict[str, Wanted]:
    found = (wanted_listing(f"{LISTING}{n}", case, rules) for n, case in known.items())
    return {wanted.item: wanted for wanted in found if wanted is not None}


def _gone(
    penalties: Mapping[str, dict[str, Any]], known: Mapping[str, Case]
) -> dict[str, Why]:
    """Say why something is wanted no more."""
    why: dict[str, Why] = {
        item: "annulled" if row["withdrawal"] == "annulled" else "repaired"
        for item, row in penalties.items()
        if row["withdrawal"] is not None
    }
    rules = load_rules()
    return why | {
        f"{LISTING}{n}": "annulled" if state(case, rules) in _ANNULLED else "removed"
        for n, case in known.items()
    }


def _listings(
    known: Mapping[str, Case], facts: Facts, day: date
) -> dict[str, tuple[Case, dict[str, Any]]]:
    ids = pl.DataFrame(
        {"business_id": sorted({case.business_id for case in known.values()})},
        schema={"business_id": pl.String},
    ).with_columns(as_of=pl.lit(day, dtype=pl.Date))
    party = {
        row["business_id"]: row
        for row in attributes_at(facts.business, ids).iter_rows(named=True)
    }
    return {
        f"{LISTING}{n}": (case, party[case.business_id]) for n, case in known.items()
    }


def _tables(
    state: State, shown: Mapping[str, date], rules: Rules
) -> dict[str, tuple[list[str], list[list[Any]]]]:
    penalties = [
        {**state.penalties[item], "ends_on": ends}
        for item, ends in sorted(shown.items())
        if item in state.penalties
    ]
    taken = [
        [r.item.partition(":")[2], r.item.partition(":")[0], r.why]
        for r in _taken(state)
    ]
    listed = [
        (*state.listings[item], {"in_date": str(_in_date(state.listings[item][0]))})
        for item in sorted(shown)
        if item in state.listings
    ]
    notices = [(case, party, "列入") for case, party, _ in listed]
    notices += [
        (*state.listings[r.item], "移出")
        for r in _taken(state)
        if r.item in state.listings
    ]
    return {
        files.PENALTIES: files.penalty_table(penalties, rules),
        files.TAKEN_DOWN: (["编号", "类别", "原因"], taken),
        files.SERIOUS: files.listing_table(listed, rules),
        files.NOTICES: files.notice_table(notices, rules),
    }


def _taken(state: State) -> tuple[Removal, ...]:
    return state.due.take_down


def _in_date(case: Case) -> date | None:
    decided = case.latest(["decide_listed"])
    return None if decided is None else decided.on
