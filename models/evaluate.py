"""Every metric of a backtest, beside naive rankers, with paired bootstrap intervals."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from models import metrics, ordering
from models.metrics import Array, Codes, Ranked

# Enough draws for a 95% interval whose ends move by less than a tenth of its width.
DRAWS = 400
SEED = 20260101
INTERVAL = (2.5, 97.5)


@dataclass(frozen=True)
class Visits:
    """The visits of one or more windows, one per element.

    `day` counts from the start of a window, `window` numbers the windows, `business`
    and `inspector` are dense codes (inspector -1 where unknown).
    """

    window: Codes
    day: Codes
    business: Codes
    inspector: Codes
    serious: Array

    def only(self, mask: npt.NDArray[np.bool_]) -> "Visits":
        """Keep the visits of a mask."""
        parts = (self.window, self.day, self.business, self.inspector, self.serious)
        return Visits(*(part[mask] for part in parts))  # type: ignore[arg-type]


_RANKING: Mapping[str, Callable[[Visits, Ranked, Array], Array]] = {
    "auc": lambda _, ranked, weight: ranked.auc(weight),
    "average_precision": lambda _, ranked, weight: ranked.average_precision(weight),
    "precision_at_top": lambda _, ranked, weight: ranked.precision_at_top(weight),
    "first_half_share": lambda v, r, w: ordering.first_half_share(v.day, r, w),
    "days_earlier": lambda v, r, w: ordering.days_earlier(v.day, r, w),
    "net_days_earlier": lambda v, r, w: ordering.net_days_earlier(v.day, r, w),
    "auc_inside_inspectors": lambda v, r, w: metrics.auc_inside(r, w, v.inspector),
}
_PROBABILITY: Mapping[str, Callable[[Array, Array, Array], Array]] = {
    "log_loss": metrics.log_loss,
    "brier": metrics.brier,
    "calibration_error": metrics.calibration_error,
}


def measure(
    visits: Visits, score: Array, weight: Array, *, is_probability: bool = False
) -> dict[str, Array]:
    """Compute every metric for each draw of weights (draws, visits).

    Rankings are measured inside each window and averaged over windows; what judges a
    probability is measured over all visits together.
    """
    windows = [visits.window == code for code in np.unique(visits.window)]
    found = {
        name: _mean_over_windows(metric, visits, score, weight, windows)
        for name, metric in _RANKING.items()
    }
    if is_probability:
        for name, judge in _PROBABILITY.items():
            found[name] = judge(visits.serious, score, weight)
    return found


def compare(
    visits: Visits, scores: Mapping[str, Array], *, model: str, draws: int = DRAWS
) -> pl.DataFrame:
    """Measure scores side by side on the same bootstrap draws of businesses.

    Columns: ranker, metric, value, lower, upper, and for every other than the model
    gain, gain_lower, gain_upper: the model less the ranker, paired draw by draw.
    """
    one = np.ones((1, len(visits.serious)))
    weight = _poisson_weights(visits, draws)
    point, drawn = {}, {}
    for name, score in scores.items():
        is_probability = name == model
        point[name] = measure(visits, score, one, is_probability=is_probability)
        drawn[name] = measure(visits, score, weight, is_probability=is_probability)
    return pl.DataFrame(
        [
            _row(name, metric, point, drawn, model)
            for name in scores
            for metric, value in point[name].items()
            if np.isfinite(value[0])
        ],
        infer_schema_length=None,
    )


def _poisson_weights(visits: Visits, draws: int) -> Array:
    """Draw businesses with replacement; a Poisson count each is that for many of them."""
    rng = np.random.default_rng(SEED)
    counts = rng.poisson(1.0, (draws, int(visits.business.max()) + 1))
    weights: Array = counts.astype(np.float64)[:, visits.business]
    return weights


def _mean_over_windows(
    metric: Callable[[Visits, Ranked, Array], Array],
    visits: Visits,
    score: Array,
    weight: Array,
    windows: list[npt.NDArray[np.bool_]],
) -> Array:
    values = np.array(
        [
            metric(
                visits.only(here),
                Ranked(score[here], visits.serious[here]),
                weight[:, here],
            )
            for here in windows
        ]
    )
    known = np.isfinite(values)
    total = known.sum(axis=0)
    mean: Array = np.full(values.shape[1], np.nan)
    np.divide(
        np.where(known, values, 0.0).sum(axis=0), total, out=mean, where=total > 0
    )
    return mean


def _row(
    name: str,
    metric: str,
    point: Mapping[str, Mapping[str, Array]],
    drawn: Mapping[str, Mapping[str, Array]],
    model: str,
) -> dict[str, object]:
    lower, upper = np.nanpercentile(drawn[name][metric], INTERVAL)
    row: dict[str, object] = {
        "ranker": name,
        "metric": metric,
        "value": float(point[name][metric][0]),
        "lower": float(lower),
        "upper": float(upper),
        "gain": None,
        "gain_lower": None,
        "gain_upper": None,
    }
    if name != model:
        paired = drawn[model][metric] - drawn[name][metric]
        low, high = np.nanpercentile(paired, INTERVAL)
        row["gain"] = float(point[model][metric][0] - point[name][metric][0])
        row["gain_lower"], row["gain_upper"] = float(low), float(high)
    return row
