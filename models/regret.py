"""What it costs to have chosen a score, against the best of all in each window.

One number over all windows hides that the best changes from window to window. Regret is
what a choice gives away to whichever score was best in each: small everywhere is worth
more than first in some.
"""

from collections.abc import Mapping

import numpy as np
import polars as pl

from models.evaluate import DRAWS, INTERVAL, Visits, resampled
from models.metrics import Array, Ranked

REGRET = {
    "ranker": pl.String,
    "regret": pl.Float64,
    "lower": pl.Float64,
    "upper": pl.Float64,
    "worst": pl.Float64,
    "windows_best": pl.Int64,
}


def regrets(
    visits: Visits, scores: Mapping[str, Array], *, draws: int = DRAWS
) -> pl.DataFrame:
    """Measure the AUC each score gives away to the best of each window, least first.

    Two windows with AUC .70 and .60 for one score, .68 and .66 for another: the first
    regrets 0 and .06, mean .03, the second .02 and 0, mean .01. Intervals of 95% by
    bootstrap over businesses; `worst` is the largest regret of any window.
    """
    weight = np.vstack([np.ones(len(visits.serious)), resampled(visits, draws)])
    # Shape: windows, scores, draws.
    auc = np.array(
        [
            [
                Ranked(score[here], visits.serious[here]).auc(weight[:, here])
                for score in scores.values()
            ]
            for here in (visits.window == w for w in np.unique(visits.window))
        ]
    )
    given_away = auc.max(axis=1, keepdims=True) - auc
    mean = np.nanmean(given_away, axis=0)
    lower, upper = np.nanpercentile(mean[:, 1:], INTERVAL, axis=1)
    return pl.DataFrame(
        {
            "ranker": list(scores),
            "regret": mean[:, 0],
            "lower": lower,
            "upper": upper,
            "worst": given_away[:, :, 0].max(axis=0),
            "windows_best": (given_away[:, :, 0] == 0).sum(axis=0),
        },
        schema=REGRET,
    ).sort("regret", maintain_order=True)
