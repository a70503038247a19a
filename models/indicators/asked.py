"""What a count is asked: what was known on a day, of which period, under which parameters."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from functools import cached_property
from typing import Self

import polars as pl

from features.errors import RuleError
from features.schema import PlanFacts
from models.indicator_clauses import Parameter, StarRating

# One row per thing counted: what it has of what it needs, and why it has not.
COUNTED: Mapping[str, pl.DataType] = {
    "unit_id": pl.String(),
    "name": pl.String(),
    "street_code": pl.String(),
    "has": pl.Float64(),
    "needs": pl.Float64(),
    "why_zh": pl.String(),
    "why_en": pl.String(),
}


@dataclass(frozen=True)
class Asked:
    """Facts recorded before `as_of`, and the period [first, until) a count is about."""

    facts: PlanFacts
    as_of: date
    first: date
    until: date
    parameters: Mapping[str, Parameter]
    stars: StarRating

    @property
    def day(self) -> date:
        """Give the last day of the period, on which states are looked at."""
        return self.until - timedelta(days=1)

    def codes(self, name: str) -> tuple[str, ...]:
        """Give a list of codes.

        Raises:
            RuleError: the definition names no such parameter.
        """
        return self._parameter(name).values

    def number(self, name: str) -> float:
        """Give a number.

        Raises:
            RuleError: the definition gives no such number.
        """
        number = self._parameter(name).number
        if number is None:
            message = f"models/law/indicators.toml: parameter '{name}' needs a number"
            raise RuleError(message)
        return number

    def under(self, parameters: Mapping[str, Parameter]) -> Self:
        """Ask the same under other parameters."""
        return replace(self, parameters=parameters)

    def in_period(self, column: str) -> pl.Expr:
        """Keep what happened in the period."""
        return (pl.col(column) >= self.first) & (pl.col(column) < self.until)

    def lately(self, column: str, days: float) -> pl.Expr:
        """Keep what happened in the last days of the period, or in it as its last."""
        begin = self.until - timedelta(days=int(days))
        return (pl.col(column) >= begin) & (pl.col(column) < self.until)

    def holds(self) -> pl.Expr:
        """Keep what is valid on the last day; the day of `valid_to` is the first it is not."""
        ends = pl.col("valid_to")
        return (pl.col("valid_from") <= self.day) & (ends.is_null() | (ends > self.day))

    @cached_property
    def trading(self) -> pl.DataFrame:
        """List the businesses trading on the last day, under the attributes known."""
        return (
            self.facts.business.filter(pl.col("valid_from") <= self.day)
            .sort("business_id", "valid_from", "recorded_at")
            .unique("business_id", keep="last", maintain_order=True)
            .filter(
                self.holds(),
                pl.col("closed_on").is_null() | (pl.col("closed_on") > self.day),
            )
        )

    @cached_property
    def names(self) -> pl.DataFrame:
        """Give every business known its latest name and street, trading or not."""
        return (
            self.facts.business.sort("business_id", "valid_from", "recorded_at")
            .unique("business_id", keep="last", maintain_order=True)
            .select("business_id", "name", "street_code", "subtype")
        )

    def _parameter(self, name: str) -> Parameter:
        found = self.parameters.get(name)
        if found is None:
            known = ", ".join(self.parameters)
            message = f"models/law/indicators.toml: a count needs parameter '{name}', the definition has {known}"
            raise RuleError(message)
        return found


def known_before(facts: PlanFacts, day: date) -> PlanFacts:
    """Leave out what was recorded on the day or later; registers without days stay."""
    return PlanFacts(
        **{f.name: _known(getattr(facts, f.name), day) for f in fields(facts)}
    )


def counted(rows: pl.DataFrame) -> pl.DataFrame:
    """Bring the rows of a count into their columns, in an order of their own."""
    missing = [name for name in ("why_zh", "why_en") if name not in rows.columns]
    return (
        rows.with_columns(pl.lit("").alias(name) for name in missing)
        .select(pl.col(name).cast(kind) for name, kind in COUNTED.items())
        .sort("unit_id", nulls_last=True)
    )


def _known(frame: pl.DataFrame, day: date) -> pl.DataFrame:
    if "recorded_at" not in frame.columns:
        return frame
    return frame.filter(pl.col("recorded_at") < day)
