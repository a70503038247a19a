"""The streets beside each other: where the gaps lie."""

from collections.abc import Sequence

import polars as pl

from models.indicators.assess import Assessed, Plan, value_of


def street_league(
    assessed: Sequence[Assessed], plans: Sequence[Plan], streets: pl.DataFrame
) -> pl.DataFrame:
    """Rank the streets: most targets met first, then fewest gaps, then by code.

    Columns: street_code, name, met, applicable, gaps, rank, and i1 to i14 with the
    street's own value, empty where nothing of the kind is there.
    """
    table = streets.select("street_code", "name")
    met, applicable, gaps = pl.lit(0), pl.lit(0), pl.lit(0)
    for plan, found in zip(plans, assessed, strict=True):
        column = f"i{plan.target.no}"
        table = table.join(
            _by_street(plan, found, column), on="street_code", how="left"
        )
        value = pl.col(column)
        is_met = (
            value > plan.target.target
            if plan.target.comparison == ">"
            else value >= plan.target.target
        )
        met += is_met.fill_null(value=False).cast(pl.Int64)
        applicable += value.is_not_null().cast(pl.Int64)
        gaps += pl.col(f"gaps_{column}").fill_null(0)
    share = pl.col("met") / pl.col("applicable")
    return (
        table.with_columns(met=met, applicable=applicable, gaps=gaps.cast(pl.Int64))
        .drop(pl.selectors.starts_with("gaps_"))
        .sort(share, "gaps", "street_code", descending=[True, False, False])
        .with_row_index("rank", offset=1)
    )


def _by_street(plan: Plan, found: Assessed, column: str) -> pl.DataFrame:
    rows = [
        (code, value_of(plan, of_street))
        for (code,), of_street in found.rows.group_by("street_code")
        if code is not None
    ]
    values = pl.DataFrame(
        rows, schema={"street_code": pl.String, column: pl.Float64}, orient="row"
    )
    gaps = (
        found.gaps.drop_nulls("street_code")
        .group_by("street_code")
        .len(f"gaps_{column}")
    )
    return values.join(gaps, on="street_code", how="left")
