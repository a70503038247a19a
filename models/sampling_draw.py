"""The draw of a sampling plan: which businesses, foods and months, from a frozen frame.

The same frame, sizes and key give the same batches. Businesses are drawn with exactly the
chance that is stored with each batch; then a food among those the business carries; then
months in turn along a random order, so that no month of a street has two batches more
than another.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property

from models.drawing import Stream, draw, in_random_order, one_of
from models.rules import RuleSet
from models.sampling_clauses import Carried, MostBatches, Varieties, Variety
from models.sampling_design import (
    BANDS,
    EVALUATION,
    MONITORING,
    PROGRAMMES,
    SUPERVISION,
    Group,
    chances,
    focused_weights,
    shared_out,
    street_sizes,
)

# A food drawn for its class's floor is drawn by what is missing; else by its own risk.
_RATE_PARTS = 1_000_000
# Food for infants and special groups comes before others that are as short: with few who
# carry it, twice as often would still leave it behind.
_PRIORITY_WEIGHT = 4


@dataclass(frozen=True)
class Outlet:
    """A business that can be sampled, and how often a batch there is expected to fail."""

    business_id: str
    business_type: str
    subtype: str | None
    street: str
    classes: tuple[str, ...]
    expected_failure: float
    has_priority: bool = False  # by a roster; what its kind gives is another matter


@dataclass(frozen=True)
class Batch:
    """A batch of the plan; the chance is that of the business in its programme."""

    batch_no: str
    programme: str
    business_id: str
    street: str
    stratum: str
    chance: Fraction
    reason: str
    variety: Variety
    expected_failure: float
    month: str = ""


@dataclass(frozen=True)
class Frame:
    """All that the plan is drawn from."""

    outlets: tuple[Outlet, ...]
    class_rates: Mapping[str, float]
    law: RuleSet

    @cached_property
    def outlet(self) -> Mapping[str, Outlet]:
        """Find an outlet by its business."""
        return {outlet.business_id: outlet for outlet in self.outlets}

    @cached_property
    def strata(self) -> Mapping[str, tuple[Outlet, ...]]:
        """Cut the outlets by street, and in each by band of expected failure."""
        ordered = sorted(
            self.outlets, key=lambda o: (o.expected_failure, o.business_id)
        )
        found: dict[str, list[Outlet]] = defaultdict(list)
        for rank, outlet in enumerate(ordered):
            band = rank * BANDS // len(ordered) + 1
            found[f"{outlet.street}/{band}"].append(outlet)
        return {name: tuple(found[name]) for name in sorted(found)}

    @cached_property
    def groups(self) -> tuple[Group, ...]:
        """Give the strata of evaluation with their mean expected failure."""
        return tuple(
            Group(name, len(held), sum(o.expected_failure for o in held) / len(held))
            for name, held in self.strata.items()
        )

    @cached_property
    def varieties(self) -> Mapping[str, tuple[Variety, ...]]:
        """List what can be sampled, by class."""
        return self.law.get(Varieties, "sampling.varieties").by_class


def carried_by(
    law: RuleSet, subtype: str | None, licensed: Sequence[str]
) -> tuple[str, ...]:
    """List the classes a business carries: those of its licence, or of its kind."""
    usual = law.get(Carried, "sampling.carried").of(subtype)
    return tuple(sorted(set(licensed))) or usual


def draw_batches(
    frame: Frame, sizes: Mapping[str, int], key: bytes
) -> tuple[Batch, ...]:
    """Draw the batches of all three programmes, each in its own numbers."""
    drawn = {
        SUPERVISION: list(_supervision(frame, sizes[SUPERVISION], key)),
        EVALUATION: list(_evaluation(frame, sizes[EVALUATION], key)),
        MONITORING: list(_monitoring(frame, sizes[MONITORING], key)),
    }
    months = frame.law.codes("sampling.months")
    return tuple(
        replace(batch, batch_no=f"{programme[0].upper()}{number:05d}")
        for programme in PROGRAMMES
        for number, batch in enumerate(_in_months(drawn[programme], months, key), 1)
    )


def _evaluation(frame: Frame, size: int, key: bytes) -> Iterator[Batch]:
    """Draw every business of a stratum with the same chance, and any food it carries."""
    held = shared_out(frame.groups, size)
    for name, outlets in frame.strata.items():
        even = {outlet.business_id: 1 for outlet in outlets}
        chance = Fraction(held[name], len(outlets))
        for business in draw(even, held[name], Stream(key, f"evaluation {name}")):
            outlet = frame.outlet[business]
            foods = _foods(frame, outlet)
            food = _any_of(foods, Stream(key, f"evaluation food {business}"))
            yield _batch(EVALUATION, outlet, name, chance, ("random", food, frame))


def _monitoring(frame: Frame, size: int, key: bytes) -> Iterator[Batch]:
    """Draw those who carry a food with a factor to monitor, street by street."""
    able: dict[str, list[Outlet]] = defaultdict(list)
    for outlet in frame.outlets:
        if any(food.factors for food in _foods(frame, outlet)):
            able[outlet.street].append(outlet)
    counts = {street: len(held) for street, held in able.items()}
    sizes = street_sizes(
        counts,
        {s: float(n) for s, n in counts.items()},
        dict.fromkeys(counts, 0),
        size,
        0,
    )
    for street in sorted(able):
        even = {outlet.business_id: 1 for outlet in able[street]}
        chance = Fraction(sizes[street], len(even))
        for business in draw(even, sizes[street], Stream(key, f"monitoring {street}")):
            outlet = frame.outlet[business]
            foods = [food for food in _foods(frame, outlet) if food.factors]
            food = _any_of(foods, Stream(key, f"monitoring food {business}"))
            yield _batch(
                MONITORING, outlet, street, chance, ("monitoring", food, frame)
            )


def _supervision(frame: Frame, size: int, key: bytes) -> Iterator[Batch]:
    """Draw where failures are expected; who must be sampled each year comes first."""
    units = list(supervised(frame, size, key))
    foods = _SupervisedFoods(
        frame, [frame.outlet[_business(u)] for u, _, _ in units], key
    )
    for unit, street, chance in in_random_order(
        units, Stream(key, "supervision order")
    ):
        outlet = frame.outlet[_business(unit)]
        reason = _reason(frame.law, unit, outlet)
        food = foods.next_for(outlet, unit)
        yield _batch(SUPERVISION, outlet, street, chance, (reason, food, frame))


def _reason(law: RuleSet, unit: str, outlet: Outlet) -> str:
    if _is_certain(law, unit, outlet):
        return "certain"
    return "priority" if outlet.has_priority else "risk"


def _business(unit: str) -> str:
    return unit.rpartition("#")[0]


def supervised(
    frame: Frame, size: int, key: bytes
) -> Iterator[tuple[str, str, Fraction]]:
    """Draw the units of supervision: unit, street, chance; a unit is business#visit."""
    for street, design in supervision_design(frame, size).items():
        certain = {
            unit for unit, chance in design.chances.items() if unit in design.certain
        }
        others = {u: w for u, w in design.weights.items() if u not in certain}
        stream = Stream(key, f"supervision {street}")
        drawn = draw(others, design.size - len(certain), stream)
        for unit in [*sorted(certain), *drawn]:
            yield unit, street, design.chances[unit]


