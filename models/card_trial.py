"""Two scorecards of enterprises tried on the latest year by what was known before it.

The card of weights of evidence is the one in use; the card of stumps learns from the
same cases and challenges it. Both are fitted anew as of the first day of that year and
judged on what became of enterprises in it, draw by draw on the same resamples.
"""

from collections.abc import Callable, Mapping
from datetime import date

import numpy as np
import polars as pl

from features.schema import Facts
from models.credit import Cases, card_columns, outcomes, scale_of
from models.evaluate import DRAWS, INTERVAL, SEED
from models.metrics import Array, Ranked
from models.rules import RuleSet
from models.scorecard import EVIDENCE, STUMPS, Scorecard, fit_scorecard
from models.stability import score_stability
from models.stumps import fit_stumps

WAYS: Mapping[str, Callable[..., Scorecard]] = {
    EVIDENCE: fit_scorecard,
    STUMPS: fit_stumps,
}
# One row per card. `gain` is what stumps rank better by than evidence, paired, empty for
# evidence itself; `psi` how far the year's scores moved from those fitted on. What needs
# an earlier year to learn from is empty where there is none.
TRIAL = {
    "card": pl.String,
    "version": pl.String,
    "columns": pl.Int64,
    "bins": pl.Int64,
    "breaks": pl.Int64,
    "year_from": pl.Date,
    "cases": pl.Int64,
    "bad": pl.Int64,
    **dict.fromkeys(
        ("auc", "lower", "upper", "gain", "gain_lower", "gain_upper", "psi"), pl.Float64
    ),
}


def fit_cards(cases: Cases, law: RuleSet, *, until: date) -> dict[str, Scorecard]:
    """Fit a card of each way on the index groups, on the scale in force."""
    return {
        name: fit(
            cases.matrix,
            cases.bad,
            card_columns(law),
            scale=scale_of(law),
            trained_until=until.isoformat(),
        )
        for name, fit in WAYS.items()
    }


def card_trial(
    facts: Facts, cases: Cases, cards: Mapping[str, Scorecard], law: RuleSet
) -> pl.DataFrame:
    """Try each way of fitting out of time, beside what the cards of today consist of."""
    measured = _out_of_time(facts, cases, law)
    rows = [
        {
            "card": name,
            "version": card.version,
            "columns": len(card.columns),
            "bins": sum(len(bins.woe) for bins in card.bins),
            "breaks": card.breaks(),
            **measured.get(name, {}),
        }
        for name, card in cards.items()
    ]
    return pl.DataFrame(rows, schema=TRIAL)


def _out_of_time(
    facts: Facts, cases: Cases, law: RuleSet
) -> dict[str, dict[str, object]]:
    """Measure on the latest year; nothing where no earlier one could teach."""
    latest: date = cases.pairs["as_of"].max()  # type: ignore[assignment]
    earlier = _known_by(facts, cases, latest, law)
    is_late = (cases.pairs["as_of"] == latest).to_numpy()
    bad = cases.bad[is_late]
    if earlier.shortfall() or not 0 < bad.sum() < len(bad):
        return {}
    late = cases.matrix.filter(pl.Series(is_late))
    cards = fit_cards(earlier, law, until=latest)
    weight = _resampled(len(bad))
    auc = {
        name: Ranked(-card.score(late).astype(np.float64), bad).auc(weight)
        for name, card in cards.items()
    }
    return {
        name: {
            "year_from": latest,
            "cases": len(bad),
            "bad": int(bad.sum()),
            **_spanned(auc[name], ("auc", "lower", "upper")),
            **_gained(name, auc),
            "psi": score_stability(card, late),
        }
        for name, card in cards.items()
    }


def _known_by(facts: Facts, cases: Cases, day: date, law: RuleSet) -> Cases:
    """Keep the cases of earlier years, with what had been recorded of them by a day."""
    known = outcomes(facts, cases.pairs.filter(pl.col("as_of") < day), day, law)
    rows = cases.pairs.with_row_index("row").join(
        known, on=["business_id", "as_of"], how="inner", maintain_order="left"
    )
    return Cases(
        rows.select("business_id", "as_of"),
        cases.matrix[rows["row"]],
        rows["is_bad"].cast(pl.Float64).to_numpy(),
    )


def _resampled(count: int) -> Array:
    """Weigh enterprises as if drawn again; the first draw is all of them as they are."""
    rng = np.random.default_rng(SEED)
    return np.vstack([np.ones(count), rng.poisson(1.0, (DRAWS, count))])


def _gained(name: str, auc: Mapping[str, Array]) -> dict[str, float]:
    if name == EVIDENCE:
        return {}
    names = ("gain", "gain_lower", "gain_upper")
    return _spanned(auc[name] - auc[EVIDENCE], names)


def _spanned(draws: Array, names: tuple[str, str, str]) -> dict[str, float]:
    lower, upper = np.percentile(draws[1:], INTERVAL)
    return dict(zip(names, (float(draws[0]), float(lower), float(upper)), strict=True))
