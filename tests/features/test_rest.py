"""One business among all others: the same features, whatever day and record it is given."""

from dataclasses import replace
from datetime import date, timedelta

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from features.catalogue import catalogue
from features.matrix import build
from features.rest import Rest, only
from features.schema import Facts
from tests.features.histories import BUSINESSES, histories
from tests.worked import Row, facts

DAY = date(2025, 7, 1)
LIFE = 1826
NEAR = [feature.name for feature in catalogue() if feature.metric == "near"]


def asked(business: str, day: date) -> pl.DataFrame:
    return pl.DataFrame(
        {"business_id": [business], "as_of": [day]},
        schema={"business_id": pl.String, "as_of": pl.Date},
    )


def with_clean_visits(known: Facts, business: str, days: list[date]) -> Facts:
    usual = known.inspection.clear()
    rows = [
        {
            "inspection_id": f"clean{day}",
            "business_id": business,
            "inspected_on": day,
            "recorded_at": day,
            "purpose": "routine",
            "is_serious": False,
        }
        for day in days
    ]
    added = pl.DataFrame(rows, schema=usual.schema)
    return replace(known, inspection=pl.concat([known.inspection, added]))


@settings(max_examples=12)
@given(histories(), st.sampled_from(BUSINESSES), st.lists(st.integers(0, 700)))
def test_a_business_among_the_rest_has_every_feature_of_the_whole_register(
    known: Facts, business: str, later: list[int]
) -> None:
    last = max([DAY, *known.inspection["recorded_at"].drop_nulls()])
    days = sorted({last + timedelta(days=1 + n) for n in later})
    rest, own = Rest(known, business), only(known, business)
    for on in (DAY, last + timedelta(days=365)):
        for visits in ([], [day for day in days if day < on]):
            told = with_clean_visits(own, business, visits)
            pairs = asked(business, on)
            built = build(
                told, pairs, legal_life_days=LIFE, background=rest.background(told, on)
            )
            whole = with_clean_visits(known, business, visits)
            assert built.equals(build(whole, pairs, legal_life_days=LIFE))


def place(business: str, lon: float, lat: float) -> Row:
    day = date(2020, 1, 1)
    return {
        "business_id": business,
        "valid_from": day,
        "recorded_at": day,
        "name": business,
        "business_type": "catering",
        "lon": lon,
        "lat": lat,
    }


def found(business: str) -> Row:
    return {
        "inspection_id": business,
        "business_id": business,
        "inspected_on": date(2025, 5, 1),
        "recorded_at": date(2025, 5, 2),
        "purpose": "routine",
        "is_serious": True,
    }


def test_whoever_is_near_across_the_date_line_or_far_north_is_not_lost() -> None:
    for lon, lat in ((179.9995, 30.0), (120.0, 89.9), (120.16, 30.25)):
        near = lon + 0.001 if lon < 179 else -179.9999
        register = [place("a", lon, lat), place("b", near, lat), place("c", lon, 0.0)]
        known = facts(business=register, inspection=[found("b"), found("c")])
        pairs, own = asked("a", DAY), only(known, "a")
        built = build(own, pairs, background=Rest(known, "a").background(own, DAY))
        assert built.equals(build(known, pairs))
        lonely = facts(business=register[::2], inspection=[found("c")])
        assert not built.select(NEAR).equals(build(lonely, pairs).select(NEAR))
