"""Every metric of a backtest, beside naive rankers, with paired bootstrap intervals."""

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
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


@dataclass(frozen=True)
class Compared:
    """Rankers side by side, over all windows and inside each.

    Columns: ranker, metric, value, lower, upper, and for every other than the model
    gain, gain_lower, gain_upper: the model less the ranker, paired draw by draw;
    `windows` has the number of the window too.
    """

    overall: pl.DataFrame
    windows: pl.DataFrame


_Measured = Mapping[str, Array]
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
    inside = [
        _inside(visits.only(here), score[here], weight[:, here])
        for here in _windows(visits)
    ]
    return _overall(visits, score, weight, inside, is_probability=is_probability)


def compare(
    visits: Visits, scores: Mapping[str, Array], *, model: str, draws: int = DRAWS
) -> Compared:
    """Measure scores side by side on the same bootstrap draws of businesses."""
    # The first draw is the visits as they are: it gives the values themselves.
    weight = np.vstack([np.ones(len(visits.serious)), resampled(visits, draws)])
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        measured = pool.map(
            lambda name: _of_all_windows(visits, scores[name], weight, name == model),
            scores,
        )
        by_ranker = dict(zip(scores, measured, strict=True))
    overall = {name: found for name, (found, _) in by_ranker.items()}
    windows = [
        _rows({name: inside[n] for name, (_, inside) in by_ranker.items()}, model)
        for n in range(len(_windows(visits)))
    ]
    return Compared(
        overall=_rows(overall, model),
        windows=pl.concat(
            table.with_columns(window=pl.lit(code, pl.Int64))
            for code, table in zip(np.unique(visits.window), windows, strict=True)
        ),
    )


def compare_inside(
    visits: Visits, scores: Mapping[str, Array], *, model: str, draws: int = DRAWS
) -> pl.DataFrame:
    """Measure orders under capacity: nobody makes more or other visits than they made.

    Each inspector (or office) keeps the days of a window and the number of visits on
    each; only the order inside changes. Columns as in Compared.overall.
    """
    weight = np.vstack([np.ones(len(visits.serious)), resampled(visits, draws)])
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        measured = pool.map(
            lambda name: _under_capacity(visits, scores[name], weight), scores
        )
        return _rows(dict(zip(scores, measured, strict=True)), model)


def _under_capacity(visits: Visits, score: Array, weight: Array) -> _Measured:
    inside = []
    for here in _windows(visits):
        part, drawn = visits.only(here), weight[:, here]
        ranked = Ranked(score[here], part.serious)
        gross, net = ordering.days_earlier_inside(
            part.day, ranked, drawn, part.inspector
        )
        inside.append(
            {
                "days_earlier": gross,
                "net_days_earlier": net,
                "auc_inside_inspectors": metrics.auc_inside(
                    ranked, drawn, part.inspector
                ),
            }
        )
    return {name: _mean([window[name] for window in inside]) for name in inside[0]}


def _of_all_windows(
    visits: Visits,
    score: Array,
    weight: Array,
    is_probability: bool,
) -> tuple[_Measured, list[_Measured]]:
    """Measure a score in every window, and overall from the same numbers."""
    inside: list[_Measured] = []
    for here in _windows(visits):
        part, own, drawn = visits.only(here), score[here], weight[:, here]
        judged = _judged(part, own, drawn) if is_probability else {}
        inside.append({**_inside(part, own, drawn), **judged})
    whole = _overall(visits, score, weight, inside, is_probability=is_probability)
    return whole, inside


def _windows(visits: Visits) -> list[npt.NDArray[np.bool_]]:
    return [visits.window == code for code in np.unique(visits.window)]


def _inside(visits: Visits, score: Array, weight: Array) -> dict[str, Array]:
    """Measure how a score ranks the visits of one window."""
    ranked = Ranked(score, visits.serious)
    gross, net = ordering.days_earlier(visits.day, ranked, weight)
    return {
        "auc": ranked.auc(weight),
        "average_precision": ranked.average_precision(weight),
        "precision_at_top": ranked.precision_at_top(weight),
        "first_half_share": ordering.first_half_share(visits.day, ranked, weight),
        "days_earlier": gross,
        "net_days_earlier": net,
        "auc_inside_inspectors": metrics.auc_inside(ranked, weight, visits.inspector),
    }


def _judged(visits: Visits, score: Array, weight: Array) -> dict[str, Array]:
    """Measure how right a probability is."""
    return {
        name: judge(visits.serious, score, weight)
        for name, judge in _PROBABILITY.items()
    }


def _overall(
    visits: Visits,
    score: Array,
    weight: Array,
    inside: Sequence[_Measured],
    *,
    is_probability: bool,
) -> dict[str, Array]:
    rankings = [name for name in inside[0] if name not in _PROBABILITY]
    found = {name: _mean([window[name] for window in inside]) for name in rankings}
    judged = _judged(visits, score, weight) if is_probability else {}
    return {**found, **judged}


def _mean(values: Sequence[Array]) -> Array:
    """Average over the windows in which a metric is known."""
    known = np.isfinite(values)
    total = known.sum(axis=0)
    mean: Array = np.full(len(total), np.nan)
    summed = np.where(known, values, 0.0).sum(axis=0)
    np.divide(summed, total, out=mean, where=total > 0)
    return mean


def resampled(visits: Visits, draws: int) -> Array:
    """Draw businesses with replacement; a Poisson count each is that for many of them."""
    rng = np.random.default_rng(SEED)
    counts = rng.poisson(1.0, (draws, int(visits.business.max()) + 1))
    weights: Array = counts.astype(np.float64)[:, visits.business]
    return weights


def _rows(measured: Mapping[str, _Measured], model: str) -> pl.DataFrame:
    """List value, interval and gain of every ranker and metric that is known."""
    rows = [
        _row(measured, name, metric, model)
        for name, found in measured.items()
        for metric, values in found.items()
        if np.isfinite(values[0])
    ]
    return pl.DataFrame(rows, schema=_COLUMNS)


def _row(
    measured: Mapping[str, _Measured], name: str, metric: str, model: str
) -> dict[str, object]:
    value, *interval = _with_interval(measured[name][metric])
    gain: list[float | None] = [None, None, None]
    if name != model:
        gain = [*_with_interval(measured[model][metric] - measured[name][metric])]
    return dict(zip(_COLUMNS, (name, metric, value, *interval, *gain), strict=True))


def _with_interval(values: Array) -> tuple[float, float, float]:
    """Give the value of the visits as they are, and the interval of the draws."""
    lower, upper = np.nanpercentile(values[1:], INTERVAL)
    return float(values[0]), float(lower), float(upper)


_COLUMNS = {
    "ranker": pl.String,
    "metric": pl.String,
    "value": pl.Float64,
    "lower": pl.Float64,
    "upper": pl.Float64,
    "gain": pl.Float64,
    "gain_lower": pl.Float64,
    "gain_upper": pl.Float64,
}
