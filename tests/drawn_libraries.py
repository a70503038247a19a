"""Draws small frozen libraries for the tests of double-random draws."""

from fractions import Fraction

from hypothesis import strategies as st

from models.double_random import Conflict, Inspector, Library, Subject

OFFICES, TYPES = ("OFF01", "OFF02"), ("catering", "seller")


def library(
    *subjects: Subject,
    share: str = "1/2",
    inspectors: tuple[Inspector, ...] = (),
    conflicts: tuple[Conflict, ...] = (),
) -> Library:
    """Draw a library in which every stratum has the same share."""
    strata = {subject.stratum for subject in subjects}
    return Library(
        shares=dict.fromkeys(strata, Fraction(share)),
        inspectors_a_visit=2,
        subjects=subjects,
        inspectors=inspectors or staff(4),
        conflicts=conflicts,
    )


def business(number: int, stratum: str = "all", weight: int = 1) -> Subject:
    return Subject(f"b{number:02d}", "catering", stratum, weight, "OFF01")


def businesses(count: int, stratum: str = "all") -> tuple[Subject, ...]:
    return tuple(business(number, stratum) for number in range(count))


def staff(count: int) -> tuple[Inspector, ...]:
    return tuple(Inspector(f"i{number}", "OFF01") for number in range(count))


@st.composite
def libraries(draw: st.DrawFn) -> Library:
    """Draw libraries of two offices with conflicts, some of them of every inspector."""
    count = draw(st.integers(1, 20))
    subjects = tuple(
        Subject(
            business_id=f"b{number:02d}",
            business_type=draw(st.sampled_from(TYPES)),
            stratum=draw(st.sampled_from(("A/A", "B/none", "D/D"))),
            weight=draw(st.integers(1, 1000)),
            office_id=draw(st.sampled_from((*OFFICES, None))),
        )
        for number in range(count)
    )
    inspectors = tuple(
        Inspector(
            inspector_id=f"i{number}",
            office_id=draw(st.sampled_from(OFFICES)),
            qualifications=draw(st.sampled_from(((), ("catering",), TYPES))),
        )
        for number in range(draw(st.integers(2, 8)))
    )
    pairs = draw(
        st.sets(st.tuples(st.sampled_from(inspectors), st.sampled_from(subjects)))
    )
    conflicts = tuple(
        Conflict(i.inspector_id, s.business_id, "kinship")
        for i, s in sorted(pairs, key=lambda p: (p[1].business_id, p[0].inspector_id))
    )
    share = draw(st.fractions(0, 1, max_denominator=20))
    drawn = library(
        *subjects, share=str(share), inspectors=inspectors, conflicts=conflicts
    )
    return staffed(drawn)


def staffed(held: Library) -> Library:
    """Leave out whom nobody may visit, as freezing does before a draw."""
    kept = tuple(s for s in held.subjects if len(held.eligible(s)) >= 2)
    return Library(
        held.shares, held.inspectors_a_visit, kept, held.inspectors, held.conflicts
    )