@dataclass(frozen=True)
class StreetDesign:
    """How supervision draws in a street: batches, weights, who is certain, exact chances."""

    size: int
    weights: Mapping[str, int]
    certain: frozenset[str]
    chances: Mapping[str, Fraction]


def supervision_design(frame: Frame, size: int) -> dict[str, StreetDesign]:
    """Give each unit of supervision its exact chance, street by street."""
    most = frame.law.get(MostBatches, "sampling.most_batches")
    units: dict[str, dict[str, float]] = defaultdict(dict)
    certain: dict[str, set[str]] = defaultdict(set)
    first: set[str] = set()
    for outlet in frame.outlets:
        for visit in range(1, most.of(outlet.subtype) + 1):
            unit = f"{outlet.business_id}#{visit}"
            units[outlet.street][unit] = outlet.expected_failure
            first |= {unit} if outlet.has_priority else set()
            if _is_certain(frame.law, unit, outlet):
                certain[outlet.street].add(unit)
    sizes = street_sizes(
        {street: len(held) for street, held in units.items()},
        {street: sum(held.values()) for street, held in units.items()},
        {street: len(certain[street]) for street in units},
        size,
        frame.law.number("sampling.street_floor"),
    )
    return {
        street: _street_design(
            _weights(frame.law, units[street], first), certain[street], sizes[street]
        )
        for street in sorted(units)
    }


def _weights(
    law: RuleSet, expected: Mapping[str, float], first: set[str]
) -> dict[str, int]:
    """Weigh units by expected failure; what has priority weighs so many times as much."""
    weights = focused_weights(expected, law.number("sampling.focus"))
    times = law.number("sampling.priority_weight")
    return {
        unit: round(weight * times) if unit in first else weight
        for unit, weight in weights.items()
    }


