"""Says whether the register is as it was written, and if not, exactly which row is not."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path

from features.errors import RegisterError
from models.case import Case
from models.listing import refusal
from models.publication import wanted_listing
from models.rules import Rules
from pipelines.register.chain import GENESIS, Entry, Head, cases_of, opened
from pipelines.register.ledger import Ledger, open_ledger, shown


@dataclass(frozen=True)
class Finding:
    """Something that is not as it was written; `seq` is the row, where it is one."""

    kind: str
    seq: int | None
    text: str


@dataclass(frozen=True)
class Verified:
    """What a verification saw."""

    entries: int
    head: Head
    findings: tuple[Finding, ...]

    @property
    def is_sound(self) -> bool:
        """Whether nothing was found."""
        return not self.findings


def verify(path: Path, rules: Rules, *, anchor: Head | None = None) -> Verified:
    """Check file, triggers, counts, chain and procedure, and an exported head if given.

    Whoever rewrites the whole file consistently is seen only against a head that was
    exported before and kept elsewhere.
    """
    with open_ledger(path) as ledger:
        entries, tally = ledger.entries(), ledger.tally()
        findings = (
            *_written(ledger, entries, tally),
            *([] if anchor is None else _anchored(entries, anchor)),
            *_procedure(entries, rules),
        )
    return Verified(len(entries), _head(entries), findings)


def verify_chain(path: Path) -> None:
    """Check file, triggers, counts and chain of any ledger, whatever it records.

    Raises:
        RegisterError: something is not as it was written; the first row is named.
    """
    with open_ledger(path) as ledger:
        entries, tally = ledger.entries(), ledger.tally()
        findings = [*_written(ledger, entries, tally)]
    if findings:
        where = "" if findings[0].seq is None else f" entry {findings[0].seq}:"
        message = f"{shown(path)} is not as it was written:{where} {findings[0].text}"
        raise RegisterError(message)


def compare_published(
    path: Path, rules: Rules, published: Iterable[str], today: date
) -> tuple[Finding, ...]:
    """Compare the cases that are shown with those that must be public on a day.

    A listing whose term is over must not be, though nobody recorded its removal yet.
    """
    with open_ledger(path) as ledger:
        cases = cases_of(ledger.entries())
    wanted = {n: wanted_listing(n, case, rules) for n, case in cases.items()}
    due = {n for n, w in wanted.items() if w is not None and w.ends_on >= today}
    shown = set(published)
    return (
        *(
            Finding("published", None, f"case {number} is shown and must not be")
            for number in sorted(shown - due)
        ),
        *(
            Finding("published", None, f"case {number} must be shown and is not")
            for number in sorted(due - shown)
        ),
    )


def head(path: Path) -> Head:
    """Give the end of the chain, to be printed or kept elsewhere."""
    with open_ledger(path) as ledger:
        return _head(ledger.entries())


def export_head(path: Path, target: Path) -> Head:
    """Write the end of the chain to a file.

    Raises:
        RegisterError: the file cannot be written.
    """
    found = head(path)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(found.as_text(), encoding="utf-8")
    except OSError as error:
        message = f"{target}: the head could not be written ({error.strerror})"
        raise RegisterError(message) from error
    return found


def read_head(path: Path) -> Head:
    """Read a head that was exported before.

    Raises:
        RegisterError: there is no such file, or it holds no head.
    """
    try:
        return Head.from_text(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        message = f"{path}: no exported head can be read there ({type(error).__name__})"
        raise RegisterError(message) from error


def _head(entries: list[Entry]) -> Head:
    return Head(entries[-1].seq, entries[-1].hash) if entries else Head(0, GENESIS)


def _written(ledger: Ledger, entries: list[Entry], tally: Head) -> Iterable[Finding]:
    yield from (Finding("file", None, said) for said in ledger.damage())
    yield from _definitions(ledger)
    yield from _chain([e for e in entries if 1 <= e.seq <= tally.entries])
    yield from _counts(entries, tally)


def _definitions(ledger: Ledger) -> list[Finding]:
    found, expected = ledger.definitions(), ledger.expected()
    return [
        Finding("definition", None, f"{name} is missing, changed or not ours")
        for name in sorted(found.keys() | expected.keys())
        if found.get(name) != expected.get(name)
    ]


def _chain(entries: list[Entry]) -> list[Finding]:
    """Walk the chain; a break is laid to the row whose content does not bear its hash."""
    start = Entry(0, *("",) * 9, None, "", GENESIS)
    findings = [
        Finding(
            "altered",
            e.seq,
            f"row {e.seq} was altered: its hash is not that of its content",
        )
        for e in entries
        if not e.is_whole()
    ]
    for before, after in pairwise([start, *entries]):
        if after.seq != before.seq + 1:
            gone = _span(before.seq + 1, after.seq - 1)
            findings.append(Finding("removed", before.seq + 1, f"{gone} removed"))
        elif after.previous_hash != before.hash and _bear(before, after):
            findings.append(_broken(before, after))
    return findings


def _bear(before: Entry, after: Entry) -> bool:
    """Tell whether both rows bear their hashes, so that neither was found out yet."""
    return (before.seq == 0 or before.is_whole()) and after.is_whole()


def _broken(before: Entry, after: Entry) -> Finding:
    """Say which of two rows that do not meet was put in another's place."""
    if before.seq == 0:
        return Finding("altered", 1, "row 1 was altered: nothing stands before it")
    return Finding(
        "altered",
        before.seq,
        f"row {before.seq} was replaced: row {after.seq} follows another row",
    )


def _counts(entries: list[Entry], tally: Head) -> list[Finding]:
    """Compare with the count that the insert trigger keeps."""
    last = max((e.seq for e in entries if e.seq <= tally.entries), default=0)
    findings = [
        Finding("inserted", e.seq, f"row {e.seq} was inserted past the triggers")
        for e in entries
        if not 1 <= e.seq <= tally.entries
    ]
    if last < tally.entries:
        gone = _span(last + 1, tally.entries)
        findings.append(Finding("removed", last + 1, f"{gone} removed"))
    elif not findings and tally != _head(entries) and entries[-1].is_whole():
        text = f"row {last} was replaced: the tally differs"
        findings.append(Finding("altered", last, text))
    return findings


def _anchored(entries: list[Entry], anchor: Head) -> list[Finding]:
    """Compare with a head that was exported before."""
    known = {e.seq: e.hash for e in entries} | {0: GENESIS}
    last = max(known)
    if last < anchor.entries:
        gone = _span(last + 1, anchor.entries)
        return [Finding("anchor", last + 1, f"{gone} in the exported head and gone")]
    if known.get(anchor.entries) != anchor.hash:
        text = f"the first {anchor.entries} rows are not those of the exported head"
        return [Finding("anchor", anchor.entries, text)]
    return []


def _procedure(entries: list[Entry], rules: Rules) -> list[Finding]:
    """Play every case again: what was not allowed was not written by the program."""
    cases: dict[str, Case] = {}
    findings = []
    for entry in entries:
        try:
            case = cases.get(entry.case_id) or opened(entry)
            refused = refusal(case, entry.act(), rules)
            said = None if refused is None else refused.en
            cases[entry.case_id] = case.after(entry.act())
        except (RegisterError, ValueError, KeyError, TypeError) as error:
            said = str(error)
        if said is not None:
            text = f"row {entry.seq} was never allowed: {said}"
            findings.append(Finding("procedure", entry.seq, text))
    return findings


def _span(first: int, last: int) -> str:
    return f"row {first} was" if first == last else f"rows {first} to {last} were"
