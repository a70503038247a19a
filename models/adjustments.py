"""From grounds found and decisions recorded to the shift of a grade.

The program recommends, an officer decides: a recommendation alone never changes a
grade, and a recorded decision counts whether or not the program found its ground.
"""

import polars as pl

from models.clauses import GRADES, Ground
from models.rules import RuleSet


def recommended_shifts(grounds: pl.DataFrame, rules: RuleSet) -> pl.DataFrame:
    """Recommend one shift per business from the grounds found.

    Any ground for raising blocks lowering in the same year (policy P-19); several
    grounds recommend no more than one does, because the article leaves the second
    grade to the officer.
    """
    raised = (pl.col("direction") > 0).any()
    up = round(rules.number("policy.raise_shift"))
    down = max(s for rule in rules.all(Ground) for s in rule.shifts if s < 0)
    return grounds.group_by("business_id").agg(
        recommended_shift=pl.when(raised)
        .then(pl.lit(up, pl.Int16))
        .otherwise(pl.lit(down, pl.Int16)),
        raising=pl.col("ground").filter(pl.col("direction") > 0).unique().sort(),
        lowering=pl.col("ground").filter(pl.col("direction") < 0).unique().sort(),
    )


def decided_shifts(decisions: pl.DataFrame, rules: RuleSet) -> pl.DataFrame:
    """Combine the officers' decisions for the year into one shift per business.

    Of several decisions on one ground the last counts. A raise blocks lowering (P-19);
    raises add up to at most two grades. A decision that its ground does not allow,
    such as a raise on L31-1, is set aside and counted.
    """
    direction = pl.col("shift").sign()
    most = round(rules.number("policy.raise_shift_max"))
    up = pl.col("shift").filter(pl.col("is_allowed") & (direction > 0)).sum()
    down = pl.col("shift").filter(pl.col("is_allowed") & (direction < 0)).min()
    return (
        _current(decisions, rules)
        .group_by("business_id")
        .agg(
            decided_shift=pl.when(up > 0)
            .then(pl.min_horizontal(up, pl.lit(most)))
            .otherwise(down.fill_null(0))
            .cast(pl.Int16),
            decided=pl.col("ground").filter(pl.col("is_allowed")).unique().sort(),
            is_blocked=(up > 0) & down.is_not_null(),
            disallowed=(~pl.col("is_allowed")).sum(),
        )
    )


def with_shifts(
    frame: pl.DataFrame,
    rules: RuleSet,
    *,
    grounds: pl.DataFrame,
    decisions: pl.DataFrame,
) -> pl.DataFrame:
    """Add both shifts and the grounds that still wait for a decision."""
    none = pl.lit([], pl.List(pl.String))
    return (
        frame.join(
            recommended_shifts(grounds, rules),
            on="business_id",
            how="left",
            maintain_order="left",
        )
        .join(
            decided_shifts(decisions, rules),
            on="business_id",
            how="left",
            maintain_order="left",
        )
        .with_columns(
            pl.col("recommended_shift", "decided_shift").fill_null(0).cast(pl.Int16),
            pl.col("raising", "lowering", "decided").fill_null(none),
            pl.col("is_blocked").fill_null(value=False),
            pl.col("disallowed").fill_null(0),
        )
        .with_columns(
            recommended_shift=pl.when(_is_moot())
            .then(pl.lit(0, pl.Int16))
            .otherwise("recommended_shift"),
            open_grounds=_open().list.join("+"),
        )
    )


def _is_moot() -> pl.Expr:
    """Tell a recommendation to lower what is at the mildest grade already."""
    return (pl.col("recommended_shift") < 0) & (pl.col("grade_by_points") == GRADES[0])


def _open() -> pl.Expr:
    """List undecided grounds; lowering waits only where it would count."""
    lowering = (
        pl.when((pl.col("raising").list.len() == 0) & ~_is_moot())
        .then(pl.col("lowering"))
        .otherwise(pl.lit([], pl.List(pl.String)))
    )
    return (
        pl.col("raising").list.concat(lowering).list.set_difference(pl.col("decided"))
    )


def _current(decisions: pl.DataFrame, rules: RuleSet) -> pl.DataFrame:
    """Keep the last known decision per ground for the year, and check its shift."""
    allowed = {ground.id: [0, *ground.shifts] for ground in rules.all(Ground)}
    pairs = pl.DataFrame(
        [(ground, shift) for ground, shifts in allowed.items() for shift in shifts],
        {"ground": pl.String(), "shift": pl.Int16()},
        orient="row",
    ).with_columns(is_allowed=pl.lit(value=True))
    return (
        decisions.filter(
            pl.col("recorded_at") < rules.day,
            pl.col("grade_year") == rules.day.year,
        )
        .sort("business_id", "ground", "decided_on", "recorded_at")
        .unique(["business_id", "ground"], keep="last", maintain_order=True)
        .with_columns(pl.col("shift").cast(pl.Int16))
        .join(pairs, on=["ground", "shift"], how="left", maintain_order="left")
        .with_columns(pl.col("is_allowed").fill_null(value=False))
    )
