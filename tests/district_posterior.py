"""What could at best be known of the simulated district: its constants, and Bayes.

For the bench of the ceiling alone: it knows the process that invented the district, the
true severity of every inspector and the true mean of each kind, street and chain, and
weighs every recorded event by them on a grid. No model of records could do better.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.stats import norm

from features.schema import Facts
from models.calibration import logistic
from pipelines.simulate import complaints, incidents, latent, visits
from pipelines.simulate.kinds import KINDS

Grid = npt.NDArray[np.float64]

# Coarser than what one visit tells of a business; finer costs time in proportion.
STEP = 0.25
OWN = np.arange(-14, 15) * STEP
DRIFT = np.arange(-10, 11) * STEP
# What the two add up to, and where each sum of the two stands.
TOGETHER = np.arange(-24, 25) * STEP
_SUM = np.arange(len(OWN))[:, None] + np.arange(len(DRIFT))[None, :]
CHUNK = 4_000
FOOD = sum(complaints.SHARES[name] for name in complaints.ABOUT_THE_FOOD)
# Fear is blurred by noise; so many standard deviations of it are averaged over.
_NOISE = np.linspace(-3, 3, 25)
# Memory of findings, in steps fine enough to look fear up.
_MEMORY = 0.05


@dataclass(frozen=True)
class Known:
    """Whom to judge on what day, and what of the truth is given away."""

    facts: Facts
    business: pl.DataFrame  # business_id and prior, the mean log-odds of its like
    severity: pl.DataFrame  # inspector_id and severity
    begin: date
    day: date
    mean: float  # log-odds of all, from which fear and complaints depart

    @property
    def months(self) -> int:
        """Count the months on record."""
        return (self.day.year - self.begin.year) * 12 + (
            self.day.month - self.begin.month
        )

    def months_of(self, table: pl.DataFrame, day: str) -> pl.DataFrame:
        """Number business and month of what was recorded before the day."""
        at = pl.col(day)
        since = (at.dt.year() - self.begin.year) * 12 + at.dt.month()
        who = self.business.select("business_id", "prior").with_row_index("who")
        return (
            table.filter(pl.col("recorded_at") < self.day)
            .with_columns(month=(since - self.begin.month).cast(pl.Int64))
            .filter(pl.col("month").is_between(0, self.months - 1))
            .join(who, on="business_id")
        )


def like_businesses(latent_now: pl.DataFrame, register: pl.DataFrame) -> pl.DataFrame:
    """Give each business the true mean log-odds of its kind, street and chain."""
    risk = {kind.subtype: kind.risk for kind in KINDS}
    p = pl.col("probability")
    of_street = pl.col("rest").mean().over("street_code")
    rest = pl.col("rest") - pl.col("street")
    noise = (latent.OWN_SPREAD**2 + latent.DRIFT_SPREAD**2) / latent.CHAIN_SPREAD**2
    of_chain = rest.sum().over("chain_code") / (pl.len().over("chain_code") + noise)
    return (
        latent_now.join(
            register.unique("business_id", keep="last", maintain_order=True),
            on="business_id",
            how="left",
            maintain_order="left",
        )
        .with_columns(
            kind=latent.BASE + pl.col("subtype").replace_strict(risk, default=0.0)
        )
        .with_columns(rest=(p / (1 - p)).log() - pl.col("kind"))
        .with_columns(street=of_street)
        .with_columns(
            chain=pl.when(pl.col("chain_code").is_null()).then(0.0).otherwise(of_chain)
        )
        .with_columns(prior=pl.sum_horizontal("kind", "street", "chain"))
    )


def posterior(known: Known, usual: float) -> npt.NDArray[np.float64]:
    """Give each business's mean chance on the day, given every record before it."""
    likelihood = np.zeros((known.months // 3, known.business.height, len(TOGETHER)))
    _tell_visits(known, likelihood)
    _tell_choice(known, likelihood)
    _tell_complaints(known, likelihood)
    _tell_samples(known, likelihood)
    _tell_incidents(known, likelihood)
    prior = known.business["prior"].to_numpy()
    return np.concatenate(
        [
            _filtered(likelihood[:, at : at + CHUNK], prior[at : at + CHUNK], usual)
            for at in range(0, len(prior), CHUNK)
        ]
    )


def _filtered(likelihood: Grid, prior: Grid, usual: float) -> Grid:
    """Walk through the quarters: weigh by what happened, then let the drift go on."""
    fresh = latent.DRIFT_SPREAD * np.sqrt(1 - latent.DRIFT_MEMORY**2)
    move = norm.pdf(DRIFT[None, :], latent.DRIFT_MEMORY * DRIFT[:, None], fresh)
    move /= move.sum(axis=1, keepdims=True)
    start = np.outer(
        norm.pdf(OWN, 0, latent.OWN_SPREAD), norm.pdf(DRIFT, 0, latent.DRIFT_SPREAD)
    )
    state = np.broadcast_to(start / start.sum(), (len(prior), *start.shape))
    for of_quarter in likelihood:
        weight = np.exp(of_quarter - of_quarter.max(axis=1, keepdims=True))
        state = (state * weight[:, _SUM]) @ move
        state = state / state.sum(axis=(1, 2), keepdims=True)
    chance = logistic(prior[:, None] + TOGETHER + usual)
    mean: Grid = (state * chance[:, _SUM]).sum(axis=(1, 2))
    return mean


def _add(likelihood: Grid, events: pl.DataFrame, told: Grid) -> None:
    quarter = events["month"].to_numpy() // 3
    np.add.at(likelihood, (quarter, events["who"].to_numpy()), told)


def _odds(events: pl.DataFrame) -> Grid:
    odds: Grid = events["prior"].to_numpy()[:, None] + TOGETHER
    return odds


def _log_chance(happened: npt.NDArray[np.bool_], odds: Grid) -> Grid:
    told: Grid = -np.logaddexp(0, np.where(happened[:, None], -odds, odds))
    return told


def _tell_visits(known: Known, likelihood: Grid) -> None:
    """Weigh what was found: serious or not, and the general items."""
    made = known.months_of(known.facts.inspection, "inspected_on").join(
        known.severity, on="inspector_id", how="left"
    )
    month = (made["month"].to_numpy() + known.begin.month - 1) % 12 + 1
    usual = np.array([latent.season(m) for m in range(1, 13)])[month - 1]
    again = (made["purpose"] == "follow_up").to_numpy() * visits.FOLLOW_UP_LOG_ODDS
    strict = made["severity"].fill_null(0.0).to_numpy()
    odds = _odds(made) + (usual + again + strict)[:, None]
    rate = np.clip(1.1 + 0.28 * (odds + 2.4), -2, 2.4)
    general = made["general_failed"].fill_null(0).to_numpy()[:, None]
    serious = made["is_serious"].fill_null(value=False).to_numpy()
    _add(likelihood, made, _log_chance(serious, odds) + general * rate - np.exp(rate))


def _tell_choice(known: Known, likelihood: Grid) -> None:
    """Weigh where officers chose to go, and where not, month by month."""
    made = known.months_of(known.facts.inspection, "inspected_on")
    prior = known.business["prior"].to_numpy()
    view = prior[:, None] + TOGETHER - known.mean
    memory = np.zeros(len(prior))
    weight = norm.pdf(_NOISE) / norm.pdf(_NOISE).sum()
    trades = _trading(known)
    for month in range(known.months):
        feared = np.zeros(view.shape)
        for noise, share in zip(_NOISE, weight, strict=True):
            fear = visits.VIEW_WEIGHT * (view + noise) + (
                visits.MEMORY_WEIGHT * memory[:, None]
            )
            feared += share * np.exp(np.clip(fear, -1.5, 1.5))
        now = made.filter(month=month)
        went = np.zeros(len(prior), np.bool_)
        went[now.filter(purpose="routine")["who"].to_numpy()] = True
        rate = np.minimum(visits.ROUTINE_A_MONTH * feared, 0.999)
        told = np.where(went[:, None], np.log(rate), np.log1p(-rate))
        likelihood[month // 3] += told * trades[:, month, None]
        memory *= visits.MEMORY_KEPT
        found = now.filter(pl.col("is_serious"), pl.col("purpose") != "follow_up")
        np.add.at(memory, found["who"].to_numpy(), 1.0)


def _trading(known: Known) -> Grid:
    """Tell in which months each business traded, from its first day to its last."""
    opened, closed = (
        (
            (known.business[name].dt.year() - known.begin.year) * 12
            + known.business[name].dt.month()
            - known.begin.month
        )
        for name in ("opened_on", "closed_on")
    )
    month = np.arange(known.months)
    since = opened.fill_null(-1).to_numpy()[:, None]
    until = closed.fill_null(known.months).to_numpy()[:, None]
    trades: Grid = ((month > since) & (month < until)).astype(np.float64)
    return trades


def _tell_complaints(known: Known, likelihood: Grid) -> None:
    """Weigh how often people complained, of what, and what a check confirmed."""
    made = known.months_of(known.facts.complaint, "received_on")
    excess = _odds(made) - known.mean
    near = np.clip(excess, -2, 2)
    of_food = made["category"].is_in(list(complaints.ABOUT_THE_FOOD)).to_numpy()
    share = FOOD * np.exp(0.5 * near)
    told = np.clip(0.55 * excess, -2, 2)
    told = told + np.where(of_food[:, None], 0.5 * near, 0.0) - np.log(share + 1 - FOOD)
    checked = made["is_verified"].is_not_null().to_numpy()
    is_true = made["is_verified"].fill_null(value=False).to_numpy()
    told += checked[:, None] * _log_chance(is_true, -0.9 + 0.8 * excess)
    _add(likelihood, made, told)
    area = known.business["area"].to_numpy()
    size = np.clip((area / complaints.TYPICAL_AREA_M2) ** 0.4, 0.4, 4)
    rate = complaints.COMPLAINTS_A_MONTH * (1 - complaints.UNKNOWN_SHARE) * size
    _tell_nothing_else(known, likelihood, rate, 0.55, (-2, 2))


def _tell_nothing_else(
    known: Known, likelihood: Grid, rate: Grid, slope: float, within: tuple[int, int]
) -> None:
    """Weigh the months that passed without an event."""
    excess = known.business["prior"].to_numpy()[:, None] + TOGETHER - known.mean
    expected = rate[:, None] * np.exp(np.clip(slope * excess, *within))
    for month, trades in enumerate(_trading(known).T):
        likelihood[month // 3] -= expected * trades[:, None]


def _tell_samples(known: Known, likelihood: Grid) -> None:
    """Weigh the samples that failed and passed, and the checks of managers."""
    taken = known.months_of(known.facts.sampling_result, "sampled_on")
    failed = taken["is_failed"].fill_null(value=False).to_numpy()
    excess = _odds(taken) - known.mean
    _add(likelihood, taken, _log_chance(failed, -4.0 + 0.75 * excess))
    held = known.months_of(known.facts.training_event, "held_on").filter(
        pl.col("is_passed").is_not_null()
    )
    excess = _odds(held) - known.mean
    passed = held["is_passed"].to_numpy().astype(np.bool_)
    _add(likelihood, held, _log_chance(passed, 1.9 - 0.5 * excess))


def _tell_incidents(known: Known, likelihood: Grid) -> None:
    """Weigh outbreaks, rare as they are."""
    struck = known.months_of(known.facts.incident, "occurred_on")
    excess = _odds(struck) - known.mean
    _add(likelihood, struck, np.clip(0.9 * excess, -2, 3))
    rate = np.full(known.business.height, incidents.INCIDENTS_A_MONTH)
    _tell_nothing_else(known, likelihood, rate, 0.9, (-2, 3))
