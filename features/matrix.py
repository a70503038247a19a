"""One row per business and day, one column per feature of the catalogue."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

from features import complaints, conduct, inspections, kitchens, sampling
from features.catalogue import FINISHED_METRICS, Feature, catalogue
from features.inspections import Expectation
from features.metrics import of_finished, own_value, ratio
from features.neighbourhood import (
    Background,
    Others,
    Surroundings,
    group_sums,
    near_sums,
)
from features.profile import attributes_at, profile_features
from features.schema import Facts
from features.window import Asked, Events, Values

VISITS = "visits"
STREAMS: Mapping[str, Callable[[Facts], pl.DataFrame]] = {
    VISITS: inspections.visits,
    "complaints": complaints.complaints,
    "verified_complaints": complaints.verified_complaints,
    "samples": sampling.samples,
    "failed_samples": sampling.failed_samples,
    "penalties": conduct.penalties,
    "incidents": conduct.incidents,
    "certificates": conduct.certificates,
    "insurance": conduct.insurance,
    "kitchen_spans": kitchens.spans,
    "skill_checks": conduct.skill_checks,
}

# Bad information ends with its legal life; the caller passes the law's number.
_ENDS_BY_LAW = frozenset(
    {"penalties", "incidents", "failed_samples", "verified_complaints"}
)
# Metrics that look at other businesses.
_OF_OTHERS = frozenset({"group", "near"})
# Pairs worked on at once: bounds memory at some 400 MB whatever the number of pairs.
_BLOCK = 400_000


def build(
    facts: Facts,
    pairs: pl.DataFrame,
    *,
    legal_life_days: int | None = None,
    background: Background | None = None,
) -> pl.DataFrame:
    """Compute every feature of the catalogue for each (business_id, as_of).

    Columns: business_id, as_of, then one Float32 column per feature in the order of the
    catalogue; null means unknown, never zero. Rows keep the order of the pairs, which
    may repeat. Only facts recorded strictly before as_of are used.

    Args:
        facts: the mart.
        pairs: business_id (String) and as_of (Date).
        legal_life_days: days after which penalties, incidents, failed samples and
            verified complaints no longer count; None for no limit.
        background: what is known of all businesses on the one day of the pairs, where
            the facts are only those of some.
    """
    asked_for = pairs["business_id"].unique().sort()
    desk = _Desk(facts, asked_for, legal_life_days, background)
    blocks = [
        _block(desk, pairs.slice(start, _BLOCK))
        for start in range(0, max(pairs.height, 1), _BLOCK)
    ]
    return pl.concat(blocks)


def stream_of(name: str, facts: Facts, expectation: Expectation | None) -> pl.DataFrame:
    """List the events of a stream, visits under the expectation of all inspectors."""
    if name == VISITS:
        return inspections.visits(facts, expectation)
    return STREAMS[name](facts)


@dataclass(frozen=True)
class _Desk:
    """What all features of one build share, made once."""

    facts: Facts
    asked_for: pl.Series
    legal_life_days: int | None
    background: Background | None

    @cached_property
    def codes(self) -> pl.DataFrame:
        # Not from the register: a visit is known even where the register lags behind.
        return self.asked_for.to_frame("business_id").with_row_index("entity")

    @cached_property
    def frames(self) -> dict[str, pl.DataFrame]:
        expectation = self.background.expectation if self.background else None
        return {name: stream_of(name, self.facts, expectation) for name in STREAMS}

    @cached_property
    def surroundings(self) -> dict[str, Surroundings]:
        asked = {f.stream for f in catalogue() if f.metric in _OF_OTHERS}
        return {
            name: Surroundings(
                self.frames[name], self.facts.business, self.background, self.asked_for
            )
            for name in asked
        }

    @cached_property
    def events(self) -> dict[str, Events]:
        not_quantities = {
            "business_id",
            "inspector_id",
            "happened",
            "recorded",
            "withdrawn",
        }
        return {
            name: Events.of(
                frame.join(self.codes, on="business_id", how="left"),
                [c for c in frame.columns if c not in not_quantities],
                legal_life_days=self.legal_life_days if name in _ENDS_BY_LAW else None,
            )
            for name, frame in self.frames.items()
        }


def _block(desk: _Desk, pairs: pl.DataFrame) -> pl.DataFrame:
    coded = pairs.join(desk.codes, on="business_id", how="left", maintain_order="left")
    asked = Asked(
        coded["entity"].cast(pl.Int64).to_numpy(),
        coded["as_of"].to_physical().cast(pl.Int64).to_numpy(),
    )
    profile = profile_features(desk.facts, pairs)
    members = attributes_at(desk.facts.business, pairs)
    columns: dict[str, Values] = {}
    for f in catalogue():
        if f.metric == "profile":
            columns[f.name] = profile[f.name].cast(pl.Float64).to_numpy()
        elif f.metric in _OF_OTHERS:
            columns[f.name] = _of_others(f, desk.surroundings[f.stream], members)
        elif f.metric in FINISHED_METRICS:
            columns[f.name] = of_finished(f, columns)
        else:
            columns[f.name] = own_value(f, desk.events[f.stream], asked)
    matrix = pl.DataFrame(
        {name: column.astype(np.float32) for name, column in columns.items()}
    ).fill_nan(None)
    return pl.concat([pairs.select("business_id", "as_of"), matrix], how="horizontal")


def _of_others(feature: Feature, around: Surroundings, members: pl.DataFrame) -> Values:
    question = Others.asked_by(feature)
    if feature.metric == "near":
        return ratio(feature, near_sums(around, members, question))
    return ratio(feature, group_sums(around, members, question, group=feature.group))
