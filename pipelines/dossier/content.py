"""One candidate or case with all that was seen and done, as it is shown and printed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from models.case import Running
from models.rules import Rules
from models.workdays import is_workday
from pipelines.case_files import CaseFile
from pipelines.register.chain import Entry


@dataclass(frozen=True)
class Dossier:
    """What is put before whoever decides.

    `explanation` is what `freeze` gave, and `mark` its name; `kept_with` is the entry
    it was frozen with, or None when it is today's. `file` is None before a case is
    opened.
    """

    today: date
    explanation: Mapping[str, Any]
    mark: str
    kept_with: Entry | None
    file: CaseFile | None

    @property
    def business_id(self) -> str:
        """Give the number of the business."""
        file = self.file
        return file.case.business_id if file else str(self.explanation["business_id"])


@dataclass(frozen=True)
class Countdown:
    """A term of the case and how far off its end is; negative days are over it."""

    term: Running
    days_left: int
    workdays_left: int
    is_late: bool


def countdown(term: Running, today: date) -> Countdown:
    """Count what is left of a term; its last day has none left and is not yet late.

    From Monday to Friday of the same plain week are four days and four workdays.
    """
    ends = term.ends.date
    must_be_done = term.clock.counts in {"duty", "term"}
    return Countdown(
        term=term,
        days_left=(ends - today).days,
        workdays_left=_workdays(today, ends),
        is_late=must_be_done and not term.is_over and today > ends,
    )


def _workdays(today: date, ends: date) -> int:
    """Count the workdays after today up to the end, or those since it as negative."""
    first, last = sorted((today, ends))
    span = (date.fromordinal(n) for n in range(first.toordinal(), last.toordinal()))
    later = (date.fromordinal(day.toordinal() + 1) for day in span)
    count = sum(is_workday(day) for day in later)
    return count if ends >= today else -count


def ground_of(dossier: Dossier, rules: Rules) -> tuple[str, ...]:
    """Name the triggers: that of the case, or those found of a candidate."""
    if dossier.file is not None:
        return (dossier.file.case.trigger,)
    found = (row["trigger"] for row in dossier.explanation.get("evidence", ()))
    known = {rule.id for rule in rules.rules}
    return tuple(sorted({trigger for trigger in found if trigger in known}))
