"""What records alone could tell of a business, were the process behind them known.

The log-odds that a visit finds something serious are the level of its window, what the
features state, how strict the inspector is, and what the business has of its own. The
last is unknown: a lasting part, and one that drifts (Ornstein and Uhlenbeck). Given the
results of earlier visits its distribution is exact up to the nodes of Gauss and Hermite:
whoever knows the process can rank by no better score than the chance it gives, so
results drawn anew show the ceiling.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
from numpy.polynomial.hermite_e import hermegauss, hermevander
from scipy.optimize import minimize
from scipy.special import expit, gammaln

from models.metrics import Array, Codes

# Nodes for the lasting part and for the drifting one, which grows narrow as visits add up.
LASTING_NODES, DRIFTING_NODES = 7, 15
# Where the search begins: spreads in log-odds, days after which e^-1 of the drift is left.
FIRST_GUESS = {"slope": 1.0, "lasting": 0.5, "drifting": 0.7, "days": 900.0}
# Beyond these a part is nothing or lasts for ever; what drifts away between two visits
# leaves no trace in results, and its spread could be anything.
BOUNDS = ((0.2, 5.0), (0.001, 4.0), (0.001, 4.0), (180.0, 36_500.0))
_EVALUATIONS = 90
_NEWTON_STEPS = 12
_LEAST = 1e-12


@dataclass(frozen=True)
class Effect:
    """How far the features' statement reaches, and what businesses have of their own."""

    slope: float
    lasting: float
    drifting: float
    days: float

    @property
    def variance(self) -> float:
        """Give the variance of what a business has of its own, in log-odds."""
        return self.shared(0.0)

    def shared(self, days: float) -> float:
        """Give the covariance of what it has of its own so many days apart."""
        left: float = np.exp(-days / self.days)
        return self.lasting**2 + self.drifting**2 * left


@dataclass(frozen=True)
class Trail:
    """Visits, row by row: what was stated before each, and what it found.

    `block` numbers the windows, each with a share of its own; `strict` are the log-odds
    by which the inspector finds more than others.
    """

    business: Codes
    day: Codes
    block: Codes
    stated: Array
    strict: Array
    serious: Array

    def only(self, mask: npt.NDArray[np.bool_]) -> "Trail":
        """Keep the visits of a mask."""
        return Trail(*(getattr(self, field.name)[mask] for field in fields(self)))

    @cached_property
    def steps(self) -> list[tuple[Codes, Array]]:
        """Give the rows of every business's n-th visit, and the days since that before.

        Businesses with the most visits come first, so that those still visited at a step
        are the first of those at the step before.
        """
        order = np.lexsort((self.day, self.business))
        begins = np.flatnonzero(np.r_[True, np.diff(self.business[order]) != 0])
        count = np.diff(np.r_[begins, len(order)])
        begins, count = (v[np.argsort(-count, kind="stable")] for v in (begins, count))
        rows = [order[begins[count > n] + n] for n in range(count.max())]
        gaps = [
            self.day[now] - self.day[before[: len(now)]]
            for before, now in zip([rows[0], *rows], rows, strict=False)
        ]
        return list(zip(rows, [gap.astype(float) for gap in gaps], strict=True))


