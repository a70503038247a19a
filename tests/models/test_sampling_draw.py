"""Whom supervision draws, and how much sooner those with priority."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

from models.rules import load_rules
from models.sampling_clauses import Varieties
from models.sampling_design import EVALUATION, MONITORING, SUPERVISION
from models.sampling_draw import Frame, Outlet, draw_batches, supervision_design
from tests.worked import DAY

LAW = load_rules().in_force(DAY)
RATES = dict.fromkeys(LAW.get(Varieties, "sampling.varieties").by_class, 0.03)


def snack(number: int, **more: Any) -> Outlet:
    usual = Outlet(
        business_id=f"b{number:02d}",
        business_type="catering",
        subtype="snack",
        street="lake",
        classes=("90",),
        expected_failure=0.03,
    )
    return replace(usual, **more)


def frame(*outlets: Outlet) -> Frame:
    return Frame(outlets, RATES, LAW)


def test_whoever_has_priority_is_drawn_three_times_as_likely_as_others_alike() -> None:
    alike = [snack(n) for n in range(9)]
    design = supervision_design(frame(*alike, snack(9, has_priority=True)), 1)["lake"]
    assert design.chances["b09#1"] == Fraction(3, 12)
    assert {c for u, c in design.chances.items() if u != "b09#1"} == {Fraction(1, 12)}
    assert sum(design.chances.values()) == design.size == 1


def test_priority_says_why_and_never_doubles_what_is_sampled_every_year() -> None:
    canteen = snack(0, subtype="school_canteen", has_priority=True)
    outlets = [canteen, snack(1, has_priority=True), *(snack(n) for n in range(2, 12))]
    sizes = {SUPERVISION: 12, EVALUATION: 12, MONITORING: 0}
    drawn = draw_batches(frame(*outlets), sizes, bytes(32))
    reasons: dict[str, set[str]] = {}
    for batch in drawn:
        if batch.programme != SUPERVISION:
            continue
        reasons.setdefault(batch.business_id, set()).add(batch.reason)
    assert "certain" in reasons["b00"]
    assert reasons["b01"] == {"priority"}
    assert all(said == {"risk"} for b, said in reasons.items() if b > "b01")
