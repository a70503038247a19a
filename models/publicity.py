"""Whether a penalty is public, from when at the latest, and until when (order 45)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Self

from models.procedure_clauses import Term
from models.rules import Rules, RuleSet
from models.workdays import Day, term_end


@dataclass(frozen=True, kw_only=True)
class Penalty:
    """What publication asks of a penalty; `restricted_until` ends a longer restriction."""

    kinds: tuple[str, ...]
    decided_on: date
    procedure: str | None = None
    fine_yuan: float = 0.0
    withdrawn_on: date | None = None
    restricted_until: date | None = None

    @classmethod
    def of_row(cls, row: Mapping[str, Any]) -> Self:
        """Read a row of mart.penalty; a fine of an unknown amount is not a low one."""
        kinds = tuple(row["kinds"].split("+"))
        unknown = float("inf") if "fine" in kinds else 0.0
        return cls(
            kinds=kinds,
            decided_on=row["decided_on"],
            procedure=row["procedure"],
            fine_yuan=unknown if row["fine_yuan"] is None else float(row["fine_yuan"]),
        )


@dataclass(frozen=True)
class Publicity:
    """The days of a publication; `may_end_early_on` is empty when it never may."""

    ends_on: date
    may_end_early_on: date | None
    rule_id: str


def publish_by(penalty: Penalty, rules: Rules) -> Day | None:
    """Give the last day for publishing a penalty, or None when it is not published.

    A penalty under the on-the-spot procedure, and a warning alone, are not.
    """
    law = rules.in_force(penalty.decided_on)
    if law.find(Term, "publicity.publish") is None or not _is_published(penalty, law):
        return None
    return _after(penalty.decided_on, "publicity.publish", law)


def publicity(penalty: Penalty, published_on: date, rules: Rules) -> Publicity:
    """Give the days of a penalty that was published on a day.

    The term runs from publication; a longer restriction of business or practice is
    public for its real length. An annulled penalty is to be withdrawn in 3 workdays:
    `withdraw_by` says until when.
    """
    law = rules.in_force(published_on)
    rule_id = "publicity.short" if _is_short(penalty, law) else "publicity.normal"
    end = _after(published_on, rule_id, law).date
    ends_on = max(end, penalty.restricted_until or end)
    never_early = set(law.codes("publicity.no_early_stop_kinds"))
    early = _after(published_on, "repair.least", law).date
    may_end = None if never_early & set(penalty.kinds) or early >= ends_on else early
    return Publicity(ends_on, may_end, rule_id)


def withdraw_by(penalty: Penalty, rules: Rules) -> Day | None:
    """Give the last day for taking an annulled or repaired penalty from the public."""
    if penalty.withdrawn_on is None:
        return None
    law = rules.in_force(penalty.withdrawn_on)
    return _after(penalty.withdrawn_on, "publicity.withdraw", law)


def _is_published(penalty: Penalty, law: RuleSet) -> bool:
    unpublished = set(law.codes("publicity.unpublished_kinds"))
    is_simple = penalty.procedure in law.codes("publicity.unpublished_procedures")
    return not is_simple and not set(penalty.kinds) <= unpublished


def _is_short(penalty: Penalty, law: RuleSet) -> bool:
    is_low = penalty.fine_yuan <= law.number("publicity.low_fine_yuan")
    return set(penalty.kinds) <= set(law.codes("publicity.short_kinds")) and is_low


def _after(start: date, rule_id: str, law: RuleSet) -> Day:
    term = law.get(Term, rule_id)
    return term_end(start, term.amount, term.unit)