@dataclass(frozen=True)
class World:
    """A process with every number known: it can be followed, and drawn from."""

    trail: Trail
    effect: Effect
    centre: Array

    @cached_property
    def _lasting(self) -> tuple[Array, Array]:
        return _nodes(LASTING_NODES)

    @cached_property
    def _drifting(self) -> tuple[Array, Array]:
        return _nodes(DRIFTING_NODES)

    @cached_property
    def _own(self) -> Array:
        """Lay the nodes' log-odds out: a row per lasting part, a column per drift."""
        lasting = self.effect.lasting * self._lasting[0]
        return lasting[:, None] + self.effect.drifting * self._drifting[0]

    def chances(self) -> tuple[Array, float]:
        """Give each visit's chance of being serious from those before it, and the fit.

        The chance is for an inspector like all others; the fit is the log-likelihood.
        """
        chance, fit = np.empty(len(self.centre)), 0.0
        for rows, mass in self._followed():
            centre = self.centre[rows][:, None, None]
            chance[rows] = (mass * expit(centre + self._own)).sum(axis=(1, 2))
            found = mass * self._likelihood(rows)
            evidence = np.maximum(found.sum(axis=(1, 2)), _LEAST)
            fit += float(np.log(evidence).sum())
            mass[:] = found / evidence[:, None, None]
        return chance, fit

    def _followed(self) -> Iterator[tuple[Codes, Array]]:
        """Give the rows of every step and where their businesses lie before it.

        What is written into the masses is what the visit told.
        """
        prior = self._lasting[1][:, None] * self._drifting[1]
        mass = np.tile(prior, (len(self.trail.steps[0][0]), 1, 1))
        node, weight = self._drifting
        degree = np.arange(len(node))
        # Orthonormal: drift multiplies the k-th polynomial by the k-th power (Mehler).
        basis = hermevander(node, len(node) - 1) / np.exp(gammaln(degree + 1) / 2)
        for rows, gap in self.trail.steps:
            left = np.exp(-gap / self.effect.days)[:, None, None] ** degree
            mass = ((mass[: len(rows)] @ basis) * left) @ basis.T * weight
            mass = np.maximum(mass, 0)
            mass /= mass.sum(axis=(1, 2), keepdims=True)
            yield rows, mass

    def _likelihood(self, rows: Codes) -> Array:
        odds = (self.centre + self.trail.strict)[rows][:, None, None] + self._own
        found: Array = expit(
            np.where(self.trail.serious[rows], 1, -1)[:, None, None] * odds
        )
        return found

    def drawn(self, rng: np.random.Generator) -> tuple["World", Array]:
        """Draw every result anew; give the chances by which they were drawn too."""
        own = np.empty(len(self.centre))
        lasting, drift = rng.normal(size=(2, len(self.trail.steps[0][0])))
        for rows, gap in self.trail.steps:
            left = np.exp(-gap / self.effect.days)
            shock = np.sqrt(1 - left**2) * rng.normal(size=len(rows))
            drift = left * drift[: len(rows)] + shock
            own[rows] = (
                self.effect.lasting * lasting[: len(rows)]
                + self.effect.drifting * drift
            )
        odds = self.centre + own
        found = rng.random(len(odds)) < expit(odds + self.trail.strict)
        trail = replace(self.trail, serious=found.astype(float))
        return replace(self, trail=trail), expit(odds)


def world(trail: Trail, effect: Effect) -> World:
    """Place every block at the share it found, given the spread of businesses."""
    node, weight = _nodes(DRIFTING_NODES)
    own = effect.variance**0.5 * node
    centre = effect.slope * trail.stated
    for block in np.unique(trail.block):
        here = trail.block == block
        odds, move = (centre + trail.strict)[here][:, None] + own, 0.0
        for _ in range(_NEWTON_STEPS):
            chance = expit(odds + move)
            gap = trail.serious[here].sum() - (chance @ weight).sum()
            move += gap / ((chance * (1 - chance)) @ weight).sum()
        centre[here] += move
    return World(trail, effect, centre)


def likeliest(trail: Trail) -> Effect:
    """Find the effect under which the records are likeliest."""

    def effect(values: Array) -> Effect:
        return Effect(*np.clip(np.exp(values), *np.transpose(BOUNDS)))

    def misfit(values: Array) -> float:
        return -world(trail, effect(values)).chances()[1]

    start = np.log(list(FIRST_GUESS.values()))
    # The parts of a spread that is not there are sought far down: no need to be exact.
    options = {"maxfev": _EVALUATIONS, "xatol": 0.02, "fatol": 0.5}
    found = minimize(misfit, start, method="Nelder-Mead", options=options)
    return effect(found.x)


def _nodes(count: int) -> tuple[Array, Array]:
    node, weight = hermegauss(count)
    return node, weight / weight.sum()
