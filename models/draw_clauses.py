"""The shapes of the rules of double-random draws: ratios, and codes of reasons."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from models.clauses import GRADES, Rule

# Individual businesses and others that are given no credit class.
NO_CLASS = "none"
CREDIT_CLASSES = ("A", "B", "C", "D", NO_CLASS)


@dataclass(frozen=True, kw_only=True)
class RatioRow:
    """The share drawn under each risk grade, for one credit class."""

    credit_class: str
    A: float
    B: float
    C: float
    D: float


@dataclass(frozen=True, kw_only=True)
class DrawRatios(Rule):
    """The share drawn of each stratum, by risk grade and credit class."""

    rows: tuple[RatioRow, ...]

    def by_stratum(self) -> Mapping[str, Fraction]:
        """Give the share of each stratum as written: 0.05 is exactly 1/20."""
        return {
            stratum_name(grade, row.credit_class): exactly(getattr(row, grade))
            for grade in GRADES
            for row in self.rows
        }

    def _own_contradiction(self) -> str | None:
        if tuple(row.credit_class for row in self.rows) != CREDIT_CLASSES:
            return f"must hold one row for each of {', '.join(CREDIT_CLASSES)}, in this order"
        wrong = [s for s, share in self.by_stratum().items() if not 0 <= share <= 1]
        return f"stratum {wrong[0]}: a share lies between 0 and 1" if wrong else None


@dataclass(frozen=True, kw_only=True)
class Reason:
    """A code for leaving out or replacing somebody, and who may use it."""

    code: str
    by: Literal["program", "officer"]
    of: Literal["business", "inspector", "either"]
    zh: str
    en: str


@dataclass(frozen=True, kw_only=True)
class DrawReasons(Rule):
    """The codes of reasons there are."""

    rows: tuple[Reason, ...]

    def an_officer_may_give(self, of: str) -> tuple[str, ...]:
        """List the codes with which an officer may take out a business or inspector."""
        return tuple(
            r.code for r in self.rows if r.by == "officer" and r.of in {of, "either"}
        )


def stratum_name(grade: str, credit_class: str | None) -> str:
    """Name a stratum: grade C of credit class B is C/B, without a class C/none."""
    return f"{grade}/{credit_class or NO_CLASS}"


def exactly(number: float) -> Fraction:
    """Take a number as it is written: 0.1 is 1/10, not the binary number next to it."""
    return Fraction(repr(number))


DRAW_SHAPES: Mapping[str, type[Rule]] = {
    "draw_ratios": DrawRatios,
    "draw_reasons": DrawReasons,
}
