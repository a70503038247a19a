"""What is known of all businesses, made from parts that each know of some.

A part tells of its own visits by group, and where its businesses stand. The sums are whole
numbers, so that any parts of one register give the same background.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from features.catalogue import Feature, catalogue
from features.inspections import Expectation
from features.matrix import VISITS, stream_of
from features.neighbourhood import (
    GROUP_COLUMNS,
    Others,
    Surroundings,
    linked,
    near_units,
    summed,
)
from features.schema import Facts

_PLACE = ("business_id", "lon", "lat")


@dataclass(frozen=True)
class Part:
    """What the businesses of one part have to tell the others on a day.

    `groups` is as in Background; `places` has business_id, lon, lat and, for every
    question of what is near, the business's own sums, one column each.
    """

    groups: pl.DataFrame
    places: pl.DataFrame


def part_of(facts: Facts, day: date, expectation: Expectation) -> Part:
    """Tell of some businesses on a day, under the expectation of all inspectors."""
    return part_at(surroundings(facts, expectation), day)


def part_at(around: Mapping[str, Surroundings], day: date) -> Part:
    """Tell of the businesses of some surroundings on a day."""
    groups = pl.concat(
        [
            around[question.stream]
            .totals(question, group, day)
            .rename({q: f"sum_{n}" for n, q in enumerate(question.quantities)})
            .with_columns(question=pl.lit(question.name), group=pl.lit(group))
            for question, group in _questions("group")
        ],
        how="diagonal",
    )
    places = around[VISITS].places.filter(pl.col("recorded_at") < day).select(_PLACE)
    for question, _ in _questions("near"):
        counted = around[question.stream].counted(question, day)
        places = places.join(
            summed(counted, ["business_id"]).rename(_columns(question)),
            on="business_id",
            how="left",
            maintain_order="left",
        )
    return Part(groups, places.fill_null(0))


def all_groups(parts: Sequence[Part]) -> pl.DataFrame:
    """Add up the groups of all parts."""
    key = ("question", "group", *GROUP_COLUMNS)
    return (
        pl.concat(part.groups for part in parts)
        .group_by(key)
        .agg(pl.exclude(key).sum())
    )


def near_each(parts: Sequence[Part]) -> Iterator[pl.DataFrame]:
    """Sum what is near to the places of each part over the places of all, part by part."""
    # What is close together is looked up together, whichever part it belongs to.
    places = pl.concat(part.places for part in parts)
    columns = [c for c in places.columns if c not in _PLACE]
    near = near_units(linked(places), places.select(columns).to_numpy())
    begin = 0
    for part in parts:
        mine = near[begin : begin + part.places.height]
        begin += part.places.height
        yield pl.concat(
            [
                part.places.select(
                    "business_id", question=pl.lit(question.name)
                ).hstack(
                    [
                        pl.Series(f"sum_{n}", mine[:, columns.index(column)])
                        for n, column in enumerate(_columns(question).values())
                    ]
                )
                for question, _ in _questions("near")
            ],
            how="diagonal",
        )


def surroundings(facts: Facts, expectation: Expectation) -> dict[str, Surroundings]:
    """Make ready every stream that others are asked about, once for any days."""
    asked = _questions("group") + _questions("near")
    return {
        stream: Surroundings(stream_of(stream, facts, expectation), facts.business)
        for stream in {VISITS, *(question.stream for question, _ in asked)}
    }


def _questions(metric: str) -> list[tuple[Others, str]]:
    """List the questions that features ask of others, each once, with their group."""
    asked = [_question(f) for f in catalogue() if f.metric == metric]
    return list(dict.fromkeys(asked))


def _question(feature: Feature) -> tuple[Others, str]:
    return Others.asked_by(feature), feature.group


def _columns(question: Others) -> dict[str, str]:
    return {q: f"{question.name} {q}" for q in question.quantities}
