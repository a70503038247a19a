"""Reads acts such as "2026-03-03 Li serve_notice" into acts of the listing procedure."""

from collections.abc import Iterable
from datetime import date

from models.case import Act, Case, step_of
from models.rules import Rules, load_rules

CASE = Case(
    case_id="c",
    business_id="b",
    list_type="SAMR44",
    trigger="F5-2",
    penalties=("p",),
)

# The whole way to a listing on 2026-03-16, by the people it takes at least.
TO_NOTICE = ("2026-03-02 Li file", "2026-03-03 Li serve_notice")
TO_LISTED = (
    *TO_NOTICE,
    "2026-03-11 Wang legal_review",
    "2026-03-12 Zhao discuss",
    "2026-03-13 Li consent",
    "2026-03-16 Zhao decide_listed",
)
TO_PUBLISHED = (
    *TO_LISTED,
    "2026-03-18 Li serve_decision",
    "2026-03-19 Li publish",
)
TO_REMOVED = (
    *TO_PUBLISHED,
    "2027-03-16 Li request_repair",
    "2027-03-17 Li accept_repair",
    "2027-03-18 Zhao grant_removal",
    "2027-03-19 Li withdraw_publication",
)
TO_ASKED = ("2026-01-05 Li penalty_public", "2026-04-07 Li penalty_ask")
NAMED = {
    "NOTICE": TO_NOTICE,
    "LISTED": TO_LISTED,
    "PUBLISHED": TO_PUBLISHED,
    "REMOVED": TO_REMOVED,
    "ASKED": TO_ASKED,
}


def act(text: str, rules: Rules | None = None) -> Act:
    """Read an act: day, person, action, then `key=value` or `unexplained`.

    It is complete as the rules of its day ask, less what `without=` names; `recorded=`
    is the day of entry, `day=` the day it fixes, `role=` another role than its own.
    """
    on, actor, action, *rest = text.split()
    said = dict(word.split("=") for word in rest if "=" in word)
    recorded_on = date.fromisoformat(said.get("recorded", on))
    step = step_of(rules or load_rules(), action, recorded_on)
    without = set(said.get("without", "").split(","))
    return Act(
        action=action,
        on=date.fromisoformat(on),
        recorded_on=recorded_on,
        actor=actor if actor != "nobody" else "",
        role=said.get("role", step.roles[0] if step else "case_officer"),
        reason="" if "reason" in without else "because",
        attachments=_less(step.attachments if step else (), without),
        confirmed=_less(step.confirmations if step else (), without),
        day=date.fromisoformat(said["day"]) if "day" in said else None,
        is_explained="unexplained" not in rest,
    )


def acts(texts: Iterable[str], rules: Rules | None = None) -> list[Act]:
    """Read acts; NOTICE, LISTED and PUBLISHED stand for the way to there."""
    lines = (line for text in texts for line in NAMED.get(text, (text,)))
    return [act(line, rules) for line in lines]


def _less(codes: Iterable[str], without: set[str]) -> tuple[str, ...]:
    return tuple(code for code in codes if code not in without)
