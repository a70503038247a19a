"""The truth nobody sees: how likely a neutral inspector would find something serious."""

import numpy as np

from pipelines.simulate.columns import Floats
from pipelines.simulate.kinds import KINDS
from pipelines.simulate.places import STREETS
from pipelines.simulate.register import Register

# Invented sizes of what makes businesses differ, in log-odds. Together they put the
# share of serious findings near 11% and the AUC of the truth itself near .82.
BASE = -3.05
OWN_SPREAD = 1.0
CHAIN_SPREAD = 0.7
STREET_SPREAD = 0.35
DRIFT_SPREAD = 0.75
# A quarter keeps nine tenths of the last one's deviation: half is gone in 20 months.
DRIFT_MEMORY = 0.9
SUMMER = 0.35


def latent_log_odds(
    rng: np.random.Generator, register: Register, quarters: int
) -> Floats:
    """Draw log-odds of shape (quarters, businesses), drifting from quarter to quarter."""
    count = len(register.kind)
    kind = np.array([k.risk for k in KINDS])[register.kind]
    street = rng.normal(0, STREET_SPREAD, len(STREETS))[register.street]
    chains = rng.normal(0, CHAIN_SPREAD, int(register.chain.max()) + 2)
    chain = np.where(register.chain >= 0, chains[register.chain], 0.0)
    level = BASE + kind + street + chain + rng.normal(0, OWN_SPREAD, count)
    drift = np.empty((quarters, count))
    drift[0] = rng.normal(0, DRIFT_SPREAD, count)
    fresh = DRIFT_SPREAD * np.sqrt(1 - DRIFT_MEMORY**2)
    for q in range(1, quarters):
        drift[q] = DRIFT_MEMORY * drift[q - 1] + rng.normal(0, fresh, count)
    return level + drift


def season(month: int) -> float:
    """Give the log-odds a month adds: most in July, least in January."""
    return SUMMER * float(np.cos((month - 7) / 12 * 2 * np.pi))


def chance(log_odds: Floats) -> Floats:
    """Turn log-odds into probabilities."""
    probability: Floats = 1 / (1 + np.exp(-log_odds))
    return probability
