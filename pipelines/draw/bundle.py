"""The file of a draw: everything it was made from, in bytes that are always the same.

A section is a list of rows or one row; each row is a dataclass, and a file that holds
anything else is refused. What is hashed is the text of `canonical`: keys sorted, no
blanks, UTF-8.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from fractions import Fraction
from pathlib import Path
from types import UnionType
from typing import Any, Never, Self, TypeVar, get_args, get_origin, get_type_hints

from features.errors import InputError, NotFoundError
from models.double_random import (
    Conflict,
    Inspector,
    Library,
    Subject,
    Visit,
    Withdrawal,
)
from models.drawing import ALGORITHM, stream_key

_SEED = re.compile(r"[0-9a-f]{64}")

T = TypeVar("T")


@dataclass(frozen=True)
class Task:
    """What is drawn for: the words of the task, and what the libraries were made from."""

    name: str
    kind: str
    committed_on: str
    as_of: str
    ends: str
    business_types: tuple[str, ...]
    streets: tuple[str, ...]
    beacon_source: str
    score_run: str
    data_fingerprint: str
    law_version: str
    code_version: str


@dataclass(frozen=True)
class Basis:
    """A rule in both languages with its citation, which marks a default that is not law."""

    rule: str
    zh: str
    en: str


@dataclass(frozen=True)
class Policy:
    """The rules the draw followed."""

    within: str
    pool: str
    inspectors_a_visit: int
    publish_by: str
    rests_on: tuple[Basis, ...]


@dataclass(frozen=True)
class Share:
    """The share drawn of a stratum."""

    stratum: str
    share: Fraction


@dataclass(frozen=True)
class Excluded:
    """A business or inspector that was left out before the draw, and the reason's code."""

    what: str
    number: str
    reason: str
    note: str


@dataclass(frozen=True)
class Frozen:
    """Both libraries as they stood when the seed was committed to."""

    task: Task
    policy: Policy
    shares: tuple[Share, ...]
    businesses: tuple[Subject, ...]
    inspectors: tuple[Inspector, ...]
    conflicts: tuple[Conflict, ...]
    excluded: tuple[Excluded, ...]

    @property
    def library(self) -> Library:
        """Give what the draw itself needs."""
        return Library(
            shares={row.stratum: row.share for row in self.shares},
            inspectors_a_visit=self.policy.inspectors_a_visit,
            subjects=self.businesses,
            inspectors=self.inspectors,
            conflicts=self.conflicts,
        )

    def hashes(self) -> dict[str, str]:
        """Hash each section."""
        return {f.name: digest(as_json(getattr(self, f.name))) for f in fields(self)}


@dataclass(frozen=True)
class Commitment:
    """What is published before the draw; it gives the seed away to nobody."""

    algorithm: str
    task: str
    committed_on: str
    beacon_source: str
    hashes: Mapping[str, str]
    commitment: str


@dataclass(frozen=True)
class Bundle:
    """A draw with all it was made from and what became of it since."""

    commitment: Commitment
    frozen: Frozen
    seed: str
    beacon: str
    drawn_on: str
    visits: tuple[Visit, ...]
    withdrawals: tuple[Withdrawal, ...]
    standing: tuple[Visit, ...]
    digest: str = ""

    @property
    def key(self) -> bytes:
        """Give the key of all chance in the draw."""
        return stream_key(bytes.fromhex(self.seed), self.beacon)

    @property
    def last_day(self) -> str:
        """Give the day of the last thing done."""
        return max([self.drawn_on, *(w.on for w in self.withdrawals)])

    def sealed(self) -> Self:
        """Put the hash of everything else on it."""
        return replace(self, digest=self.seal())

    def seal(self) -> str:
        """Hash everything but the hash."""
        return digest(as_json(replace(self, digest="")))


def is_seed(text: str) -> bool:
    """Tell whether a text is a seed: 256 bits as 64 hexadecimal digits."""
    return _SEED.fullmatch(text) is not None


