"""How unlikely counts are, were the chances those stated: chi-square, two-sided use.

One false alarm in a thousand; the seeds are fixed, so what passes once, passes.
"""

from collections import Counter
from collections.abc import Hashable, Mapping

from scipy.stats import chi2

RARE = 0.001


def chi_square(counts: Mapping[Hashable, int], expected: Mapping) -> float:
    """Add up squared deviations in units of what is expected."""
    return sum((counts.get(k, 0) - e) ** 2 / e for k, e in expected.items())


def even(counts: Counter) -> float:
    """Give the probability of counts at least as uneven, were all equally likely."""
    mean = counts.total() / len(counts)
    return as_stated(counts, dict.fromkeys(counts, mean))


def as_stated(counts: Mapping, expected: Mapping) -> float:
    """Give the probability of counts at least as far from the expected ones."""
    return float(chi2.sf(chi_square(counts, expected), len(expected) - 1))
