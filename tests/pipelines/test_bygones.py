"""Facts that were repaired, annulled or outlived their legal life, all the way through.

Each is put into, or taken out of, the records of a real small district, and everything
made of its businesses is compared: features, probability, interval, grade, points,
reasons and grounds.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from features.schema import Facts
from features.warehouse import open_warehouse
from models.registry import champion
from models.risk import RiskModel
from models.rules import Rules, load_rules
from pipelines.judging import Judged, judge
from pipelines.train import legal_life_days
from tests.pipelines.conftest import UNTIL

# Enough to have every type among them, few enough to judge many times.
BUSINESSES = 24
# What changes a matter as it runs out: table, day it happened, and how bad it was.
BAD: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "penalty": (
        "decided_on",
        {
            "kinds": "fine+stop_business",
            "fine_yuan": 90_000.0,
            "discretion_grade": "heavier",
            "is_intentional": True,
            "withdrawn_on": None,
            "withdrawal": None,
        },
    ),
    "incident": ("occurred_on", {"is_confirmed": True, "cases": 20}),
}
COUNTED = {"penalty": "penalties_1826d", "incident": "incidents_1826d"}


@dataclass(frozen=True)
class Records:
    """A small district's records, the model in use and the businesses asked about."""

    facts: Facts
    model: RiskModel
    rules: Rules
    pairs: pl.DataFrame

    @property
    def life(self) -> timedelta:
        """Give how long bad information may be used."""
        days = legal_life_days(self.rules, UNTIL)
        assert days is not None
        return timedelta(days)

    def judged(self, facts: Facts) -> Judged:
        """Judge the businesses by other records than the real ones."""
        return judge(facts, self.pairs, model=self.model, rules=self.rules)

    def adding(self, table: str, at: int, happened: date, **more: object) -> Facts:
        """Add something bad to the business in that place."""
        known: pl.DataFrame = getattr(self.facts, table)
        day, bad = BAD[table]
        business = self.pairs["business_id"][at]
        row = dict.fromkeys(known.columns) | dict(bad)
        row |= {f"{table}_id": "bygone", "business_id": business, day: happened}
        row |= {"recorded_at": happened} | more
        own = {name: row[name] for name in known.columns}
        added = pl.DataFrame([own], schema=known.schema)
        return replace(self.facts, **{table: pl.concat([known, added])})


@pytest.fixture(scope="module")
def records(scored_warehouse: Path) -> Records:
    with open_warehouse(scored_warehouse, read_only=True) as opened:
        facts = opened.facts()
    trading = facts.business.filter(pl.col("closed_on").is_null())
    ids = trading["business_id"].unique().sort()
    asked = ids.gather_every(max(1, len(ids) // BUSINESSES))
    return Records(
        facts=facts,
        model=champion(scored_warehouse.parent / "models"),
        rules=load_rules(),
        pairs=pl.DataFrame({"business_id": asked}).with_columns(as_of=pl.lit(UNTIL)),
    )


@pytest.fixture(scope="module")
def usual(records: Records) -> Judged:
    """Give what is made of the records as they are."""
    return records.judged(records.facts)


def assert_alike(one: Judged, other: Judged) -> None:
    for part in ("matrix", "graded", "parts", "reason", "grounds"):
        assert_frame_equal(getattr(one, part), getattr(other, part), check_exact=True)
    assert np.array_equal(one.contributions, other.contributions)


quick = settings(
    max_examples=6,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@quick
@given(
    at=st.integers(0, BUSINESSES - 1),
    since=st.integers(1, 1_500),
    kept=st.integers(0, 400),
    how=st.sampled_from(["repaired", "annulled"]),
)
def test_a_penalty_that_was_repaired_or_annulled_is_as_if_it_had_never_been(
    records: Records, usual: Judged, at: int, since: int, kept: int, how: str
) -> None:
    """From the very day of the repair, however long it had stood."""
    gone = UNTIL - timedelta(since) if since % 2 else UNTIL
    decided = gone - timedelta(kept + 1)
    facts = records.adding("penalty", at, decided, withdrawn_on=gone, withdrawal=how)
    assert_alike(records.judged(facts), usual)


@quick
@given(
    at=st.integers(0, BUSINESSES - 1),
    table=st.sampled_from(sorted(BAD)),
    beyond=st.integers(1, 2_000),
)
def test_what_outlived_its_legal_life_is_as_if_it_had_never_been(
    records: Records, usual: Judged, at: int, table: str, beyond: int
) -> None:
    happened = UNTIL - records.life - timedelta(beyond)
    assert_alike(records.judged(records.adding(table, at, happened)), usual)


@pytest.mark.parametrize("table", sorted(BAD))
def test_on_the_last_day_of_its_legal_life_it_counts(
    records: Records, usual: Judged, table: str
) -> None:
    changed = records.judged(records.adding(table, 3, UNTIL - records.life))
    assert_only_the_fourth_is_worse(changed, usual, COUNTED[table])


@pytest.mark.parametrize("how", ["repaired", "annulled"])
def test_the_day_before_it_is_repaired_a_penalty_counts(
    records: Records, usual: Judged, how: str
) -> None:
    decided, gone = UNTIL - timedelta(60), UNTIL + timedelta(1)
    facts = records.adding("penalty", 3, decided, withdrawn_on=gone, withdrawal=how)
    changed = records.judged(facts)
    assert_only_the_fourth_is_worse(changed, usual, COUNTED["penalty"])
    grounds = changed.grounds.filter(evidence_id="bygone")
    assert grounds["business_id"].to_list() == [records.pairs["business_id"][3]]


def assert_only_the_fourth_is_worse(changed: Judged, usual: Judged, name: str) -> None:
    """Compare row by row: one count more for one business, and no better for it."""
    now, before = (judged.matrix[name].fill_null(0.0) for judged in (changed, usual))
    assert (now - before).to_list() == [float(n == 3) for n in range(len(now))]
    chances = (judged.graded["probability"] for judged in (changed, usual))
    worse, was = (chance.to_numpy() for chance in chances)
    assert worse[3] >= was[3]
    assert np.array_equal(np.delete(worse, 3), np.delete(was, 3))


def test_every_bygone_penalty_of_the_records_may_as_well_be_struck_out(
    records: Records,
) -> None:
    """The district's own repaired and annulled penalties, taken out all at once."""
    penalties = records.facts.penalty
    is_gone = (pl.col("withdrawn_on") <= UNTIL).fill_null(value=False)
    left = penalties.filter(~is_gone)
    assert left.height < penalties.height
    everybody = replace(
        records,
        pairs=penalties.select("business_id", as_of=pl.lit(UNTIL)).unique(
            maintain_order=True
        ),
    )
    assert_alike(
        everybody.judged(replace(records.facts, penalty=left)),
        everybody.judged(records.facts),
    )
