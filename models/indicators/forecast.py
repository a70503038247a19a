"""What an indicator may be at the end of the year, from its last quarters.

A damped drift on a scale without bounds: shares on the log-odds, amounts on the
logarithm. The drift is the median change of the last quarters, which one odd quarter
does not turn, and dies away with each quarter ahead, as in Gardner and McKenzie (1985).
The interval holds a drift that ends at once and one that goes on, for a share also on a
straight line, as a campaign that reaches so many more each quarter does; and it grows
with the root of the quarters ahead from the spread of the changes.
Its cover was measured on simulated districts; the README says where.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import exp, log, sqrt
from statistics import median

# Two years of changes: longer, and an old campaign would still be felt.
CHANGES = 8
# A drift loses two fifths each quarter: what rises now seldom rises as fast for long.
DAMPING = 0.6
# Student's t for a two-sided 90% at 2, 3, ... 7 degrees of freedom, then about normal.
_T90 = (6.31, 2.92, 2.35, 2.13, 2.02, 1.94, 1.89)
_T90_MANY = 1.86
# Nothing stands so still that a quarter ahead is certain: the least spread of a change,
# as a share of the noise of a single thing more or less.
STILLNESS = 0.5
_LEAST_POINTS = 3

Quarter = tuple[float, float]


@dataclass(frozen=True)
class Forecast:
    """A value ahead with its 90% interval, in the unit of the quotient."""

    value: float
    lower: float
    upper: float


def forecast(
    quarters: Sequence[Quarter], *, ahead: float, is_share: bool, least: float = 0.0
) -> Forecast | None:
    """Carry numerators and denominators of quarter ends so many quarters ahead.

    Give none where fewer than three quarters have a denominator. A value that can only
    grow is never forecast below `least`. Nothing ahead: the last value is the value.
    """
    known = [(n, d) for n, d in quarters if d > 0][-CHANGES - 1 :]
    if ahead <= 0 and known:
        last = known[-1][0] / known[-1][1]
        return Forecast(last, last, last)
    if len(known) < _LEAST_POINTS:
        return None
    levels = [_level(n, d, is_share=is_share) for n, d in known]
    changes = [b - a for a, b in pairwise(levels)]
    drift = median(changes)
    reach = (
        _t90(len(changes)) * _spread(changes, drift, known[-1], is_share) * sqrt(ahead)
    )
    # The drift may end today or go on undamped: the interval holds all of these.
    undamped = [0.0, drift * ahead, *([_straight(known, ahead)] if is_share else [])]
    steps = (min(undamped) - reach, drift * _damped(ahead), max(undamped) + reach)
    # Half a thing was added so that none and all have a level; here it is taken off.
    last = known[-1][0] / known[-1][1]
    off = last - _back(levels[-1], is_share=is_share)
    top = 1.0 if is_share else float("inf")
    low, mid, high = (
        min(max(_back(levels[-1] + step, is_share=is_share) + off, least), top)
        for step in steps
    )
    return Forecast(mid, low, high)


def _level(numerator: float, denominator: float, *, is_share: bool) -> float:
    """Stretch a quotient: 14 of 14 is log(14.5 / 0.5), and not infinite."""
    if is_share:
        return log((numerator + 0.5) / (denominator - numerator + 0.5))
    return log((numerator + 0.5) / denominator)


def _back(level: float, *, is_share: bool) -> float:
    return 1 / (1 + exp(-level)) if is_share else exp(level)


def _straight(known: Sequence[Quarter], ahead: float) -> float:
    """Give the step in level of a share that goes on rising by as much each quarter.

    From 80 of 100, with 10 more each quarter, to 90 and then to all of them.
    """
    shares = [n / d for n, d in known]
    slope = median(b - a for a, b in pairwise(shares))
    reached = min(max(shares[-1] + slope * ahead, 0.0), 1.0)
    numerator, denominator = known[-1]
    return _level(reached * denominator, denominator, is_share=True) - _level(
        numerator, denominator, is_share=True
    )


def _damped(ahead: float) -> float:
    """Sum the drift of so many quarters: 1 quarter 0.6, 2 quarters 0.96, all 1.5."""
    return DAMPING * (1 - exp(ahead * log(DAMPING))) / (1 - DAMPING)


def _spread(
    changes: Sequence[float], drift: float, last: Quarter, is_share: bool
) -> float:
    found = sqrt(sum((c - drift) ** 2 for c in changes) / max(len(changes) - 1, 1))
    numerator, denominator = last
    rest = denominator - numerator if is_share else float("inf")
    noise = sqrt(1 / (numerator + 0.5) + 1 / (max(rest, 0.0) + 0.5))
    return max(found, STILLNESS * noise)


def _t90(changes: int) -> float:
    return _T90[changes - 1] if changes <= len(_T90) else _T90_MANY
