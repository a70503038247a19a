"""What an entry of the register holds, and the hash that ties it to the one before."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import astuple, dataclass, replace
from datetime import date, datetime

from features.errors import RegisterError
from models.case import Act, Case

GENESIS = "0" * 64
# Where and when an entry came to stand; a repeated request differs in nothing else.
_PLACE = ("seq", "recorded_at", "previous_hash", "hash")


@dataclass(frozen=True)
class Entry:
    """One row of the register, in the order of its columns."""

    seq: int
    idempotency_key: str
    case_id: str
    action: str
    happened_on: str
    recorded_at: str
    actor: str
    role: str
    reason: str
    body: str
    explanation: str | None
    previous_hash: str
    hash: str

    def is_whole(self) -> bool:
        """Tell whether the hash is that of what the row says."""
        return self.hash == entry_hash(*astuple(self)[:-1])

    def says_the_same(self, other: "Entry", *, but_for_case: bool) -> bool:
        """Tell whether two entries ask for the same, whenever they were entered.

        A filing that is sent again would number its case anew, and a program that was
        renewed in between says the same of the business all the same.
        """
        place = (*_PLACE, "case_id") if but_for_case else _PLACE
        here = {name: getattr(self, name) for name in place}
        mine = replace(self, explanation=_said(self.explanation))
        return replace(other, **here, explanation=_said(other.explanation)) == mine

    def act(self) -> Act:
        """Give the act the entry records."""
        body = json.loads(self.body)
        day = body["day"]
        return Act(
            action=self.action,
            on=date.fromisoformat(self.happened_on),
            recorded_on=datetime.fromisoformat(self.recorded_at).date(),
            actor=self.actor,
            role=self.role,
            reason=self.reason,
            attachments=tuple(a["kind"] for a in body["attachments"]),
            confirmed=tuple(body["confirmed"]),
            day=None if day is None else date.fromisoformat(day),
            is_explained=self.explanation is not None,
        )


def _said(explanation: str | None) -> str | None:
    """Leave the version of the program out of an explanation."""
    if explanation is None:
        return None
    said = json.loads(explanation)
    said.pop("code_version", None)
    return canonical(said)


@dataclass(frozen=True)
class Head:
    """The end of the chain: how many entries, and the hash of the last.

    Printed or kept elsewhere, it shows later whether the register still begins with
    exactly these entries.
    """

    entries: int
    hash: str

    def as_text(self) -> str:
        """Write the head on a line, as it is exported and printed."""
        return f"{self.entries} {self.hash}\n"

    @classmethod
    def from_text(cls, text: str) -> "Head":
        """Read an exported head.

        Raises:
            RegisterError: it is no head.
        """
        try:
            entries, digest = text.split()
            return cls(int(entries), digest)
        except ValueError as error:
            message = f"'{text.strip()[:100]}' is no exported chain head: expected a number and a hash"
            raise RegisterError(message) from error


@dataclass(frozen=True, kw_only=True)
class Attachment:
    """A document of an act: what it is, its file name, and the hash of its bytes."""

    kind: str
    sha256: str
    name: str = ""


def entry_hash(*values: object) -> str:
    """Hash the columns of an entry, less its own hash; JSON keeps their borders."""
    text = json.dumps(values, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def canonical(value: Mapping[str, object] | None) -> str | None:
    """Write JSON that is the same for the same content."""
    if value is None:
        return None
    return json.dumps(
        value,
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
        allow_nan=False,
    )


def cases_of(entries: list[Entry]) -> dict[str, Case]:
    """Put the entries together into their cases, in the order they were opened.

    Raises:
        RegisterError: a case does not begin with its ground.
    """
    cases: dict[str, Case] = {}
    for entry in entries:
        if entry.case_id not in cases:
            cases[entry.case_id] = opened(entry)
        cases[entry.case_id] = cases[entry.case_id].after(entry.act())
    return cases


def opened(entry: Entry) -> Case:
    """Give the case as its first entry opens it, before any act."""
    try:
        ground = json.loads(entry.body)["ground"]
        return Case(
            case_id=entry.case_id,
            business_id=ground["business_id"],
            list_type=ground["list_type"],
            trigger=ground["trigger"],
            penalties=tuple(ground["penalties"]),
            is_registered_elsewhere=ground["is_registered_elsewhere"],
        )
    except (KeyError, TypeError, ValueError) as error:
        message = f"entry {entry.seq} opens case {entry.case_id} without its ground"
        raise RegisterError(message) from error
