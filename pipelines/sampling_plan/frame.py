"""The frame of a sampling plan: who can be sampled, what they carry, what is expected."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import polars as pl

from features.errors import NotFoundError
from features.labels import cohort
from features.profile import attributes_at
from features.sampling import NOT_FAILED
from features.schema import Facts
from features.warehouse import Warehouse
from models.rules import RuleSet
from models.sampling_clauses import Varieties
from models.sampling_design import (
    at_level,
    class_rates,
    expected_failure,
    fitted_slope,
)
from models.sampling_draw import Frame, Outlet, carried_by

# Three years of results: older ones tell of other suppliers and other rules.
HISTORY_DAYS = 3 * 365
# Evaluation is drawn blindly and alone tells the level; fewer batches tell too little.
ENOUGH_EVALUATION = 200
# Where nothing at all is on record: the rate the plan's own 98.5% leaves.
UNKNOWN_RATE = 0.015
# A run that is to tell the slope is older than this, so that a season of samples followed,
# and of fewer failures nothing can be learned.
OLDER_DAYS, ENOUGH_FAILURES = 180, 30
# No probability is so sure that its odds are without end.
_EDGE = 1e-4


@dataclass(frozen=True)
class Known:
    """The frame with what it was made from, and the businesses for those who go there.

    `listed` holds who is on a roster of priority; None says that no roster is known, and
    nobody can be given that priority.
    """

    frame: Frame
    register: pl.DataFrame
    facts: Facts
    score_run: str
    rate: float
    concluded: int
    slope: float
    slope_batches: int
    listed: frozenset[str] | None = None


def read_frame(warehouse: Warehouse, law: RuleSet) -> Known:
    """Read who trades on the law's day, with grades and past results known by then.

    Raises:
        NotFoundError: there is no score run to take the risk from.
    """
    facts = warehouse.facts()
    run, scores = _scores(warehouse, law.day)
    register = _register(warehouse, facts, scores, law.day)
    past = _concluded(facts, law.day)
    rate = _rate(past)
    rates = _class_rates(past, rate, law)
    slope, told = _slope(warehouse, past, rates, law)
    carried = _carried(register, _licensed(facts, law.day), law)
    listed = _listed(warehouse, law)
    outlets = _outlets(register, carried, rates, slope)
    outlets = [
        replace(o, has_priority=o.business_id in (listed or ())) for o in outlets
    ]
    return Known(
        frame=Frame(_at(outlets, rate), rates, law),
        register=register,
        facts=facts,
        score_run=run,
        rate=rate,
        concluded=past.height,
        slope=slope,
        slope_batches=told,
        listed=listed,
    )


def _scores(warehouse: Warehouse, day: date) -> tuple[str, pl.DataFrame]:
    scores = warehouse.sql(
        "select run_id, business_id, probability from output.score where run_id = ("
        "select run_id from output.run where kind = 'score' and as_of <= ? "
        "order by as_of desc, rowid desc limit 1)",
        [day],
    )
    if scores.is_empty():
        message = f"{warehouse.path} holds no score run up to {day}; make one with: shian score --warehouse {warehouse.path}"
        told = f"仓库 {warehouse.path} 中没有 {day} 以前的评分，请先运行：shian score --warehouse {warehouse.path}"
        raise NotFoundError(message, said=told)
    return str(scores["run_id"][0]), scores.drop("run_id")


def _register(
    warehouse: Warehouse, facts: Facts, scores: pl.DataFrame, day: date
) -> pl.DataFrame:
    """List the trading businesses with place, office and risk, sorted by number."""
    offices = (
        warehouse.table("mart.office", "street_code", "office_id")
        .drop_nulls()
        .group_by("street_code")
        .agg(pl.col("office_id").min())
        .collect()
    )
    streets = warehouse.table("mart.street", "street_code", "name").collect()
    return (
        attributes_at(facts.business, cohort(facts, day))
        .select(
            *("business_id", "name", "address", "business_type", "subtype"),
            pl.col("street_code").fill_null("-"),
        )
        .join(offices, on="street_code", how="left")
        .join(streets.rename({"name": "street"}), on="street_code", how="left")
        .with_columns(pl.col("street").fill_null(pl.col("street_code")))
        .join(scores, on="business_id", how="left")
        .with_columns(pl.col("probability").fill_null(pl.col("probability").median()))
        .sort("business_id")
    )


def _concluded(facts: Facts, day: date) -> pl.DataFrame:
    """List the results that are final: what may still turn is no failure yet."""
    state = pl.col("reinspection").fill_null("none")
    return facts.sampling_result.filter(
        pl.col("sampled_on") >= day - timedelta(days=HISTORY_DAYS),
        pl.max_horizontal("recorded_at", "final_on") < day,
        pl.col("final_on").is_not_null(),
    ).select(
        *("business_id", "sampled_on", "programme", "food_class"),
        is_failed=pl.col("is_failed") & ~state.is_in(NOT_FAILED),
    )


def _rate(past: pl.DataFrame) -> float:
    """Give the share of batches that fail when nobody chooses where to go."""
    blind = past.filter(pl.col("programme") == "evaluation")
    told = blind if blind.height >= ENOUGH_EVALUATION else past
    failed, count = int(told["is_failed"].sum()), told.height
    if not count:
        return UNKNOWN_RATE
    # Half a failure beside those found: a clean year does not promise another.
    return (failed + 0.5) / (count + 1)


def _class_rates(past: pl.DataFrame, rate: float, law: RuleSet) -> Mapping[str, float]:
    classes = law.get(Varieties, "sampling.varieties").by_class
    counted = past.group_by("food_class").agg(pl.len(), pl.col("is_failed").sum())
    rows = {row[0]: (row[1], row[2]) for row in counted.iter_rows()}
    seen = {name: rows.get(name, (0, 0)) for name in classes}
    return class_rates(
        {name: count for name, (count, _) in seen.items()},
        {name: failed for name, (_, failed) in seen.items()},
        rate,
    )


def _licensed(facts: Facts, day: date) -> Mapping[str, list[str]]:
    """Give the classes a producer is licensed for: the first two digits of its codes."""
    rows = (
        facts.static_factor.filter(
            pl.col("factor") == "food_category",
            pl.col("recorded_at") < day,
            pl.col("valid_from") <= day,
        )
        .group_by("business_id", maintain_order=True)
        .agg(pl.col("value_code").str.slice(0, 2).unique().sort())
    )
    return dict(rows.iter_rows())


def _listed(warehouse: Warehouse, law: RuleSet) -> frozenset[str] | None:
    """List who is on a roster of priority on the day, or say that no such roster is known.

    A roster that was handed over and is empty by now is known: nobody is on it.
    """
    known = (
        warehouse.table("mart.roster_entry")
        .filter(
            pl.col("roster").is_in(law.codes("sampling.priority_rosters")),
            pl.col("recorded_at") < law.day,
        )
        .collect()
    )
    if known.is_empty():
        return None
    ends = pl.col("valid_to")
    now = known.filter(
        pl.col("valid_from") <= law.day, ends.is_null() | (ends > law.day)
    )
    return frozenset(now["business_id"])


def _slope(
    warehouse: Warehouse, past: pl.DataFrame, rates: Mapping[str, float], law: RuleSet
) -> tuple[float, int]:
    """Learn the slope from a run older than its samples, or take the usual one.

    A run that saw the failures it is judged by would be too sure of itself.
    """
    usual = law.number("sampling.slope")
    run = warehouse.sql(
        "select business_id, probability, as_of from output.score where run_id = ("
        "select run_id from output.run where kind = 'score' and as_of <= ? "
        "order by as_of desc, rowid desc limit 1)",
        [law.day - timedelta(days=OLDER_DAYS)],
    )
    told = past.join(run, on="business_id").filter(
        pl.col("sampled_on") >= pl.col("as_of"),
        pl.col("food_class").is_in(list(rates)),
    )
    if int(told["is_failed"].sum()) < ENOUGH_FAILURES:
        return usual, 0
    risk = told["probability"].to_numpy().clip(_EDGE, 1 - _EDGE)
    food = np.array([rates[name] for name in told["food_class"]])
    failed = told["is_failed"].to_numpy()
    odds = np.log(risk / (1 - risk))
    return round(fitted_slope(food, odds, failed, usual), 6), told.height


def _carried(
    register: pl.DataFrame, licensed: Mapping[str, list[str]], law: RuleSet
) -> list[tuple[str, ...]]:
    known = law.get(Varieties, "sampling.varieties").by_class
    return [
        carried_by(law, subtype, [c for c in licensed.get(business, ()) if c in known])
        for business, subtype in register.select("business_id", "subtype").iter_rows()
    ]


def _outlets(
    register: pl.DataFrame,
    carried: list[tuple[str, ...]],
    rates: Mapping[str, float],
    slope: float,
) -> list[Outlet]:
    food = np.array([np.mean([rates[name] for name in held]) for held in carried])
    risk = register["probability"].to_numpy().clip(_EDGE, 1 - _EDGE)
    expected = expected_failure(food, risk, slope)
    return [
        Outlet(
            business_id=row["business_id"],
            business_type=row["business_type"],
            subtype=row["subtype"],
            street=row["street_code"],
            classes=held,
            expected_failure=float(value),
        )
        for row, held, value in zip(
            register.iter_rows(named=True), carried, expected, strict=True
        )
    ]


def _at(outlets: list[Outlet], rate: float) -> tuple[Outlet, ...]:
    """Bring the outlets to the level at which blind samples fail."""
    raw = np.array([outlet.expected_failure for outlet in outlets])
    levelled = at_level(raw, rate) if len(outlets) else raw
    return tuple(
        replace(outlet, expected_failure=round(float(value), 9))
        for outlet, value in zip(outlets, levelled, strict=True)
    )
