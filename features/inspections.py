"""What inspectors found: the stream of visits, and how strict the inspector was."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import polars as pl

from features.schema import Facts

# Visits whose result is an outcome; re-inspections and complaint visits are evidence.
OUTCOME_PURPOSES = ("routine", "random")

# Results after which the business, or part of it, stands still or under suspicion.
STOPPING_RESULTS = ("INVESTIGATE", "STOP_NOW")

# A new inspector is taken to be like all others until about this many visits are
# known; with fewer, the share of serious findings is mostly chance.
INSPECTOR_SHRINKAGE = 100.0
# Before anything is known the expectation needs a start; it is outweighed in days.
PRIOR_SERIOUS_RATE, PRIOR_VISITS = 0.12, 20.0

_COUNTS = ("key_failed", "general_failed", "minor_failed")
# How bad a visit was, to order visits by: the source's own score where it gives one, else
# the items failed. A key item weighs as three general ones, a minor one as a third.
GRAVITY = pl.coalesce(
    pl.col("source_score").cast(pl.Float64),
    pl.col("key_failed").fill_null(0) * 3.0
    + pl.col("general_failed").fill_null(0)
    + pl.col("minor_failed").fill_null(0) / 3.0,
)


@dataclass(frozen=True)
class Expectation:
    """What inspectors find on average, counted by visits recorded on earlier days.

    `everyone` has the share over all of them by recorded day, `own` the visits and
    serious findings of each inspector by recorded day.
    """

    everyone: pl.DataFrame
    own: pl.DataFrame

    @classmethod
    def of(cls, daily: pl.DataFrame) -> "Expectation":
        """Run through the counts of `daily_outcomes`, day by day."""
        everyone = _running(daily, ["recorded"]).select(
            "recorded",
            overall=(pl.col("before_serious") + PRIOR_SERIOUS_RATE * PRIOR_VISITS)
            / (pl.col("before_visits") + PRIOR_VISITS),
        )
        own = _running(daily, ["inspector_id", "recorded"]).select(
            "inspector_id",
            "recorded",
            own_serious="before_serious",
            own_visits="before_visits",
        )
        return cls(everyone, own)

    def for_visits(self, daily: pl.DataFrame) -> "Expectation":
        """Keep what some visits need: the days on which their inspectors recorded."""
        keys = ["inspector_id", "recorded"]
        return replace(self, own=self.own.join(daily, on=keys, how="semi"))


def daily_outcomes(inspection: pl.DataFrame) -> pl.DataFrame:
    """Count outcomes and serious ones by inspector and recorded day.

    Columns: inspector_id (null where nobody is named), recorded, visits, serious.
    Counts of several parts of the register may be added up.
    """
    is_outcome = _is_outcome()
    return inspection.group_by("inspector_id", recorded="recorded_at").agg(
        visits=is_outcome.cast(pl.Float64).sum(),
        serious=(is_outcome & pl.col("is_serious")).cast(pl.Float64).sum(),
    )


def visits(facts: Facts, expectation: Expectation | None = None) -> pl.DataFrame:
    """List every visit as an event with its quantities.

    Columns: business_id, happened, recorded, then quantities that are 0 or 1 or counts;
    `residual` is serious minus what the same inspector finds on average, by visits
    recorded before this one, so that strict and lenient inspectors count alike. Where
    the facts are only a part of the register, give the expectation of the whole.
    """
    outcome = _is_outcome()
    items = facts.inspection_item.group_by("inspection_id").agg(
        items=pl.len(), uncorrected=(~pl.col("is_corrected").fill_null(True)).sum()
    )
    return _with_expectation(
        facts.inspection.join(items, on="inspection_id", how="left").select(
            "business_id",
            "inspector_id",
            happened="inspected_on",
            recorded="recorded_at",
            visit=pl.lit(1.0),
            outcome=outcome.cast(pl.Float64),
            serious=pl.col("is_serious").cast(pl.Float64).fill_null(0.0),
            outcome_serious=(outcome & pl.col("is_serious")).cast(pl.Float64),
            **{name: pl.col(name).cast(pl.Float64).fill_null(0.0) for name in _COUNTS},
            follow_up=_is("follow_up"),
            complaint_visit=_is("complaint"),
            licensing=_is("licensing"),
            other_visit=(
                ~pl.col("purpose").is_in(
                    [*OUTCOME_PURPOSES, "follow_up", "complaint", "licensing"]
                )
            ).cast(pl.Float64),
            refused=pl.col("is_refused").cast(pl.Float64).fill_null(0.0),
            score=pl.col("source_score").fill_null(0.0),
            scored=pl.col("source_score").is_not_null().cast(pl.Float64),
            checklist=pl.col("checklist_points").fill_null(0.0),
            checklisted=pl.col("checklist_points").is_not_null().cast(pl.Float64),
            items=pl.col("items").cast(pl.Float64).fill_null(0.0),
            uncorrected=pl.col("uncorrected").cast(pl.Float64).fill_null(0.0),
            stopped=pl.col("result_code")
            .is_in(STOPPING_RESULTS)
            .cast(pl.Float64)
            .fill_null(0.0),
        ),
        expectation or Expectation.of(daily_outcomes(facts.inspection)),
    )


def _is_outcome() -> pl.Expr:
    return (
        pl.col("purpose").is_in(OUTCOME_PURPOSES) & pl.col("is_serious").is_not_null()
    )


def _with_expectation(visits: pl.DataFrame, expectation: Expectation) -> pl.DataFrame:
    """Add expected and residual: serious findings against the inspector's own rate.

    Both use only visits recorded before the day the visit itself was recorded, so the
    numbers of a visit never change later.
    """
    expected = (
        pl.col("own_serious").fill_null(0.0) + INSPECTOR_SHRINKAGE * pl.col("overall")
    ) / (pl.col("own_visits").fill_null(0.0) + INSPECTOR_SHRINKAGE)
    return (
        visits.join(
            expectation.everyone, on="recorded", how="left", maintain_order="left"
        )
        .join(
            expectation.own,
            on=["inspector_id", "recorded"],
            how="left",
            maintain_order="left",
        )
        .with_columns(expected=expected)
        .with_columns(
            residual=pl.col("outcome_serious").fill_null(0.0)
            - pl.col("expected") * pl.col("outcome")
        )
        .drop("overall", "own_serious", "own_visits")
    )


def _running(daily: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    """Count visits and serious findings of earlier days, per day and maybe inspector."""
    over = [name for name in by if name != "recorded"]
    counts = (
        daily.drop_nulls(by)
        .group_by(by)
        .agg(pl.col("visits", "serious").sum())
        .sort(by)
    )
    before_visits = pl.col("visits").cum_sum() - pl.col("visits")
    before_serious = pl.col("serious").cum_sum() - pl.col("serious")
    return counts.with_columns(
        before_visits=before_visits.over(over) if over else before_visits,
        before_serious=before_serious.over(over) if over else before_serious,
    )


def _is(purpose: str) -> pl.Expr:
    return (pl.col("purpose") == purpose).cast(pl.Float64)
