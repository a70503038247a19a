"""From the log-odds a model states to the share that is found."""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from models.metrics import Array

# A pull towards "the model is right as it stands", worth about this many visits; it
# decides only where the latest blocks hold few.
PRIOR_VISITS = 50.0
# The order of businesses must survive calibration.
MIN_SLOPE = 0.05
_STEPS = 50


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
        if np.abs(step).max() < 1e-10:  # noqa: PLR2004  far below any digit shown
            break
    error = float(np.sqrt(np.linalg.inv(hessian)[0, 0]))
    return Calibration(max(float(beta[1]), MIN_SLOPE), float(beta[0]), error)
