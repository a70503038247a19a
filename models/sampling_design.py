"""How many batches, shared out over what: the arithmetic of the sampling plan.

Evaluation draws every business of a stratum with the same chance, and shares its batches
out so that the pass rate of the district is as sharp as so many batches allow. Supervision
draws with chances that rise with the failures to be expected. Nothing here draws.
"""

import heapq
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, sqrt

import numpy as np
import numpy.typing as npt

from features.errors import UsageError
from models.draw_clauses import exactly
from models.drawing import fixed_size_chances
from models.pass_rate import LEAST_BATCHES, Z
from models.rules import RuleSet

Floats = npt.NDArray[np.float64]

SUPERVISION, EVALUATION, MONITORING = "supervision", "evaluation", "monitoring"
PROGRAMMES = (SUPERVISION, EVALUATION, MONITORING)
# Weights of a draw are whole numbers; so many parts keep four digits of the least.
PARTS = 1_000_000_000
# As if so many batches at the district's rate had been seen in each class beside its own:
# a class with three batches says little of itself.
PRIOR_BATCHES = 100
# How far the usual slope may be off, as a standard deviation: a half is not a certainty.
SLOPE_SPREAD = 0.5
_NEWTON_STEPS = 25
# Bands of expected failure inside a street: more gain little and leave strata empty.
BANDS = 4


@dataclass(frozen=True)
class Group:
    """A stratum of evaluation: how many businesses, and how often a batch is to fail."""

    name: str
    businesses: int
    expected_failure: float

    @property
    def deviation(self) -> float:
        """Give the standard deviation of a batch."""
        return sqrt(self.expected_failure * (1 - self.expected_failure))


def total_batches(residents: int, per_thousand: float) -> int:
    """Count the batches that so many residents ask for.

    1,323,467 residents at 4.5 per thousand ask for 5,956; 1,398,000 for 6,291.
    """
    return ceil(Fraction(residents, 1000) * exactly(per_thousand))


def shared_out(groups: Sequence[Group], batches: int) -> dict[str, int]:
    """Share batches out so that the variance of the pass rate is least, exactly.

    Neyman's shares are no whole numbers, and rounding them is not best; giving each next
    batch to where it lowers the variance most is (Wright 2012). Every stratum gets two,
    or all that it has. Two strata of 100 businesses, one of which fails a batch four times
    as often (standard deviation twice as large), share 12 as 8 and 4.

    Raises:
        UsageError: there are fewer batches than two for each stratum.
    """
    held = {g.name: min(LEAST_BATCHES, g.businesses) for g in groups}
    left = min(batches, sum(g.businesses for g in groups)) - sum(held.values())
    if left < 0:
        message = f"{batches} batches cannot give {len(groups)} strata {LEAST_BATCHES} each; plan more, or fewer strata"
        raise UsageError(message)
    queue = [
        (-_gain(g, held[g.name]), g.name, g)
        for g in groups
        if g.businesses > held[g.name]
    ]
    heapq.heapify(queue)
    for _ in range(left):
        _, name, group = heapq.heappop(queue)
        held[name] += 1
        if held[name] < group.businesses:
            heapq.heappush(queue, (-_gain(group, held[name]), name, group))
    return held


def _gain(group: Group, batches: int) -> float:
    """Say, up to a root, by how much one more batch lowers the variance."""
    return group.businesses * group.deviation / sqrt(batches * (batches + 1))


def half_width(groups: Sequence[Group], held: Mapping[str, int]) -> float:
    """Give the half width of the 95% interval that is to be expected of the pass rate."""
    total = sum(g.businesses for g in groups)
    variance = sum(
        (g.businesses / total * g.deviation) ** 2 / held[g.name] for g in groups
    )
    return Z * sqrt(variance)


def enough_batches(groups: Sequence[Group], wanted: float, most: int) -> int:
    """Find the fewest batches whose interval is as narrow as wanted, or else the most."""
    fewest = sum(min(LEAST_BATCHES, g.businesses) for g in groups)
    low, high = fewest, max(min(most, sum(g.businesses for g in groups)), fewest)
    while low < high:
        middle = (low + high) // 2
        if half_width(groups, shared_out(groups, middle)) <= wanted:
            high = middle
        else:
            low = middle + 1
    return low


