"""The pass rate of a stratified random sample, with an interval that holds for few failures.

The batches of a stratum were drawn with equal chances, so each stands for N/n of its
businesses (Horvitz and Thompson 1952); with the sizes of the strata known, that is also
Hajek's ratio. No finite-population correction: a business sells far more than the one
batch bought there, and having been to every business would not tell the others.

The interval is Wilson's with the effective number of batches (Korn and Graubard 1998,
Dean and Pagano 2015): failures are some per cent, where estimate and error move together
and the usual plus or minus is too low above and too high below.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

# The two-sided 95% point of the normal distribution.
Z = 1.959964
# One batch tells nothing of how much batches differ.
LEAST_BATCHES = 2


@dataclass(frozen=True)
class Estimates:
    """Pass rates of one sample, or of many at once along the first axes."""

    rate: Floats
    lower: Floats
    upper: Floats
    standard_error: Floats
    effective: Floats


@dataclass(frozen=True)
class Stratum:
    """What is known of a stratum: its businesses, batches concluded, and failures."""

    name: str
    businesses: int
    batches: int
    failed: int


@dataclass(frozen=True)
class PassRate:
    """The pass rate of the district, and what it rests on."""

    rate: float
    lower: float
    upper: float
    standard_error: float
    batches: int
    failed: int

    def exceeds(self, target: float) -> bool | None:
        """Tell whether the rate is above a target; None while the interval holds it."""
        if self.lower > target:
            return True
        return False if self.upper <= target else None


def estimate(sizes: Floats, batches: Floats, failed: Floats) -> Estimates:
    """Estimate from counts by stratum, which stand along the last axis.

    One stratum of 100 businesses, 50 batches, one failed: 98% (89.4% to 99.7%). Two
    strata of 900 and 100 businesses with 30 batches each, none and 6 failed: the failures
    weigh a tenth, so 98%, and not the 90% of the raw count.
    """
    weight = sizes / sizes.sum(axis=-1, keepdims=True)
    share = failed / batches
    missed = (weight * share).sum(axis=-1)
    variance = (weight**2 * share * (1 - share) / (batches - 1)).sum(axis=-1)
    kish = 1 / (weight**2 / batches).sum(axis=-1)
    spread = missed * (1 - missed)
    # Without a failure nothing is seen of the variance; what is left is the weights.
    effective = np.where(
        variance > 0, spread / np.where(variance > 0, variance, 1), kish
    )
    centre = (missed + Z**2 / (2 * effective)) / (1 + Z**2 / effective)
    reach = Z * np.sqrt(spread / effective + Z**2 / (4 * effective**2))
    reach = reach / (1 + Z**2 / effective)
    return Estimates(
        rate=1 - missed,
        lower=1 - np.minimum(centre + reach, 1),
        upper=1 - np.maximum(centre - reach, 0),
        standard_error=np.sqrt(variance),
        effective=effective,
    )


def pass_rate(strata: Sequence[Stratum]) -> PassRate | None:
    """Estimate the pass rate of the district; None where nothing is concluded.

    Strata of which fewer than two batches are concluded are taken together.
    """
    whole = _pooled(strata)
    if not whole:
        return None
    columns = (
        [getattr(s, name) for s in whole]
        for name in ("businesses", "batches", "failed")
    )
    found = estimate(*(np.array(column, dtype=np.float64) for column in columns))
    return PassRate(
        rate=float(found.rate),
        lower=float(found.lower),
        upper=float(found.upper),
        standard_error=float(found.standard_error),
        batches=sum(s.batches for s in whole),
        failed=sum(s.failed for s in whole),
    )


def _pooled(strata: Sequence[Stratum]) -> list[Stratum]:
    whole = [s for s in strata if s.batches >= LEAST_BATCHES]
    thin = [s for s in strata if s.batches < LEAST_BATCHES]
    while thin and sum(s.batches for s in thin) < LEAST_BATCHES and whole:
        # The smallest has the least to lose from being mixed.
        whole.sort(key=lambda s: (s.businesses, s.name))
        thin.append(whole.pop(0))
    if sum(s.batches for s in thin) < LEAST_BATCHES:
        return whole
    return [*whole, _together(thin)]


def _together(strata: Sequence[Stratum]) -> Stratum:
    return Stratum(
        name="+".join(s.name for s in strata),
        businesses=sum(s.businesses for s in strata),
        batches=sum(s.batches for s in strata),
        failed=sum(s.failed for s in strata),
    )
