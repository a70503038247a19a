"""Which rule was in force on a day, and where it stands.

The numbers live in models/law; this module reads them, refuses what is uncited,
misspelt or contradictory, and answers by rule id. A caller never sees a rule that was
not in force on its day.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Self, TypeVar

from features.errors import RuleError
from models.citation import Language, cite
from models.clauses import Choice, Codes, GradeBands, Number, Rule, Source
from models.lawfile import read_rules, read_sources

LAW = Path(__file__).resolve().parent / "law"
SOURCES = "sources.toml"

R = TypeVar("R", bound=Rule)


@dataclass(frozen=True)
class RuleSet:
    """The rules of one law day, applied on one day.

    Both days are the same unless a caller asks what the law of another day would have
    made of this one; `is_hypothetical` then marks every grade.
    """

    day: date
    law_day: date
    version: str
    rules: Mapping[str, Rule]
    sources: Mapping[str, Source]

    @property
    def is_hypothetical(self) -> bool:
        """Whether the law of another day is applied."""
        return self.day != self.law_day

    def find(self, shape: type[R], rule_id: str) -> R | None:
        """Give the rule, or None when it was not in force."""
        rule = self.rules.get(rule_id)
        return rule if isinstance(rule, shape) else None

    def get(self, shape: type[R], rule_id: str) -> R:
        """Give the rule.

        Raises:
            RuleError: It was not in force on the law day, or is of another shape.
        """
        rule = self.find(shape, rule_id)
        if rule is None:
            message = (
                f"models/law: no {shape.__name__} '{rule_id}' was in force on "
                f"{self.law_day}; grade a later day or pass a law day on which it was"
            )
            raise RuleError(message)
        return rule

    def all(self, shape: type[R]) -> tuple[R, ...]:
        """List the rules of a shape, in the order of the law files."""
        return tuple(rule for rule in self.rules.values() if isinstance(rule, shape))

    def number(self, rule_id: str) -> float:
        """Give the value of a number."""
        return self.get(Number, rule_id).value

    def choice(self, rule_id: str) -> str:
        """Give the value of a choice."""
        return self.get(Choice, rule_id).value

    def codes(self, rule_id: str) -> tuple[str, ...]:
        """Give the values of a list of codes."""
        return self.get(Codes, rule_id).values

    def citation(self, rule_id: str, lang: Language = "zh") -> str:
        """Cite a rule as screens show it, with a mark where it is not plain law."""
        rule = self.get(Rule, rule_id)
        return cite(rule, self.sources[rule.source], lang)

    def what_if(self, rule_id: str, **changes: object) -> Self:
        """Give the rules with one of them changed; for what-if questions and tests.

        Raises:
            RuleError: The changed rule contradicts itself.
        """
        changed = replace(self.get(Rule, rule_id), **changes)  # type: ignore[arg-type]
        if wrong := changed.contradiction():
            message = f"what if {rule_id}: {wrong}"
            raise RuleError(message)
        return replace(
            self,
            version=f"{self.version}+{rule_id}",
            rules={**self.rules, rule_id: changed},
        )


@dataclass(frozen=True, eq=False)
class Rules:
    """All rules of all days; told apart by identity, so that days can be remembered."""

    version: str
    sources: Mapping[str, Source]
    rules: tuple[Rule, ...]

    def applied_to(self, day: date) -> RuleSet:
        """Give the rules for a day, or the first there were when it is older.

        A foreign or old record can be graded this way; the grade is marked.
        """
        begins = min(r.effective_from for r in self.rules if isinstance(r, GradeBands))
        return self.in_force(day, law_day=max(day, begins))

    def in_force(self, day: date, *, law_day: date | None = None) -> RuleSet:
        """Give the rules for a day, by default those in force on it.

        The Measures begin on 2016-12-01. To grade an older record as they would have,
        pass a law day.
        """
        asked = law_day or day
        return RuleSet(day, asked, self.version, _held(self, asked), self.sources)


# A procedure asks for the rules of some days again and again, a batch for one.
@lru_cache(maxsize=4096)
def _held(rules: Rules, day: date) -> Mapping[str, Rule]:
    return {rule.id: rule for rule in rules.rules if rule.is_in_force(day)}


@cache
def load_rules(folder: Path = LAW) -> Rules:
    """Read and check every law file of a folder.

    Raises:
        RuleError: A rule is uncited, misspelt, incomplete or contradicts another.
    """
    files = sorted(folder.glob("*.toml"))
    if not (folder / SOURCES).exists():
        message = f"{folder} holds no {SOURCES}; the rules cannot be cited"
        raise RuleError(message)
    sources = read_sources(folder / SOURCES)
    rules: list[Rule] = []
    for path in files:
        if path.name != SOURCES:
            found = list(read_rules(path))
            _check_cited(found, sources, path.name)
            rules += found
    _check_one_a_day(rules)
    return Rules(_version(files), sources, tuple(rules))


def _version(files: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in files:
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:12]


def _check_cited(
    rules: Iterable[Rule], sources: Mapping[str, Source], file: str
) -> None:
    for rule in rules:
        where = f"models/law/{file}: rule {rule.id}"
        source = sources.get(rule.source)
        if source is None:
            message = f"{where}: source '{rule.source}' is not in {SOURCES}"
            raise RuleError(message)
        if not source.is_in_force(rule.effective_from):
            message = f"{where}: in force when '{rule.source}', its source, was not"
            raise RuleError(message)
        if _outlives(rule, source):
            message = f"{where}: in force after '{rule.source}', its source, ended; end it with effective_to"
            raise RuleError(message)


def _outlives(rule: Rule, source: Source) -> bool:
    last = date.max
    return (rule.effective_to or last) > (source.effective_to or last)


def _check_one_a_day(rules: Iterable[Rule]) -> None:
    """Refuse two rules of one id on one day; they may follow each other."""
    versions: dict[str, list[Rule]] = defaultdict(list)
    for rule in rules:
        versions[rule.id].append(rule)
    for rule_id, held in versions.items():
        held.sort(key=lambda rule: rule.effective_from)
        for earlier, later in pairwise(held):
            if earlier.is_in_force(later.effective_from):
                message = (
                    f"models/law: two rules '{rule_id}' are in force on "
                    f"{later.effective_from}; end the earlier one with effective_to"
                )
                raise RuleError(message)