def split(total: int, groups: Sequence[Group], law: RuleSet) -> dict[str, int]:
    """Split the batches into the three programmes.

    Monitoring takes its share, evaluation what its interval asks for, supervision the
    rest and never less than its least share.
    """
    monitoring = round(total * law.number("sampling.monitoring_share"))
    kept = ceil(total * law.number("sampling.supervision_share"))
    room = total - monitoring - kept
    evaluation = enough_batches(groups, law.number("sampling.half_width"), room)
    return {
        SUPERVISION: total - monitoring - evaluation,
        EVALUATION: evaluation,
        MONITORING: monitoring,
    }


def class_rates(
    batches: Mapping[str, int], failed: Mapping[str, int], rate: float
) -> dict[str, float]:
    """Give the failure rate of each class of food, drawn towards that of all.

    At 3% overall, 300 batches of a class with 18 failures give 5.25%, and no batch 3%.
    """
    return {
        name: (failed.get(name, 0) + PRIOR_BATCHES * rate) / (count + PRIOR_BATCHES)
        for name, count in batches.items()
    }


def expected_failure(rate: Floats, probability: Floats, slope: float) -> Floats:
    """Expect a batch to fail at a business, from the rate of its foods and its own risk.

    The odds of the foods are raised or lowered by the business's odds of a serious
    finding against the median business, to the power of the slope. At 3% of the foods and
    a slope of a half, a business with four times the median odds is expected at 5.8%.
    """
    odds = np.log(probability / (1 - probability))
    shifted = np.log(rate / (1 - rate)) + slope * (odds - np.median(odds))
    expected: Floats = 1 / (1 + np.exp(-shifted))
    return expected


def fitted_slope(
    rate: Floats, odds: Floats, failed: npt.NDArray[np.bool_], usual: float
) -> float:
    """Estimate the slope from results that came after the risk was stated.

    Logistic in the log-odds of a serious finding, with the rate of the food beside it; the
    usual slope counts as an estimate of its own, so that few failures move it little.
    """
    offset, centred = np.log(rate / (1 - rate)), odds - np.median(odds)
    design = np.column_stack((np.ones_like(centred), centred))
    beta = np.array([0.0, usual])
    trust = np.diag([0.0, SLOPE_SPREAD**-2])
    for _ in range(_NEWTON_STEPS):
        share = 1 / (1 + np.exp(-(offset + design @ beta)))
        pull = design.T @ (failed - share) - trust @ (beta - np.array([0.0, usual]))
        bend = (design * (share * (1 - share))[:, None]).T @ design + trust
        beta += np.clip(np.linalg.solve(bend, pull), -1, 1)
    return max(float(beta[1]), 0.0)


def at_level(expected: Floats, rate: float) -> Floats:
    """Scale expectations so that a business drawn blindly fails as often as on record."""
    scaled: Floats = np.minimum(expected * (rate / expected.mean()), 1.0)
    return scaled


def focused_weights(expected: Mapping[str, float], focus: float) -> dict[str, int]:
    """Give whole weights that rise with a power of the expected failure.

    With focus 2, twice the expectation has four times the weight; with 0 all are alike.
    """
    top = max(expected.values(), default=1.0)
    return {
        name: max(1, round((value / top) ** focus * PARTS))
        for name, value in expected.items()
    }


def chances(
    weights: Mapping[str, int], certain: set[str], size: int
) -> dict[str, Fraction]:
    """Give each unit its exact chance; the certain ones come first."""
    others = {unit: weight for unit, weight in weights.items() if unit not in certain}
    left = max(size - len(certain), 0)
    drawn = fixed_size_chances(others, min(left, len(others)))
    return dict.fromkeys(sorted(certain), Fraction(1)) | drawn


def street_sizes(
    units: Mapping[str, int],
    expected: Mapping[str, float],
    least: Mapping[str, int],
    total: int,
    floor: float,
) -> dict[str, int]:
    """Share supervision out over streets by expected failures, with a floor for each.

    Every street gets at least the floor's part of its share by businesses, and what it
    must sample; none gets more than it has.
    """
    everywhere = sum(units.values())
    held = {
        s: min(units[s], max(least[s], int(floor * total * units[s] / everywhere)))
        for s in units
    }
    for _ in range(total - sum(held.values())):
        open_ = [s for s in units if held[s] < units[s]]
        if not open_:
            break
        # Webster's method: the next batch goes where a batch stands for most failures.
        chosen = max(open_, key=lambda s: (expected[s] / (2 * held[s] + 1), s))
        held[chosen] += 1
    return held
