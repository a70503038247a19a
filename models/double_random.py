"""A double-random draw: whom a task visits and who goes, from a frozen library.

Nothing here knows where the library came from. The same library and key give the same
visits, so that anybody who holds both can repeat the draw.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from itertools import count
from typing import Self

from features.errors import UsageError
from models.drawing import (
    Stream,
    chances_of,
    draw,
    in_random_order,
    one_of,
    whole,
)


@dataclass(frozen=True)
class Subject:
    """A business of the frozen library.

    The weight is a whole number; businesses of equal chance all have 1. Without an
    office, inspectors of the whole district may go.
    """

    business_id: str
    business_type: str
    stratum: str
    weight: int
    office_id: str | None = None


@dataclass(frozen=True)
class Inspector:
    """An inspector of the frozen library; without qualifications recorded, for all types."""

    inspector_id: str
    office_id: str
    qualifications: tuple[str, ...] = ()

    def may_inspect(self, business_type: str) -> bool:
        """Tell whether the qualifications allow the type."""
        return not self.qualifications or business_type in self.qualifications


@dataclass(frozen=True)
class Conflict:
    """An inspector and a business that must not meet."""

    inspector_id: str
    business_id: str
    reason: str


@dataclass(frozen=True)
class Library:
    """Both libraries of a draw as they were frozen, and the policy they are drawn by."""

    shares: Mapping[str, Fraction]
    inspectors_a_visit: int
    subjects: tuple[Subject, ...]
    inspectors: tuple[Inspector, ...]
    conflicts: tuple[Conflict, ...]

    @cached_property
    def strata(self) -> Mapping[str, Mapping[str, int]]:
        """Give the weights of each stratum's businesses, strata by name."""
        found: dict[str, dict[str, int]] = defaultdict(dict)
        for subject in sorted(self.subjects, key=lambda s: (s.stratum, s.business_id)):
            found[subject.stratum][subject.business_id] = subject.weight
        return dict(found)

    @cached_property
    def subject(self) -> Mapping[str, Subject]:
        """Find a business by its number."""
        return {subject.business_id: subject for subject in self.subjects}

    def eligible(self, subject: Subject) -> list[str]:
        """List who may inspect a business: its office, qualified, without a conflict."""
        avoided = self._avoided.get(subject.business_id, frozenset())
        return [
            inspector.inspector_id
            for inspector in self._of_office.get(subject.office_id, ())
            if inspector.may_inspect(subject.business_type)
            and inspector.inspector_id not in avoided
        ]

    @cached_property
    def _of_office(self) -> Mapping[str | None, Sequence[Inspector]]:
        found: dict[str | None, list[Inspector]] = defaultdict(list)
        for inspector in sorted(self.inspectors, key=lambda i: i.inspector_id):
            found[inspector.office_id].append(inspector)
            found[None].append(inspector)
        return dict(found)

    @cached_property
    def _avoided(self) -> Mapping[str, frozenset[str]]:
        found: dict[str, set[str]] = defaultdict(set)
        for conflict in self.conflicts:
            found[conflict.business_id].add(conflict.inspector_id)
        return {business: frozenset(who) for business, who in found.items()}


@dataclass(frozen=True)
class Visit:
    """A business drawn, with its chance of being drawn, and the inspectors drawn for it.

    A replacement keeps the chance it had in the draw itself, where it was not drawn;
    `replaces` names the business whose place it took.
    """

    business_id: str
    stratum: str
    inclusion_probability: Fraction
    draw_order: int
    inspectors: tuple[str, ...]
    replaces: str | None = None


@dataclass(frozen=True)
class Withdrawal:
    """Somebody who cannot be visited or cannot go after all, with the reason's code.

    With only a business, the business is out; with an inspector, the inspector is out
    of that business's visit, or of every visit where no business is named.
    """

    on: str
    reason: str
    note: str
    business_id: str | None = None
    inspector_id: str | None = None


def draw_visits(library: Library, key: bytes) -> tuple[Visit, ...]:
    """Draw businesses stratum by stratum, and for each the inspectors who go."""
    visits, order = [], count(1)
    for stratum, weights in library.strata.items():
        share = library.shares[stratum]
        size = whole(share * len(weights), Stream(key, f"size {stratum}"))
        drawn = draw(weights, size, Stream(key, f"businesses {stratum}"))
        chances = chances_of(weights, share) if drawn else {}
        visits += [
            Visit(
                business_id=business,
                stratum=stratum,
                inclusion_probability=chances[business],
                draw_order=next(order),
                inspectors=_inspectors(library, business, key),
            )
            for business in drawn
        ]
    return tuple(visits)


