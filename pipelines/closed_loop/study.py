"""Ways of deciding side by side: the same districts, one for each seed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy.stats import t

from models.rules import load_rules
from pipelines.closed_loop.loop import Setting, run, with_history
from pipelines.closed_loop.measures import MEASURES, measured
from pipelines.closed_loop.policies import POLICIES

CONFIDENCE = 0.95

Progress = Callable[[str, float], None]
Measured = Mapping[str, float]


def of_seed(
    setting: Setting,
    seed: int,
    policies: Sequence[str] = tuple(POLICIES),
    progress: Progress | None = None,
) -> dict[str, Measured]:
    """Let each policy run the district of a seed, and measure what it achieved."""
    days = setting.starts[0], setting.starts[-1]
    law = load_rules().applied_to(days[1])
    history = with_history(setting, seed)
    found: dict[str, Measured] = {}
    for number, name in enumerate(policies):
        if progress:
            progress(POLICIES[name].label_en, number / len(policies))
        found[name] = measured(run(POLICIES[name], history, setting), law, days)
    return found


@dataclass(frozen=True)
class Estimate:
    """A mean over seeds with its 95% interval (Student's t)."""

    value: float
    lower: float
    upper: float


def estimate(values: Sequence[float]) -> Estimate:
    """Estimate a mean; 1, 2, 3 give 2 with -0.48 to 4.48."""
    mean, count = float(np.mean(values)), len(values)
    spread = float(np.std(values, ddof=1)) if count > 1 else float("nan")
    reach = float(t.ppf((1 + CONFIDENCE) / 2, count - 1)) * spread / count**0.5
    return Estimate(mean, mean - reach, mean + reach)


def compared(runs: Sequence[Mapping[str, Measured]], *, against: str) -> pl.DataFrame:
    """List every policy and measure: its mean, and its difference from one, by seed.

    The seeds are the same for all, so the differences are paired: what makes a district
    hard for one policy makes it hard for the other.
    """
    rows = []
    for policy in runs[0]:
        for measure in MEASURES:
            own = [seed[policy][measure] for seed in runs]
            other = [seed[against][measure] for seed in runs]
            value = estimate(own)
            gap = estimate(np.subtract(own, other).tolist())
            rows.append(
                {
                    "policy": policy,
                    "measure": measure,
                    **vars(value),
                    **{f"gain_{name}": at for name, at in vars(gap).items()},
                }
            )
    return pl.DataFrame(rows)
