"""What must be public on a day, against what is: to publish, to take down, to leave.

Nothing stays public after its term: whatever the ledger says is public and the law does
not want there (any more) is to be taken down, whoever forgot it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from models.case import LISTED, Case, is_public, state, term
from models.publicity import Penalty, publicity, publish_by
from models.rules import Rules

Why = Literal["term_over", "annulled", "repaired", "removed", "unknown"]
LATE = "publicity.late"


@dataclass(frozen=True)
class Wanted:
    """Something the law wants to be public, by when at the latest, and until when."""

    item: str
    publish_by: date
    ends_on: date


@dataclass(frozen=True)
class Published:
    """Something that is public: since when, and until when it was to be."""

    item: str
    published_on: date
    ends_on: date


@dataclass(frozen=True)
class Removal:
    """Something that is to be taken down, and why."""

    item: str
    why: Why


@dataclass(frozen=True)
class Due:
    """What a day asks for."""

    publish: tuple[Wanted, ...]
    take_down: tuple[Removal, ...]
    standing: tuple[Published, ...]

    def overdue(self, day: date) -> tuple[Wanted, ...]:
        """List what should have been public before the day."""
        return tuple(wanted for wanted in self.publish if wanted.publish_by < day)


def wanted_penalty(
    item: str, penalty: Penalty, day: date, rules: Rules
) -> Wanted | None:
    """Tell until when a penalty would be public if published on a day; None if never.

    A fine decided on 2026-03-02 is due by 2026-03-30; published only on 2026-05-06 it
    still ends on 2029-03-30 (P-22).
    """
    by = publish_by(penalty, rules)
    if by is None:
        return None
    on_time = rules.in_force(day).choice(LATE) == "as_if_on_time"
    start = min(day, by.date) if on_time else day
    return Wanted(item, by.date, publicity(penalty, start, rules).ends_on)


def wanted_listing(item: str, case: Case, rules: Rules) -> Wanted | None:
    """Tell until when a listing is public; None while an officer has not published it.

    The register decides, the term ends it: a listing of three years leaves the public
    though nobody has recorded its removal yet. One that was removed or annulled leaves
    on that day: the three workdays are a limit for the record of it, not a licence.
    """
    published = case.latest(["publish"])
    ends = term(case, rules, "clock.term")
    is_listed = state(case, rules) in LISTED and is_public(case, rules)
    if published is None or ends is None or not is_listed:
        return None
    return Wanted(item, published.on, ends.ends.date)


def due(
    wanted: Mapping[str, Wanted],
    gone: Mapping[str, Why],
    known: Iterable[Published],
    day: date,
) -> Due:
    """Compare what is wanted with what is public.

    `gone` says why something known is wanted no more. The last day in public counts.
    """
    shown = {published.item: published for published in known}
    standing, removals = [], []
    for item, published in sorted(shown.items()):
        if item not in wanted:
            removals.append(Removal(item, gone.get(item, "unknown")))
        elif min(published.ends_on, wanted[item].ends_on) < day:
            removals.append(Removal(item, "term_over"))
        else:
            standing.append(published)
    new = (w for item, w in sorted(wanted.items()) if item not in shown)
    return Due(
        tuple(w for w in new if w.ends_on >= day), tuple(removals), tuple(standing)
    )
