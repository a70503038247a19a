"""What calls for an alert, and at which level: signals drawn into an empty warehouse."""

from datetime import date, timedelta

import polars as pl
import pytest

from features.schema import schema
from features.warehouse import open_warehouse
from models.rules import load_rules
from pipelines.alerts.clusters import weekly_counts
from pipelines.alerts.signals import Signal, signals
from tests.source_files import Books

DAY = date(2026, 6, 1)
LAW = load_rules().in_force(DAY)
STREET = "330102001"


def put(books: Books, table: str, *rows: dict[str, object]) -> None:
    shape = schema()[f"mart.{table}"].empty().schema
    with open_warehouse(books.path) as warehouse:
        warehouse.insert(f"mart.{table}", pl.DataFrame(list(rows), schema=shape))


def seen(books: Books) -> list[Signal]:
    with open_warehouse(books.path, read_only=True) as warehouse:
        return signals(warehouse, LAW)


def business(number: str, subtype: str = "small_catering") -> dict[str, object]:
    return {
        "business_id": number, "valid_from": date(2020, 1, 1),
        "recorded_at": date(2020, 1, 1), "name": number, "business_type": "catering",
        "subtype": subtype, "street_code": STREET,
    }  # fmt: skip


def incident(**given: object) -> dict[str, object]:
    return {
        "incident_id": "n1", "occurred_on": date(2026, 5, 27),
        "recorded_at": date(2026, 5, 29), "kind": "foodborne", "cases": 4, "deaths": 0,
        "street_code": STREET, "business_id": "b1", **given,
    }  # fmt: skip


def sample(number: str, item: str, **given: object) -> dict[str, object]:
    return {
        "sample_id": number, "business_id": number, "sampled_on": date(2026, 5, 1),
        "recorded_at": date(2026, 5, 20), "programme": "supervision",
        "level": "district", "food_class": "91", "is_failed": True,
        "failed_item": item, "reinspection": "none", "final_on": date(2026, 5, 28),
        **given,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("given", "subtype", "level"),
    [
        ({"cases": 4}, "small_catering", "yellow"),
        ({"cases": 5}, "small_catering", "yellow"),
        ({"cases": 5}, "school_canteen", "orange"),
        ({"cases": 4}, "school_canteen", "yellow"),
        ({"cases": 30}, "small_catering", "red"),
        ({"cases": 2, "deaths": 1}, "small_catering", "red"),
        ({"cases": None, "deaths": None, "business_id": None}, "", "yellow"),
    ],
)
def test_the_level_of_an_incident_follows_who_is_ill_where(
    books: Books, given: dict[str, object], subtype: str, level: str
) -> None:
    put(books, "business", business("b1", subtype))
    put(books, "incident", incident(**given))
    (signal,) = seen(books)
    assert (signal.kind, signal.level) == ("incident", level)


def test_an_incident_of_last_month_was_raised_already(books: Books) -> None:
    put(
        books,
        "incident",
        incident(occurred_on=date(2026, 5, 1), recorded_at=DAY - timedelta(days=8)),
    )
    put(books, "incident", incident(incident_id="n2", recorded_at=DAY))
    assert seen(books) == []


@pytest.mark.parametrize(
    ("item", "food_class", "level"),
    [
        ("铅", "91", "yellow"),
        ("孔雀石绿", "91", "red"),
        ("沙门氏菌", "90", "orange"),
        ("沙门氏菌", "04", "yellow"),
        ("菌落总数", "90", "yellow"),
    ],
)
def test_the_level_of_a_failure_follows_the_hazard(
    books: Books, item: str, food_class: str, level: str
) -> None:
    put(books, "sampling_result", sample("s1", item, food_class=food_class))
    (signal,) = seen(books)
    assert (signal.kind, signal.level) == ("sample", level)


@pytest.mark.parametrize(
    "given",
    [
        {"reinspection": "pending", "final_on": None},
        {"reinspection": "overturned"},
        {"is_failed": False},
        {"final_on": DAY},
    ],
)
def test_what_is_not_a_final_failure_is_no_signal(
    books: Books, given: dict[str, object]
) -> None:
    put(books, "sampling_result", sample("s1", "铅", **given))
    assert seen(books) == []


