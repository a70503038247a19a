"""A register cut into any parts tells each business what the whole would tell it."""

import hashlib
from dataclasses import fields
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.background import all_groups, near_each, part_of
from features.errors import MachineError
from features.inspections import Expectation, daily_outcomes
from features.matrix import build
from features.neighbourhood import Background
from features.schema import Facts
from features.shards import read_shard, write_shards
from features.warehouse import create_warehouse, open_warehouse
from tests.features.histories import BUSINESSES, histories

DAY = date(2025, 7, 1)


def only(known: Facts, chosen: list[str]) -> Facts:
    """Keep what is on record of some businesses."""
    visits = known.inspection.filter(pl.col("business_id").is_in(chosen))
    kept = {
        field.name: table.filter(pl.col("business_id").is_in(chosen))
        for field in fields(Facts)
        if "business_id" in (table := getattr(known, field.name)).columns
    }
    items = known.inspection_item.join(visits, on="inspection_id", how="semi")
    return Facts(**{**vars(known), **kept, "inspection_item": items})


def asked(businesses: list[str]) -> pl.DataFrame:
    return pl.DataFrame(
        {"business_id": businesses, "as_of": [DAY] * len(businesses)},
        schema={"business_id": pl.String, "as_of": pl.Date},
    )


@settings(max_examples=8)
@given(histories(), st.lists(st.integers(0, 2), min_size=len(BUSINESSES)))
def test_any_parts_give_every_feature_the_same_bytes(
    known: Facts, part: list[int]
) -> None:
    chosen = [
        [who for who, its in zip(BUSINESSES, part, strict=False) if its == number]
        for number in range(3)
    ]
    held = [only(known, businesses) for businesses in chosen]
    daily = [daily_outcomes(facts.inspection) for facts in held]
    expectation = Expectation.of(pl.concat(daily))
    own = [expectation.for_visits(mine) for mine in daily]
    parts = [part_of(facts, DAY, mine) for facts, mine in zip(held, own, strict=True)]
    groups = all_groups(parts)
    built = [
        build(facts, asked(businesses), background=Background(mine, groups, near))
        for facts, businesses, mine, near in zip(
            held, chosen, own, near_each(parts), strict=True
        )
    ]
    whole = build(known, asked(BUSINESSES))
    assert pl.concat(built).sort("business_id").equals(whole.sort("business_id"))


@pytest.fixture
def cut(tmp_path: Path) -> Path:
    """Give the folder of an empty register cut into two."""
    create_warehouse(tmp_path / "empty.duckdb")
    with open_warehouse(tmp_path / "empty.duckdb") as opened:
        opened.execute(
            "insert into mart.business by name select 'b' || range as business_id, "
            "date '2020-01-01' as valid_from, date '2020-01-01' as recorded_at, "
            "'b' as name, 'catering' as business_type from range(100)"
        )
        write_shards(opened, tmp_path / "facts", 2)
        # A second time there is nothing left to do.
        write_shards(opened, tmp_path / "facts", 2)
    return tmp_path / "facts"


def test_a_business_is_in_the_shard_that_its_sha_256_tells(cut: Path) -> None:
    for number in range(2):
        for who in read_shard(cut, number).business["business_id"]:
            first = int(hashlib.sha256(who.encode()).hexdigest()[:8], 16)
            assert first * 2 >> 32 == number


def test_only_the_tables_asked_for_are_read(cut: Path) -> None:
    assert read_shard(cut, 0, "inspection").business.is_empty()
    assert not read_shard(cut, 0, "business").business.is_empty()


def test_a_damaged_file_is_said(cut: Path) -> None:
    (file,) = (cut / "business" / "shard=1").iterdir()
    file.write_bytes(file.read_bytes()[:50])
    with pytest.raises(MachineError, match="shard=1 is damaged"):
        read_shard(cut, 1)
    assert not read_shard(cut, 0).business.is_empty()
