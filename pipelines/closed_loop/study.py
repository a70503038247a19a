"""Ways of deciding side by side: the same districts, one for each seed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np
import polars as pl
from scipy.stats import t

from models.rules import load_rules
from pipelines.closed_loop.loop import BEGIN, Setting, run, with_history
from pipelines.closed_loop.measures import MEASURES, measured
from pipelines.closed_loop.ways import POLICIES

CONFIDENCE = 0.95
# What every policy is held against: how it was always done.
AGAINST = "fixed"

Progress = Callable[[str, float], None]
Measured = Mapping[str, float]


def of_seed(
    setting: Setting,
    seed: int,
    policies: Sequence[str] = tuple(POLICIES),
    progress: Progress | None = None,
) -> dict[str, Measured]:
    """Let each policy run the district of a seed, and measure what it achieved."""
    days = BEGIN, setting.end
    law = load_rules().applied_to(days[1])
    past = with_history(setting, seed)
    found: dict[str, Measured] = {}
    for number, name in enumerate(policies):
        if progress:
            progress(POLICIES[name].label_en, number / len(policies))
        found[name] = measured(run(POLICIES[name], past, setting), law, days)
    return found


@dataclass(frozen=True)
class Study:
    """What each policy achieved over some districts, and against the fixed schedule."""

    setting: Setting
    seeds: tuple[int, ...]
    table: pl.DataFrame

    def as_dict(self) -> dict[str, object]:
        """Give the study as plain values for a program."""
        return {
            **asdict(self.setting),
            "from": BEGIN.isoformat(),
            "to": self.setting.end.isoformat(),
            "seeds": list(self.seeds),
            "against": AGAINST,
            "measures": self.table.to_dicts(),
        }


def study(
    setting: Setting,
    seeds: Sequence[int],
    *,
    policies: Sequence[str] = tuple(POLICIES),
    progress: Progress | None = None,
) -> Study:
    """Let every policy run every district, one district after the other."""
    runs = []
    for number, seed in enumerate(seeds):
        part = _part(progress, number, len(seeds)) if progress else None
        runs.append(of_seed(setting, seed, policies, part))
    return Study(setting, tuple(seeds), compared(runs, against=AGAINST))


def _part(progress: Progress, number: int, count: int) -> Progress:
    return lambda what, share: progress(
        f"{number + 1}/{count} {what}", (number + share) / count
    )


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
