from datetime import date
from typing import Any

import pytest

from models.rules import load_rules
from pipelines.dossier.doubts import Asked, doubts
from tests.worked import Row, facts

DAY = date(2026, 3, 2)
LAW = load_rules().in_force(DAY)
SHOP: Row = {
    "business_id": "b",
    "valid_from": date(2020, 1, 1),
    "recorded_at": date(2020, 1, 2),
    "usci": "9133",
    "usci_flag": "ok",
    "name": "老王",
    "opened_on": date(2020, 1, 1),
}
PENALTY: Row = {
    "penalty_id": "p",
    "business_id": "b",
    "decided_on": date(2026, 2, 10),
    "recorded_at": date(2026, 2, 11),
    "kinds": "fine",
    "is_intentional": True,
}
SAMPLE: Row = {
    "sample_id": "s",
    "business_id": "b",
    "sampled_on": date(2026, 1, 5),
    "recorded_at": date(2026, 1, 20),
    "is_failed": True,
}


def visits(*days: date) -> list[Row]:
    return [
        {
            "inspection_id": f"i{n}",
            "business_id": "b",
            "inspected_on": d,
            "recorded_at": d,
        }
        for n, d in enumerate(days)
    ]


LATELY = visits(date(2025, 6, 1), date(2025, 9, 1), date(2026, 1, 1))


def kinds(points: float = 40.0, notes: str = "", **tables: list[Row]) -> list[str]:
    """Give kind and first words of each doubt of a business with nothing else wrong."""
    plain: dict[str, Any] = {
        "business": [SHOP],
        "penalty": [PENALTY],
        "inspection": LATELY,
    }
    grade = {"total_points": points, "notes": notes, "notes_en": notes}
    asked = Asked("b", DAY, grade, ("p",))
    return [d.kind for d in doubts(facts(**{**plain, **tables}), asked, LAW)]


def test_a_plain_record_leaves_no_doubt() -> None:
    assert kinds() == []


@pytest.mark.parametrize(
    ("tables", "expected"),
    [
        ({"business": [{**SHOP, "usci_flag": "check_character"}]}, ["identity"]),
        ({"business": [SHOP, {**SHOP, "business_id": "c"}]}, ["identity"]),
        ({"business": [{**SHOP, "closed_on": date(2026, 2, 20)}]}, ["identity"]),
        ({"business": [{**SHOP, "opened_on": date(2026, 2, 15)}]}, ["identity"]),
        (
            {
                "business": [
                    SHOP,
                    {
                        **SHOP,
                        "name": "老李",
                        "valid_from": date(2026, 2, 20),
                        "recorded_at": date(2026, 2, 21),
                    },
                ]
            },
            ["identity"],
        ),
        ({"business": []}, []),
        ({"sampling_result": [SAMPLE]}, ["under_reinspection"]),
        ({"sampling_result": [{**SAMPLE, "final_on": DAY}]}, ["under_reinspection"]),
        ({"sampling_result": [{**SAMPLE, "final_on": date(2026, 2, 1)}]}, []),
        (
            {
                "sampling_result": [
                    {
                        **SAMPLE,
                        "final_on": date(2026, 2, 1),
                        "reinspection": "overturned",
                    }
                ]
            },
            ["under_reinspection"],
        ),
        ({"penalty": [{**PENALTY, "goods_value_yuan": 19_000.0}]}, ["near_threshold"]),
        ({"penalty": [{**PENALTY, "duration_days": 99}]}, ["near_threshold"]),
        ({"penalty": [{**PENALTY, "duration_days": 100}]}, []),
        ({"penalty": [{**PENALTY, "is_intentional": None}]}, ["few_data"]),
        ({"penalty": [{**PENALTY, "decided_on": date(2025, 3, 1)}]}, ["old_data"]),
        ({"inspection": LATELY[1:]}, ["few_data"]),
        ({"inspection": visits(*[date(2025, 3, n) for n in (1, 1, 1)])}, ["old_data"]),
        ({"inspection": []}, ["few_data"]),
    ],
)
def test_each_doubt_is_found_where_the_record_gives_cause(
    tables: dict[str, list[Row]], expected: list[str]
) -> None:
    assert kinds(**tables) == expected


@pytest.mark.parametrize(
    ("points", "expected"),
    [(28.0, ["near_threshold"]), (32.1, []), (61.9, ["near_threshold"]), (62.1, [])],
)
def test_a_grade_within_two_points_of_a_border_is_in_doubt(
    points: float, expected: list[str]
) -> None:
    assert kinds(points) == expected


def test_what_was_not_known_on_the_day_raises_no_doubt() -> None:
    later = {**SAMPLE, "recorded_at": DAY}
    assert kinds(sampling_result=[later]) == []


def test_the_notes_of_a_grade_are_told() -> None:
    assert kinds(notes="静态风险分含暂定值") == ["few_data"]
