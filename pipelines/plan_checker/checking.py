"""All rules on a written plan, and what was found."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from features.warehouse import open_warehouse
from models.rules import RuleSet, load_rules
from pipelines.plan_checker import coverage, days, staffing
from pipelines.plan_checker.limits import Limits
from pipelines.plan_checker.reading import read_book
from pipelines.plan_checker.violation import Violation
from pipelines.plan_checker.written import Book

RULES: tuple[Callable[[Book, Limits], Iterator[Violation]], ...] = (
    coverage.rows,
    staffing.pairs,
    staffing.eligibility,
    staffing.hours,
    days.weeks,
    days.gaps,
    coverage.covered,
    coverage.campaigns,
    coverage.random_share,
)


@dataclass(frozen=True)
class Verdict:
    """What a check looked at, and every violation found, with its article."""

    run_id: str
    year: int
    visits: int
    dropped: int
    duties: Mapping[str, int]
    violations: tuple[Violation, ...]

    @property
    def is_sound(self) -> bool:
        """Tell whether the plan breaks no rule."""
        return not self.violations

    def by_rule(self) -> Mapping[str, int]:
        """Count the violations of each rule."""
        return dict(sorted(Counter(v.rule for v in self.violations).items()))


def check(book: Book, law: RuleSet) -> Verdict:
    """Hold a written plan against every hard rule."""
    limits = Limits(law, book.year)
    found = (violation for rule in RULES for violation in rule(book, limits))
    return Verdict(
        run_id=book.run_id,
        year=book.year,
        visits=len(book.visits),
        dropped=sum(short.visits_dropped for short in book.shortage),
        duties=coverage.by_requirement(coverage.duties(book, limits)),
        violations=tuple(_cited(violation, limits) for violation in found),
    )


def _cited(violation: Violation, limits: Limits) -> Violation:
    zh, en = limits.cite(violation.rule)
    return replace(violation, article_zh=zh, article_en=en)


def check_plan(warehouse: Path, run_id: str | None = None) -> Verdict:
    """Check the plan of a warehouse; without a number the newest.

    Raises:
        NotFoundError: there is no such plan.
    """
    with open_warehouse(warehouse, read_only=True) as opened:
        book = read_book(opened, run_id)
    return check(book, load_rules().in_force(book.as_of))
