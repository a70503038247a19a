"""Grounds for raising and lowering by worked examples, and what must not matter."""

from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from models.clauses import Ground
from models.grounds import find_grounds
from models.rules import load_rules
from tests.worked import DAY, cases, facts

RULES = load_rules().in_force(DAY)

# What an ordinary record says where an example says nothing.
USUAL = {
    "penalty": {"kinds": "warning"},
    "sampling_result": {"programme": "supervision", "reinspection": "none"},
    "incident": {},
    "inspection": {"purpose": "daily", "is_serious": False, "is_refused": False},
    "certificate": {},
    "static_factor": {},
}
UNKNOWN = "unknown"


def recorded(tables):
    """Draw the facts of business b; a value written as unknown is null."""
    return facts(
        **{
            table: [
                {
                    key: None if value == UNKNOWN else value
                    for key, value in {
                        "business_id": "b",
                        **USUAL[table],
                        **row,
                    }.items()
                }
                for row in rows
            ]
            for table, rows in tables.items()
        }
    )


@pytest.mark.parametrize("example", cases("grounds.toml"))
def test_grounds_found(example):
    assert set(example) <= {"why", "rows", "grounds", "evidence"}
    found = find_grounds(recorded(example["rows"]), RULES)
    assert found["ground"].to_list() == example["grounds"]
    if "evidence" in example:
        evidence = found.select(
            pl.concat_str("evidence_table", "evidence_id", separator=" ")
        )
        assert evidence.to_series().to_list() == example["evidence"]
    for row in found.iter_rows(named=True):
        rule = RULES.get(Ground, row["ground"])
        assert row["direction"] == rule.direction
        assert row["article"] == RULES.citation(rule.id)
        assert row["article_en"] == RULES.citation(rule.id, "en")
        assert row["zh"].startswith(f"{rule.zh}（")
        assert row["en"].startswith(f"{rule.en} (")
        for text in (row["zh"], row["en"]):
            assert f" {row['evidence_id']}" in text
            assert str(row["happened_on"]) in text


def test_every_ground_the_program_can_find_has_a_worked_example():
    found = {g for case in cases("grounds.toml") for g in case.values[0]["grounds"]}
    left_to_an_officer = {"R29-7", "L31-4"}
    assert found | left_to_an_officer == {rule.id for rule in RULES.all(Ground)}


def test_nothing_recorded_gives_no_ground():
    assert find_grounds(facts(), RULES).is_empty()


def test_an_incident_nobody_is_held_responsible_for_raises_nobody():
    rows = [
        {
            "incident_id": "i",
            "business_id": None,
            "occurred_on": date(2026, 4, 1),
            "recorded_at": date(2026, 4, 2),
            "kind": "accident",
            "is_confirmed": True,
        }
    ]
    assert find_grounds(recorded({"incident": rows}), RULES).is_empty()


def test_a_food_category_that_begins_later_excludes_nothing_yet():
    tables = {
        "certificate": [
            {
                "certificate_id": "c",
                "kind": "HACCP",
                "valid_from": date(2024, 1, 1),
                "recorded_at": date(2024, 1, 5),
            }
        ],
        "static_factor": [
            {
                "factor": "food_category",
                "value_code": "2901",
                "valid_from": DAY + timedelta(days=1),
                "recorded_at": date(2026, 6, 1),
            }
        ],
    }
    assert find_grounds(recorded(tables), RULES)["ground"].to_list() == ["L31-2"]


def test_the_legal_life_of_bad_information_cuts_a_longer_policy():
    """Zhejiang's five years hold whatever evidence a bureau would like to keep."""
    rules = RULES.what_if("policy.evidence_days", value=3650.0)
    for decided, found in ((date(2021, 6, 30), ["R29-1"]), (date(2021, 6, 29), [])):
        penalty = {
            "penalty_id": "p",
            "decided_on": decided,
            "recorded_at": decided,
            "kinds": "fine",
            "is_intentional": True,
        }
        got = find_grounds(recorded({"penalty": [penalty]}), rules)
        assert got["ground"].to_list() == found


def test_before_the_law_sets_a_legal_life_none_cuts():
    rules = load_rules().in_force(date(2017, 6, 30))
    penalty = {
        "penalty_id": "p",
        "decided_on": date(2016, 7, 1),
        "recorded_at": date(2016, 7, 1),
        "kinds": "fine",
        "is_intentional": True,
    }
    found = find_grounds(recorded({"penalty": [penalty]}), rules)
    assert found["ground"].to_list() == ["R29-1"]


