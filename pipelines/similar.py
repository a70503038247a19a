"""Similar past cases as an officer reads them: day, street, type, and what was found."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import polars as pl

from features.profile import attributes_at
from features.schema import Facts, labels
from models.similar_cases import SHOWN, share_serious, similar_cases
from pipelines.history import Event, history


@dataclass(frozen=True)
class PastCase:
    """A past visit to a business whose risk was explained much alike.

    `distance` is how far apart the two explanations are, in log-odds.
    """

    inspection_id: str
    day: date
    street: str | None
    zh: str
    en: str
    found_zh: str
    found_en: str
    is_serious: bool
    distance: float


@dataclass(frozen=True)
class SimilarCases:
    """The nearest cases, and how many of the near ones ended seriously.

    `share` holds the serious share of all `counted` near visits with its 95% interval.
    """

    nearest: list[PastCase]
    counted: int
    serious: int
    share: tuple[float, float, float]

    def as_dict(self) -> dict[str, Any]:
        """Give the cases as plain values for a program."""
        return {**vars(self), "nearest": [vars(case) for case in self.nearest]}

    def words(self, lang: str) -> str:
        """Say in a sentence what was found at businesses like this one."""
        share, low, high = self.share
        if lang == "zh":
            return (
                f"最相似的 {self.counted} 次检查（同业态的其他经营者）中，{self.serious} 次"
                f"发现严重不合格，占 {share:.0%}（95%区间 {low:.0%}–{high:.0%}）。"
            )
        return (
            f"Of the {self.counted} visits most alike (others of the same type), "
            f"{self.serious} found something serious: {share:.0%} "
            f"(95% interval {low:.0%} to {high:.0%})."
        )


def similar_to(
    facts: Facts, book: pl.DataFrame, who: dict[str, Any], contributions: np.ndarray
) -> SimilarCases | None:
    """Find past cases like a business in a casebook; None where there is no other.

    `who` has business_id, business_type and as_of, `contributions` its one row.
    """
    cases = similar_cases(
        book,
        contributions,
        business_id=who["business_id"],
        business_type=who["business_type"],
        as_of=who["as_of"],
    )
    if cases.is_empty():
        return None
    serious, low, high = share_serious(cases)
    share = serious / cases.height, low, high
    nearest = _told(facts, cases.head(SHOWN), who["as_of"])
    return SimilarCases(nearest, cases.height, serious, share)


def _told(facts: Facts, cases: pl.DataFrame, as_of: date) -> list[PastCase]:
    """Say of each case when and where it was and what was found there."""
    days = cases.select("business_id", as_of="inspected_on")
    who = attributes_at(facts.business, days).select("street_code", "subtype")
    streets = dict(facts.street.select("street_code", "name").iter_rows())
    return [
        _case(row, streets, _visit(facts, row, as_of))
        for row in cases.hstack(who).iter_rows(named=True)
    ]


def _visit(facts: Facts, row: dict[str, Any], as_of: date) -> Event:
    """Find the visit among the events of its business."""
    return next(
        event
        for event in history(facts, row["business_id"], as_of)
        if (event.kind, event.day) == ("inspection", row["inspected_on"])
        and event.is_bad == row["is_serious"]
    )


def _case(row: dict[str, Any], streets: dict[str, str], visit: Event) -> PastCase:
    kind = [
        labels(column)[row[column]]
        for column in ("business_type", "subtype")
        if row[column] in labels(column)
    ]
    return PastCase(
        inspection_id=row["inspection_id"],
        day=row["inspected_on"],
        street=streets.get(row["street_code"], row["street_code"]),
        zh=" · ".join(zh for zh, _ in kind),
        en=" · ".join(en for _, en in kind),
        found_zh=visit.zh,
        found_en=visit.en,
        is_serious=row["is_serious"],
        distance=row["distance"],
    )
