"""Rounds from the office: to the nearest next, five a round, home again."""

from datetime import date

import polars as pl
import pytest

from pipelines.closed_loop.travel import kilometres

# A kilometre in degrees of latitude.
KM = 1 / 111.2


def places(*north: float) -> pl.DataFrame:
    """Place businesses so many kilometres north of an office on the equator."""
    rows = [(f"b{n}", "s", 0.0, at * KM) for n, at in enumerate(north)]
    schema = ["business_id", "street_code", "lon", "lat"]
    return pl.DataFrame(rows, schema=schema, orient="row")


def visits(*on: tuple[str, date]) -> pl.DataFrame:
    return pl.DataFrame(on, schema=["business_id", "inspected_on"], orient="row")


JANUARY, FEBRUARY = date(2026, 1, 5), date(2026, 2, 5)


def test_three_kilometres_out_and_back_are_six() -> None:
    register = places(3, -3)
    assert kilometres(visits(("b0", JANUARY)), register) == pytest.approx(6)


def test_two_on_one_side_share_a_round_in_one_month_and_not_in_two() -> None:
    register = places(3, 2, -5)
    together = visits(("b0", JANUARY), ("b1", JANUARY))
    apart = visits(("b0", JANUARY), ("b1", FEBRUARY))
    assert kilometres(together, register) == pytest.approx(6)
    assert kilometres(apart, register) == pytest.approx(10)


def test_a_sixth_visit_needs_a_second_round() -> None:
    register = places(2, 2, 2, 2, 2, 2, -12)
    six = visits(*((f"b{n}", JANUARY) for n in range(6)))
    assert kilometres(six, register) == pytest.approx(8)


def test_who_has_no_place_costs_no_way() -> None:
    register = places(3, -3).with_columns(
        lon=pl.when(pl.col("business_id") != "b0").then("lon")
    )
    assert kilometres(visits(("b0", JANUARY)), register) == 0
