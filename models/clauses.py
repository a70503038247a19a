"""The shapes a rule of models/law can have.

Each shape is one kind of table in the law files ([[ground]], [[point_bands]], ...) and
its fields are the keys such a table may hold; fields without a default must be there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Literal

Grade = Literal["A", "B", "C", "D"]
GRADES: tuple[Grade, ...] = ("A", "B", "C", "D")

Confidence = Literal["found", "recalled", "uncertain"]
Kind = Literal["law", "policy_default", "benchmark"]


@dataclass(frozen=True, kw_only=True)
class Dated:
    """What holds from a day and, unless open, to a last day."""

    zh: str
    en: str
    effective_from: date
    confidence: Confidence
    effective_to: date | None = None
    note: str = ""

    def is_in_force(self, day: date) -> bool:
        """Tell whether it holds on the day; its last day counts."""
        return self.effective_from <= day and (
            self.effective_to is None or day <= self.effective_to
        )


@dataclass(frozen=True, kw_only=True)
class Source(Dated):
    """An instrument that rules cite."""

    doc_no: str


@dataclass(frozen=True, kw_only=True)
class Rule(Dated):
    """What every rule states: what it says, where that stands, and since when."""

    id: str
    source: str
    article: str
    kind: Kind

    def contradiction(self) -> str | None:
        """Say what contradicts itself within the rule, if anything does."""
        if self.effective_to is not None and self.effective_to < self.effective_from:
            return "effective_to lies before effective_from"
        return self._own_contradiction()

    def _own_contradiction(self) -> str | None:
        return None


@dataclass(frozen=True, kw_only=True)
class GradeBand:
    """Points in (above, up_to] give the grade."""

    grade: Grade
    above: float
    up_to: float


@dataclass(frozen=True, kw_only=True)
class GradeBands(Rule):
    """From points to a grade; the first band also holds its lower edge."""

    bands: tuple[GradeBand, ...]

    def _own_contradiction(self) -> str | None:
        if tuple(band.grade for band in self.bands) != GRADES:
            return f"must hold one band for each of {', '.join(GRADES)}, in this order"
        return _gap_or_overlap([(band.above, band.up_to) for band in self.bands])


@dataclass(frozen=True, kw_only=True)
class PointBand:
    """An amount in (above, up_to] gives the points."""

    above: float
    up_to: float
    points: float


@dataclass(frozen=True, kw_only=True)
class PointBands(Rule):
    """From the amount of one static factor to points; nothing gives none."""

    table: str
    factor: str
    whole_units: bool
    unit_zh: str
    unit_en: str
    bands: tuple[PointBand, ...]

    def _own_contradiction(self) -> str | None:
        # An amount above a closed last band would silently score nothing.
        if self.bands and self.bands[-1].up_to != float("inf"):
            return f"no band holds what lies above {self.bands[-1].up_to:g}"
        return _gap_or_overlap([(band.above, band.up_to) for band in self.bands])


@dataclass(frozen=True, kw_only=True)
class PointRow:
    """A category of a factor and its points."""

    code: str
    zh: str
    en: str
    points: float
    tier: str | None = None


@dataclass(frozen=True, kw_only=True)
class PointTable(Rule):
    """From the category of a factor to points; of several the highest counts."""

    table: str
    factor: str
    rows: tuple[PointRow, ...]

    def _own_contradiction(self) -> str | None:
        codes = [row.code for row in self.rows]
        twice = sorted({code for code in codes if codes.count(code) > 1})
        return f"code '{twice[0]}' stands twice" if twice else None


@dataclass(frozen=True, kw_only=True)
class TierRange:
    """Lowest and highest points a tier may give."""

    tier: str
    low: float
    high: float


@dataclass(frozen=True, kw_only=True)
class TierRanges(Rule):
    """Ranges of points by static tier, from the mildest."""

    ranges: tuple[TierRange, ...]

    def _own_contradiction(self) -> str | None:
        return _not_rising([(r.low, r.high) for r in self.ranges])


@dataclass(frozen=True, kw_only=True)
class Ground(Rule):
    """A fact that raises (+1) or lowers (-1) a grade, and the shifts it allows."""

    direction: int
    shifts: tuple[int, ...]

    def _own_contradiction(self) -> str | None:
        if not self.shifts:
            return "allows no shift"
        if any(shift * self.direction <= 0 for shift in self.shifts):
            return "a shift goes against the direction"
        return None


@dataclass(frozen=True, kw_only=True)
class Visits:
    """Visits a year by grade."""

    A: float
    B: float
    C: float
    D: float


@dataclass(frozen=True, kw_only=True)
class Frequency(Rule):
    """How often a business of each grade is visited."""

    visits: Visits

    def by_grade(self) -> Mapping[str, float]:
        """Give the visits a year under each grade."""
        return {grade: getattr(self.visits, grade) for grade in GRADES}


@dataclass(frozen=True, kw_only=True)
class KeySupervision(Rule):
    """A group under key supervision: whoever fits all that is named."""

    special_food_only: bool
    business_types: tuple[str, ...]
    subtypes: tuple[str, ...]
    grades: tuple[Grade, ...]


@dataclass(frozen=True, kw_only=True)
class Knot:
    """A point through which the scale runs."""

    probability: float
    points: float


@dataclass(frozen=True, kw_only=True)
class Scale(Rule):
    """From a probability to points, straight between knots."""

    version: str
    knots: tuple[Knot, ...]

    def _own_contradiction(self) -> str | None:
        ends = [knot.probability for knot in self.knots[:: max(len(self.knots) - 1, 1)]]
        if ends != [0.0, 1.0]:
            return "must run from probability 0 to probability 1"
        return _not_rising([(k.probability, k.points) for k in self.knots])


@dataclass(frozen=True, kw_only=True)
class Step:
    """The caps on the sum and on the worst component under which a grade is given."""

    grade: str
    sum_up_to: float
    worst_up_to: float = float("inf")


@dataclass(frozen=True, kw_only=True)
class Rating(Rule):
    """A whole rating scheme: the first step that fits, from the best, or else the last."""

    components: tuple[str, ...]
    steps: tuple[Step, ...]
    otherwise: str

    def _own_contradiction(self) -> str | None:
        return _not_rising([(s.sum_up_to, s.worst_up_to) for s in self.steps])


@dataclass(frozen=True, kw_only=True)
class Number(Rule):
    """A single number."""

    value: float


@dataclass(frozen=True, kw_only=True)
class Choice(Rule):
    """One of several named ways."""

    value: str
    options: tuple[str, ...]

    def _own_contradiction(self) -> str | None:
        if self.value not in self.options:
            return f"'{self.value}' is none of {', '.join(self.options)}"
        return None


@dataclass(frozen=True, kw_only=True)
class Codes(Rule):
    """A list of codes, as mart.code or the static factors name them."""

    values: tuple[str, ...]


def _gap_or_overlap(bands: Sequence[tuple[float, float]]) -> str | None:
    """Find the first place where (above, up_to] bands do not meet exactly."""
    if not bands:
        return "has no bands"
    for above, up_to in bands:
        if up_to <= above:
            return f"band ({above:g}, {up_to:g}] is empty"
    for (_, end), (start, _) in pairwise(bands):
        if start < end:
            return f"bands overlap between {start:g} and {end:g}"
        if start > end:
            return f"no band holds what lies between {end:g} and {start:g}"
    return None


def _not_rising(pairs: Sequence[tuple[float, float]]) -> str | None:
    for (x0, y0), (x1, y1) in pairwise(pairs):
        if x1 <= x0 or y1 < y0:
            return f"must rise: ({x1:g}, {y1:g}) follows ({x0:g}, {y0:g})"
    return None


SHAPES: Mapping[str, type[Rule]] = {
    "grade_bands": GradeBands,
    "point_bands": PointBands,
    "point_table": PointTable,
    "tier_ranges": TierRanges,
    "ground": Ground,
    "frequency": Frequency,
    "key_supervision": KeySupervision,
    "scale": Scale,
    "rating": Rating,
    "number": Number,
    "choice": Choice,
    "codes": Codes,
}