def commit_to(seed: str, hashes: Mapping[str, str]) -> str:
    """Bind a seed to the hashes of what will be drawn from, without giving it away."""
    text = f"{ALGORITHM}\n{seed}\n{canonical(hashes)}"
    return hashlib.sha256(text.encode()).hexdigest()


def canonical(content: object) -> str:
    """Write content in the one way that is hashed."""
    return json.dumps(
        content, ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )


def digest(content: object) -> str:
    """Hash content."""
    return hashlib.sha256(canonical(content).encode()).hexdigest()


def as_json(value: Any) -> Any:  # noqa: ANN401  JSON is any of several things
    """Turn rows into plain values; a probability is written as a fraction."""
    if is_dataclass(value):
        return as_json({f.name: getattr(value, f.name) for f in fields(value)})
    if isinstance(value, Mapping):
        return {name: as_json(entry) for name, entry in value.items()}
    if isinstance(value, tuple | list):
        return [as_json(entry) for entry in value]
    return str(value) if isinstance(value, Fraction) else value


def render(content: object) -> bytes:
    """Write a file: as canonical, but with line breaks for people."""
    text = json.dumps(as_json(content), ensure_ascii=False, sort_keys=True, indent=1)
    return f"{text}\n".encode()


def read(path: Path, shape: type[T]) -> T:
    """Read a file of a draw.

    Raises:
        NotFoundError: there is no such file.
        InputError: it holds something else, or something more or less.
    """
    try:
        return parse(path.read_bytes(), shape, path.name)
    except OSError as error:
        message = f"{path} cannot be read; make one with: shian draw commit"
        raise NotFoundError(message) from error


def parse(text: bytes, shape: type[T], name: str) -> T:
    """Read the bytes of a file of a draw.

    Raises:
        InputError: they hold something else, or something more or less.
    """
    try:
        found: T = _value(shape, json.loads(text), name)
    except (ValueError, RecursionError) as error:
        message = f"{name} is no file of a draw: {error}"
        raise InputError(message) from error
    if render(found) != text:
        message = f"{name} was not written by Shian, or was changed since: its fields are read, but not in these bytes"
        raise InputError(message)
    return found


def _value(hint: Any, value: Any, where: str) -> Any:  # noqa: ANN401  follows the hint
    """Read a value as its type hint says, and nothing that merely looks like it."""
    if get_origin(hint) is UnionType:
        if value is None:
            return None
        hint = get_args(hint)[0]
    if is_dataclass(hint):
        return _row(hint, value, where)
    if get_origin(hint) in {tuple, Mapping}:
        return _several(hint, value, where)
    if hint is Fraction and type(value) is str:
        return _fraction(value, where)
    if type(value) is not hint:
        _refuse(where, value)
    return value


def _several(hint: Any, value: Any, where: str) -> Any:  # noqa: ANN401  follows the hint
    inner = get_args(hint)
    if get_origin(hint) is tuple and type(value) is list:
        rows = enumerate(value, 1)
        return tuple(_value(inner[0], entry, f"{where} {n}") for n, entry in rows)
    if get_origin(hint) is Mapping and type(value) is dict:
        return {
            n: _value(inner[1], entry, f"{where}.{n}") for n, entry in value.items()
        }
    return _refuse(where, value)


def _row(shape: Any, value: Any, where: str) -> Any:  # noqa: ANN401  any dataclass
    hints = get_type_hints(shape)
    if type(value) is not dict or set(value) != set(hints):
        _refuse(where, value)
    return shape(**{n: _value(hints[n], value[n], f"{where}.{n}") for n in hints})


def _fraction(text: str, where: str) -> Fraction:
    try:
        return Fraction(text)
    except (ValueError, ZeroDivisionError):
        return _refuse(where, text)


def _refuse(where: str, value: object) -> Never:
    message = f"{where} does not belong in a draw: {str(value)[:60]!r}"
    raise InputError(message)
