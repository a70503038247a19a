"""From the log-odds a model states to the share that is found."""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from models.metrics import Array

# A pull towards "the model is right as it stands", worth about this many visits; it
# decides only where the latest blocks hold few.
PRIOR_VISITS = 50.0
# How far the share found where officers chose to go may lie from the share found at
# random, in log-odds: a twofold difference in odds would be usual.
CHOICE_SPREAD = 0.7
# The order of businesses must survive calibration.
MIN_SLOPE = 0.05
_STEPS = 50
_CLOSE = 1e-10  # far below any digit shown


@dataclass(frozen=True)
class Calibration:
    """A straight line in log-odds (Platt), with the standard error of its level."""

    slope: float
    intercept: float
    standard_error: float

    def log_odds(self, raw: Array) -> Array:
        """Place raw log-odds on the calibrated line."""
        return self.slope * raw + self.intercept

    def probability(self, raw: Array) -> Array:
        """Give calibrated probabilities."""
        return logistic(self.log_odds(raw))


def logistic(log_odds: Array) -> Array:
    """Turn log-odds into probabilities; 0 gives 0.5."""
    probability: Array = expit(log_odds)
    return probability


def base_log_odds(serious: Array) -> float:
    """Give the log-odds of the share found; one visit of each kind is added."""
    rate = (serious.sum() + 1) / (len(serious) + 2)
    return float(np.log(rate / (1 - rate)))


def fit_calibration(raw: Array, serious: Array) -> Calibration:
    """Fit slope and intercept by penalised likelihood, Newton's method.

    The penalty pulls the slope to 1; the intercept is free, since the raw scores carry
    no base rate of their own.
    """
    beta = np.array([base_log_odds(serious), 1.0])
    design = np.column_stack([np.ones(len(raw)), raw])
    pull = np.diag([0.0, PRIOR_VISITS * max(float(np.var(raw)), 1e-6)])
    hessian = np.eye(2)
    for _ in range(_STEPS):
        p = logistic(design @ beta)
        gradient = design.T @ (p - serious) + pull @ (beta - [0.0, 1.0])
        hessian = design.T @ (design * (p * (1 - p))[:, None]) + pull + 1e-9 * np.eye(2)
        step = np.linalg.solve(hessian, gradient)
        beta = beta - step
        if np.abs(step).max() < _CLOSE:
            break
    error = float(np.sqrt(np.linalg.inv(hessian)[0, 0]))
    return Calibration(max(float(beta[1]), MIN_SLOPE), float(beta[0]), error)


def relevelled(
    calibration: Calibration, raw: Array, serious: Array, inclusion: Array
) -> Calibration:
    """Move the level from that of all visits to that of visits of known chance.

    Officers go where they fear, and what they know beyond the features makes their
    visits find more. Visits drawn with a known chance, each weighted by its inverse,
    stand for everybody. How much less they find than all visits with such features is
    learnt from all years, the level of the day from `calibration`. The move is pulled
    towards none by CHOICE_SPREAD: where 10% is stated and found at 50,000 visits, and
    1,000 drawn of them found 8%, it becomes 8.1%; with 50 drawn 8.7%.
    """
    is_drawn = np.isfinite(inclusion) & (inclusion > 0)
    if not is_drawn.any():
        return calibration
    stated = calibration.log_odds(raw)
    of_all, _ = level_of(stated, serious)
    weight = 1 / inclusion[is_drawn]
    # As many visits as weights so uneven are worth (Kish).
    weight *= weight.sum() / (weight**2).sum()
    move, error = level_of(
        stated[is_drawn] + of_all, serious[is_drawn], weight, pull=CHOICE_SPREAD**-2
    )
    return Calibration(
        calibration.slope,
        calibration.intercept + move,
        float(np.hypot(calibration.standard_error, error)),
    )


def level_of(
    stated: Array, found: Array, weight: Array | None = None, *, pull: float = 1e-6
) -> tuple[float, float]:
    """Give how far stated log-odds must move to the share found, and its error.

    Stated at 50% where 3 of 4 were found, they move by ln 3 = 1.1. `pull` is the inverse
    variance of a move that would surprise nobody; next to none unless given.
    """
    weight = np.ones(len(stated)) if weight is None else weight
    move, curve = 0.0, 1.0
    for _ in range(_STEPS):
        chance = logistic(stated + move)
        curve = float(weight @ (chance * (1 - chance))) + pull
        slope = float(weight @ (found - chance)) - move * pull
        move += slope / curve
        if abs(slope / curve) < _CLOSE:
            break
    return move, curve**-0.5
