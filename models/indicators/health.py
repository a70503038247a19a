"""Indicators 5 and 6: the health system's monitoring, never added to the bureau's own."""

import polars as pl

from models.indicators.asked import Asked, counted
from models.indicators.residents import ELSEWHERE, per_thousand


def areas(asked: Asked) -> pl.DataFrame:
    """Count the streets, or the district as one, in which a sample was taken."""
    taken = _taken(asked)
    if asked.codes("area") == ("district",):
        whole = {"unit_id": ELSEWHERE, "name": "全区", "street_code": None}
        return counted(
            pl.DataFrame([{**whole, "has": float(taken.height > 0), "needs": 1.0}])
        )
    sampled = taken["street_code"].drop_nulls().unique().implode()
    return counted(
        asked.facts.street.select(
            "street_code",
            "name",
            unit_id="street_code",
            has=pl.col("street_code").is_in(sampled),
            needs=1.0,
            why_zh=pl.lit("本期无卫健系统风险监测样品"),
            why_en=pl.lit("no monitoring sample of the health system in the period"),
        )
    )


def monitored(asked: Asked) -> pl.DataFrame:
    """Count the health system's samples for each thousand residents."""
    return per_thousand(asked, _taken(asked))


def _taken(asked: Asked) -> pl.DataFrame:
    return asked.facts.health_sample.filter(asked.in_period("sampled_on"))