def test_three_years_before_a_leap_day_end_on_the_28th():
    day = date(2028, 2, 29)
    rules = load_rules().in_force(day)
    visits = [
        {"inspection_id": f"v{on.year}", "inspected_on": on, "recorded_at": on}
        for on in (date(2025, 2, 28), date(2026, 2, 28), date(2027, 2, 28))
    ]
    found = find_grounds(recorded({"inspection": visits}), rules)
    assert found["ground"].to_list() == ["L31-1"]


days = st.dates(date(2020, 1, 1), DAY + timedelta(days=60))


@st.composite
def events(draw):
    """Draw a history of every kind of fact for two businesses."""
    tables = {name: [] for name in USUAL if name != "static_factor"}
    on = {
        "penalty": "decided_on",
        "sampling_result": "sampled_on",
        "incident": "occurred_on",
        "inspection": "inspected_on",
        "certificate": "valid_from",
    }
    extra = {
        "penalty": st.fixed_dictionaries(
            {
                "kinds": st.sampled_from(["warning", "fine", "warning+fine"]),
                "is_intentional": st.booleans(),
                "has_bad_social_effect": st.booleans(),
            }
        ),
        "sampling_result": st.fixed_dictionaries(
            {
                "level": st.sampled_from(["district", "province", "nation"]),
                "is_failed": st.booleans(),
                "final_on": st.none() | days,
            }
        ),
        "incident": st.fixed_dictionaries(
            {
                "kind": st.sampled_from(["accident", "foodborne", "recall_refused"]),
                "is_confirmed": st.booleans(),
            }
        ),
        "inspection": st.fixed_dictionaries(
            {"is_serious": st.booleans(), "is_refused": st.booleans()}
        ),
        "certificate": st.fixed_dictionaries(
            {"kind": st.sampled_from(["GMP", "HACCP", "ISO22000"])}
        ),
    }
    key = {"sampling_result": "sample_id"}
    for table, rows in tables.items():
        for n in range(draw(st.integers(0, 4))):
            happened = draw(days)
            late = timedelta(days=draw(st.integers(0, 90)))
            rows.append(
                {
                    key.get(table, f"{table}_id"): f"{table[0]}{n}",
                    "business_id": draw(st.sampled_from(["a", "b"])),
                    on[table]: happened,
                    "recorded_at": happened + late,
                    **draw(extra[table]),
                }
            )
    return tables


@settings(max_examples=25)
@given(events(), st.randoms(use_true_random=False))
def test_row_order_changes_nothing(tables, random):
    shuffled = {name: random.sample(rows, len(rows)) for name, rows in tables.items()}
    found = find_grounds(recorded(tables), RULES)
    assert found.equals(find_grounds(recorded(shuffled), RULES))
    assert found.select(pl.all_horizontal(pl.all().is_not_null()).all()).item()


@settings(max_examples=25)
@given(events())
def test_facts_recorded_on_the_day_or_later_change_nothing(tables):
    earlier = {
        name: [row for row in rows if row["recorded_at"] < DAY]
        for name, rows in tables.items()
    }
    assume(earlier != tables)
    found = find_grounds(recorded(tables), RULES)
    assert found.equals(find_grounds(recorded(earlier), RULES))


@settings(max_examples=25)
@given(events(), st.sampled_from(["annulled", "repaired"]), st.integers(0, 1500))
def test_a_penalty_withdrawn_or_repaired_is_as_if_it_had_never_been(
    tables, withdrawal, days_ago
):
    on = DAY - timedelta(days=days_ago)
    gone = [
        {**row, "withdrawn_on": max(on, row["decided_on"]), "withdrawal": withdrawal}
        for row in tables["penalty"]
        if row["decided_on"] < DAY
    ]
    assume(gone)
    with_gone = find_grounds(recorded({**tables, "penalty": gone}), RULES)
    assert with_gone.equals(find_grounds(recorded({**tables, "penalty": []}), RULES))


@settings(max_examples=25)
@given(events(), st.integers(0, 2000))
def test_a_fact_that_outlived_its_legal_life_has_no_effect(tables, days_more):
    expired = date(2021, 6, 29) - timedelta(days=days_more)
    old = {
        "penalty_id": "old",
        "decided_on": expired,
        "recorded_at": expired,
        "kinds": "fine",
        "is_intentional": True,
        "has_bad_social_effect": True,
    }
    # A year is shorter anyway: ask with a window longer than the legal life.
    rules = RULES.what_if("policy.evidence_days", value=5000.0)
    with_old = {**tables, "penalty": [*tables["penalty"], old]}
    assert find_grounds(recorded(with_old), rules).equals(
        find_grounds(recorded(tables), rules)
    )