def _inspectors(library: Library, business: str, key: bytes) -> tuple[str, ...]:
    who = library.eligible(library.subject[business])
    drawn = in_random_order(who, Stream(key, f"inspectors {business}"))
    return tuple(drawn[: library.inspectors_a_visit])


def after_withdrawals(
    library: Library,
    visits: Iterable[Visit],
    withdrawals: Iterable[Withdrawal],
    key: bytes,
) -> tuple[Visit, ...]:
    """Replace, one withdrawal after the other, who cannot be visited or cannot go.

    Raises:
        UsageError: a withdrawal names somebody who has no part in the visits.
    """
    standing = Standing(library, tuple(visits))
    for number, withdrawal in enumerate(withdrawals, 1):
        standing = standing.without(withdrawal, key, f"withdrawal {number}")
    return standing.visits


@dataclass(frozen=True)
class Standing:
    """The visits that stand after some withdrawals, and who may not come in any more."""

    library: Library
    visits: tuple[Visit, ...]
    gone: frozenset[str] = frozenset()
    unavailable: frozenset[tuple[str, str | None]] = frozenset()

    def without(self, withdrawal: Withdrawal, key: bytes, label: str) -> Self:
        """Give what stands after one more withdrawal."""
        if withdrawal.inspector_id is None:
            return self._without_business(withdrawal, key, label)
        return self._without_inspector(withdrawal, key, label)

    def _without_business(self, withdrawal: Withdrawal, key: bytes, label: str) -> Self:
        """Draw another of the stratum in its place; the place lapses when none is left.

        The inspectors of a visit that falls away are not handed on: who may go depends
        on the business.
        """
        (place,) = self._affected(withdrawal)
        gone = self.gone | {place.business_id}
        taken = gone | {visit.business_id for visit in self.visits}
        weights = self.library.strata[place.stratum]
        left = {
            business: weight
            for business, weight in weights.items()
            if business not in taken and self._can_be_staffed(business)
        }
        after = replace(self, gone=gone)
        if not left:
            rest = tuple(v for v in self.visits if v != place)
            return replace(after, visits=rest)
        chosen = one_of(left, Stream(key, f"{label} business"))
        chances = chances_of(weights, self.library.shares[place.stratum])
        visit = replace(
            place,
            business_id=chosen,
            inclusion_probability=chances[chosen],
            inspectors=(),
            replaces=place.business_id,
        )
        return after._with((after._filled(visit, key, label),))

    def _without_inspector(
        self, withdrawal: Withdrawal, key: bytes, label: str
    ) -> Self:
        """Draw others in the inspector's place; who goes beside them stays."""
        out = (str(withdrawal.inspector_id), withdrawal.business_id)
        after = replace(self, unavailable=self.unavailable | {out})
        changed = []
        for visit in self._affected(withdrawal):
            others = tuple(i for i in visit.inspectors if i != out[0])
            kept = replace(visit, inspectors=others)
            changed.append(after._filled(kept, key, label))
        return after._with(changed)

    def _affected(self, withdrawal: Withdrawal) -> list[Visit]:
        found = [
            visit
            for visit in self.visits
            if withdrawal.business_id in {None, visit.business_id}
            and withdrawal.inspector_id in {None, *visit.inspectors}
        ]
        if not found or not (withdrawal.business_id or withdrawal.inspector_id):
            names = [withdrawal.inspector_id, withdrawal.business_id]
            who = " at ".join(name for name in names if name) or "nobody"
            message = f"{who} has no part in the visits that stand; look the number up in the draw"
            raise UsageError(message)
        return found

    def _filled(self, visit: Visit, key: bytes, label: str) -> Visit:
        """Draw inspectors for the places left free in a visit.

        Raises:
            UsageError: nobody is left who may go.
        """
        free = self.library.inspectors_a_visit - len(visit.inspectors)
        available = self._available(visit.business_id)
        who = [i for i in available if i not in visit.inspectors]
        if len(who) < free:
            message = f"no inspector is left who may go to {visit.business_id}; withdraw the business with reason 'other' and say so"
            raise UsageError(message)
        stream = Stream(key, f"{label} inspectors {visit.business_id}")
        drawn = in_random_order(who, stream)[:free]
        return replace(visit, inspectors=visit.inspectors + tuple(drawn))

    def _available(self, business: str) -> list[str]:
        return [
            inspector
            for inspector in self.library.eligible(self.library.subject[business])
            if not self.unavailable & {(inspector, None), (inspector, business)}
        ]

    def _can_be_staffed(self, business: str) -> bool:
        return len(self._available(business)) >= self.library.inspectors_a_visit

    def _with(self, changed: Iterable[Visit]) -> Self:
        by_order = {visit.draw_order: visit for visit in changed}
        kept = tuple(by_order.get(v.draw_order, v) for v in self.visits)
        return replace(self, visits=kept)
