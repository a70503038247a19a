"""The shapes of the rules of sampling: who carries what, what is tested, who lives here."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from features.errors import UsageError
from models.clauses import Rule


@dataclass(frozen=True, kw_only=True)
class Counted:
    """The residents of a year."""

    year: int
    persons: int


@dataclass(frozen=True, kw_only=True)
class Population(Rule):
    """Residents by year."""

    rows: tuple[Counted, ...]

    def of(self, year: int | None) -> Counted:
        """Give the residents of a year, or of the last there is.

        Raises:
            UsageError: the year is not among those known.
        """
        if year is None:
            return self.rows[-1]
        for row in self.rows:
            if row.year == year:
                return row
        known = ", ".join(str(row.year) for row in self.rows)
        message = f"the population of {year} is not known; give --population-year as one of {known}"
        told = f"不知道 {year} 年的人口，--population-year 可选 {known}"
        raise UsageError(message, said=told)

    def _own_contradiction(self) -> str | None:
        years = [row.year for row in self.rows]
        return None if years == sorted(set(years)) and years else "years must rise"


@dataclass(frozen=True, kw_only=True)
class Recall(Rule):
    """By when a recall begins and is finished."""

    level: int
    start_hours: int
    finish_workdays: int


@dataclass(frozen=True, kw_only=True)
class BatchesOf:
    """The most batches of a kind of business."""

    subtype: str
    batches: int


@dataclass(frozen=True, kw_only=True)
class MostBatches(Rule):
    """How often one business may be sampled in a year."""

    otherwise: int
    rows: tuple[BatchesOf, ...]

    def of(self, subtype: str | None) -> int:
        """Give the most batches a year of a kind of business."""
        known = {row.subtype: row.batches for row in self.rows}
        return known.get(subtype or "", self.otherwise)

    def _own_contradiction(self) -> str | None:
        least = min([self.otherwise, *(row.batches for row in self.rows)])
        return None if least >= 1 else "a business of the plan is sampled at least once"


@dataclass(frozen=True, kw_only=True)
class CarriedBy:
    """The classes of food of a kind of business."""

    subtype: str
    classes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Carried(Rule):
    """Which classes of food a business of each kind usually carries."""

    otherwise: tuple[str, ...]
    rows: tuple[CarriedBy, ...]

    def of(self, subtype: str | None) -> tuple[str, ...]:
        """List the classes of a kind of business."""
        known = {row.subtype: row.classes for row in self.rows}
        return known.get(subtype or "", self.otherwise)


@dataclass(frozen=True, kw_only=True)
class Variety:
    """A food that is sampled: the items tested, the factors monitored, what it costs."""

    code: str
    food_class: str
    zh: str
    en: str
    items: tuple[str, ...]
    factors: tuple[str, ...]
    purchase_yuan: int
    test_yuan: int


@dataclass(frozen=True, kw_only=True)
class Varieties(Rule):
    """The foods that are sampled."""

    rows: tuple[Variety, ...]

    @cached_property
    def by_class(self) -> Mapping[str, tuple[Variety, ...]]:
        """List the varieties of each class."""
        classes = sorted({row.food_class for row in self.rows})
        return {c: tuple(r for r in self.rows if r.food_class == c) for c in classes}

    def _own_contradiction(self) -> str | None:
        codes = [row.code for row in self.rows]
        if len(set(codes)) != len(codes):
            return "a code stands twice"
        bare = [row.code for row in self.rows if not row.items]
        return f"variety {bare[0]} has no item to test" if bare else None


@dataclass(frozen=True, kw_only=True)
class Hazard:
    """Items that do the same harm."""

    level: int
    is_microbial: bool
    items: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Hazards(Rule):
    """What a failed item means: whether it is re-inspected, and how urgent a recall is."""

    rows: tuple[Hazard, ...]

    def of(self, item: str | None) -> Hazard:
        """Give the harm of an item; one that is not named is of the lowest level."""
        for row in self.rows:
            if item in row.items:
                return row
        return Hazard(
            level=max(r.level for r in self.rows), is_microbial=False, items=()
        )


SAMPLING_SHAPES: Mapping[str, type[Rule]] = {
    "population": Population,
    "recall": Recall,
    "most_batches": MostBatches,
    "carried": Carried,
    "varieties": Varieties,
    "hazards": Hazards,
}
