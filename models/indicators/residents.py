"""So many for each thousand residents: of the district, and by street."""

import polars as pl

from models.indicators.asked import Asked, counted

DISTRICT, ELSEWHERE = "district", "-"


def residents(asked: Asked) -> float:
    """Give the latest reported residents known; none where nobody reported any."""
    reported = asked.facts.reported_figure.filter(
        pl.col("figure").is_in(asked.codes("population")),
        pl.col("area") == DISTRICT,
        pl.col("year") <= asked.day.year,
    ).sort("year")
    return 0.0 if reported.is_empty() else float(reported["amount"][-1])


def per_thousand(asked: Asked, taken: pl.DataFrame) -> pl.DataFrame:
    """Say what each street has of the thousands of residents that it needs it for.

    The register of streets only shares out the reported figure. What was taken in no
    street that is known counts for the district alone.
    """
    taken_by_street = taken.group_by("street_code").len("has")
    share = pl.col("population").fill_null(0) / pl.col("population").sum()
    streets = asked.facts.street.select(
        "street_code",
        "name",
        unit_id="street_code",
        needs=share.fill_nan(0.0) * residents(asked) / 1000,
    ).join(taken_by_street, on="street_code", how="left")
    placed = int(streets["has"].sum())
    unplaced = pl.DataFrame(
        {
            "unit_id": ELSEWHERE,
            "name": "街道不明",
            "needs": 0.0 if streets["needs"].sum() else residents(asked) / 1000,
            "has": taken.height - placed,
        }
    )
    rows = pl.concat([streets, unplaced], how="diagonal_relaxed")
    return counted(
        rows.with_columns(pl.col("has").fill_null(0))
        .filter((pl.col("has") > 0) | (pl.col("needs") > 0))
        .with_columns(_why())
    )


def _why() -> list[pl.Expr]:
    has = pl.col("has").cast(pl.String)
    thousands = pl.col("needs").round(1).cast(pl.String)
    return [
        (has + pl.lit(" 件，常住人口 ") + thousands + pl.lit(" 千人")).alias("why_zh"),
        (has + pl.lit(" taken for ") + thousands + pl.lit(" thousand residents")).alias(
            "why_en"
        ),
    ]
