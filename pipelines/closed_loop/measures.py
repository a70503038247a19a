"""What a way of deciding achieved, by the truth, and how far two of them differ."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl
from scipy.stats import t

from models.clauses import Number
from models.metrics import Array, Ranked
from models.rules import RuleSet
from pipelines.closed_loop.loop import BEGIN, Lived
from pipelines.closed_loop.policies import DAYS_A_YEAR
from pipelines.closed_loop.travel import kilometres

CONFIDENCE = 0.95
MEASURES: Mapping[str, tuple[str, str, int]] = {
    "found": ("发现的严重问题", "serious cases found", 0),
    "found_by_plan": ("其中按计划发现", "of them by planned visits", 0),
    "found_share": ("发现比例", "share of cases found", 3),
    "days_to_detection": ("发现所需天数", "days to detection", 1),
    "days_stood": ("每案存续天数", "days a case stood", 1),
    "coverage": ("法定覆盖率", "legal coverage", 3),
    "kilometres": ("每次检查里程", "km a visit", 2),
    "auc": ("期末模型AUC", "AUC at the end", 3),
    "stated_over_true": ("估计与真实之比", "stated / true share", 2),
}


def measured(lived: Lived, law: RuleSet, end: date) -> dict[str, float]:
    """Measure three things by the truth: what was found, how soon, and what was learned.

    A case is trouble that began in the loop or stood when it began. Days to detection
    are those from its first day to the day it was found, of the cases found; days stood
    count every case to its end, found or not, so that what nobody found weighs too.
    """
    visits = lived.environment.visits().filter(pl.col("inspected_on") >= BEGIN)
    cases = lived.environment.cases(BEGIN)
    length = np.array([case.end - case.begin for case in cases], dtype=np.float64)
    is_found = np.array([case.is_found for case in cases], dtype=bool)
    by_plan = visits.filter(
        "is_serious", pl.col("purpose").is_in(["routine", "random"])
    )
    return {
        "found": float(is_found.sum()),
        "found_by_plan": float(by_plan.height),
        "found_share": float(is_found.mean()),
        "days_to_detection": float(length[is_found].mean()),
        "days_stood": float(length.mean()),
        "coverage": _coverage(lived, law, end),
        "kilometres": kilometres(visits, _places(lived)) / max(visits.height, 1),
        "auc": _auc(lived),
        "stated_over_true": _level(lived),
    }


def _coverage(lived: Lived, law: RuleSet, end: date) -> float:
    """Give the share of businesses that had a full checklist within the legal floor.

    Those that opened within it have time left and are not counted.
    """
    rule = law.get(Number, "visits.full_checklist_every_years")
    since = date.fromordinal(end.toordinal() - round(rule.value * DAYS_A_YEAR))
    register = lived.environment.facts().business
    full = (
        lived.environment.visits()
        .filter("is_full_checklist", pl.col("inspected_on") >= since)
        .select("business_id")
    )
    asked = lived.graded.join(register, on="business_id").filter(
        pl.col("opened_on") < since
    )
    return asked.join(full, on="business_id", how="semi").height / asked.height


def _places(lived: Lived) -> pl.DataFrame:
    return lived.environment.facts().business.select(
        "business_id", "street_code", "lon", "lat"
    )


def _auc(lived: Lived) -> float:
    """Rank everybody by the model, and judge it by how prone to trouble each truly is.

    Every business counts as serious with its true probability and as not with the rest.
    """
    both = lived.graded.select("business_id", "probability").join(
        lived.environment.propensity(), on="business_id", suffix="_true"
    )
    score = np.tile(both["probability"].to_numpy(), 2)
    true = both["probability_true"].to_numpy()
    serious = np.repeat([1.0, 0.0], both.height)
    weight: Array = np.concatenate([true, 1 - true])[None, :]
    return float(Ranked(score, serious).auc(weight)[0])


def _level(lived: Lived) -> float:
    """Divide what the model states on average by what a visit to everybody would find."""
    both = lived.graded.select("business_id", "probability").join(
        lived.environment.would_find(), on="business_id", suffix="_true"
    )
    stated, true = both["probability"].mean(), both["probability_true"].mean()
    return float(stated) / float(true)  # type: ignore[arg-type]


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


def compared(
    results: Mapping[str, Sequence[Mapping[str, float]]], *, against: str
) -> pl.DataFrame:
    """List every policy and measure: its mean, and its difference from one, by seed.

    The seeds are the same for all, so the differences are paired: what makes a district
    hard for one policy makes it hard for the other.
    """
    rows = []
    for policy, runs in results.items():
        for measure in MEASURES:
            own = [run[measure] for run in runs]
            other = [run[measure] for run in results[against]]
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
