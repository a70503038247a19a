"""Random small districts: few businesses, many coincidences.

Days are drawn so that ties, window edges and late records happen in most examples; a
uniform draw would hardly ever put two facts on one day.
"""

from dataclasses import fields, replace
from datetime import date, timedelta

import polars as pl
from hypothesis import strategies as st

from features.schema import Facts
from tests.worked import Row, facts

START = date(2019, 1, 1)
BUSINESSES = ("b0", "b1", "b2", "b3")
# Metres north of the first place; 300 lies between the third and the fourth.
METRES_NORTH = (0, 0, 250, 380)
_DEGREES_PER_METRE = 1 / 111_320
LIFE = 1826
# Routine twice, for the other purposes are evidence only.
PURPOSES = [
    "routine",
    "routine",
    "random",
    "follow_up",
    "complaint",
    "licensing",
    "special",
]

_days = st.one_of(
    st.integers(0, 6),
    st.sampled_from([91, 183, 364, 365, 366, 730, 1826, 1827]),
    st.integers(0, 2200),
).map(lambda n: START + timedelta(days=n))
_delays = st.sampled_from([0, 0, 1, 2, 30, 400]).map(lambda n: timedelta(days=n))
_ids = st.sampled_from(BUSINESSES)
_counts = st.none() | st.integers(0, 3)
_yes_no = st.none() | st.booleans()


def _perhaps_later(draw: st.DrawFn, day: date) -> date | None:
    return day + draw(_delays) if draw(st.booleans()) else None


@st.composite
def business(draw: st.DrawFn) -> list[Row]:
    rows = []
    for number, name in enumerate(BUSINESSES):
        for begins in draw(st.lists(_days, max_size=2, unique=True)):
            has_place = draw(st.booleans())
            north = draw(st.sampled_from(METRES_NORTH)) if has_place else 0
            rows.append(
                {
                    "business_id": name,
                    "valid_from": begins,
                    "recorded_at": begins + draw(_delays),
                    "name": f"店{number}",
                    "business_type": draw(st.sampled_from(["seller", "catering"])),
                    "subtype": draw(st.sampled_from([None, "snack", "bakery"])),
                    "legal_form": draw(
                        st.sampled_from([None, "enterprise", "individual"])
                    ),
                    "chain_code": draw(st.sampled_from([None, "chain"])),
                    "street_code": draw(st.sampled_from([None, "s1", "s2"])),
                    "source_category": draw(st.sampled_from([None, "noodles"])),
                    "declared_risk": draw(st.sampled_from([None, 1, 2])),
                    "is_special_food": draw(_yes_no),
                    "opened_on": draw(st.none() | _days),
                    "lon": 120.17 if has_place else None,
                    "lat": 30.25 + north * _DEGREES_PER_METRE if has_place else None,
                }
            )
    return rows


@st.composite
def static_factor(draw: st.DrawFn) -> list[Row]:
    factors = ["area_m2", "catering_area_m2", "seats", "supplier_count"]
    factors += ["hot_dish_items", "bulk_chilled_sku", "pastry_perishable"]
    keys = st.tuples(_ids, st.sampled_from(factors), st.sampled_from("-x"), _days)
    return [
        {
            "business_id": who,
            "factor": factor,
            "value_code": code,
            "value_number": draw(st.sampled_from([None, 0.0, 12.5, 80.0])),
            "valid_from": begins,
            "recorded_at": begins + draw(_delays),
        }
        for who, factor, code, begins in draw(st.lists(keys, max_size=5, unique=True))
    ]


@st.composite
def visit(draw: st.DrawFn) -> Row:
    day = draw(_days)
    return {
        "business_id": draw(_ids),
        "inspected_on": day,
        "recorded_at": day + draw(_delays),
        "purpose": draw(st.sampled_from(PURPOSES)),
        "inspector_id": draw(st.sampled_from([None, "i1", "i2"])),
        "key_failed": draw(_counts),
        "general_failed": draw(_counts),
        "minor_failed": draw(_counts),
        "checklist_points": draw(st.sampled_from([None, 0.0, 12.5, 60.0])),
        "source_score": draw(st.sampled_from([None, 0.0, 7.25, 28.1])),
        "result_code": draw(st.sampled_from([None, "NO_ISSUE", "STOP_NOW"])),
        "is_serious": draw(_yes_no),
        "is_refused": draw(_yes_no),
    }


@st.composite
def inspection_item(draw: st.DrawFn, visits: int) -> list[Row]:
    if not visits:
        return []
    keys = st.tuples(st.integers(0, visits - 1), st.sampled_from("ab"))
    return [
        {
            "inspection_id": str(number),
            "item_code": code,
            "severity": "key",
            "occurrences": 2,
            "is_corrected": draw(_yes_no),
        }
        for number, code in draw(st.lists(keys, max_size=4, unique=True))
    ]


@st.composite
def complaint(draw: st.DrawFn) -> Row:
    day = draw(_days)
    return {
        "business_id": draw(st.none() | _ids),
        "received_on": day,
        "recorded_at": day + draw(_delays),
        "kind": "complaint",
        "category": draw(st.sampled_from([None, "illness", "pests", "hygiene"])),
        "is_verified": draw(_yes_no),
        "verified_on": _perhaps_later(draw, day),
    }