def test_the_same_item_at_three_operators_points_to_a_common_source(
    books: Books,
) -> None:
    put(books, "sampling_result", *(sample(f"s{n}", "铅") for n in range(2)))
    assert {s.level for s in seen(books)} == {"yellow"}
    put(books, "sampling_result", sample("s9", "铅", final_on=date(2026, 5, 5), recorded_at=date(2026, 5, 4)))  # fmt: skip
    worst = seen(books)[0]
    assert (worst.kind, worst.level) == ("same_item", "orange")
    assert worst.businesses == ("s0", "s1", "s9")


def test_kitchens_offline_in_both_of_the_last_thirty_days_are_one_signal_a_street(
    books: Books,
) -> None:
    put(books, "business", *(business(f"b{n}") for n in range(4)))
    put(
        books, "kitchen_connection",
        *days_of("b0", 60, online=10), *days_of("b0", 30, online=17),
        *days_of("b1", 60, online=10), *days_of("b1", 30, online=18),
        *days_of("b2", 60, online=18), *days_of("b2", 30, online=10),
        *days_of("b3", 30, online=10),
    )  # fmt: skip
    (signal,) = seen(books)
    assert (signal.kind, signal.level, signal.businesses) == (
        "kitchens",
        "yellow",
        ("b0",),
    )
    assert "1 kitchen online too little" in signal.en


def days_of(number: str, days_ago: int, *, online: int) -> list[dict[str, object]]:
    """Draw twenty business days on end: so many online, then offline."""
    first = DAY - timedelta(days=days_ago)
    cut, end = first + timedelta(days=online), first + timedelta(days=20)
    return [
        {
            "business_id": number, "first_on": begin, "is_online": is_online,
            "last_on": until - timedelta(days=1), "recorded_at": until - timedelta(days=1),
        }
        for begin, until, is_online in ((first, cut, True), (cut, end, False))
    ]  # fmt: skip


def complaints(
    week: int, count: int, category: str = "pests", text: str | None = None
) -> list[dict[str, object]]:
    first = DAY - timedelta(days=7 * week)
    return [
        {
            "complaint_id": f"{category}{week}-{n}", "business_id": f"b{n}",
            "received_on": first + timedelta(days=n % 7), "recorded_at": first + timedelta(days=n % 7),
            "kind": "complaint", "category": category, "text": text, "street_code": STREET,
        }
        for n in range(count)
    ]  # fmt: skip


def history(category: str = "pests") -> list[dict[str, object]]:
    return [c for week in range(1, 80) for c in complaints(week, 1, category)]


def test_a_week_above_its_bar_is_blue_and_names_where_and_how_far(
    books: Books,
) -> None:
    extra = [{**c, "complaint_id": f"x{n}"} for n, c in enumerate(complaints(1, 8))]
    put(books, "complaint", *history(), *extra)
    (signal,) = seen(books)
    assert (signal.kind, signal.level, signal.category) == (
        "complaints",
        "blue",
        "pests",
    )
    assert signal.street == STREET
    assert "9 件" in signal.zh
    assert "b0" in signal.businesses


def test_two_weeks_in_a_row_are_yellow_and_of_illness_orange(books: Books) -> None:
    for category, level in (("pests", "yellow"), ("illness", "orange")):
        extra = [
            {**c, "complaint_id": f"{category}x{week}-{n}"}
            for week in (1, 2)
            for n, c in enumerate(complaints(week, 8, category))
        ]
        put(books, "complaint", *history(category), *extra)
        found = {s.category: s.level for s in seen(books)}
        assert found[category] == level


def test_what_a_text_says_counts_more_than_the_category_it_was_filed_under(
    books: Books,
) -> None:
    filed = complaints(1, 9, "other", "吃完饭上吐下泻去了医院急诊")
    put(books, "complaint", *history("illness"), *filed)
    (signal,) = seen(books)
    assert (signal.category, signal.level) == ("illness", "yellow")


def test_a_quiet_or_new_office_raises_nothing(books: Books) -> None:
    assert seen(books) == []
    put(books, "complaint", *complaints(1, 9))
    assert seen(books) == []


def test_weeks_end_the_day_before_and_what_was_recorded_later_is_not_known(
    books: Books,
) -> None:
    put(books, "complaint", *history(), {**complaints(1, 1)[0], "complaint_id": "late", "recorded_at": DAY})  # fmt: skip
    with open_warehouse(books.path, read_only=True) as warehouse:
        counted = weekly_counts(warehouse, LAW)
    assert counted.counts[-1].sum() == 1
    assert counted.week_starting(len(counted.counts) - 1) == DAY - timedelta(days=7)
