import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.errors import UsageError
from models.candidates import candidates, in_order_of
from models.rules import load_rules
from tests.listing_acts import CASE, acts
from tests.worked import cases, facts

RULES = load_rules()
DAY = date(2026, 6, 30)
PENALTY = {
    "penalty_id": "p",
    "business_id": "b",
    "decided_on": date(2026, 3, 2),
    "recorded_at": date(2026, 3, 3),
    "law_article": "fsl:123",
    "kinds": "fine",
    "discretion_grade": "heavier",
    "procedure": "ordinary",
}
INCIDENT = {
    "incident_id": "i",
    "business_id": "b",
    "occurred_on": date(2026, 2, 1),
    "recorded_at": date(2026, 2, 2),
    "kind": "foodborne",
    "is_confirmed": True,
}
VISIT = {
    "inspection_id": "v",
    "business_id": "b",
    "inspected_on": date(2026, 2, 1),
    "recorded_at": date(2026, 2, 2),
    "purpose": "daily",
}


def rows(given_rows: Sequence[Mapping[str, Any]], ordinary: Mapping[str, Any]) -> Any:
    blank = {"": None}
    return [
        {k: blank.get(v, v) for k, v in {**ordinary, **row}.items()}
        for row in given_rows
    ]


@pytest.mark.parametrize("case", cases("candidates.toml"))
def test_who_is_a_candidate_and_why(case: Mapping[str, Any]) -> None:
    known = facts(
        penalty=rows(case["penalty"], PENALTY),
        incident=rows(case.get("incident", ()), INCIDENT),
        inspection=rows(case.get("inspection", ()), VISIT),
    )
    opened = replace(CASE, acts=tuple(acts(case.get("acts", ()))))
    found = candidates(
        known, RULES, DAY, list_type=case.get("list_type", "SAMR44"), cases=[opened]
    )
    expected = [("b", case["triggers"])] if "triggers" in case else []
    assert found.candidates.select("business_id", "triggers").rows() == expected
    assert found.excluded["exclusion"].to_list() == case.get("excluded", [])
    assert "+".join(found.gravity["rule_id"].unique().sort()) == case.get("gravity", "")


def test_each_ground_shows_its_penalty_and_article() -> None:
    found = candidates(facts(penalty=[PENALTY]), RULES, DAY)
    (row,) = found.evidence.rows(named=True)
    assert row["penalty_id"] == "p"
    assert row["ground_zh"].startswith("用非食品原料生产食品")
    assert row["article"].endswith("第五条第（二）项（条文待核）")


def test_an_excluded_penalty_says_why_in_both_languages() -> None:
    annulled = {**PENALTY, "withdrawn_on": DAY, "withdrawal": "annulled"}
    (row,) = candidates(facts(penalty=[annulled]), RULES, DAY).excluded.rows(named=True)
    assert row["reason_zh"] == "行政处罚已撤销"
    assert row["reason_en"] == "the penalty was annulled"


def test_the_list_without_text_says_so() -> None:
    found = candidates(facts(penalty=[PENALTY]), RULES, DAY, list_type="ZJ_FOOD_DRUG")
    assert not found.is_text_supplied
    assert "文本未提供" in found.note_zh
    assert found.candidates.is_empty()


def test_a_list_nobody_knows_is_refused_by_name() -> None:
    with pytest.raises(UsageError, match=r"no list 'BLACK'.*SAMR44, ZJ_FOOD_DRUG"):
        candidates(facts(), RULES, DAY, list_type="BLACK")


def test_the_score_only_orders() -> None:
    several = [{**PENALTY, "penalty_id": b, "business_id": b} for b in "abc"]
    found = candidates(facts(penalty=several), RULES, DAY)
    scores = pl.DataFrame(
        {"business_id": ["c", "a", "x"], "probability": [0.9, 0.1, 1.0]}
    )
    ordered = in_order_of(found, scores).candidates
    assert ordered["business_id"].to_list() == ["c", "a", "b"]


ARTICLES = st.sampled_from(
    ["fsl:122", "fsl:123", "fsl:124", "fsl:126", "fsl:133", "fsl:12", "x", "", None]
)
DAYS = st.dates(date(2020, 1, 1), date(2026, 12, 31))


@st.composite
def penalty(draw: st.DrawFn) -> dict[str, Any]:
    decided, withdrawn = draw(DAYS), draw(st.none() | DAYS)
    return {
        "business_id": draw(st.sampled_from("abcd")),
        "decided_on": decided,
        "recorded_at": max(decided, draw(DAYS)),
        "law_article": draw(ARTICLES),
        "kinds": "+".join(
            draw(
                st.lists(
                    st.sampled_from(["fine", "warning", "stop_business", "revocation"]),
                    min_size=1,
                    unique=True,
                )
            )
        ),
        "discretion_grade": draw(st.sampled_from(["heavier", "ordinary", None])),
        "procedure": draw(st.sampled_from(["simple", "ordinary", None])),
        "is_intentional": draw(st.sampled_from([True, False, None])),
        "fine_yuan": draw(st.sampled_from([0.0, 5e3, 9e6, None])),
        "goods_value_yuan": draw(st.sampled_from([0.0, 1e9, None])),
        "withdrawn_on": withdrawn and max(withdrawn, decided),
        "withdrawal": withdrawn and "annulled",
    }


def is_ground(row: Mapping[str, Any]) -> bool:
    """Say it again, in plain words: is this penalty a legal ground on the day?"""
    heavy = {"stop_business", "revocation"} & set(row["kinds"].split("+"))
    heavy_fine = (
        "fine" in row["kinds"].split("+") and row["discretion_grade"] == "heavier"
    )
    return bool(
        (heavy or heavy_fine)
        and re.fullmatch(r"fsl:(122|123|124|133)", row["law_article"] or "")
        and date(2021, 9, 1) <= row["decided_on"] < DAY
        and row["decided_on"] >= date(2021, 6, 30)
        and row["recorded_at"] < DAY
        and row["is_intentional"] is not False
        and row["procedure"] != "simple"
        and not (row["withdrawn_on"] and row["withdrawn_on"] <= DAY)
    )


@settings(max_examples=150, deadline=None)
@given(
    st.lists(penalty(), max_size=8),
    st.dictionaries(st.sampled_from("abcdxyz"), st.floats(0, 1), max_size=7),
)
def test_nobody_without_a_ground_is_a_candidate_whatever_the_score(
    penalties: list[dict[str, Any]], scores: dict[str, float]
) -> None:
    numbered = [{**row, "penalty_id": f"p{n}"} for n, row in enumerate(penalties)]
    found = candidates(facts(penalty=numbered), RULES, DAY)
    frame = pl.DataFrame(
        {"business_id": list(scores), "probability": list(scores.values())},
        schema={"business_id": pl.String, "probability": pl.Float64},
    )
    who = in_order_of(found, frame).candidates["business_id"].to_list()
    assert len(who) == len(set(who))
    assert set(who) == {row["business_id"] for row in numbered if is_ground(row)}
    assert not set(found.excluded["penalty_id"]) & set(found.evidence["penalty_id"])