@st.composite
def sampling_result(draw: st.DrawFn) -> Row:
    day = draw(_days)
    return {
        "business_id": draw(_ids),
        "sampled_on": day,
        "recorded_at": day + draw(_delays),
        "programme": draw(st.sampled_from(["supervision", "monitoring"])),
        "level": "district",
        "is_failed": draw(st.booleans()),
        "reinspection": draw(
            st.sampled_from([None, "upheld", "pending", "overturned"])
        ),
        "final_on": _perhaps_later(draw, day),
    }


@st.composite
def penalty(draw: st.DrawFn) -> Row:
    day = draw(_days)
    withdrawn = _perhaps_later(draw, day)
    return {
        "business_id": draw(_ids),
        "decided_on": day,
        "recorded_at": day + draw(_delays),
        "kinds": draw(st.sampled_from(["fine", "warning+fine", "fine+closure"])),
        "discretion_grade": draw(st.sampled_from([None, "ordinary", "heavier"])),
        "fine_yuan": draw(st.sampled_from([None, 50.0, 1234.56, 50_000.0])),
        "withdrawn_on": withdrawn,
        "withdrawal": "repaired" if withdrawn else None,
    }


@st.composite
def incident(draw: st.DrawFn) -> Row:
    day = draw(_days)
    return {
        "business_id": draw(st.none() | _ids),
        "occurred_on": day,
        "recorded_at": day + draw(_delays),
        "kind": "foodborne",
        "is_confirmed": draw(_yes_no),
    }


@st.composite
def in_force(draw: st.DrawFn) -> Row:
    begins, ends = draw(_days), draw(st.sampled_from([0, 1, 365, 1_000_000]))
    return {
        "business_id": draw(_ids),
        "kind": "HACCP",
        "valid_from": begins,
        "valid_to": begins + timedelta(days=ends),
        "recorded_at": begins + draw(_delays) - timedelta(days=2),
    }


@st.composite
def kitchen_connection(draw: st.DrawFn) -> list[Row]:
    rows = []
    for who, first in draw(st.lists(st.tuples(_ids, _days), max_size=4, unique=True)):
        last = first + timedelta(days=draw(st.integers(0, 30)))
        rows.append(
            {
                "business_id": who,
                "first_on": first,
                "last_on": last,
                "is_online": draw(st.booleans()),
                "recorded_at": last + draw(_delays),
            }
        )
    return rows


@st.composite
def training_event(draw: st.DrawFn) -> Row:
    day = draw(_days)
    return {
        "business_id": draw(st.none() | _ids),
        "held_on": day,
        "recorded_at": day + draw(_delays),
        "kind": draw(st.sampled_from(["skill_check", "training"])),
        "is_passed": draw(_yes_no),
    }


@st.composite
def histories(draw: st.DrawFn) -> Facts:
    """Draw the facts of a district of four businesses."""

    def some(row: st.SearchStrategy[Row], key: str, most: int = 4) -> list[Row]:
        rows = draw(st.lists(row, max_size=most))
        return [{key: str(number)} | row for number, row in enumerate(rows)]

    visits = some(visit(), "inspection_id", 10)
    return facts(
        business=draw(business()),
        static_factor=draw(static_factor()),
        inspection=visits,
        inspection_item=draw(inspection_item(len(visits))),
        complaint=some(complaint(), "complaint_id"),
        sampling_result=some(sampling_result(), "sample_id"),
        penalty=some(penalty(), "penalty_id"),
        incident=some(incident(), "incident_id"),
        certificate=some(in_force(), "certificate_id"),
        kitchen_connection=draw(kitchen_connection()),
        insurance_policy=some(in_force(), "policy_id"),
        training_event=some(training_event(), "event_id"),
    )


def pairs() -> st.SearchStrategy[pl.DataFrame]:
    """Draw questions, some about a business nobody has heard of."""
    asked = st.tuples(st.sampled_from([*BUSINESSES, "nobody"]), _days)
    return st.lists(asked, min_size=1, max_size=4).map(_frame)


def _frame(asked: list[tuple[str, date]]) -> pl.DataFrame:
    schema = {"business_id": pl.String, "as_of": pl.Date}
    return pl.DataFrame(asked, schema=schema, orient="row")


def known_before(known: Facts, day: date) -> Facts:
    """Give the facts as the register showed them on the eve of a day.

    Rows recorded later are not there yet, nor is what became of an earlier row later.
    """
    follows = {"inspection_item", "street"}
    cut = {
        table.name: frame.filter(pl.col("recorded_at") < day)
        for table in fields(Facts)
        if table.name not in follows
        for frame in [getattr(known, table.name)]
    }
    visits = cut["inspection"]["inspection_id"].implode()
    items = known.inspection_item.filter(pl.col("inspection_id").is_in(visits))
    open_yet = {
        "complaint": ("verified_on", "is_verified"),
        "sampling_result": ("final_on", "reinspection"),
        "penalty": ("withdrawn_on", "withdrawal"),
    }
    for name, (ended, outcome) in open_yet.items():
        # Only a withdrawal counts on its own day.
        is_over = pl.col(ended) <= day if name == "penalty" else pl.col(ended) < day
        cut[name] = cut[name].with_columns(
            pl.when(is_over).then(pl.col(column)).alias(column)
            for column in (outcome, ended)
        )
    return replace(known, inspection_item=items, **cut)


def shuffled(ordered: Facts, seed: int) -> Facts:
    """Give the same facts with the rows of every table in another order."""
    return Facts(
        **{
            table.name: getattr(ordered, table.name).sample(
                fraction=1.0, shuffle=True, seed=seed
            )
            for table in fields(Facts)
        }
    )
