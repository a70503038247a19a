"""What the plan is drawn from: rates, the slope, and what a producer is licensed for."""

from datetime import date
from pathlib import Path

import pytest

from features.warehouse import open_warehouse
from models.rules import load_rules
from pipelines.sampling_plan import frame
from pipelines.sampling_plan.frame import UNKNOWN_RATE, Known, read_frame

LAW = load_rules().in_force(date(2026, 1, 1))


def known(path: Path) -> Known:
    with open_warehouse(path, read_only=True) as warehouse:
        return read_frame(warehouse, LAW)


def test_the_level_is_that_of_results_that_can_change_no_more(
    scored_warehouse: Path,
) -> None:
    found = known(scored_warehouse)
    mean = sum(o.expected_failure for o in found.frame.outlets) / len(
        found.frame.outlets
    )
    assert mean == pytest.approx(found.rate, rel=0.02)
    assert found.concluded > 0


def test_without_any_result_the_rate_is_the_one_the_target_leaves(
    warehouse: Path,
) -> None:
    with open_warehouse(warehouse) as opened:
        opened.execute("delete from mart.sampling_result")
    found = known(warehouse)
    assert (found.rate, found.concluded) == (UNKNOWN_RATE, 0)


def test_a_producer_carries_what_its_licence_says(warehouse: Path) -> None:
    producer = known(warehouse).register["business_id"][0]
    with open_warehouse(warehouse) as opened:
        opened.execute(
            "insert into mart.static_factor values "
            "(?, 'food_category', '040101', null, '2020-01-01', '2020-01-01'), "
            "(?, 'food_category', '2701', null, '2020-01-01', '2020-01-01')",
            [producer, producer],
        )
    assert known(warehouse).frame.outlet[producer].classes == ("04", "27")


def test_the_slope_is_the_default_until_a_run_is_half_a_year_old(
    warehouse: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = LAW.number("sampling.slope")
    assert (known(warehouse).slope, known(warehouse).slope_batches) == (usual, 0)
    with open_warehouse(warehouse) as opened:
        for table in ("output.run", "output.score"):
            opened.execute(
                f"insert into {table} by name select * replace ('older' as run_id, "  # noqa: S608
                f"date '2023-06-01' as as_of) from {table} where run_id = 'scored'"
            )
    # The small district has too few failures to learn from; it is asked to all the same.
    assert known(warehouse).slope_batches == 0
    monkeypatch.setattr(frame, "ENOUGH_FAILURES", 1)
    learned = known(warehouse)
    assert learned.slope_batches > 0
    assert 0 <= learned.slope != usual


def on_roster(warehouse: Path, *entries: tuple[str, str, str | None, str]) -> Known:
    with open_warehouse(warehouse) as opened:
        opened.execute("delete from mart.roster_entry where roster = 'scenic_caterer'")
        for business, since, until, told in entries:
            opened.execute(
                "insert into mart.roster_entry (business_id, roster, valid_from, "
                "valid_to, recorded_at) values (?, 'scenic_caterer', ?, ?, ?)",
                [business, since, until, told],
            )
    return known(warehouse)


def test_who_stands_on_the_roster_of_tourist_spots_is_known_as_of_the_day(
    warehouse: Path,
) -> None:
    ids = known(warehouse).register["business_id"].to_list()
    found = on_roster(
        warehouse,
        (ids[0], "2025-01-01", None, "2025-02-01"),
        (ids[1], "2025-01-01", None, "2026-01-01"),  # told on the day itself
        (ids[2], "2025-01-01", "2026-01-01", "2025-02-01"),  # left on the day
        (ids[3], "2026-01-02", None, "2025-02-01"),  # joins tomorrow
        (ids[4], "2025-01-01", "2026-01-02", "2025-02-01"),
    )
    assert found.listed == {ids[0], ids[4]}
    first = {o.business_id for o in found.frame.outlets if o.has_priority}
    assert first == {ids[0], ids[4]}


def test_without_a_roster_it_is_unknown_who_caters_in_a_tourist_spot(
    warehouse: Path,
) -> None:
    someone = known(warehouse).register["business_id"][0]
    assert on_roster(warehouse).listed is None
    assert (
        on_roster(warehouse, (someone, "2025-01-01", None, "2026-05-01")).listed is None
    )
    # A roster that everybody has left is known, and empty.
    gone = on_roster(warehouse, (someone, "2025-01-01", "2025-03-01", "2025-01-05"))
    assert gone.listed == frozenset()
