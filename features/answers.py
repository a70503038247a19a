"""Declared features, computed over any tables for any entities and days."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import polars as pl

from features import others
from features.catalogue import FINISHED_METRICS, OWN_METRICS, Feature
from features.declared import Declared
from features.errors import InputError
from features.imputation import imputed
from features.metrics import of_finished, own_value, ratio
from features.others import PER, QUANTITY, ROW
from features.window import Asked, Events, Values

# Metrics that ask only whether values are there, or are the same.
_OF_ANY_TYPE = frozenset({"count", "distinct", "days_since"})

# A column that no table has of its own.
_NUMBER = "number of the row as it came"


def compute(
    declared: Declared, tables: Mapping[str, pl.DataFrame], asked: pl.DataFrame
) -> pl.DataFrame:
    """Compute every declared feature for each row asked for.

    Rows keep their order, may repeat, and may ask other days of every entity. Columns:
    those asked by, then one Float64 per feature, null where unknown, then the flags.

    Args:
        declared: the features.
        tables: the frames, by the names that the file gives them.
        asked: the entity and the day, and for `group` and `near` the columns that make
            the groups, or lon and lat.

    Raises:
        InputError: a column is missing, or of a type that cannot be computed with.
    """
    desk = _Desk(declared, tables, asked)
    columns: dict[str, Values] = {}
    for feature in declared.features:
        columns[feature.name] = desk.value(feature, columns)
    matrix = asked.hstack(pl.DataFrame(columns).fill_nan(None))
    return imputed(matrix, declared.features, day=declared.as_of)


@dataclass(frozen=True)
class _Desk:
    """What all features of one question share, made once."""

    declared: Declared
    tables: Mapping[str, pl.DataFrame]
    rows: pl.DataFrame

    def value(self, feature: Feature, finished: Mapping[str, Values]) -> Values:
        if feature.metric in FINISHED_METRICS:
            return of_finished(feature, finished)
        if feature.metric in OWN_METRICS:
            plain = replace(
                feature, quantity=QUANTITY, per=PER if feature.per else "", where=""
            )
            return own_value(plain, self.events(feature), self.asked)
        return self.of_others(feature)

    def of_others(self, feature: Feature) -> Values:
        """Compute over other entities, shrunk towards nothing or towards them all."""
        table = self.declared.tables[feature.stream]
        if feature.metric == "near":
            events = self.events_with(feature, {"lon": table.lon, "lat": table.lat})
            asked = self.asked_with({"lon": "lon", "lat": "lat"})
            sums = others.near_sums(events, asked, feature)
        else:
            columns = self.declared.groups.get(feature.group, [feature.group])
            named = {column: column for column in columns}
            events, asked = self.events_with(feature, named), self.asked_with(named)
            sums = others.group_sums(events, asked, feature, columns)
        if feature.towards == "all":
            rate = ratio(
                replace(feature, shrinkage=0.0),
                others.group_sums(events, asked, feature, []),
            )
            sums[:, 0] += feature.shrinkage * rate
        return ratio(feature, sums)

    @cached_property
    def codes(self) -> pl.DataFrame:
        keys = _column(self.rows, self.declared.entity, "what is asked")
        distinct = keys.alias("key").drop_nulls().unique().sort()
        return distinct.to_frame().with_row_index("entity")

    @cached_property
    def days(self) -> pl.Series:
        days = _column(self.rows, self.declared.as_of, "what is asked").cast(pl.Date)
        if days.null_count():
            message = f"{days.null_count()} rows ask about no day; fill {days.name}"
            raise InputError(message)
        return days.to_physical().cast(pl.Int64)

    @cached_property
    def asked(self) -> Asked:
        keys = self.rows.select(key=self.declared.entity)
        coded = keys.join(self.codes, on="key", how="left", maintain_order="left")
        entity = coded["entity"].cast(pl.Int64).fill_null(-1)
        return Asked(entity.to_numpy(), self.days.to_numpy())

    def asked_with(self, columns: Mapping[str, str]) -> pl.DataFrame:
        """Give the key and day of each row with some of its columns renamed."""
        key = _column(self.rows, self.declared.entity, "what is asked")
        return pl.DataFrame(
            [key.alias("key"), self.days.alias("day")]
            + [
                _column(self.rows, old, "what is asked").alias(f"its {new}")
                for new, old in columns.items()
            ]
        )

    @cached_property
    def whens(self) -> dict[str, pl.DataFrame]:
        return {name: self._when(name) for name in self.declared.tables}

    def _when(self, name: str) -> pl.DataFrame:
        """Say of each row whose it is, when it counts, and where it stands in order."""
        table = self.declared.tables[name]
        frame = self.table(name)
        dates = {
            "happened": table.happened,
            "recorded": table.recorded or table.happened,
            "withdrawn": table.withdrawn,
        }
        key = _column(frame, table.entity, name).alias("key")
        if key.dtype != self.codes["key"].dtype:
            message = f"the key of the table {name} is {key.dtype}, that of what is asked {self.codes['key'].dtype}; give both the same type"
            raise InputError(message)
        days = [
            _column(frame, column, name).cast(pl.Date).alias(date)
            for date, column in dates.items()
            if column
        ]
        ends = [pl.col("withdrawn")] if table.withdrawn else []
        if table.life_days is not None:
            ends.append(pl.col("happened") + pl.duration(days=table.life_days))
        rank = np.empty(frame.height)
        numbered = frame.with_row_index(_NUMBER).sort(frame.columns)
        rank[numbered[_NUMBER].to_numpy()] = np.arange(frame.height)
        return (
            pl.DataFrame([key, *days, pl.Series(ROW, rank)])
            .with_columns(**{"withdrawn": pl.min_horizontal(ends)} if ends else {})
            .join(self.codes, on="key", how="left", maintain_order="left")
        )

    def table(self, name: str) -> pl.DataFrame:
        if name not in self.tables:
            message = f"the table {name} is declared and not there; the tables are {', '.join(self.tables)}"
            raise InputError(message)
        return self.tables[name]

    def events_with(self, feature: Feature, columns: Mapping[str, str]) -> pl.DataFrame:
        """List the events of a feature: its quantities as numbers, and some columns."""
        frame, name = self.table(feature.stream), feature.stream
        ones = pl.repeat(1.0, frame.height, eager=True)
        per = _numbers(frame, feature.per, name) if feature.per else ones
        chosen = _numbers(frame, feature.where, name) > 0 if feature.where else ones > 0
        return (
            self.whens[name]
            .hstack([_quantity(frame, feature).alias(QUANTITY), per.alias(PER)])
            .hstack(
                [_column(frame, c, name).alias(f"its {n}") for n, c in columns.items()]
            )
            .filter(pl.col(QUANTITY).is_not_null(), pl.col(PER).is_not_null(), chosen)
        )

    def events(self, feature: Feature) -> Events:
        """Sort the events once for all metrics and windows of a quantity."""
        counts = feature.metric in _OF_ANY_TYPE
        asked = (feature.stream, feature.quantity, feature.per, feature.where)
        kind = (*asked, feature.value, feature.is_null_category, counts)
        if kind not in self.sorted:
            self.sorted[kind] = others.events_of(self.events_with(feature, {}))
        return self.sorted[kind]

    @cached_property
    def sorted(self) -> dict[tuple[object, ...], Events]:
        return {}


def _quantity(frame: pl.DataFrame, feature: Feature) -> pl.Series:
    """Give the quantity of each row as a number, null where it is no event."""
    if not feature.quantity:
        return pl.repeat(1.0, frame.height, eager=True)
    column = _column(frame, feature.quantity, feature.stream)
    if feature.is_null_category:
        return column.is_null().cast(pl.Float64)
    if feature.value is not None:
        return (column == feature.value).cast(pl.Float64)
    if feature.metric in _OF_ANY_TYPE:
        return column.rank("dense").cast(pl.Float64)
    return _numbers(frame, feature.quantity, feature.stream)


def _numbers(frame: pl.DataFrame, name: str, where: str) -> pl.Series:
    column = _column(frame, name, where)
    if not (column.dtype.is_numeric() or column.dtype == pl.Boolean):
        message = f"the column {name} of {where} is {column.dtype} and is computed with; give numbers, or name the values to count"
        raise InputError(message)
    return column.cast(pl.Float64)


def _column(frame: pl.DataFrame, name: str, where: str) -> pl.Series:
    if name not in frame.columns:
        message = (
            f"{where} has no column {name}; its columns are {', '.join(frame.columns)}"
        )
        raise InputError(message)
    return frame[name]
