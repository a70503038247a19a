"""Why somebody is taken out of a draw by an officer: only with a code, and told."""

from collections.abc import Mapping
from pathlib import Path

from features.errors import InputError, UsageError
from models.draw_clauses import DrawReasons
from models.rules import RuleSet
from pipelines.draw.bundle import Excluded
from pipelines.reading import read

REASONS = "draw.reasons"
_COLUMNS = {"编号": "number", "事由": "reason", "说明": "note"}


def check_reason(law: RuleSet, what: str, reason: str, note: str) -> None:
    """Refuse a reason that an officer may not give for a business or an inspector.

    Raises:
        UsageError: there is no such code, or it says nothing without a note.
    """
    allowed = law.get(DrawReasons, REASONS).an_officer_may_give(what)
    if reason not in allowed:
        message = (
            f"{reason!r} is no reason; for this {what} give one of {', '.join(allowed)}"
        )
        raise UsageError(message)
    if reason == "other" and not note:
        message = "the reason 'other' needs a note that says what it is"
        raise UsageError(message)


def read_left_out(
    path: Path, kinds: Mapping[str, str], law: RuleSet
) -> dict[str, Excluded]:
    """Read the table of whom an officer leaves out, by number.

    `kinds` says of each number whether it is a business or an inspector.

    Raises:
        InputError: the table cannot be read whole, or names somebody unknown.
        UsageError: a reason is none that may be given.
    """
    found = {}
    for row in _rows(path):
        number, reason = row["number"].strip(), row["reason"].strip()
        what = kinds.get(number)
        if what is None:
            message = f"{path.name}: {number} is neither a trading business nor an inspector in service"
            raise InputError(message)
        note = row.get("note", "").strip()
        check_reason(law, what, reason, note)
        found[number] = Excluded(what, number, reason, note)
    return found


def _rows(path: Path) -> list[dict[str, str]]:
    text = read(path)
    frame = text.frame.rename(_COLUMNS, strict=False)
    if missing := {"number", "reason"} - set(frame.columns):
        message = f"{path.name}: has no column {', '.join(sorted(missing))}; it needs number (编号), reason (事由) and, where wanted, note (说明)"
        raise InputError(message)
    if text.faults:
        message = (
            f"{path.name}: line {text.faults[0].line} cannot be read; nothing was drawn"
        )
        raise InputError(message)
    return frame.fill_null("").to_dicts()
