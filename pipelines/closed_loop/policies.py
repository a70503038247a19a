"""Ways to decide whom to visit in a period, from what is on record and nothing else.

Every way has the same number of visits to give. None of them knows the invented truth:
this module imports no part of the simulator, and what it is handed was recorded before
the period began.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property

import numpy as np
import polars as pl

from features.inspections import OUTCOME_PURPOSES
from features.labels import cohort
from features.profile import attributes_at
from features.schema import Facts
from models.clauses import Number
from models.metrics import Array
from models.plan_clauses import Amounts
from models.rules import RuleSet
from pipelines.schedule.records import Hands

DAYS_A_YEAR = 365.25
# No business is visited again sooner by plan: what was found needs time to be mended.
LEAST_GAP_DAYS = 30


@dataclass(frozen=True)
class Desk:
    """What whoever plans a period has before them.

    `graded` is the score run of the first day, one row per trading business; `visits`
    is how many may be planned; chance is drawn from `rng` alone.
    """

    facts: Facts
    start: date
    end: date
    visits: int
    law: RuleSet
    rng: np.random.Generator
    hands: Hands
    judged: Callable[[], pl.DataFrame] = field(repr=False)

    @cached_property
    def trading(self) -> pl.DataFrame:
        """List whom the plan may name, with the days since they were last visited."""
        pairs = cohort(self.facts, self.start)
        visits = self.facts.inspection.filter(
            pl.col("purpose").is_in(OUTCOME_PURPOSES),
            ~pl.col("is_refused").fill_null(value=False),
        )
        last = visits.group_by("business_id").agg(
            last=pl.col("inspected_on").max(),
            last_full=pl.col("inspected_on").filter("is_full_checklist").max(),
        )
        opened = attributes_at(self.facts.business, pairs).select(
            "business_id", "opened_on"
        )
        day = pl.lit(self.start)
        return (
            pairs.select("business_id")
            .join(opened, on="business_id", how="left", maintain_order="left")
            .join(last, on="business_id", how="left", maintain_order="left")
            .with_columns(
                waited=_days(day - pl.coalesce("last", "opened_on")),
                unchecked=_days(day - pl.coalesce("last_full", "opened_on")),
            )
            .sort("business_id")
        )

    @cached_property
    def graded(self) -> pl.DataFrame:
        """Grade whom the plan may name; only who asks pays for a model."""
        return self.trading.join(
            self.judged(), on="business_id", how="left", maintain_order="left"
        )

    @property
    def floor_days(self) -> float:
        """Give the days within which everybody must be inspected in full (令49号 art 22)."""
        rule = self.law.get(Number, "visits.full_checklist_every_years")
        return rule.value * DAYS_A_YEAR


def _days(length: pl.Expr) -> pl.Expr:
    return length.dt.total_days().fill_null(0).clip(0)


# Gives businesses in the order in which they are visited, and no more than may be.
Order = Callable[[Desk, int], pl.Series]


def by_turn(desk: Desk, visits: int) -> pl.Series:
    """Visit everybody in turn, whoever waited longest first: a fixed schedule."""
    return _first(desk.trading, pl.col("waited"), visits)


def by_grade(desk: Desk, visits: int) -> pl.Series:
    """Give each grade its visits a year, evenly: who is most overdue for them goes first."""
    owed = pl.col("waited") * pl.col("visits_per_year").fill_null(1.0)
    return _first(desk.graded, owed, visits)


def by_risk(desk: Desk, visits: int) -> pl.Series:
    """Visit the most probable first, period after period, whoever was visited last."""
    return _first(desk.graded, pl.col("probability").fill_null(0.0), visits)


def by_lot(desk: Desk, visits: int) -> pl.Series:
    """Give everybody the same chance."""
    ids = desk.trading["business_id"].to_numpy()
    return pl.Series(desk.rng.permutation(ids)[:visits], dtype=pl.String)


def by_harm_days(desk: Desk, visits: int) -> pl.Series:
    """Visit by probability times harm times days unseen, the legal floor before all."""
    length = (desk.end - desk.start).days
    due = pl.col("unchecked") + length > desk.floor_days
    risk = pl.col("probability").fill_null(0.0) * harm(desk.law)
    worth = risk * pl.col("waited")
    open_ = desk.graded.filter(pl.col("waited") >= LEAST_GAP_DAYS)
    ordered = open_.with_columns(due=due, worth=worth).sort(
        "due", "worth", "business_id", descending=[True, True, False]
    )
    return ordered["business_id"].head(visits)


def harm(law: RuleSet) -> pl.Expr:
    """Weigh what a problem does there: by subtype, else by type, else 1 as usual."""
    weights = law.get(Amounts, "plan.harm")
    by = {row.code: row.amount for row in weights.rows}
    of_kind = [
        pl.col(name).replace_strict(by, default=None, return_dtype=pl.Float64)
        for name in ("subtype", "business_type")
    ]
    return pl.coalesce(*of_kind, pl.lit(weights.otherwise))


def _first(trading: pl.DataFrame, urgency: pl.Expr, visits: int) -> pl.Series:
    ordered = trading.with_columns(urgency=urgency).sort(
        "urgency", "business_id", descending=[True, False]
    )
    return ordered["business_id"].head(visits)


# Gives the visits of a period: business_id, visit_on, purpose, inclusion_probability.
Plan = Callable[[Desk], pl.DataFrame]


def ordered(order: Order, random_share: float = 0.0) -> Plan:
    """Leave a share of the visits to chance, and give the others in an order."""

    def plan(desk: Desk) -> pl.DataFrame:
        """Draw first, from everybody alike, so that each has the chance that is stored.

        The others are chosen among those not drawn.
        """
        drawn = by_lot(desk, round(random_share * desk.visits))
        rest = min(desk.visits, desk.trading.height) - len(drawn)
        chosen = order(desk, desk.trading.height)
        chosen = chosen.filter(~chosen.is_in(drawn.implode())).head(rest)
        chance = len(drawn) / max(desk.trading.height, 1)
        return pl.concat(
            [
                _visits(desk, chosen, "routine", None),
                _visits(desk, drawn, "random", chance),
            ]
        )

    return plan


def _visits(
    desk: Desk, who: pl.Series, purpose: str, chance: float | None
) -> pl.DataFrame:
    """Spread visits evenly over the period in their order."""
    days = (desk.end - desk.start).days
    at: Array = np.arange(len(who)) * days / max(len(who), 1)
    return pl.DataFrame(
        {
            "business_id": who,
            "visit_on": [desk.start + timedelta(days=int(day)) for day in at],
            "purpose": pl.repeat(purpose, len(who), eager=True, dtype=pl.String),
            "inclusion_probability": pl.repeat(
                chance, len(who), eager=True, dtype=pl.Float64
            ),
        },
        schema_overrides={"business_id": pl.String, "visit_on": pl.Date},
    )
