"""Dynamic points: what the last checklist or the model says, on one scale of 0 to 60."""

from datetime import timedelta
from functools import reduce
from itertools import pairwise

import polars as pl

from models.clauses import Scale
from models.rules import RuleSet

SCALE = "policy.probability_scale"
CHECKLIST = "grade.dynamic_checklist"
_NO_POINTS = pl.lit(None, pl.Float64)


def last_checklist(inspection: pl.DataFrame, rules: RuleSet) -> pl.DataFrame:
    """Give each business's last scored inspection that still counts (arts 21-22).

    A visit known not to cover all items is passed over even when it carries points.
    """
    valid = timedelta(days=rules.number("policy.checklist_days"))
    return (
        inspection.filter(
            pl.col("recorded_at") < rules.day,
            pl.col("inspected_on") >= rules.day - valid,
            pl.col("checklist_points").is_not_null(),
            pl.col("is_full_checklist").fill_null(value=True),
        )
        .sort("business_id", "inspected_on", "recorded_at", "inspection_id")
        .unique("business_id", keep="last", maintain_order=True)
        .select(
            "business_id",
            "checklist_points",
            checklist_inspection_id="inspection_id",
            checklist_on="inspected_on",
        )
    )


def model_points(probability: pl.Expr, rules: RuleSet) -> pl.Expr:
    """Place a probability on the published scale, to a tenth of a point, halves up.

    With knots (.05, 10) and (.10, 16): .05 gives 10, .06 gives 11.2, .10 gives 16.
    """
    knots = rules.get(Scale, SCALE).knots
    exact = reduce(
        lambda rest, pair: (
            pl.when(probability <= pair[1].probability)
            .then(
                pair[0].points
                + (probability - pair[0].probability)
                * (pair[1].points - pair[0].points)
                / (pair[1].probability - pair[0].probability)
            )
            .otherwise(rest)
        ),
        reversed(list(pairwise(knots))),
        pl.lit(knots[-1].points),
    )
    # A nudge far below a tenth, so that 11.25 computed as 11.249999... still rounds up.
    tenths = (exact * 10 + 0.5 + 1e-9).floor() / 10
    return pl.when(probability.is_not_null()).then(tenths)


def with_dynamic_points(inputs: pl.DataFrame, rules: RuleSet) -> pl.DataFrame:
    """Add model_points, dynamic_points, basis and the interval of the points.

    The interval is that of what the model states: nearly every business's own chance
    may lie in another band, which would mark them all.

    A new business gets none (art. 25): its basis is static_only.
    """
    opened = timedelta(days=rules.number("policy.new_business_days"))
    is_new = (pl.col("opened_on") > rules.day - opened).fill_null(value=False)
    return inputs.with_columns(
        pl.col("checklist_points").cast(pl.Float64),
        is_new_business=is_new,
        model_points=model_points(pl.col("probability"), rules),
    ).with_columns(
        dynamic_points=_counting(pl.col("model_points"), rules).fill_null(0.0),
        dynamic_lower=_interval_end("stated_lower", rules),
        dynamic_upper=_interval_end("stated_upper", rules),
        basis=_basis(rules),
    )


def _counting(model: pl.Expr, rules: RuleSet) -> pl.Expr:
    """Give the points that count under the policy, or null when there are none."""
    checklist = pl.col("checklist_points")
    counting = {
        "checklist": checklist,
        "model": model,
        "higher": pl.max_horizontal(checklist, model),
    }[rules.choice("policy.dynamic_basis")]
    return pl.when(~pl.col("is_new_business")).then(counting)


def _interval_end(probability: str, rules: RuleSet) -> pl.Expr:
    return _counting(model_points(pl.col(probability), rules), rules).fill_null(0.0)


def _basis(rules: RuleSet) -> pl.Expr:
    """Name what the counting points come from; of equals the checklist."""
    counting = _counting(pl.col("model_points"), rules)
    return (
        pl.when(counting.is_null())
        .then(pl.lit("static_only"))
        .when((pl.col("checklist_points") == counting).fill_null(value=False))
        .then(pl.lit("checklist"))
        .otherwise(pl.lit("model"))
    )
