"""What a result was made from has a name that changes exactly when it does."""

import re
from dataclasses import fields, replace
from datetime import date

import polars as pl
import pytest

from features.schema import Facts
from features.warehouse import open_warehouse
from pipelines.provenance import code_version, fingerprint, run_name
from tests.worked import facts

DAY = date(2026, 1, 1)
DRAWN = facts(
    business=[
        {
            "business_id": name,
            "valid_from": DAY,
            "recorded_at": DAY,
            "name": name,
            "business_type": "catering",
        }
        for name in ("b1", "b2", "b3")
    ],
    complaint=[{"complaint_id": "c1", "business_id": "b1", "text": "有异味"}],
)


def test_the_program_is_named_by_its_version_and_content():
    assert re.fullmatch(r"\d+\.\d+\.\d+\+[0-9a-f]{12}", code_version())
    assert code_version() == code_version()


def test_the_same_facts_have_the_same_fingerprint():
    again = Facts(**{f.name: getattr(DRAWN, f.name).clone() for f in fields(Facts)})
    assert fingerprint(again) == fingerprint(DRAWN)
    assert re.fullmatch("[0-9a-f]{16}", fingerprint(DRAWN))


def test_the_order_in_which_facts_were_loaded_changes_nothing(tmp_path):
    found = set()
    for number, order in enumerate(([0, 1, 2], [2, 1, 0], [1, 2, 0])):
        with open_warehouse(tmp_path / f"{number}.duckdb") as opened:
            for row in order:
                opened.insert("mart.business", DRAWN.business[[row]])
            found.add(fingerprint(opened.facts()))
    assert len(found) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"business": DRAWN.business.head(2)},
        {"business": DRAWN.business.with_columns(name=pl.lit("b"))},
        {"complaint": DRAWN.complaint.with_columns(text=pl.lit(""))},
        {"complaint": DRAWN.complaint.with_columns(text=pl.lit(None, pl.String))},
        {"complaint": DRAWN.complaint.clear()},
    ],
)
def test_any_other_fact_has_another_fingerprint(change):
    assert fingerprint(replace(DRAWN, **change)) != fingerprint(DRAWN)


def test_an_empty_text_is_not_an_unknown_one():
    empty = DRAWN.complaint.with_columns(text=pl.lit(""))
    unknown = DRAWN.complaint.with_columns(text=pl.lit(None, pl.String))
    assert fingerprint(replace(DRAWN, complaint=empty)) != fingerprint(
        replace(DRAWN, complaint=unknown)
    )


def test_a_run_is_named_by_everything_that_went_into_it():
    assert run_name("score", "a") == run_name("score", "a")
    names = {run_name("score", "a"), run_name("score", "b"), run_name("scorea")}
    assert len(names) == 3
