"""A case in the words of a page: where it stands, what waits, its clocks, its history."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from models.case import Running, step_words, word
from models.listing import Allowed, barred_by
from models.procedure_clauses import Step, Trigger
from models.rules import Rules
from models.worklist import Item
from pipelines.case_files import CaseFile
from pipelines.register.chain import Entry
from pipelines.review.account_store import Account
from pipelines.review.reading import Name
from pipelines.review.roles import ROLES

# Of 2026-03-02T09:00:00+08:00: the minute.
_TO_MINUTES = 16
_COUNTS = {
    "duty": ("须在期内办理", "must be done by then"),
    "right": ("当事人权利", "a right of the party"),
    "wait": ("期满后方可", "not before its end"),
    "term": ("期满办理", "to be done at its end"),
}


@dataclass(frozen=True)
class Words:
    """The rules in a language, for the pages."""

    rules: Rules
    lang: str
    names: Mapping[str, Name]

    def pick(self, zh: str, en: str) -> str:
        """Choose the text in the language."""
        return zh if self.lang == "zh" else en

    def of(self, kind: str, code: str) -> str:
        """Say a code of the procedure."""
        return self.pick(*word(self.rules, kind, code))

    def all(self, kind: str, codes: Iterable[str]) -> str:
        """Say several codes."""
        return self.pick("、", ", ").join(self.of(kind, code) for code in codes)

    def roles(self, codes: Iterable[str]) -> str:
        """Say roles."""
        said = (self.pick(*ROLES[code]) for code in codes)
        return self.pick("、", ", ").join(said)

    def step(self, action: str) -> str:
        """Say an action."""
        return self.pick(*step_words(self.rules, action))

    def name(self, business_id: str) -> str:
        """Name a business, by its number while the warehouse is busy."""
        known = self.names.get(business_id)
        return known.name if known else business_id

    def street(self, business_id: str) -> str | None:
        """Give the street of a business."""
        known = self.names.get(business_id)
        return known.street_code if known else None

    def left(self, today: date, day: date) -> str:
        """Say how far off a day is."""
        days = (day - today).days
        if days < 0:
            return self.pick(f"逾期{-days}天", f"{-days} days overdue")
        if days == 0:
            return self.pick("今天", "today")
        return self.pick(f"还有{days}天", f"in {days} days")


def work_row(words: Words, item: Item, today: date) -> dict[str, Any]:
    """Give one thing to do as a row."""
    due = item.due
    return {
        "case_id": item.case_id,
        "name": words.name(item.business_id),
        "what": words.pick(item.zh, item.en),
        "actions": item.actions,
        "basis": words.pick(item.basis_zh, item.basis_en),
        "roles": words.roles(item.roles),
        "due": due,
        "left": words.left(today, due) if due else "",
        "is_overdue": item.is_overdue,
        "is_provisional": item.is_provisional,
        "opens_on": item.opens_on if item.opens_on and item.opens_on > today else None,
    }


def told(words: Words, entry: Entry) -> dict[str, Any]:
    """Give an entry of the register as it is told in the history."""
    body = json.loads(entry.body)
    return {
        "seq": entry.seq,
        "at": entry.recorded_at[:_TO_MINUTES].replace("T", " "),
        "act": words.step(entry.action),
        "reason": entry.reason,
        "happened_on": entry.happened_on
        if entry.happened_on != entry.recorded_at[: len("2026-03-02")]
        else None,
        "day": body["day"],
        "actor": entry.actor,
        "role": words.of("role", entry.role),
        "confirmed": [words.of("confirmation", c) for c in body["confirmed"]],
        "is_explained": entry.explanation is not None,
        "documents": [
            {**a, "kind": words.of("attachment", a["kind"])}
            for a in body["attachments"]
        ],
        "hash": entry.hash,
    }


def clock_row(words: Words, term: Running, today: date) -> dict[str, Any]:
    """Give a running term with its countdown."""
    is_duty = term.clock.counts in {"duty", "term"}
    ends = term.ends.date
    return {
        "what": words.pick(term.clock.zh, term.clock.en),
        "counts": words.pick(*_COUNTS[term.clock.counts]),
        "article": _article(words, term),
        "started_on": term.started_on,
        "ends_on": ends,
        "left": _state(words, term, today),
        "is_overdue": is_duty and not term.is_over and ends < today,
        "is_over": term.is_over,
        "is_provisional": term.ends.is_provisional,
    }


def may_rows(words: Words, file: CaseFile, account: Account) -> list[dict[str, Any]]:
    """Give every action the case allows today, and whether it is this person's to do."""
    return [_may(words, file, one, account) for one in file.allowed]


def ground(words: Words, file: CaseFile) -> str:
    """Name trigger and article, as in force when the case was opened."""
    case = file.case
    law = words.rules.in_force(case.acts[0].recorded_on)
    trigger = law.find(Trigger, case.trigger)
    if trigger is None:
        return case.trigger
    return words.pick(
        f"{trigger.zh}（{law.citation(trigger.id)}）",
        f"{trigger.en} ({law.citation(trigger.id, 'en')})",
    )


def asked_for(words: Words, step: Step) -> dict[str, Any]:
    """Give what the form of a step must hold."""
    return {
        "action": step.action,
        "what": words.pick(step.zh, step.en),
        "attachments": [(k, words.of("attachment", k)) for k in step.attachments],
        "confirmations": [(c, words.of("confirmation", c)) for c in step.confirmations],
        "fixes_day": step.fixes_day,
        "recorded_later": step.recorded_later,
        "is_explained": step.is_explained,
    }


def _may(
    words: Words, file: CaseFile, one: Allowed, account: Account
) -> dict[str, Any]:
    step = one.step
    is_waited_for = any(step.action in item.actions for item in file.waiting)
    barred = barred_by(file.case, step, account.person)
    return {
        "action": step.action,
        "what": words.pick(step.zh, step.en),
        "article": words.pick(one.citation_zh, one.citation_en),
        "roles": words.roles(step.roles),
        "documents": words.all("attachment", step.attachments),
        "is_waited_for": is_waited_for,
        "is_mine": account.role in step.roles and barred is None,
        "why_not": _why_not(words, step, account, barred.action if barred else None),
    }


def _why_not(words: Words, step: Step, account: Account, barred: str | None) -> str:
    if account.role not in step.roles:
        return ""
    if barred is None:
        return ""
    return words.pick(
        f"您已办理“{words.step(barred)}”，须由他人办理",
        f"you did '{words.step(barred)}': another person must do this",
    )


def _article(words: Words, term: Running) -> str:
    law = words.rules.in_force(term.started_on)
    return law.citation(term.clock.id, "zh" if words.lang == "zh" else "en")


def _state(words: Words, term: Running, today: date) -> str:
    if term.is_over:
        return words.pick("已办", "done")
    ends = term.ends.date
    if term.clock.counts in {"duty", "term"} or ends >= today:
        return words.left(today, ends)
    return words.pick("已届满", "has run out")