def _street_design(
    weights: Mapping[str, int], certain: set[str], size: int
) -> StreetDesign:
    return StreetDesign(
        size, weights, frozenset(certain), chances(weights, certain, size)
    )


def _is_certain(law: RuleSet, unit: str, outlet: Outlet) -> bool:
    """Tell whether the first batch of the year at a business is sure to be taken."""
    return unit.endswith("#1") and outlet.subtype in law.codes("sampling.certain")


class _SupervisedFoods:
    """Chooses foods so that every class reaches its floor, then by their own risk."""

    def __init__(self, frame: Frame, outlets: Sequence[Outlet], key: bytes) -> None:
        self._frame, self._key = frame, key
        law = frame.law
        floors = dict.fromkeys(frame.varieties, int(law.number("sampling.class_floor")))
        floors["27"] = int(law.number("sampling.health_food_floor"))
        self._missing = Counter(floors)
        self._first = set(law.codes("sampling.priority_classes"))
        self._carriers = Counter(name for o in outlets for name in o.classes)
        self._taken: dict[str, set[str]] = defaultdict(set)

    def next_for(self, outlet: Outlet, unit: str) -> Variety:
        """Choose a food that was not yet taken there, where there is another."""
        taken = self._taken[outlet.business_id]
        foods = _foods(self._frame, outlet)
        fresh = [food for food in foods if food.code not in taken] or foods
        stream = Stream(self._key, f"supervision food {unit}")
        chosen = one_of(self._weights(fresh), stream)
        food = next(f for f in fresh if f.code == chosen)
        taken.add(food.code)
        self._missing[food.food_class] -= 1
        return food

    def _weights(self, foods: Sequence[Variety]) -> dict[str, int]:
        """Weigh by what a class is short of for each who carries it, else by its rate.

        What nearly everybody carries will reach its floor elsewhere.
        """
        short = {f.code: self._shortage(f.food_class) for f in foods}
        if any(short.values()):
            return {code: missing for code, missing in short.items() if missing}
        rates = self._frame.class_rates
        return {f.code: max(1, round(rates[f.food_class] * _RATE_PARTS)) for f in foods}

    def _shortage(self, name: str) -> int:
        missing = max(self._missing[name], 0)
        if name in self._first:
            missing *= _PRIORITY_WEIGHT
        return missing * _RATE_PARTS // max(self._carriers[name], 1)


def _foods(frame: Frame, outlet: Outlet) -> list[Variety]:
    return [food for name in outlet.classes for food in frame.varieties[name]]


def _any_of(foods: Sequence[Variety], stream: Stream) -> Variety:
    """Draw a class evenly, and a food in it evenly: a class with many foods is no more."""
    classes = sorted({food.food_class for food in foods})
    chosen = classes[stream.below(len(classes))]
    among = [food for food in foods if food.food_class == chosen]
    return among[stream.below(len(among))]


def _batch(
    programme: str,
    outlet: Outlet,
    stratum: str,
    chance: Fraction,
    what: tuple[str, Variety, Frame],
) -> Batch:
    reason, food, frame = what
    rates = frame.class_rates
    usual = sum(rates[name] for name in outlet.classes) / len(outlet.classes)
    expected = min(outlet.expected_failure * rates[food.food_class] / usual, 1.0)
    return Batch(
        batch_no="",
        programme=programme,
        business_id=outlet.business_id,
        street=outlet.street,
        stratum=stratum,
        chance=chance,
        reason=reason,
        variety=food,
        expected_failure=expected,
    )


def _in_months(
    batches: Sequence[Batch], months: Sequence[str], key: bytes
) -> list[Batch]:
    """Hand the months out in turn, street by street, along a random order of businesses.

    The streets go on where the one before stopped, so that the district is as even as
    each street is. Batches of one business follow each other and fall into different
    months.
    """
    if not batches:
        return []
    programme = batches[0].programme
    ordered: list[Batch] = []
    for street in sorted({batch.street for batch in batches}):
        here = [batch for batch in batches if batch.street == street]
        businesses = sorted({batch.business_id for batch in here})
        stream = Stream(key, f"{programme} months {street}")
        place = {b: n for n, b in enumerate(in_random_order(businesses, stream))}
        ordered += sorted(here, key=lambda b: (place[b.business_id], b.variety.code))
    first = Stream(key, f"{programme} first month").below(len(months))
    return [
        replace(batch, month=months[(first + number) % len(months)])
        for number, batch in enumerate(ordered)
    ]
