"""What inspectors found: the stream of visits, and how strict the inspector was."""

from collections.abc import Sequence

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


def visits(facts: Facts) -> pl.DataFrame:
    """List every visit as an event with its quantities.

    Columns: business_id, happened, recorded, then quantities that are 0 or 1 or counts;
    `residual` is serious minus what the same inspector finds on average, by visits
    recorded before this one, so that strict and lenient inspectors count alike.
    """
    outcome = (
        pl.col("purpose").is_in(OUTCOME_PURPOSES) & pl.col("is_serious").is_not_null()
    )
    items = facts.inspection_item.group_by("inspection_id").agg(
        items=pl.len(), uncorrected=(~pl.col("is_corrected").fill_null(True)).sum()
    )
    return with_expectation(
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
        )
    )


def with_expectation(visits: pl.DataFrame) -> pl.DataFrame:
    """Add expected and residual: serious findings against the inspector's own rate.

    Both use only visits recorded before the day the visit itself was recorded, so the
    numbers of a visit never change later.
    """
    outcome_weight = pl.col("outcome")
    everyone = _running(visits, ["recorded"], outcome_weight).with_columns(
        overall=(pl.col("before_serious") + PRIOR_SERIOUS_RATE * PRIOR_VISITS)
        / (pl.col("before_visits") + PRIOR_VISITS)
    )
    own = _running(visits, ["inspector_id", "recorded"], outcome_weight)
    expected = (
        pl.col("own_serious").fill_null(0.0) + INSPECTOR_SHRINKAGE * pl.col("overall")
    ) / (pl.col("own_visits").fill_null(0.0) + INSPECTOR_SHRINKAGE)
    return (
        visits.join(
            everyone.select("recorded", "overall"),
            on="recorded",
            how="left",
            maintain_order="left",
        )
        .join(
            own.select(
                "inspector_id",
                "recorded",
                own_serious="before_serious",
                own_visits="before_visits",
            ),
            on=["inspector_id", "recorded"],
            how="left",
            maintain_order="left",
        )
        .with_columns(expected=expected)
        .with_columns(
            residual=pl.col("outcome_serious").fill_null(0.0)
            - pl.col("expected") * outcome_weight
        )
        .drop("overall", "own_serious", "own_visits")
    )


def _running(visits: pl.DataFrame, by: Sequence[str], weight: pl.Expr) -> pl.DataFrame:
    """Count visits and serious findings of earlier days, per day and maybe inspector."""
    over = [name for name in by if name != "recorded"]
    daily = (
        visits.drop_nulls(by)
        .group_by(by)
        .agg(
            visits=weight.sum(), serious=pl.col("outcome_serious").fill_null(0.0).sum()
        )
        .sort(by)
    )
    before_visits = pl.col("visits").cum_sum() - pl.col("visits")
    before_serious = pl.col("serious").cum_sum() - pl.col("serious")
    return daily.with_columns(
        before_visits=before_visits.over(over) if over else before_visits,
        before_serious=before_serious.over(over) if over else before_serious,
    )


def _is(purpose: str) -> pl.Expr:
    return (pl.col("purpose") == purpose).cast(pl.Float64)
